"""HTTP mode: Slack delivers by requests to this process, behind something that ends TLS.

Source: https://docs.slack.dev/apis/events-api/using-http-request-urls/
"""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web
from slack_bolt import BoltResponse
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.request.internals import parse_body

from bot.slack.api.acknowledging import answer_to
from bot.slack.api.receiver import Listening, Receiver
from bot.slack.api.seldom import Seldom
from bot.slack.api.signatures import SignedRequests

PATH = "/slack/events"
"""Where Slack delivers everything: events, presses, commands, what menus ask for."""
CLOSE_SECONDS = 1.0
"""How long a stop waits for requests that are being acknowledged."""
READ_SECONDS = 3.0
"""For the body of a request: Slack waits no longer for the acknowledgement of the whole."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HttpEndpoint:
    """Where this process listens, and what Slack signs its requests with; without it nothing but health is served."""

    host: str
    port: int
    signing_secret: str = ""


class HttpReceiver(Receiver):
    """Takes Slack's requests and hands to the app those that are Slack's; whoever serves `routes` brings them.

    Nothing of a body is parsed, and nothing of it logged, before its signature is verified.
    """

    def __init__(self, signing_secret: str, read_seconds: float = READ_SECONDS) -> None:
        super().__init__()
        self._signed = SignedRequests(signing_secret)
        self._read_seconds = read_seconds
        self._handling: set[asyncio.Task[web.Response]] = set()
        self._refusals = Seldom()
        self.routes = (web.post(PATH, self._receive),)

    async def begin(self, app: Listening) -> None:
        """Take requests until close()."""
        await super().begin(app)
        log.info("Slack's requests are taken at %s.", PATH)

    async def close(self) -> None:
        """Take nothing more; what has arrived is still acknowledged, if that does not take long."""
        await super().close()
        if self._handling:
            await asyncio.wait(self._handling, timeout=CLOSE_SECONDS)

    async def _receive(self, request: web.Request) -> web.Response:
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not self._signed.is_fresh(timestamp):
            return self._refused()
        try:
            body = await asyncio.wait_for(request.read(), self._read_seconds)
        except (TimeoutError, ConnectionError, web.RequestPayloadError):
            return web.Response(status=HTTPStatus.REQUEST_TIMEOUT)
        if not self._signed.take(timestamp, signature, body):
            return self._refused()
        response = await self._acknowledged(body.decode(), request)
        if response.status >= HTTPStatus.BAD_REQUEST:
            self._signed.give_back(signature)
        return response

    def _refused(self) -> web.Response:
        if self._refusals.is_due():
            log.warning("A request was refused: it is not signed with SLACK_SIGNING_SECRET, more than five minutes off this machine's clock, or came before.")  # fmt: skip
        return web.Response(status=HTTPStatus.UNAUTHORIZED)

    async def _acknowledged(self, body: str, request: web.Request) -> web.Response:
        """What the app answers; where it takes nothing or fails Slack delivers again, perhaps to another process."""
        if self._app is None or self._closed:
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        handling = asyncio.create_task(self._handled(self._app, body, request))
        self._handling.add(handling)
        handling.add_done_callback(self._handling.discard)
        return await asyncio.shield(handling)  # a request that is broken off may have been written down already

    async def _handled(self, app: Listening, body: str, request: web.Request) -> web.Response:
        async def handle() -> BoltResponse:
            signed = AsyncBoltRequest(body=body, query=request.query_string, headers=dict(request.headers))
            return await app.async_dispatch(signed)

        try:
            response = await answer_to(_payload(body, request.content_type), "a request", handle)
            return await to_aiohttp_response(response)
        except Exception as error:  # one request that fails must not be told with its text by aiohttp
            log.error("A request was not handled.", exc_info=error)
            return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)


def _payload(body: str, content_type: str) -> Mapping[str, Any]:
    """What a body says, read as Bolt reads it; nothing where it is no object."""
    try:
        payload = parse_body(body, content_type)
    except (ValueError, RecursionError):
        return {}
    return payload if isinstance(payload, dict) else {}
