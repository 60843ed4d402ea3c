"""One WebSocket of Socket Mode: reads it, has the app handle what arrives, and acknowledges over the same WebSocket."""

import asyncio
import contextlib
import functools
import json
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.slack.api.acknowledging import answer_to
from bot.slack.api.errors import TOO_MANY

_GIVE_WAY = frozenset({TOO_MANY, "link_disabled"})
"""Reasons for which a connection ends before there is another one."""

log = logging.getLogger(__name__)


class TooManyConnections(Exception):
    """Slack takes no further connection of the app."""

    def __init__(self) -> None:
        super().__init__(TOO_MANY)


@dataclass(frozen=True)
class Handling:
    """What all connections of a process share: the app, how many events it handles at the same time, and who is told of each sign of life."""

    app: AsyncApp
    events: asyncio.Semaphore
    note_sign: Callable[[], None]


class WebSocket(AsyncBaseSocketModeClient):
    """A WebSocket that is read from the moment on when this is made."""

    def __init__(self, connection: aiohttp.ClientWebSocketResponse, handling: Handling) -> None:
        self.logger = log
        self.outdated = asyncio.Event()
        """Whether another one is to take its place."""
        self.is_read = True
        """Whether what Slack sends over it arrives."""
        self.connections = 0
        """How many the app has, as Slack counts them in its hello."""
        self._connection = connection
        self._handling = handling
        self._greeted = asyncio.Event()
        self._refused = False
        self._at_work: set[asyncio.Task[None]] = set()
        self.reading = asyncio.create_task(self._read())

    async def greeted(self) -> None:
        """Wait for Slack's hello.

        Raises TooManyConnections when Slack refuses it for that, ConnectionError when the WebSocket closes before it.
        """
        hello = asyncio.create_task(self._greeted.wait())
        try:
            await asyncio.wait([hello, self.reading], return_when=asyncio.FIRST_COMPLETED)
        finally:
            hello.cancel()
            if not self._greeted.is_set():
                self.reading.cancel()
        if not self._greeted.is_set():
            raise TooManyConnections if self._refused else ConnectionResetError

    async def finish(self, seconds: float) -> None:
        """Close it as soon as what has arrived is acknowledged, after so many seconds at the latest."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._at_work:
                    await asyncio.wait(self._at_work)
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
                self._handling.note_sign()
        except (ConnectionError, aiohttp.ClientError, ValueError) as error:
            log.warning("The connection to Slack broke (%s).", type(error).__name__)
        finally:
            self.is_read = False
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
            self.connections = int(message.get("num_connections") or 0)
            self._greeted.set()
        elif message.get("type") == "disconnect":
            return self._asked_to_end(str(message.get("reason")))
        elif request := SocketModeRequest.from_dict(message):
            task = asyncio.create_task(self._handle(request))
            self._at_work.add(task)
            task.add_done_callback(self._at_work.discard)
        return True

    def _asked_to_end(self, reason: str) -> bool:
        log.info("Slack asks for another connection (%s).", reason)
        self._refused = reason == TOO_MANY
        self.outdated.set()
        return reason not in _GIVE_WAY

    async def _handle(self, request: SocketModeRequest) -> None:
        """Acknowledge what the app has handled; a person waits for what they pressed, events wait for their turn."""
        async with self._handling.events if request.type == "events_api" else contextlib.nullcontext():
            await self._handle_in_turn(request)

    async def _handle_in_turn(self, request: SocketModeRequest) -> None:
        try:
            handle = functools.partial(run_async_bolt_app, self._handling.app, request)
            response = await answer_to(request.payload, request.type, handle)
            await send_async_response(self, request, response, time.time())
        except Exception as error:  # one event that fails must not end the connection; Slack delivers it again
            log.error("An event was not handled.", exc_info=error)
