"""A Chroma server over HTTP: every call has a time limit, and a server that does not answer is left alone for a while."""

from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx

from knowledge.circuit import Circuit, CircuitOpen
from knowledge.errors import IndexUnreachable

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

GONE = "The Chroma server does not answer; check CHROMA_URL and that it is running."


@dataclass(frozen=True)
class TimeLimits:
    """Seconds that a server may take to accept a connection, to answer, and to take in passages."""

    connecting: float = 2.0
    answering: float = 8.0
    writing: float = 120.0


def circuit_of_server() -> Circuit:
    """Leaves a server alone after its first failure: each costs a thread all of its time limit."""
    return Circuit("The Chroma server", failures=1, longest_pause=60.0)


def open_server(url: str, circuit: Circuit, limits: TimeLimits) -> "ClientAPI":
    """A client of the server at an address, whose calls raise httpx.TransportError where it does not answer in time, or not as Chroma.

    Raises IndexUnreachable when it does not answer already.
    """
    from chromadb.api.client import Client
    from chromadb.auth import UserIdentity
    from chromadb.config import Settings

    class PatientClient(Client):
        """Chroma's client, which would wait for ever: its session is replaced before its first call."""

        def get_user_identity(self) -> UserIdentity:
            replaced = self._server._session  # type: ignore[attr-defined]
            self._server._session = httpx.Client(  # type: ignore[attr-defined]
                transport=GuardedTransport(circuit, limits.writing),
                timeout=httpx.Timeout(limits.answering, connect=limits.connecting, pool=None),
                headers=replaced.headers,
            )
            replaced.close()
            return super().get_user_identity()

    parts = urlsplit(url)
    ssl = parts.scheme == "https"
    settings = Settings(
        anonymized_telemetry=False,
        chroma_api_impl="chromadb.api.fastapi.FastAPI",
        chroma_server_host=parts.hostname or "",
        chroma_server_http_port=parts.port or (443 if ssl else 8000),
        chroma_server_ssl_enabled=ssl,
    )
    try:
        return PatientClient(settings=settings)
    except (ValueError, httpx.TransportError) as error:
        raise IndexUnreachable(GONE) from error


class GuardedTransport(httpx.BaseTransport):
    """Sends requests while the circuit is closed; what breaks on the way, or is no answer of Chroma's, counts as a failure."""

    def __init__(self, circuit: Circuit, writing: float) -> None:
        self._circuit = circuit
        self._writing = writing
        self._transport = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The whole response. Raises httpx.TransportError when there is none, or the circuit is open."""
        if request.url.path.endswith("/add"):
            request.extensions["timeout"]["read"] = self._writing
        try:
            with self._circuit.attempt() as attempt:
                try:
                    response = self._transport.handle_request(request)
                    response.read()
                except httpx.TransportError as error:
                    slow = isinstance(error, httpx.TimeoutException)
                    attempt.failure = "it did not answer in time" if slow else "it cannot be reached"
                    raise
                if not _is_of_chroma(response):
                    attempt.failure = "something else answers"
                    raise httpx.RemoteProtocolError(attempt.failure, request=request)
                attempt.answered = True
                return response
        except CircuitOpen as left_alone:
            raise httpx.ConnectError(str(left_alone), request=request) from None

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


def _is_of_chroma(response: httpx.Response) -> bool:
    """Whether Chroma itself says this, which can be a failure of its own, and not a gateway before it."""
    from chromadb.errors import error_types

    if not response.headers.get("Content-Type", "").startswith("application/json"):
        return False
    if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        return True
    with suppress(ValueError, AttributeError):
        return response.status_code == HTTPStatus.INTERNAL_SERVER_ERROR and response.json().get("error") in error_types
    return False
