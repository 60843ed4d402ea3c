"""Socket Mode: the connections over which Slack delivers, each held up by fresh tickets whatever breaks it.

Slack gives out a ticket (the address of a WebSocket, good for one connection and for a short while) with
apps.connections.open, and delivers each event over one of the connections. Source: https://docs.slack.dev/apis/events-api/using-socket-mode/
"""

import asyncio
import functools
import itertools
import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiohttp
from slack_bolt.app.async_app import AsyncApp

from bot.slack.api.clients import SlackClients
from bot.slack.api.errors import FAILURES, passing, retry_after, told
from bot.slack.api.kept_connection import KeptConnection, SocketTimes
from bot.slack.api.web_socket import Handling, WebSocket

EVENTS_AT_ONCE = 40
"""Events that are handled at the same time, the others in their order: of a thousand at once none would be acknowledged in time."""

log = logging.getLogger(__name__)

T = TypeVar("T")


class SocketModeConnections:
    """Keeps so many connections to Slack beside one another, and hands to the app what arrives over them.

    Where one breaks, or is replaced, the others go on. Each try has a ticket of its own.
    No address of a WebSocket is ever logged: a ticket lets anybody read along.
    """

    def __init__(self, clients: SlackClients, app_token: str, number: int, times: SocketTimes) -> None:
        self._clients = clients
        self._app_token = app_token
        self._times = times
        self._number = number
        self._kept: list[KeptConnection] = []
        self._sockets: set[WebSocket] = set()
        self._sign = time.monotonic()

    async def begin(self, app: AsyncApp) -> None:
        """Connect, and stay connected until close(). Returns after the first try, whose failure is logged and not the last word.

        Raises Refused where Slack refuses the token in it.
        """
        opening = functools.partial(self._open, Handling(app, asyncio.Semaphore(EVENTS_AT_ONCE), self._expect_sign))
        first, *others = self._kept = [
            KeptConnection(opening, lambda: self.is_open, self._expect_sign, self._times) for _ in range(self._number)
        ]
        first_try = first.begin()
        await asyncio.wait([first_try], timeout=self._times.deaf)
        if first_try.done():
            first_try.result()
        for connection in others:
            connection.begin()

    @property
    def is_open(self) -> bool:
        """Whether events arrive over one of them, as far as is known."""
        return any(connection.is_open for connection in self._kept)

    async def lost(self) -> None:
        """Wait until no connection can be brought back in this process: nothing happens any more on any, not even tries."""
        while (left := self._sign + self._times.deaf - time.monotonic()) > 0:  # noqa: ASYNC110  what is waited for is that nothing happens
            await asyncio.sleep(left)

    async def close(self) -> None:
        """Take nothing more; what has arrived is still acknowledged, if that does not take long."""
        await asyncio.gather(*(connection.leave() for connection in self._kept))
        await asyncio.gather(*(socket.finish(self._times.close) for socket in self._sockets))

    async def _open(self, handling: Handling) -> WebSocket:
        """A new WebSocket over which Slack has said hello."""
        async with asyncio.timeout(self._times.connect):
            ticket = (await self._clients.single_try.apps_connections_open(app_token=self._app_token))["url"]
            connection = await self._clients.session.ws_connect(
                ticket,
                autoping=False,
                heartbeat=self._times.heartbeat,
                proxy=self._clients.single_try.proxy,
                timeout=aiohttp.ClientWSTimeout(ws_close=self._times.close),
            )
            socket = WebSocket(connection, handling)
            self._sockets.add(socket)
            socket.reading.add_done_callback(lambda _: self._sockets.discard(socket))
            await socket.greeted()
        return socket

    def _expect_sign(self, ahead: float = 0) -> None:
        """Something happened just now, or will in so many seconds."""
        self._sign = max(self._sign, time.monotonic() + ahead)


async def patiently(call: Callable[[], Awaitable[T]], times: SocketTimes) -> T:
    """What a call to Slack returns, tried again as long as Slack cannot be reached. Raises SlackApiError where it refuses."""
    for seconds in itertools.chain(times.retry, itertools.repeat(times.retry[-1])):
        try:
            return await call()
        except FAILURES as error:
            if not passing(error):
                raise
            wait = max(seconds, retry_after(error))
            log.warning("Slack cannot be reached (%s); trying again in %g s. Check the network, the proxy and SLACK_API_URL if this stays.", told(error), wait)  # fmt: skip
            await asyncio.sleep(wait)
    raise AssertionError
