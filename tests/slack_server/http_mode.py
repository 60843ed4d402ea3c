"""HTTP mode: signed requests to the app's address, and what Slack makes of their answers."""

import asyncio
import hashlib
import hmac
import io
import json
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.slack_server.socket_mode import SocketMode
from tests.slack_server.workspace import Envelope

SIGNING_SECRET = "8f742231b10e8888abcd99eeefff85a5"
ROBOT = "Slackbot 1.0 (+https://api.slack.com/robots)"
WITH_ANSWER = frozenset({"view_submission", "block_suggestion"})
"""What an interaction's answer may carry a body for; a command's may, too."""


class Request(Mapping[str, str]):
    """The headers of a request of Slack's; `body` is what they sign."""

    def __init__(self, body: str, content_type: str, *, at: float | None = None, secret: str = SIGNING_SECRET) -> None:
        self.body = body
        timestamp = str(int(time.time() if at is None else at))
        self._headers = {
            "Content-Type": content_type,
            "User-Agent": ROBOT,
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(secret, timestamp, body),
        }

    def __getitem__(self, name: str) -> str:
        return self._headers[name]

    def __iter__(self) -> Any:
        return iter(self._headers)

    def __len__(self) -> int:
        return len(self._headers)


def signature(secret: str, timestamp: str, body: str) -> str:
    """Slack's signature, after its documentation."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()


def encoded(envelope: Envelope) -> tuple[str, str]:
    """The body of a request and its content type: events are JSON, interactions JSON in a form, commands a form."""
    if envelope.kind == "events_api":
        return json.dumps(envelope.payload), "application/json"
    form = envelope.payload if envelope.kind == "slash_commands" else {"payload": json.dumps(envelope.payload)}
    return urlencode(form), "application/x-www-form-urlencoded"


class HttpMode(SocketMode):
    """Delivers to the app's request URL once that is verified. Nothing but 2xx within `ack_seconds` is an acknowledgement."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.requests: list[Request] = []
        """What was sent to the app, as it was signed."""
        self._request_urls: list[str] = []
        self._turn = 0
        self._session: aiohttp.ClientSession | None = None

    async def use_request_url(self, url: str, *others: str) -> None:
        """Verify a request URL as Slack does when one is entered, and deliver to it from then on what waits and what comes.

        The others take turns with it, as processes behind a load balancer do.
        """
        challenge = uuid.uuid4().hex
        asked = {"token": "verification", "challenge": challenge, "type": "url_verification"}
        status, body, _ = await self.post(url, Request(json.dumps(asked), "application/json"))
        said = json.loads(body) if body.startswith("{") else {"challenge": body}
        assert (status, said) == (HTTPStatus.OK, {"challenge": challenge}), "Your URL didn't respond with the challenge"
        self._request_urls = [url, *others]
        waiting, self._waiting = self._waiting, []
        for envelope in waiting:
            await self._deliver(envelope)

    async def post(self, url: str, request: Request, **headers: str) -> tuple[int, str, Mapping[str, str]]:
        """Send a request; status, body and headers of its answer. Raises TimeoutError where that takes more than `ack_seconds`."""
        if self._session is None:
            self._session = aiohttp.ClientSession()
        timeout = aiohttp.ClientTimeout(total=self.ack_seconds)
        more = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self._session.post(
            url, data=io.BytesIO(request.body.encode()), headers={**request, **more}, timeout=timeout
        ) as answer:
            return answer.status, await answer.text(), answer.headers

    async def close_request_url(self) -> None:
        """Deliver over HTTP no more."""
        self._request_urls = []
        if self._session:
            await self._session.close()
            self._session = None

    async def _deliver(self, envelope: Envelope) -> None:
        if not self._request_urls:
            await super()._deliver(envelope)
            return
        envelope.id, envelope.at = str(uuid.uuid4()), time.monotonic()
        self._pending[envelope.id] = (envelope, asyncio.Event())
        self.delivered.append(envelope)
        self._spawn(self._request(envelope))

    async def _request(self, envelope: Envelope) -> None:
        reason, again = "", True
        retried = {"X_Slack_Retry_Num": str(envelope.attempt), "X_Slack_Retry_Reason": envelope.reason}
        try:
            request = Request(*encoded(envelope))
            self.requests.append(request)
            self._turn += 1
            url = self._request_urls[self._turn % len(self._request_urls)]
            status, body, headers = await self.post(url, request, **(retried if envelope.attempt else {}))
            reason = "" if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES else "http_error"
            again = headers.get("X-Slack-No-Retry") != "1"
        except TimeoutError:
            reason = "http_timeout"
        except aiohttp.ClientError:
            reason = "connection_failed"
        if reason:
            await self._not_acknowledged(envelope, reason, again=again)
        else:
            self._read(envelope, body)
            await self._acknowledge({"envelope_id": envelope.id, "payload": _said(body)})

    async def _not_acknowledged(self, envelope: Envelope, reason: str, *, again: bool) -> None:
        self._pending.pop(envelope.id, None)
        if envelope.kind != "events_api":
            self.timeouts.append(envelope)
        elif again and envelope.attempt < self.retries:
            await self._deliver(Envelope(envelope.payload, envelope.attempt + 1, reason=reason))
        else:
            self.lost.append(envelope)
        await self._tell()

    def _read(self, envelope: Envelope, body: str) -> None:
        """Note a body where Slack reads none."""
        kind = str(envelope.payload.get("type"))
        if body and envelope.kind != "slash_commands" and kind not in WITH_ANSWER:
            self.problems.append(f"{kind} was answered with a body: {body[:80]}")


def _said(body: str) -> Mapping[str, Any]:
    with suppress(ValueError):
        said = json.loads(body)
        return said if isinstance(said, dict) else {}
    return {"text": body} if body else {}
