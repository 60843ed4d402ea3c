"""Answers a second of one, two and four processes that share PostgreSQL and a Chroma server, with a model that takes two seconds."""

import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.bot.slack.scene import MENTION, saying
from tests.chaos.bots import BotProcess, bots_in, new_database
from tests.chaos.trial import SENTENCES
from tests.chroma_server import chroma_server_in
from tests.openai_server import KEY, OpenAIServer
from tests.slack_server.server import APP_TOKEN, BOT_TOKEN, SlackServer

GUIDES = Path(__file__).parents[2] / "knowledge" / "guides"
DATABASE = "throughput"
QUESTION = "What does a senior backend engineer earn?"
PROCESSES = (1, 2, 4)
QUESTIONS, CHANNELS, WARM_UP = 240, 40, 20
MODEL_SECONDS = 2.0
PATIENCE = 300.0
"""Seconds within which all must be answered."""


@dataclass(frozen=True)
class Throughput:
    """How many processes answered how much in a second, and the share of the answers that the busiest of them gave."""

    processes: int
    per_second: float
    busiest: float


async def throughput() -> str:
    """The same questions at once to one process and to several, each with the settings as they come."""
    if not (server := os.environ.get("TEST_POSTGRES_URL")):
        return "throughput: skipped, TEST_POSTGRES_URL names no PostgreSQL server"
    found = [await _measured(server, processes) for processes in PROCESSES]
    return "\n".join(_told(one, found[0]) for one in found)


def _told(one: Throughput, single: Throughput) -> str:
    return (
        f"{one.processes} process(es): {one.per_second:.2f} answers a second, {one.per_second / single.per_second:.2f} times one; "
        f"the busiest gave {one.busiest:.0%}"
    )


async def _measured(server: str, processes: int) -> Throughput:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        slack = await stack.enter_async_context(SlackServer())
        model = await stack.enter_async_context(OpenAIServer(delay=MODEL_SECONDS))
        model.reply_with(saying(*SENTENCES, question=QUESTION))
        for number in range(CHANNELS):
            slack.add_channel(f"C{number}")
        environment = {
            "SLACK_BOT_TOKEN": BOT_TOKEN, "SLACK_APP_TOKEN": APP_TOKEN, "SLACK_API_URL": slack.url,
            "DATABASE_URL": await stack.enter_async_context(new_database(server, DATABASE)),
            "CHROMA_URL": stack.enter_context(chroma_server_in(folder / "chroma")),
            "OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": model.url, "KNOWLEDGE_DIR": str(GUIDES),
        }  # fmt: skip
        bots = await bots_in(folder, processes, environment)
        for bot in bots:
            await bot.start()
            stack.push_async_callback(bot.stop)
        for _ in range(int(PATIENCE)):
            if all(bot.is_connected for bot in bots):
                break
            await asyncio.sleep(1)
        await _all_answered(slack, WARM_UP)
        began, answered = time.monotonic(), _answered_by(bots)
        await _all_answered(slack, QUESTIONS)
        seconds = time.monotonic() - began
        gave = [after - before for before, after in zip(answered, _answered_by(bots), strict=True)]
    return Throughput(processes, QUESTIONS / seconds, max(gave) / max(sum(gave), 1))


async def _all_answered(slack: SlackServer, questions: int) -> None:
    """Ask so many questions at once, in all channels in turn, and wait for the last answer to be complete."""
    expected = len(slack.answers()) + questions
    for number in range(questions):
        await slack.say(f"C{number % CHANNELS}", f"{MENTION} {QUESTION}", user=f"U{number % CHANNELS}")
    await slack.until(lambda: _complete(slack) >= expected, PATIENCE)


def _complete(slack: SlackServer) -> int:
    return sum(not message.get("streaming") for message in slack.answers())


def _answered_by(bots: Sequence[BotProcess]) -> list[int]:
    """How many questions each process says in its log that it has answered."""
    return [(bot.folder / "log").read_bytes().count(b": Answered in ") for bot in bots]
