"""A process that is told to stop ends before Docker kills it, whatever it is doing, and hands back what it has not answered."""

import asyncio
import signal
import socket
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest

from tests.bot.slack.scene import MENTION, Scripted, running
from tests.slack_server import SlackServer

ROOT = Path(__file__).parents[3]
DOCKERS_PATIENCE = 10.0
BOT = """
import asyncio, sys, time
from pathlib import Path
from bot.records.database import database_url
from bot.slack.app import SlackBot, Workspace, serve
from bot.storage import Records
from bot.slack.api.http_mode import HttpEndpoint
from tests.bot.slack.scene import LIMITS, NoGuides, Scripted
from tests.slack_server.http_mode import SIGNING_SECRET
from tests.slack_server.server import APP_TOKEN, BOT_TOKEN

class Slow(Scripted):
    def __init__(self, kind):
        super().__init__()
        self.kind = kind

    async def answer(self, conversation, on_sentence=None):
        if self.kind == "waiting for a model":
            await asyncio.sleep(60)
        if self.kind == "computing":
            await asyncio.to_thread(time.sleep, 60)
        return await super().answer(conversation)

async def main(url, folder, kind, port):
    app_token, http = ("", HttpEndpoint("127.0.0.1", port, SIGNING_SECRET)) if port else (APP_TOKEN, None)
    workspace = Workspace(BOT_TOKEN, app_token, url, http=http, connections=3)
    records = await Records.open(database_url("", folder), folder / "workers")
    try:
        await serve(SlackBot(Slow(kind), NoGuides(), records, workspace, LIMITS))
    finally:
        await records.close()

asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
"""


@asynccontextmanager
async def process(slack: SlackServer, folder: Path, kind: str = "", port: int = 0) -> AsyncIterator[Process]:
    """The bot as a process of its own, with a port in HTTP mode."""
    arguments = [slack.url, str(folder), kind, str(port)]
    bot = await asyncio.create_subprocess_exec(sys.executable, "-c", BOT, *arguments, cwd=ROOT)
    try:
        yield bot
    finally:
        if bot.returncode is None:
            bot.kill()
            await bot.wait()


async def stop(bot: Process) -> int:
    """Tell the process to stop, and wait as long as Docker does; its exit status."""
    bot.send_signal(signal.SIGTERM)
    return await asyncio.wait_for(bot.wait(), DOCKERS_PATIENCE)


@pytest.mark.parametrize(("kind", "status"), [("waiting for a model", 0), ("computing", 1)])
async def test_what_takes_longer_is_handed_back_and_answered_once_by_the_next_process(
    slack: SlackServer, tmp_path: Path, kind: str, status: int
) -> None:
    async with process(slack, tmp_path, kind) as bot:
        await slack.until(lambda: slack.connections, seconds=60)
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.called("assistant.threads.setStatus"), seconds=30)
        assert await stop(bot) == status
    assert slack.answers("C1") == []
    async with running(slack, Scripted(), tmp_path):
        await slack.until(lambda: slack.answers("C1"))
    assert len(slack.answers("C1")) == 1


async def test_an_answer_that_is_nearly_there_is_given(slack: SlackServer, tmp_path: Path) -> None:
    held = slack.hold("chat.postMessage")
    async with process(slack, tmp_path) as bot:
        await slack.until(lambda: slack.connections == 3, seconds=60)
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.called("chat.postMessage"), seconds=30)
        bot.send_signal(signal.SIGTERM)
        await slack.until(lambda: not slack.connections)
        held.set()
        assert await asyncio.wait_for(bot.wait(), DOCKERS_PATIENCE) == 0
    assert len(slack.answers("C1")) == 1


async def test_in_http_mode_a_process_hands_back_what_takes_longer_too(slack: SlackServer, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    async with process(slack, tmp_path, "waiting for a model", port) as bot, aiohttp.ClientSession() as session:
        await slack.until(lambda: slack.called("auth.test"), seconds=60)
        while await status_of(session, f"{url}/readyz") != HTTPStatus.OK:
            assert bot.returncode is None
        await slack.use_request_url(f"{url}/slack/events")
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.called("assistant.threads.setStatus"), seconds=30)
        bot.send_signal(signal.SIGTERM)
        while await status_of(session, f"{url}/readyz") == HTTPStatus.OK:
            assert bot.returncode is None
        assert await status_of(session, f"{url}/healthz") == HTTPStatus.OK
        assert await asyncio.wait_for(bot.wait(), DOCKERS_PATIENCE) == 0
    assert slack.answers("C1") == []
    async with running(slack, Scripted(), tmp_path, http=True):
        await slack.until(lambda: slack.answers("C1"))
    assert len(slack.answers("C1")) == 1


async def status_of(session: aiohttp.ClientSession, url: str) -> int:
    async with session.get(url) as answer:
        return answer.status


@pytest.mark.parametrize("away", ["auth.test", "the gateway", "a silent gateway"])
async def test_a_process_that_is_connecting_stops_too(slack: SlackServer, tmp_path: Path, away: str) -> None:
    if away == "the gateway":
        slack.gateway = "refusing"
    elif away == "a silent gateway":
        slack.gateway = "silent"
    else:
        slack.hold(away)
    async with process(slack, tmp_path) as bot:
        await slack.until(lambda: slack.called("auth.test" if away == "auth.test" else "apps.connections.open"), 60)
        assert await stop(bot) == 0
