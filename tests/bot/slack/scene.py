"""What the scenes in Slack share: the bot running on the test server, and advisors for it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.answering.addressing import Command, Line
from bot.answering.advisor import Advisor, OnSentence
from bot.answering.chat_model import open_chat_model
from bot.answering.composing import Composer
from bot.answering.conversation import QUOTED, Answer, Citation, Conversation, Coverage, Receipt
from bot.answering.prompts import Prompts
from bot.answering.same_question import SameQuestions
from bot.meter import Meter
from bot.records.database import database_url
from bot.slack.api.http_mode import PATH, HttpEndpoint
from bot.slack.api.kept_connection import SocketTimes
from bot.slack.api.mentors import MentorSettings
from bot.slack.app import Limits, SlackBot, Workspace
from bot.slack.questions.pauses import Pauses
from bot.storage import Records
from knowledge.passages import Guide, Passage
from knowledge.search.searcher import Hit, Searcher
from tests.loop_watch import watching_loops
from tests.openai_server import KEY, OpenAIServer, Script
from tests.slack_server import SlackServer
from tests.slack_server.http_mode import SIGNING_SECRET
from tests.slack_server.server import APP_TOKEN, BOT_TOKEN, BOT_USER

MENTION = f"<@{BOT_USER}>"
ANNA, BEN, CLEO = "U0ANNA", "U0BEN", "U0CLEO"
MENTORS_CHANNEL, DORA, EMIL = "C9MENTORS", "U0DORA", "U0EMIL"
"""Where mentors work, and two of them."""
NO_MENTORS = MentorSettings()
MENTORS = MentorSettings(frozenset([DORA, EMIL]), channel=MENTORS_CHANNEL)
HTTP = HttpEndpoint("127.0.0.1", 0, SIGNING_SECRET)
"""Where the bot listens in HTTP mode: at any port that is free."""
LIMITS = Limits(longest_question=4000, questions_at_once=100)
IMPATIENT = Limits(4000, 100, Pauses(retry=(0.01,), again=0.05, mending=0.1, look=0.05, patience=0.2))
"""Limits for scenes of what is tried again."""
MODEL = "gpt-5.4-mini"
PAY = "What does a senior backend engineer earn?"
PAY_SAID = (
    "In the United States, the average salary of a senior backend software engineer is about $120,000 per year. [1]"
)


class NoGuides:
    """No guides, for conversations in which nobody looks at one."""

    def guides(self) -> Sequence[Guide]:
        return ()

    def unread(self) -> Sequence[str]:
        return ()

    def passage(self, key: str) -> Passage | None:
        return None

    async def search(self, question: str, k: int = 10) -> Sequence[Hit]:
        return ()


class Scripted:
    """An advisor that answers what it is told and remembers what it was asked."""

    streams = False
    model_trouble = ""

    def __init__(
        self,
        say: Callable[[Conversation], str] = lambda c: f"Answer to: {c.question}",
        ear: Advisor | None = None,
    ) -> None:
        self.say = say
        self._ear = ear
        self.asked: list[Conversation] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self._asked_again = asyncio.Condition()

    async def answer(self, conversation: Conversation, on_sentence: OnSentence | None = None) -> Answer:
        self.asked.append(conversation)
        async with self._asked_again:
            self._asked_again.notify_all()
        await self.may_answer.wait()
        return Answer(self.say(conversation), Coverage.COVERED, (), (), Receipt(QUOTED, "", 1))

    async def was_asked(self, times: int = 1) -> None:
        """Wait until it was asked so often."""
        async with asyncio.timeout(10), self._asked_again:
            await self._asked_again.wait_for(lambda: len(self.asked) >= times)

    async def follows_up(self, line: Line) -> bool:
        return await self._ear.follows_up(line) if self._ear else "?" in line.text

    async def is_asked(self, line: Line) -> bool:
        return self._ear is None or await self._ear.is_asked(line)

    async def command(self, line: Line) -> Command | None:
        if self._ear:
            return await self._ear.command(line)
        return next((command for command in Command if command.value == line.text), None)

    async def leans(self, text: str) -> bool:
        return self._ear is not None and await self._ear.leans(text)


class Quoting(Scripted):
    """An advisor that says one sentence and cites the passage that it is from, or none where nothing is covered."""

    def __init__(self, searcher: Searcher, sentence: str, coverage: Coverage = Coverage.COVERED) -> None:
        super().__init__(lambda _: sentence if coverage is Coverage.NOT_COVERED else f"{sentence} [1]")
        self._searcher, self._sentence, self._coverage = searcher, sentence, coverage

    async def answer(self, conversation: Conversation, on_sentence: OnSentence | None = None) -> Answer:
        hits = await self._searcher.search(self._sentence)
        found = tuple(Citation(number, hit.passage, hit.score) for number, hit in enumerate(hits, 1))
        gaps = () if self._coverage.claims else (conversation.question,)
        cited = () if self._coverage is Coverage.NOT_COVERED else found[:1]
        return Answer(self.say(conversation), self._coverage, cited, found, Receipt(QUOTED, "", 1), gaps)


def saying(*sentences: str, question: str = "", translated: str = "") -> Script:
    """A model that says these sentences, and stands by each when it is asked a second time.

    It plans to search for the `question`, and translates whatever it is given as `translated`.
    """

    def script(body: Mapping[str, Any]) -> str:
        asked = str(body["messages"][0]["content"])
        if asked.startswith("You check sentences"):
            return "\n".join(f"{number}. yes" for number in range(1, 50))
        if asked.startswith("Translate"):
            return f"1. {translated}"
        if asked.startswith("Prepare a search"):
            return f"question: {question}"
        return "\n".join(["Coverage: fully", " ".join(sentences)])

    return script


def composer_at(model: OpenAIServer, timeout: float = 20) -> Composer:
    """What asks a model on the test server."""
    return Composer(open_chat_model(MODEL, KEY, model.url, timeout), Prompts.load())


def address_of(bot: SlackBot, path: str) -> str:
    """The address of something that the bot serves."""
    assert bot.web is not None
    return f"http://127.0.0.1:{bot.web.port}{path}"


@asynccontextmanager
async def running(
    slack: SlackServer,
    advisor: Any,
    folder: Path,
    guide_index: Any = None,
    *,
    admins: Sequence[str] = (),
    mentor_settings: MentorSettings = NO_MENTORS,
    same: SameQuestions | None = None,
    address: str = "",
    limits: Limits = LIMITS,
    outsiders: bool = False,
    times: SocketTimes | None = None,
    index_trouble: Callable[[], str] = str,
    meter: Meter | None = None,
    http: bool = False,
    connections: int = 1,
) -> AsyncIterator[SlackBot]:
    """The bot at work, in HTTP mode or over so many connections in Socket Mode; on leaving it finishes what it was asked."""
    records = await Records.open(address or database_url("", folder), folder / "workers")
    app_token, endpoint = ("", HTTP) if http else (APP_TOKEN, None)
    workspace = Workspace(
        BOT_TOKEN,
        app_token,
        slack.url,
        frozenset(admins),
        mentor_settings,
        outsiders,
        endpoint,
        connections=connections,
    )
    bot = SlackBot(
        advisor,
        guide_index or NoGuides(),
        records,
        workspace,
        limits,
        same=same,
        times=times,
        index_trouble=index_trouble,
        meter=meter,
    )
    await bot.start()
    if http:
        await slack.use_request_url(address_of(bot, PATH))
    try:
        with watching_loops() as watch:
            yield bot
        assert watch.slow == [], "\n".join(map(str, watch.slow))
    finally:
        await bot.stop(seconds=5)
        await records.close()
