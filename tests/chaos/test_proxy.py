"""The line between the bot and a service, as the trials break it."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.chaos.proxy import Line, Proxy


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while said := await reader.readline():
            writer.write(said)
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    async with server, Proxy("127.0.0.1", server.sockets[0].getsockname()[1]) as between:
        yield between


async def heard(reader: asyncio.StreamReader) -> bytes:
    """A line, or nothing where the connection was cut."""
    try:
        return await reader.readline()
    except ConnectionError:
        return b""


async def test_it_passes_cuts_refuses_and_passes_again(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"hello\n")
    assert await reader.readline() == b"hello\n"

    proxy.set(Line.REFUSING)
    assert await heard(reader) == b""
    refused, _ = await asyncio.open_connection("127.0.0.1", proxy.port)
    assert await heard(refused) == b""

    proxy.set(Line.OPEN)
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    writer.write(b"again\n")
    assert await reader.readline() == b"again\n"
    writer.close()


async def test_while_it_hangs_nothing_passes_and_nothing_is_lost(proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    proxy.set(Line.HANGING)
    writer.write(b"hello\n")
    answer = asyncio.create_task(reader.readline())
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(answer), 0.05)
    proxy.set(Line.OPEN)
    assert await answer == b"hello\n"
    writer.close()
