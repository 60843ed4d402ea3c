"""A TCP proxy between the bot and a service it needs, which can refuse, hang, cut and slow down."""

import asyncio
from contextlib import suppress
from enum import Enum
from typing import Self
from urllib.parse import urlsplit

CHUNK = 65_536


class Line(Enum):
    """What a proxy does with its connections."""

    OPEN = "open"
    REFUSING = "refusing"
    """What is open is cut, and so is whatever connects."""
    HANGING = "hanging"
    """Connections stay, and nothing passes."""


class Proxy:
    """`async with Proxy("127.0.0.1", 5432) as proxy:` listens on a free port of 127.0.0.1, `proxy.port`."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._passing = asyncio.Event()
        self._passing.set()
        self._refusing = False
        self._writers: set[asyncio.StreamWriter] = set()
        self.port = 0

    @classmethod
    def before(cls, url: str) -> "Proxy":
        """A proxy before the server at a web or database address."""
        parts = urlsplit(url)
        return cls(parts.hostname or "127.0.0.1", parts.port or 5432)

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    async def __aexit__(self, *_: object) -> None:
        self.set(Line.OPEN)
        self._server.close()
        self.cut()
        await self._server.wait_closed()

    def url(self, original: str) -> str:
        """An address of the server with the proxy in its place."""
        parts = urlsplit(original)
        user = parts.netloc.rpartition("@")[0]
        return parts._replace(netloc=f"{user}{'@' if user else ''}127.0.0.1:{self.port}").geturl()

    def set(self, line: Line) -> None:
        """From now on the line is like this."""
        self._refusing = line is Line.REFUSING
        if line is Line.HANGING:
            self._passing.clear()
        else:
            self._passing.set()
        if self._refusing:
            self.cut()

    def cut(self) -> None:
        """Cut all connections without a word."""
        for writer in list(self._writers):
            writer.transport.abort()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.transport.abort()
            return
        self._writers.add(writer)
        try:
            there, back = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            self._writers.discard(writer)
            return
        self._writers.add(back)
        await asyncio.gather(self._pump(reader, back), self._pump(there, writer))
        self._writers -= {writer, back}

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while chunk := await source.read(CHUNK):
                await self._passing.wait()
                sink.write(chunk)
                await sink.drain()
        with suppress(OSError):
            sink.close()
