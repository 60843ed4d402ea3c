"""A process that is told to stop ends before Docker kills it, whatever it is doing, and hands back what it has not answered."""

import asyncio
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

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
from tests.bot.slack.scene import LIMITS, NoGuides, Scripted
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

async def main(url, folder, kind):
    records = await Records.open(database_url("", folder), folder / "workers")
    try:
        await serve(SlackBot(Slow(kind), NoGuides(), records, Workspace(BOT_TOKEN, APP_TOKEN, url), LIMITS))
    finally:
        await records.close()

asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3]))
"""


@asynccontextmanager
async def process(slack: SlackServer, folder: Path, kind: str = "") -> AsyncIterator[Process]:
    """The bot as a process of its own."""
    bot = await asyncio.create_subprocess_exec(sys.executable, "-c", BOT, slack.url, str(folder), kind, cwd=ROOT)
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
        await slack.until(lambda: slack.connections, seconds=60)
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.called("chat.postMessage"), seconds=30)
        bot.send_signal(signal.SIGTERM)
        await slack.until(lambda: not slack.connections)
        held.set()
        assert await asyncio.wait_for(bot.wait(), DOCKERS_PATIENCE) == 0
    assert len(slack.answers("C1")) == 1


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
