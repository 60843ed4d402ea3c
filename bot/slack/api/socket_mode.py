"""Socket Mode: the connection over which Slack delivers, held up by fresh tickets whatever breaks it.

Slack gives out a ticket (the address of a WebSocket, good for one connection and for a short while) with
apps.connections.open. Source: https://docs.slack.dev/apis/events-api/using-socket-mode/
"""

import asyncio
import contextlib
import functools
import itertools
import json
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.api.acknowledging import answer_to
from bot.slack.api.clients import SlackClients
from bot.slack.api.errors import FAILURES, passing, retry_after, told

_GIVE_WAY = frozenset({"too_many_websockets", "link_disabled"})
"""Reasons for which a connection ends before there is another one."""
EVENTS_AT_ONCE = 40
"""Events that are handled at the same time, the others in their order: of a thousand at once none would be acknowledged in time."""

log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True)
class SocketTimes:
    """How long things take and are waited for, in seconds. Shorter ones than these are for tests."""

    retry: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
    """Between tries to reach Slack; the last one again and again."""
    mending: float = 60.0
    """The same where Slack refuses the token: somebody has to mend that first."""
    connect: float = 15.0
    """For one try: the ticket, the connection and Slack's hello."""
    heartbeat: float = 10.0
    """Between two pings; a connection that leaves one unanswered for half of that is deaf, and replaced."""
    deaf: float = 180.0
    """Without a sign of life or the end of a try: the connection cannot be brought back in this process."""
    close: float = 1.0
    """For the handlers at work, and for Slack's part of a close."""


class Refused(Exception):
    """Slack refuses the token; `code` is its error code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SocketModeConnection:
    """Keeps a connection to Slack, and hands to the app what arrives over it.

    Each try has a ticket of its own. A connection that Slack wants to be replaced is read until the new one is there.
    No address of a WebSocket is ever logged: a ticket lets anybody read along.
    """

    def __init__(self, clients: SlackClients, app_token: str, times: SocketTimes) -> None:
        self._clients = clients
        self._app_token = app_token
        self._times = times
        self._current: _Socket | None = None
        self._sockets: set[_Socket] = set()
        self._keeping: asyncio.Task[None] | None = None
        self._sign = time.monotonic()

    async def begin(self, app: AsyncApp) -> None:
        """Connect, and stay connected until close(). Returns after the first try, whose failure is logged and not the last word.

        Raises Refused where Slack refuses the token in it.
        """
        first_try: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._keeping = asyncio.create_task(self._keep(app, first_try))
        waiting = [first_try, self._keeping]
        await asyncio.wait(waiting, timeout=self._times.deaf, return_when=asyncio.FIRST_COMPLETED)
        if first_try.done():
            first_try.result()

    @property
    def is_open(self) -> bool:
        """Whether events arrive, as far as is known."""
        return self._current is not None and not self._current.outdated.is_set()

    async def lost(self) -> None:
        """Wait until the connection cannot be brought back in this process: nothing happens any more, not even tries."""
        while (left := self._sign + self._times.deaf - time.monotonic()) > 0:  # noqa: ASYNC110  what is waited for is that nothing happens
            await asyncio.sleep(left)

    async def close(self) -> None:
        """Take nothing more; what has arrived is still acknowledged, if that does not take long."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])
        await asyncio.gather(*(socket.finish() for socket in self._sockets))

    async def _keep(self, app: AsyncApp, first_try: "asyncio.Future[None]") -> None:
        pauses = self._pauses()
        while True:
            try:
                socket = await self._open(app)
            except Exception as error:  # noqa: BLE001  whatever it is: the next try may work
                _end(first_try, Refused(told(error)) if _is_refusal(error) else None)
                await self._pause(error, next(pauses))
                continue
            log.info("Connected to Slack.")
            _end(first_try)
            pauses = self._pauses()
            older, self._current = self._current, socket
            if older:
                await older.finish()
            await socket.outdated.wait()

    def _pauses(self) -> Iterator[float]:
        return itertools.chain(self._times.retry, itertools.repeat(self._times.retry[-1]))

    async def _open(self, app: AsyncApp) -> "_Socket":
        """A new connection over which Slack has said hello."""
        async with asyncio.timeout(self._times.connect):
            ticket = (await self._clients.single_try.apps_connections_open(app_token=self._app_token))["url"]
            connection = await self._clients.session.ws_connect(
                ticket,
                autoping=False,
                heartbeat=self._times.heartbeat,
                proxy=self._clients.single_try.proxy,
                timeout=aiohttp.ClientWSTimeout(ws_close=self._times.close),
            )
            socket = _Socket(connection, app, self._times, self._note_sign)
            self._sockets.add(socket)
            socket.reading.add_done_callback(lambda _: self._sockets.discard(socket))
            await socket.greeted()
        return socket

    async def _pause(self, error: Exception, seconds: float) -> None:
        """Say why a try failed, and wait before the next one."""
        if _is_refusal(error):
            seconds = self._times.mending
            log.error(
                "Slack refuses Socket Mode (%s): run `careerbot doctor`; trying again in %g s.", told(error), seconds
            )
        else:
            seconds = max(seconds, retry_after(error))
            log.warning("Slack's events cannot be reached (%s); trying again in %g s.", told(error), seconds)
        self._note_sign(seconds)
        await asyncio.sleep(seconds)

    def _note_sign(self, ahead: float = 0) -> None:
        self._sign = time.monotonic() + ahead


class _Socket(AsyncBaseSocketModeClient):
    """One WebSocket: reads it, has the app handle what arrives, and acknowledges over the same WebSocket."""

    def __init__(
        self,
        connection: aiohttp.ClientWebSocketResponse,
        app: AsyncApp,
        times: SocketTimes,
        note_sign: Callable[[], None],
    ) -> None:
        self.logger = log
        self.outdated = asyncio.Event()
        """Whether another one is to take its place."""
        self._connection = connection
        self._app = app
        self._times = times
        self._note_sign = note_sign
        self._greeted = asyncio.Event()
        self._handling: set[asyncio.Task[None]] = set()
        self._events = asyncio.Semaphore(EVENTS_AT_ONCE)
        self.reading = asyncio.create_task(self._read())

    async def greeted(self) -> None:
        """Wait for Slack's hello. Raises ConnectionError when the WebSocket closes before it."""
        hello = asyncio.create_task(self._greeted.wait())
        try:
            await asyncio.wait([hello, self.reading], return_when=asyncio.FIRST_COMPLETED)
        finally:
            hello.cancel()
            if not self._greeted.is_set():
                self.reading.cancel()
        if not self._greeted.is_set():
            raise ConnectionResetError

    async def finish(self) -> None:
        """Close it as soon as what has arrived is acknowledged."""
        if self._handling:
            await asyncio.wait(self._handling, timeout=self._times.close)
        await self._connection.close()
        self.reading.cancel()

    async def send_message(self, message: str) -> None:
        """Send an acknowledgement; where the WebSocket is closed Slack delivers again."""
        try:
            await self._connection.send_str(message)
        except (ConnectionError, aiohttp.ClientError):
            log.info("An acknowledgement found the connection closed; Slack delivers again.")

    async def _read(self) -> None:
        """Read until it is closed or Slack wants it closed."""
        try:
            while await self._read_one():
                self._note_sign()
        except (ConnectionError, aiohttp.ClientError, ValueError) as error:
            log.warning("The connection to Slack broke (%s).", type(error).__name__)
        finally:
            self.outdated.set()
            await self._connection.close()

    async def _read_one(self) -> bool:
        """Read one frame; False after the last one."""
        frame = await self._connection.receive()
        if frame.type is aiohttp.WSMsgType.TEXT:
            return self._take(json.loads(frame.data))
        if frame.type is aiohttp.WSMsgType.PING:
            await self._connection.pong(frame.data)
        return frame.type in {aiohttp.WSMsgType.PING, aiohttp.WSMsgType.PONG, aiohttp.WSMsgType.BINARY}

    def _take(self, message: dict[str, Any]) -> bool:
        """Do what a message of Slack's asks for; False where nothing may follow on it."""
        if message.get("type") == "hello":
            self._greeted.set()
        elif message.get("type") == "disconnect":
            reason = str(message.get("reason"))
            log.info("Slack asks for another connection (%s).", reason)
            self.outdated.set()
            return reason not in _GIVE_WAY
        elif request := SocketModeRequest.from_dict(message):
            task = asyncio.create_task(self._handle(request))
            self._handling.add(task)
            task.add_done_callback(self._handling.discard)
        return True

    async def _handle(self, request: SocketModeRequest) -> None:
        """Acknowledge what the app has handled; a person waits for what they pressed, events wait for their turn."""
        async with self._events if request.type == "events_api" else contextlib.nullcontext():
            await self._handle_in_turn(request)

    async def _handle_in_turn(self, request: SocketModeRequest) -> None:
        try:
            handle = functools.partial(run_async_bolt_app, self._app, request)
            response = await answer_to(request.payload, request.type, handle)
            await send_async_response(self, request, response, time.time())
        except Exception as error:  # one event that fails must not end the connection; Slack delivers it again
            log.error("An event was not handled.", exc_info=error)


def _is_refusal(error: Exception) -> bool:
    return isinstance(error, SlackApiError) and not passing(error)


def _end(first_try: "asyncio.Future[None]", error: Exception | None = None) -> None:
    if first_try.done():
        return
    if error:
        first_try.set_exception(error)
    else:
        first_try.set_result(None)


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
