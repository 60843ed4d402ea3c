"""Connections to the bot's HTTP server that do harm: heads that never end, more of them than there is room for, no files left."""

import asyncio
import contextlib
import logging
import os
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.slack.api.connections import BUSY, MOST_CONNECTIONS, Bounds, room_for_connections
from bot.slack.api.web_server import WebServer

HEALTH = b"GET /healthz HTTP/1.1\r\nHost: bot\r\n\r\n"
UNFINISHED = b"POST /slack/events HTTP/1.1\r\nX-A: "
LONG = 600.0


@asynccontextmanager
async def serving(head: float = LONG, idle: float = LONG, most: int = 100) -> AsyncIterator[WebServer]:
    """A server with these bounds."""

    async def ready() -> str:
        return ""

    web = WebServer("127.0.0.1", 0, ready, bounds=Bounds(head, idle, most))
    await web.open()
    try:
        async with asyncio.timeout(20):
            yield web
    finally:
        await web.close()


class Client:
    """One connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def of(cls, web: WebServer) -> "Client":
        return cls(*await asyncio.open_connection("127.0.0.1", web.port))

    def send(self, data: bytes) -> None:
        self._writer.write(data)

    async def status(self, request: bytes = HEALTH) -> int:
        """The status that a request is answered with."""
        self.send(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await self._reader.readexactly(length)
        return int(head.split()[1])

    async def rest(self) -> bytes:
        """What else comes until the other side ends the connection."""
        try:
            return await self._reader.read()
        except ConnectionError:
            return b""
        finally:
            self.close()

    def close(self) -> None:
        self._writer.transport.abort()


async def served(web: WebServer) -> Client:
    """Try until a connection is served."""
    while True:
        client = await Client.of(web)
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            if await client.status() == 200:
                return client
        client.close()


class Heard(logging.Handler):
    """Tells that anything was logged."""

    def __init__(self) -> None:
        super().__init__()
        self.anything = asyncio.Event()

    def emit(self, _: logging.LogRecord) -> None:
        self.anything.set()


@pytest.mark.parametrize("begun", [b"", UNFINISHED, b"GET /healthz HTTP/1.1\r\nHost: bot\r\n"])
async def test_who_does_not_finish_the_first_head_in_time_is_closed(begun: bytes) -> None:
    async with serving(head=0.05) as web:
        client = await Client.of(web)
        client.send(begun)
        assert await client.rest() == b""


async def test_a_head_that_trickles_has_no_more_time_than_one_that_stands_still() -> None:
    async with serving(head=0.2) as web:
        client = await Client.of(web)
        client.send(UNFINISHED)
        ended = asyncio.create_task(client.rest())
        while not ended.done():
            client.send(b"x")
            await asyncio.wait([ended], timeout=0.02)


@pytest.mark.parametrize("path", [b"/healthz", b"/nothing"])
async def test_the_head_of_a_later_request_has_the_same_time_and_an_idle_connection_its_own(path: bytes) -> None:
    async with serving(head=0.2) as web:
        idle, slow = await Client.of(web), await Client.of(web)
        request = HEALTH.replace(b"/healthz", path)
        assert await idle.status(request) == await slow.status(request)
        slow.send(UNFINISHED)
        assert await slow.rest() == b""
        assert await idle.status() == 200
        idle.close()


async def test_a_connection_that_is_idle_too_long_is_closed() -> None:
    async with serving(idle=0.05) as web:
        client = await Client.of(web)
        assert await client.status() == 200
        assert await client.rest() == b""


async def test_one_more_than_there_is_room_for_is_refused_at_once_until_another_leaves(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with serving(most=2) as web:
        one, two = await Client.of(web), await Client.of(web)
        assert [await client.status() for client in (one, two)] == [200, 200]
        for _ in range(5):
            assert await (await Client.of(web)).rest() == BUSY
        assert await two.status() == 200
        one.close()
        for client in (two, await served(web)):
            client.close()
    assert caplog.text.count("Connections are refused") == 1


async def test_many_unfinished_heads_keep_nobody_out_for_long() -> None:
    async with serving(head=0.3, most=20) as web:
        dangling = [await Client.of(web) for _ in range(60)]
        for client in dangling:
            client.send(UNFINISHED)
        assert {await client.rest() for client in dangling} <= {b"", BUSY}
        (await served(web)).close()


async def test_no_file_left_is_told_once_and_who_waited_is_served_when_there_is_one(
    caplog: pytest.LogCaptureFixture,
) -> None:
    logging.getLogger().addHandler(heard := Heard())
    async with serving() as web:
        waiting = [socket.create_connection(("127.0.0.1", web.port)) for _ in range(3)]
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        os.close(lowest := os.dup(0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
        try:
            await heard.anything.wait()
        finally:
            logging.getLogger().removeHandler(heard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for one in waiting:
            client = Client(*await asyncio.open_connection(sock=one))
            assert await client.status() == 200
            client.close()
    assert [record.getMessage() for record in caplog.records] == [
        "No connection can be taken just now: the process may have no more files."
    ]


async def test_what_else_goes_wrong_in_the_event_loop_is_told_as_ever(caplog: pytest.LogCaptureFixture) -> None:
    loop = asyncio.get_running_loop()
    async with serving():
        loop.call_exception_handler({"message": "something else"})
    assert loop.get_exception_handler() is None
    assert "something else" in caplog.text


def test_half_of_the_files_that_the_process_may_have_are_for_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (1_024, hard))
        assert room_for_connections() == 512
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert room_for_connections() <= MOST_CONNECTIONS
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
