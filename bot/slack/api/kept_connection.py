"""A connection of Socket Mode that is there again whatever breaks it: each try opens another WebSocket."""

import asyncio
import itertools
import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError

from bot.slack.api.errors import passing, retry_after, told
from bot.slack.api.limits import CONNECTIONS
from bot.slack.api.web_socket import TooManyConnections, WebSocket

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SocketTimes:
    """How long things take and are waited for, in seconds. Shorter ones than these are for tests."""

    retry: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)
    """Between tries to reach Slack; the last one again and again."""
    mending: float = 60.0
    """The same where Slack refuses the token, or a further connection: somebody has to mend that first."""
    connect: float = 15.0
    """For one try: the ticket, the connection and Slack's hello."""
    heartbeat: float = 10.0
    """Between two pings; a connection that leaves one unanswered for half of that is deaf, and replaced."""
    deaf: float = 180.0
    """Without a sign of life or the end of a try on any connection: none can be brought back in this process."""
    handover: float = 3.0
    """For the handlers at work on a connection that has been replaced: as long as Slack waits for them."""
    close: float = 1.0
    """For the handlers at work when the process stops, and for Slack's part of a close."""


class Refused(Exception):
    """Slack refuses the token; `code` is its error code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class KeptConnection:
    """Has a WebSocket from begin() until leave(). One that Slack wants to be replaced is read until the new one is there.

    `open_socket` opens one, over which Slack has said hello; `others_listen` tells whether events would arrive without this connection,
    `expect_sign` hears for how many seconds no sign of life is to be expected of it.
    """

    def __init__(
        self,
        open_socket: Callable[[], Awaitable[WebSocket]],
        others_listen: Callable[[], bool],
        expect_sign: Callable[[float], None],
        times: SocketTimes,
    ) -> None:
        self._open = open_socket
        self._others_listen = others_listen
        self._expect_sign = expect_sign
        self._times = times
        self._current: WebSocket | None = None
        self._keeping: asyncio.Task[None] | None = None

    def begin(self) -> "asyncio.Future[None]":
        """Connect, and stay connected; what is returned is done after the first try, whose failure is logged and not the last word.

        It has Refused where Slack refuses the token in that try.
        """
        first_try: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        first_try.add_done_callback(lambda _: None if first_try.cancelled() else first_try.exception())
        self._keeping = asyncio.create_task(self._keep(first_try))
        self._keeping.add_done_callback(lambda _: first_try.cancel())
        return first_try

    @property
    def is_open(self) -> bool:
        """Whether events arrive over it, as far as is known."""
        return self._current is not None and self._current.is_read

    async def leave(self) -> None:
        """Connect no more. The WebSockets that are open stay as they are."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.wait([self._keeping])

    async def _keep(self, first_try: "asyncio.Future[None]") -> None:
        pauses = self._pauses()
        while True:
            try:
                socket = await self._open()
            except Exception as error:  # noqa: BLE001  whatever it is: the next try may work
                _end(first_try, Refused(told(error)) if _is_refusal(error) else None)
                await self._pause(error, next(pauses))
                continue
            log.info("Connected to Slack. This app has %d of %d connections.", socket.connections, CONNECTIONS)
            _end(first_try)
            pauses = self._pauses()
            older, self._current = self._current, socket
            if older:
                await older.finish(self._times.handover)
            await socket.outdated.wait()

    def _pauses(self) -> Iterator[float]:
        return itertools.chain(self._times.retry, itertools.repeat(self._times.retry[-1]))

    async def _pause(self, error: Exception, seconds: float) -> None:
        """Say why a try failed, and wait before the next one."""
        if _is_refusal(error):
            seconds = self._times.mending
            log.error(
                "Slack refuses Socket Mode (%s): run `careerbot doctor`; trying again in %g s.", told(error), seconds
            )
        elif isinstance(error, TooManyConnections):
            seconds = await self._made_room(seconds)
            log.warning("Slack takes no further connection (%s): see SOCKET_CONNECTIONS; trying again in %g s.", error, seconds)  # fmt: skip
        else:
            seconds = max(seconds, retry_after(error))
            log.warning("Slack's events cannot be reached (%s); trying again in %g s.", told(error), seconds)
        self._expect_sign(seconds)
        await asyncio.sleep(seconds)

    async def _made_room(self, seconds: float) -> float:
        """Leave the WebSocket that is to be replaced: its place may be the one that is lacking. How long to wait, where there is none `seconds`."""
        if self._current and self._current.is_read:
            await self._current.finish(self._times.handover)
            return self._times.retry[0]
        return self._times.mending if self._others_listen() else seconds


def _is_refusal(error: Exception) -> bool:
    return isinstance(error, SlackApiError) and not passing(error)


def _end(first_try: "asyncio.Future[None]", error: Exception | None = None) -> None:
    if first_try.done():
        return
    if error:
        first_try.set_exception(error)
    else:
        first_try.set_result(None)
