"""One trial: people ask, things go wrong, and at the end everything is set right and looked at."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.bot.slack.scene import MENTION, saying
from tests.chaos.bots import BotProcess
from tests.chaos.faults import MODEL_FAULTS, Services, outage, possible, seconds_of
from tests.chaos.judging import Asked, Verdict, judge
from tests.openai_server import OpenAIServer

PEOPLE, CHANNELS = 20, 5
PATIENCE = 180.0
"""Seconds after the last fault within which every accepted question is answered or told."""
CONNECT_SECONDS = 90.0
QUIET = "nothing ended"
QUIET_QUESTIONS = 100
"""Questions of a round where no process is ended."""
GUIDE = "# Pastry chef\n\n## Pay\n\nA pastry chef earns ${number},000 per year.\n\n## Skills\n\nPatience and a steady hand.\n"
QUESTIONS = (
    "What does a senior backend engineer earn?",
    "Which skills does a senior backend engineer need?",
    "How do I become a senior backend software engineer?",
    "What does a backend engineer do all day?",
    "Is the demand for backend engineers growing?",
    "Which certificates help me to get promoted?",
    "What are the pros and cons of the job?",
    "How do I bake bread?",
    "Thank you!",
    "hello",
)
SENTENCES = (
    "In the United States, the average salary of a senior backend software engineer is about $120,000 per year. [1]",
    "This figure can vary with experience, skills and location. [1]",
    "Senior backend engineers design and build the server side of applications. [1]",
)
"""What the model says: some of it stands in the guide, some is withheld."""


@dataclass(frozen=True)
class Options:
    """How much is asked and how much goes wrong; `outage_seconds` are the shortest and the longest."""

    questions: int = 200
    kills: int = 10
    stops: int = 2
    seed: int = 1
    outages: bool = True
    outage_seconds: tuple[float, float] = (5.0, 20.0)
    model: bool = True
    longest_life: float = 5.0
    """Seconds from when a process has connected, and people have asked, until it is ended; on a slow machine none answers in five."""
    reindexing: bool = True
    """Whether a guide changes now and then."""


@dataclass(frozen=True)
class Report:
    """What happened in a trial. `recovery` is the number of seconds from the last fault until all was answered."""

    verdict: Verdict
    kills: int
    stops: int
    outages: Mapping[str, int]
    guides_changed: int
    ended_alone: int
    slowest_stop: float
    recovery: float
    seconds: float
    deaf: bool
    """Whether some process did not connect again in time."""

    @property
    def broken(self) -> list[str]:
        """The invariants that are broken, each with some of the messages concerned."""
        found = [
            f"{name}: {len(places)}, e.g. {', '.join(places[:5])}" for name, places in self.verdict.problems.items()
        ]
        return found + (["a process did not connect again"] if self.deaf else [])


@dataclass
class Trial:
    """The people, the bot's processes and what is done to them."""

    options: Options
    services: Services
    model: OpenAIServer
    bots: list[BotProcess]
    say: Callable[[str], None]
    asked: list[Asked] = field(default_factory=list)
    outages: Counter[str] = field(default_factory=Counter)
    deaf: bool = False
    guides_changed: int = 0
    _outage: asyncio.Task[None] | None = None

    def __post_init__(self) -> None:
        self._chance = random.Random(self.options.seed)
        self._slack = self.services.slack
        for number in range(CHANNELS):
            self._slack.add_channel(f"C{number}")
        for number in range(PEOPLE):
            self._slack.add_dm(f"D{number}", f"U{number}")
        self.model.reply_with(saying(*SENTENCES, question=QUESTIONS[0]))
        self.model.before_piece = lambda _: asyncio.sleep(self._chance.random() * 0.05)
        self.model.before_reply = lambda: asyncio.sleep(self._chance.random())

    async def run(self) -> Report:
        """Ask everything while things go wrong, then wait for the answers."""
        began = time.monotonic()
        for bot in self.bots:
            await bot.start()
        await self._all_connected()
        rounds = ["kill"] * self.options.kills + ["stop"] * self.options.stops
        rounds = rounds or [QUIET] * -(-self.options.questions // QUIET_QUESTIONS)
        self._chance.shuffle(rounds)
        for number, end in enumerate(rounds):
            await self._round(self._share(number, len(rounds)), end)
            memory = ", ".join(str(bot.megabytes()) for bot in self.bots)
            self.say(
                f"{number + 1}/{len(rounds)} {end}; asked {len(self.asked)}, connected {self._slack.connections}, {memory} MB"
            )
        recovery = await self._recover()
        for bot in self.bots:
            await bot.stop()
        return Report(
            self._verdict(), self.options.kills, self.options.stops, self.outages,
            self.guides_changed, sum(bot.ended_alone for bot in self.bots), max(bot.slowest_stop for bot in self.bots),
            recovery, time.monotonic() - began, self.deaf,
        )  # fmt: skip

    def _share(self, number: int, rounds: int) -> int:
        return self.options.questions * (number + 1) // rounds - self.options.questions * number // rounds

    async def _round(self, questions: int, end: str) -> None:
        """People ask, something may be away, and a process that has connected is ended in the middle of its work."""
        if self.options.outages and self._chance.random() < 0.3 and (self._outage is None or self._outage.done()):
            self._outage = asyncio.create_task(self._some_outage())
        if self.options.reindexing and self._chance.random() < 0.3:
            self._change_a_guide()
        bot = self._chance.choice(self.bots)
        asking = asyncio.create_task(self._ask_some(questions))
        await self._connected(bot)
        await asking
        await asyncio.sleep(self._chance.random() * self.options.longest_life)
        if end != QUIET:
            await (bot.kill() if end == "kill" else bot.stop())
            await bot.start()

    def _change_a_guide(self) -> None:
        """Whoever keeps the guides edits one; the running bots index it by themselves."""
        self.guides_changed += 1
        told = GUIDE.format(number=self.guides_changed)
        (self.services.guides / "pastry-chef.md").write_text(told, encoding="utf-8")

    async def _some_outage(self) -> None:
        name = self._chance.choice(possible(self.services))
        self.outages[name] += 1
        await outage(self.services, name, seconds_of(self._chance, *self.options.outage_seconds))

    async def _ask_some(self, questions: int) -> None:
        for _ in range(questions):
            await asyncio.sleep(self._chance.random() * 0.4)
            await self._ask()

    async def _ask(self) -> None:
        """A new question in a channel or a direct message, one more in a thread of the same person, or an edit."""
        if self.options.model and self._chance.random() < 0.1:
            self.model.faults.append(replace(self._chance.choice(MODEL_FAULTS)))
        text, dice = self._chance.choice(QUESTIONS), self._chance.random()
        if self.asked and dice < 0.05:
            earlier = self._chance.choice(self.asked[-20:])
            mention = f"{MENTION} " if earlier.channel.startswith("C") else ""
            await self._slack.edit(earlier.channel, earlier.ts, f"{mention}{text} Please be brief.")
        elif self.asked and dice < 0.3:
            earlier = self._chance.choice(self.asked[-100:])
            await self._say(earlier.channel, text, earlier.person, earlier.thread_ts)
        else:
            person = self._chance.randrange(PEOPLE)
            direct = self._chance.random() < 0.4
            await self._say(f"D{person}" if direct else f"C{self._chance.randrange(CHANNELS)}", text, f"U{person}")

    async def _say(self, channel: str, text: str, person: str, thread_ts: str | None = None) -> None:
        said = text if channel.startswith("D") else f"{MENTION} {text}"
        ts = await self._slack.say(channel, said, user=person, thread_ts=thread_ts)
        self.asked.append(Asked(channel, ts, thread_ts or ts, person))

    async def _recover(self) -> float:
        """Seconds until everything is right again, once nothing goes wrong any more."""
        if self._outage:
            await self._outage
        self.model.faults.clear()
        last_fault = time.monotonic()
        await self._all_connected()
        while time.monotonic() - last_fault < PATIENCE:
            if self._slack.is_settled and not self._verdict().problems:
                break
            await asyncio.sleep(1)
        return time.monotonic() - last_fault

    def _verdict(self) -> Verdict:
        return judge(self._slack, self.asked, self._slack.acknowledged_questions())

    async def _all_connected(self) -> None:
        for bot in self.bots:
            await self._connected(bot)

    async def _connected(self, bot: BotProcess) -> None:
        for _ in range(int(CONNECT_SECONDS * 5)):
            if bot.is_connected:
                return
            await asyncio.sleep(0.2)
        self.deaf = True


def figures(report: Report) -> list[tuple[str, Any]]:
    """The rows of the table."""
    verdict = report.verdict
    return [
        ("questions asked", verdict.asked),
        ("delivered and acknowledged", verdict.accepted),
        ("answered", verdict.answered),
        ("apologies in the thread", verdict.apologies),
        ("told privately", verdict.told_privately),
        ("lost", len(verdict.lost)),
        ("doubled", len(verdict.doubled)),
        ("remains of answers", len(verdict.remains)),
        ("streams left open", len(verdict.open_streams)),
        ('sessions left "processing"', len(verdict.processing)),
        ("kill -9", report.kills),
        ("SIGTERM", report.stops),
        ("slowest stop, s", f"{report.slowest_stop:.1f}"),
        ("processes that ended by themselves", report.ended_alone),
        ("outages", ", ".join(f"{name} {times}" for name, times in sorted(report.outages.items())) or "none"),
        ("changes of a guide", report.guides_changed),
        ("all in order after the last fault, s", f"{report.recovery:.0f}"),
        ("whole trial, s", f"{report.seconds:.0f}"),
    ]
