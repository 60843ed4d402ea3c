"""What the scenes in Slack share: the bot running on the test server, and advisors for it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.answering.advisor import Advisor, OnSentence
from bot.answering.composing import ChatComposer, open_chat_model
from bot.answering.conversation import Answer, Conversation, Coverage, Receipt
from bot.answering.same_question import SameQuestions
from bot.answering.prompts import Prompts
from bot.records import Records, database_url
from bot.slack.app import Limits, SlackBot, Workspace
from bot.slack.mentors import Circle
from knowledge.passages import Guide, Passage
from knowledge.search import Hit, Searcher
from tests.openai_server import KEY, OpenAIServer
from tests.slack_server import SlackServer
from tests.slack_server.server import APP_TOKEN, BOT_TOKEN, BOT_USER

MENTION = f"<@{BOT_USER}>"
ANNA, BEN, CLEO = "U0ANNA", "U0BEN", "U0CLEO"
MENTORS_CHANNEL, DORA, EMIL = "C9MENTORS", "U0DORA", "U0EMIL"
"""Where mentors work, and two of them."""
NO_MENTORS = Circle()
MENTORS = Circle(frozenset([DORA, EMIL]), channel=MENTORS_CHANNEL)
LIMITS = Limits(longest_question=4000, questions_at_once=100)
MODEL = "gpt-5.4-mini"
PAY = "What does a senior backend engineer earn?"
PAY_SAID = (
    "In the United States, the average salary of a senior backend software engineer is about $120,000 per year. [1]"
)


class NoLibrary:
    """No guides, for conversations in which nobody looks at one."""

    def guides(self) -> Sequence[Guide]:
        return ()

    def passage(self, key: str) -> Passage | None:
        return None

    async def search(self, message: str, earlier: Sequence[str] = (), k: int = 10) -> Sequence[Hit]:
        return ()


class Scripted:
    """An advisor that answers what it is told and remembers what it was asked."""

    streams = False

    def __init__(self, say: Callable[[Conversation], str] = lambda c: f"Answer to: {c.question}") -> None:
        self.say = say
        self.asked: list[Conversation] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()

    async def answer(self, conversation: Conversation, on_sentence: OnSentence | None = None) -> Answer:
        self.asked.append(conversation)
        await self.may_answer.wait()
        return Answer(self.say(conversation), Coverage.COVERED, (), (), Receipt("quoted", "", 1))


def composing(searcher: Searcher, model: OpenAIServer, timeout: float = 20) -> Advisor:
    """An advisor whose answers a model writes."""
    return Advisor(
        searcher, ChatComposer(open_chat_model(MODEL, KEY, model.url, timeout), MODEL, Prompts.load(), timeout)
    )


@asynccontextmanager
async def running(
    slack: SlackServer,
    advisor: Any,
    folder: Path,
    library: Any = None,
    *,
    admins: Sequence[str] = (),
    circle: Circle = NO_MENTORS,
    same: SameQuestions | None = None,
) -> AsyncIterator[SlackBot]:
    """The bot at work; on leaving it finishes what it was asked."""
    records = await Records.open(database_url("", folder))
    workspace = Workspace(BOT_TOKEN, APP_TOKEN, slack.url, frozenset(admins), circle)
    bot = SlackBot(advisor, library or NoLibrary(), records, workspace, LIMITS, same=same)
    await bot.start()
    try:
        yield bot
    finally:
        await bot.stop(seconds=5)
        await records.close()
