"""Bounds for the connections of an HTTP server: how many are open, and how long one may take for the head of a request.

aiohttp has neither: who begins a head and never ends it is kept for ever.
"""

import asyncio
import logging
import resource
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from aiohttp import web

from bot.slack.api.seldom import Seldom

HEAD_SECONDS = 10.0
IDLE_SECONDS = 130.0
"""For the next request over a connection: longer than reverse proxies keep theirs, Caddy's two minutes among them."""
MOST_CONNECTIONS = 2_048
BACKLOG = 128
OUT_OF_FILES = "socket.accept() out of system resource"
"""asyncio's word for it."""
BUSY = b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

log = logging.getLogger(__name__)


def room_for_connections() -> int:
    """How many connections may be open: half as many as this process may have files, and no more than MOST_CONNECTIONS."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if files == resource.RLIM_INFINITY else min(MOST_CONNECTIONS, files // 2)


@dataclass(frozen=True)
class Bounds:
    """What the connections of a server are held to.

    `head_seconds` is for the head of a request, from its first byte on, for the first one from the connection on;
    `idle_seconds` for what lies between two requests; `connections` is how many are open at once.
    """

    head_seconds: float
    idle_seconds: float
    connections: int

    @classmethod
    def of_process(cls) -> "Bounds":
        """Those that fit the limits of this process."""
        return cls(HEAD_SECONDS, IDLE_SECONDS, room_for_connections())


class Connections:
    """Listens for an HTTP server and lets in what its bounds allow. `middleware` must be the first of the server's."""

    def __init__(self, bounds: Bounds) -> None:
        self.bounds = bounds
        self.open: set[Connection] = set()
        self.port = 0
        """The port that is listened on, once it is."""
        self._full = Seldom()
        self._out_of_files = Seldom()
        self._server: asyncio.Server | None = None
        self._others: Callable[[asyncio.AbstractEventLoop, dict[str, Any]], object] | None = None
        """What is told of everything else that goes wrong in the event loop."""

    async def listen(self, host: str, port: int, http: Callable[[], asyncio.Protocol]) -> None:
        """Take connections, each with an `http` of its own. Raises OSError where that address cannot be listened on."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self, http), host, port, backlog=BACKLOG)
        self.port = int(self._server.sockets[0].getsockname()[1])
        self._others = loop.get_exception_handler()
        loop.set_exception_handler(self._went_wrong)

    def close(self) -> None:
        """Take no more of them; those that are open stay."""
        if self._server:
            self._server.close()
            asyncio.get_running_loop().set_exception_handler(self._others)

    def let_in(self, connection: "Connection") -> bool:
        """Whether there is room for one more, which then counts."""
        if len(self.open) < self.bounds.connections:
            self.open.add(connection)
            return True
        if self._full.is_due():
            log.warning("Connections are refused: %d are open, and there is room for no more.", len(self.open))
        return False

    def _went_wrong(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """asyncio tells a hundred times a second that it has no file left for a connection."""
        if context.get("message") == OUT_OF_FILES:
            if self._out_of_files.is_due():
                log.error("No connection can be taken just now: the process may have no more files.")
        elif self._others:
            self._others(loop, context)
        else:
            loop.default_exception_handler(context)


class Connection(asyncio.Protocol):
    """Stands before the HTTP of one connection, and ends it when a head takes too long."""

    def __init__(self, connections: Connections, http: Callable[[], asyncio.Protocol]) -> None:
        self._connections = connections
        self._make = http
        self._http: asyncio.Protocol | None = None
        self._transport: asyncio.Transport | None = None
        self._at_hand = False
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Let it in, or refuse it at once."""
        self._transport = transport = cast("asyncio.Transport", transport)
        if not self._connections.let_in(self):
            transport.write(BUSY)
            transport.close()
            return
        self._await_head()
        self._http = self._make()
        self._http.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room for another."""
        self._connections.open.discard(self)
        self._stop_waiting()
        if self._http:
            self._http.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand on what came; where no request is at hand the head of one begins with it."""
        if self._http:
            self._http.data_received(data)
            if not self._at_hand and not self._end:
                self._await_head()

    def eof_received(self) -> bool | None:
        """Hand on that no more comes."""
        return self._http.eof_received() if self._http else None

    def pause_writing(self) -> None:
        """Hand on that the other side takes nothing at present."""
        if self._http:
            self._http.pause_writing()

    def resume_writing(self) -> None:
        """Hand on that it takes more."""
        if self._http:
            self._http.resume_writing()

    def begin_request(self) -> None:
        """A head has ended."""
        self._at_hand = True
        self._stop_waiting()

    def end_request(self) -> None:
        """The request is answered."""
        self._at_hand = False

    def _await_head(self) -> None:
        if self._transport:
            seconds = self._connections.bounds.head_seconds
            self._end = asyncio.get_running_loop().call_later(seconds, self._transport.abort)

    def _stop_waiting(self) -> None:
        if self._end:
            self._end.cancel()
            self._end = None


@web.middleware
async def heads_end(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Tell the connection of a request that its head has ended, and that it is answered."""
    connection = request.transport.get_protocol() if request.transport else None
    if not isinstance(connection, Connection):
        return await handler(request)
    connection.begin_request()
    try:
        return await handler(request)
    finally:
        connection.end_request()
