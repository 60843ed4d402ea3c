"""What people ask: gaps by meaning, topics, answers found not helpful and why, without telling who asked.

What fewer than three people asked is counted and not shown, and no id of a person is in a report.
"""

import asyncio
import datetime as dt
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Protocol

from bot.answering.conversation import Coverage
from bot.errors import SettingsError
from bot.mentoring.anonymous import REMOVED, anonymous
from bot.records.feedback import Feedback
from bot.records.receipts import Receipts
from knowledge.errors import KnowledgeError

if TYPE_CHECKING:
    from knowledge.passages import Passage

FEWEST = 3
"""People that a group must have to be shown."""
NOT_ENOUGH = "Not enough people asked yet. The report is made when at least three people have."
SMALL_GROUPS = "What fewer than three people asked is counted, but not shown."
OTHER = "Other: passages that are no longer in the guides"
UNCOVERED = "Questions that the guides do not answer"
WHY = {
    "wrong": "It is wrong",
    "outdated": "It is outdated",
    "not_in_guide": "The guide does not say that",
    "unclear": "It is unclear, or no answer to the question",
    "other": "Something else",
    "": "No reason given",
}
"""What a reason of the feedback window means."""
LONGEST_LABEL = 200
"""Characters of a question that is shown."""
_SINCE = re.compile(r"(\d{1,6})([hdw])")
_UNITS = {"h": "hours", "d": "days", "w": "weeks"}


class ReportSource(Protocol):
    """The records, as far as a report reads them."""

    receipts: Receipts
    feedback: Feedback


Groups = Callable[[Sequence[str]], Awaitable[list[list[int]]]]
"""Groups questions by their meaning: the places of those that mean the same."""


@dataclass(frozen=True)
class Gap:
    """A question, or a part of one, that the guides do not answer, or not surely. `key` is the question's."""

    key: str
    person: str
    text: str


@dataclass(frozen=True)
class Answered:
    """A question that was answered from the guides, and what about: the heading of the first passage cited."""

    key: str
    person: str
    topic: str


@dataclass(frozen=True)
class Opinion:
    """Whether an answer helped a person; `reason` is a key of `WHY`."""

    person: str
    liked: bool
    reason: str
    topic: str


@dataclass(frozen=True)
class WithheldSentence:
    """A sentence of a model's that a person was not shown, by what was wrong with it."""

    person: str
    why: str


@dataclass(frozen=True)
class Observations:
    """What the records hold of some time. `doubts` are questions to which nothing but the nearest passages was shown."""

    gaps: Sequence[Gap] = ()
    answers: Sequence[Answered] = ()
    opinions: Sequence[Opinion] = ()
    withheld: Sequence[WithheldSentence] = ()
    doubts: Sequence[Gap] = ()


@dataclass(frozen=True)
class Group:
    """Questions of at least three people that belong together."""

    label: str
    questions: int
    people: int


@dataclass(frozen=True)
class Tally:
    """The groups of one kind, largest first, and how many questions are in none that is shown."""

    groups: tuple[Group, ...] = ()
    others: int = 0

    @property
    def total(self) -> int:
        """All questions, shown or not."""
        return self.others + sum(group.questions for group in self.groups)


@dataclass(frozen=True)
class Section:
    """A tally under its title. `rest` says how many are not shown, empty when all are."""

    kind: str
    title: str
    groups: tuple[Group, ...]
    others: int
    rest: str


@dataclass(frozen=True)
class Report:
    """What people asked in some time. Where fewer than three people did, all its numbers are 0.

    `gaps` are questions that the guides do not answer, `doubts` those to which the nearest passages were shown without a
    claim that they answer, `topics` what answers were about, `disliked` the topics of
    answers that were not helpful and `reasons` why; `liked` counts helpful ones. `withheld` are the sentences of the
    language model that were not shown, by what was wrong with them. `expiring` are confirmed questions.
    """

    since: dt.datetime
    until: dt.datetime
    questions: int = 0
    people: int = 0
    gaps: Tally = Tally()
    doubts: Tally = Tally()
    topics: Tally = Tally()
    liked: int = 0
    disliked: Tally = Tally()
    reasons: Tally = Tally()
    withheld: Tally = Tally()
    expiring: tuple[str, ...] = ()

    @property
    def enough(self) -> bool:
        """Whether enough people asked for a report."""
        return self.people >= FEWEST

    @property
    def period(self) -> str:
        """The time it is about, e.g. "17 Nov – 24 Nov 2026"."""
        if self.until - self.since < dt.timedelta(days=2):
            return f"{_day(self.since)} {self.since:%H:%M} – {_day(self.until)} {self.until:%Y %H:%M} UTC"
        year = f" {self.since:%Y}" if self.since.year != self.until.year else ""
        return f"{_day(self.since)}{year} – {_day(self.until)} {self.until:%Y}"

    @property
    def summary(self) -> str:
        """Its totals in a sentence or two."""
        if not self.enough:
            return NOT_ENOUGH
        asked = f"{counted(self.questions, 'question')} by {self.people} people"
        gaps = f"{counted(self.gaps.total, 'time')} the guides had no answer, {counted(self.doubts.total, 'time')} only the nearest passages could be shown"
        rated = f"{self.liked} answers found helpful, {self.disliked.total} not helpful"
        return f"{asked}; {gaps}. {rated}."

    @property
    def sections(self) -> tuple[Section, ...]:
        """What is in it, most useful first; nothing where not enough people asked."""
        told = (
            _section("gap", "Not answered by the guides", self.gaps, "question"),
            _section("doubt", "Answered with the nearest passages only", self.doubts, "question"),
            _section("topic", "Asked most", self.topics, "question"),
            _section("disliked", "Answers found not helpful, by topic", self.disliked, "answer"),
            _section("reason", "Why they were not helpful", self.reasons, "answer"),
            _section("withheld", "Left out of what the language model wrote", self.withheld, "sentence"),
        )
        return tuple(section for section in told if section.groups or section.others)


def counted(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def since(text: str, now: dt.datetime) -> dt.datetime:
    """The moment that "30d", "12h", "4w" or an ISO date stand for. Raises SettingsError for anything else."""
    try:
        if found := _SINCE.fullmatch(text.strip().lower()):
            moment = now - dt.timedelta(**{_UNITS[found[2]]: int(found[1])})
        else:
            moment = dt.datetime.fromisoformat(text.strip())
            moment = moment.replace(tzinfo=moment.tzinfo or dt.UTC).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise SettingsError("--since is a time such as 12h, 30d or 4w, or a date such as 2026-11-01.") from None
    if moment >= now:
        raise SettingsError("--since must lie in the past, for example 30d or 2026-11-01.")
    return moment


async def observed(
    records: ReportSource, find: Callable[[str], "Passage | None"], start: dt.datetime, until: dt.datetime
) -> Observations:
    """What the records hold from one moment to another; `find` knows passages by their ids.

    Raises RecordsUnavailable when the database does not answer.
    """
    rows = (
        await records.receipts.gaps(start, until),
        await records.receipts.all(start, until),
        await records.receipts.withheld(start, until),
        await records.feedback.all(start, until),
    )
    return await asyncio.to_thread(_observations, *rows, cache(find))


def _observations(
    gaps: Sequence[Any],
    receipts: Sequence[Any],
    withheld: Sequence[Any],
    opinions: Sequence[Any],
    find: Callable[[str], "Passage | None"],
) -> Observations:
    people = {row["key"]: row["person"] for row in receipts}
    doubtful = {row["key"] for row in receipts if row["coverage"] == Coverage.NEAREST.value}
    open_questions = [Gap(row["key"], row["person"], row["text"]) for row in gaps]
    return Observations(
        [gap for gap in open_questions if gap.key not in doubtful],
        [Answered(row["key"], row["person"], _topic(row["passages"], find)) for row in receipts if row["passages"]],
        [Opinion(row["person"], row["liked"], row["reason"], _topic(row["passages"], find)) for row in opinions],
        [WithheldSentence(people.get(row["key"], ""), _kind_of_fault(row["why"])) for row in withheld],
        [gap for gap in open_questions if gap.key in doubtful],
    )


@dataclass(frozen=True)
class Alike:
    """The places of gaps that mean the same, and of doubts; what is in no group is alone."""

    gaps: Sequence[Sequence[int]] = ()
    doubts: Sequence[Sequence[int]] = ()


async def made(
    seen: Observations, groups: Groups, start: dt.datetime, until: dt.datetime, expiring: Sequence[str] = ()
) -> Report:
    """The report of what was observed. `expiring` are the questions whose confirmations end soon."""
    alike = Alike(*[await groups([gap.text for gap in gaps]) if gaps else () for gaps in (seen.gaps, seen.doubts)])
    return await asyncio.to_thread(report, seen, alike, start, until, expiring)


def report(
    seen: Observations,
    alike: Alike,
    start: dt.datetime,
    until: dt.datetime,
    expiring: Sequence[str] = (),
) -> Report:
    """The report of what was observed. Pure."""
    soon = tuple(map(shown, expiring))
    asked: Sequence[Gap | Answered] = (*seen.gaps, *seen.doubts, *seen.answers)
    people = {one.person for one in asked if one.person}
    if len(people) < FEWEST:
        return Report(start, until, expiring=soon)
    bad = [opinion for opinion in seen.opinions if not opinion.liked]
    return Report(
        start,
        until,
        questions=len({one.key for one in asked}),
        people=len(people),
        gaps=_tally(_labelled(seen.gaps, alike.gaps)),
        doubts=_tally(_labelled(seen.doubts, alike.doubts)),
        topics=_tally(_by_label((answer.topic, answer.person) for answer in seen.answers)),
        liked=len(seen.opinions) - len(bad),
        disliked=_tally(_by_label((opinion.topic, opinion.person) for opinion in bad)),
        reasons=_tally(_by_label((WHY.get(opinion.reason, WHY["other"]), opinion.person) for opinion in bad)),
        withheld=_tally(_by_label((one.why, one.person) for one in seen.withheld)),
        expiring=soon,
    )


async def by_words(questions: Sequence[str]) -> list[list[int]]:
    """Groups questions that are the same but for capitals and punctuation, where nothing can compare meanings."""
    places: dict[str, list[int]] = {}
    for place, question in enumerate(questions):
        places.setdefault(" ".join(re.findall(r"\w+", question.casefold())), []).append(place)
    return sorted(places.values(), key=len, reverse=True)


def shown(question: str) -> str:
    """A question as others may read it: anonymous and not too long."""
    text = anonymous(question)
    return text if len(text) <= LONGEST_LABEL else f"{text[: LONGEST_LABEL - 1].rstrip()}…"


def _labelled(gaps: Sequence[Gap], together: Sequence[Sequence[int]]) -> list[tuple[str, list[str]]]:
    """The groups of gaps, each with its label and the person of each gap; what is in no group is alone."""
    left = set(range(len(gaps)))
    groups: list[tuple[str, list[str]]] = []
    for places in together:
        own = sorted(left.intersection(places))
        left.difference_update(own)
        groups.append((_shortest([gaps[place].text for place in own]), [gaps[place].person for place in own]))
    return groups + [("", [gaps[place].person]) for place in sorted(left)]


def _shortest(questions: Sequence[str]) -> str:
    """The shortest question as it is shown, rather one that nothing was taken out of; empty when nothing is left."""
    readable = [text for text in map(shown, questions) if re.search(r"[^\W\d_]{2}", text)]
    return min(readable, key=lambda text: (REMOVED in text, len(text), text), default="")


def _by_label(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, list[str]]]:
    people: dict[str, list[str]] = {}
    for label, person in pairs:
        people.setdefault(label, []).append(person)
    return list(people.items())


def _tally(groups: Iterable[tuple[str, Sequence[str]]]) -> Tally:
    """Only groups of enough people are shown; somebody unknown is nobody."""
    counts = [Group(label, len(people), len({*people} - {""})) for label, people in groups]
    big = [group for group in counts if group.label and group.people >= FEWEST]
    big.sort(key=lambda group: (-group.questions, -group.people, group.label))
    others = sum(group.questions for group in counts) - sum(group.questions for group in big)
    return Tally(tuple(big), others)


def _topic(passages: Sequence[Mapping[str, Any]] | None, find: Callable[[str], "Passage | None"]) -> str:
    if passages is not None and not passages:
        return UNCOVERED
    try:
        passage = find(str(passages[0]["passage"])) if passages else None
    except KnowledgeError:
        passage = None
    return " › ".join(passage.heading[1:] or passage.heading) if passage else OTHER


def _kind_of_fault(why: str) -> str:
    """Why a sentence was withheld, without the words it is about."""
    kind = re.sub("“[^”]*”:?", "", why).strip()
    return f"{kind[:1].upper()}{kind[1:]}" if kind == why else f"A figure, name or claim {kind}"


def _section(kind: str, title: str, tally: Tally, noun: str) -> Section:
    rest, each = "", " each" if tally.others > 1 else ""
    if tally.others and tally.groups:
        rest = f"and {counted(tally.others, f'other {noun}')} by fewer than three people{each}"
    elif tally.others:
        rest = f"{counted(tally.others, noun)} by fewer than three people{each}"
    return Section(kind, title, tally.groups, tally.others, rest)


def _day(moment: dt.datetime) -> str:
    return f"{moment.day} {moment:%b}"
