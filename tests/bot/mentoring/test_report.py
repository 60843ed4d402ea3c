"""The report counts what people ask, shows only what at least three of them did, and names nobody."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import pytest

from bot.answering.conversation import Answer, Citation, Coverage, Receipt
from bot.errors import SettingsError
from bot.mentoring.report import (
    NOT_ENOUGH,
    OTHER,
    UNCOVERED,
    WHY,
    Alike,
    Answered,
    Gap,
    Group,
    Observations,
    Opinion,
    Report,
    by_words,
    made,
    observed,
    report,
    since,
)
from bot.records.inbox import AskedQuestion
from bot.slack.questions.views import REASONS
from bot.storage import Records
from knowledge.errors import IndexMissing
from knowledge.passages import Passage
from tests.conftest import passage

UNTIL = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
SINCE = UNTIL - dt.timedelta(days=30)
PEOPLE = ("U0ANNA", "U0BEN", "U0CLEO", "U0DORA")


def gaps(text: str, *people: str) -> list[Gap]:
    return [Gap(f"{text}{number}", person, text) for number, person in enumerate(people)]


def answers(topic: str, *people: str) -> list[Answered]:
    return [Answered(f"{topic}{number}", person, topic) for number, person in enumerate(people)]


def opinions(reason: str, *people: str, liked: bool = False, topic: str = "Pay") -> list[Opinion]:
    return [Opinion(person, liked, reason, topic) for person in people]


ENOUGH = tuple(answers("Pay", *PEOPLE))


async def told(seen: Observations, expiring: Sequence[str] = ()) -> Report:
    return await made(seen, by_words, SINCE, UNTIL, expiring)


def test_gaps_of_one_meaning_are_one_group_under_its_shortest_question() -> None:
    asked = [*gaps("what would one earn in Oslo?", *PEOPLE[:2]), *gaps("pay in Oslo?", PEOPLE[2]), *gaps("Visa?", "U1")]
    made_of = report(Observations(gaps=asked), Alike([[0, 1, 2], [3]]), SINCE, UNTIL)
    assert made_of.gaps.groups == (Group("pay in Oslo?", 3, 3),)
    assert made_of.gaps.others == 1


async def test_topics_are_counted_most_asked_first() -> None:
    seen = Observations(answers=[*answers("Skills", *PEOPLE[:3]), *answers("Pay", *PEOPLE, PEOPLE[0])])
    assert (await told(seen)).topics.groups == (Group("Pay", 5, 4), Group("Skills", 3, 3))


async def test_answers_that_did_not_help_are_counted_by_topic_and_by_reason() -> None:
    rated = [*opinions("wrong", *PEOPLE[:3]), *opinions("outdated", PEOPLE[3]), *opinions("", "U1", liked=True)]
    made_of = await told(Observations(answers=ENOUGH, opinions=rated))
    assert (made_of.liked, made_of.disliked.total) == (1, 4)
    assert made_of.disliked.groups == (Group("Pay", 4, 4),)
    assert made_of.reasons.groups == (Group("It is wrong", 3, 3),)
    assert made_of.reasons.others == 1


@pytest.mark.parametrize("people", [("U1",) * 9, ("U1", "U2") * 5, ("U1", "U2", "", "")])
async def test_however_often_fewer_than_three_people_ask_they_are_only_counted(people: tuple[str, ...]) -> None:
    seen = Observations(
        gaps=gaps("What about my knee?", *people),
        answers=[*ENOUGH, *answers("Sick pay", *people)],
        opinions=opinions("unclear", *people, topic="Sick pay"),
    )
    made_of = await told(seen)
    for tally in (made_of.gaps, made_of.disliked, made_of.reasons):
        assert tally.groups == ()
        assert tally.others == len(people)
    assert [group.label for group in made_of.topics.groups] == ["Pay"]
    assert made_of.topics.others == len(people)


@pytest.mark.parametrize("people", [(), ("U1",), ("U1", "U2", "U1", "")])
async def test_where_fewer_than_three_people_asked_there_is_no_number_at_all(people: tuple[str, ...]) -> None:
    seen = Observations(gaps("Why?", *people), answers("Pay", *people), opinions("wrong", *people))
    made_of = await told(seen, ["What does it pay?"])
    assert made_of == Report(SINCE, UNTIL, expiring=("What does it pay?",))
    assert made_of.summary == NOT_ENOUGH
    assert made_of.sections == ()


async def test_no_id_of_a_person_and_no_key_of_a_question_is_in_a_report() -> None:
    seen = Observations(gaps("Why?", *PEOPLE), ENOUGH, opinions("wrong", *PEOPLE))
    text = json.dumps(asdict(await told(seen)), default=str)
    assert not [person for person in PEOPLE if person in text]
    assert "Why?0" not in text


def test_the_question_of_a_group_is_anonymous_and_rather_one_that_nobody_is_named_in() -> None:
    asked = [*gaps("pay of <@U0ANNA123>?", "U1"), *gaps("what does a lead earn?", "U2"), *gaps("a@b.org", "U3")]
    assert (
        report(Observations(asked), Alike([[0, 1, 2]]), SINCE, UNTIL).gaps.groups[0].label == "what does a lead earn?"
    )
    named = [*gaps("pay of <@U0ANNA123>?", "U1", "U2"), *gaps("and what is paid to @ben?", "U3")]
    assert report(Observations(named), Alike([[0, 1, 2]]), SINCE, UNTIL).gaps.groups[0].label == "pay of …?"


def test_a_group_of_which_nothing_can_be_shown_is_only_counted() -> None:
    made_of = report(Observations(gaps("<@U0ANNA123> 0171/1234567", *PEOPLE)), Alike([[0, 1, 2, 3]]), SINCE, UNTIL)
    assert made_of.gaps.groups == ()
    assert made_of.gaps.others == 4


@pytest.mark.parametrize("together", [[], [[0]], [[0, 0, 9, -1]], [[0], [0, 1]]])
def test_every_gap_is_counted_once_whatever_the_groups(together: list[list[int]]) -> None:
    seen = Observations(gaps("Why?", *PEOPLE))
    assert report(seen, Alike(together), SINCE, UNTIL).gaps.total == len(PEOPLE)


async def test_a_question_with_two_gaps_is_one_question() -> None:
    seen = Observations([Gap("k", "U1", "a?"), Gap("k", "U1", "b?")], [Answered("k", "U1", "Pay"), *ENOUGH])
    assert (await told(seen)).questions == 1 + len(ENOUGH)


async def test_a_long_question_is_cut_and_expiring_questions_are_anonymous() -> None:
    made_of = await told(Observations(gaps("why " * 100, *PEOPLE)), ["What does <@U0ANNA123> earn?"])
    assert len(made_of.gaps.groups[0].label) <= 200
    assert made_of.gaps.groups[0].label.endswith("…")
    assert made_of.expiring == ("What does … earn?",)


async def test_what_is_not_shown_is_told_in_words() -> None:
    seven = [gap for number in range(7) for gap in gaps(f"rare {number}?", "U1")]
    made_of = await told(Observations([*gaps("Why?", *PEOPLE), *seven], [*ENOUGH, *answers("Rare", "U1")]))
    rests = {section.kind: section.rest for section in made_of.sections}
    assert rests["gap"] == "and 7 other questions by fewer than three people each"
    assert rests["topic"] == "and 1 other question by fewer than three people"
    (alone,) = (await told(Observations(seven + gaps("x?", "U2") + gaps("y?", "U3")))).sections
    assert alone.rest == "9 questions by fewer than three people each"


def test_every_reason_of_the_feedback_window_has_its_words() -> None:
    assert REASONS.keys() <= WHY.keys()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30d", UNTIL - dt.timedelta(days=30)),
        (" 12H ", UNTIL - dt.timedelta(hours=12)),
        ("4w", UNTIL - dt.timedelta(weeks=4)),
        ("2026-11-01", dt.datetime(2026, 11, 1, tzinfo=dt.UTC)),
        ("2026-11-01T02:00+02:00", dt.datetime(2026, 11, 1, tzinfo=dt.UTC)),
    ],
)
def test_since_takes_a_span_or_a_date(text: str, moment: dt.datetime) -> None:
    assert since(text, UNTIL) == moment


@pytest.mark.parametrize("text", ["", "30", "d", "-3d", "30 days", "yesterday", "2026-13-01", "999999w", "٣٠y"])
def test_a_wrong_since_is_told_with_examples(text: str) -> None:
    with pytest.raises(SettingsError, match="12h, 30d or 4w, or a date such as 2026-11-01"):
        since(text, UNTIL)


@pytest.mark.parametrize("text", ["0d", "2026-11-25"])
def test_since_must_lie_in_the_past(text: str) -> None:
    with pytest.raises(SettingsError, match="in the past"):
        since(text, UNTIL)


@pytest.mark.parametrize(
    ("start", "period"),
    [
        (SINCE, "25 Oct – 24 Nov 2026"),
        (dt.datetime(2025, 12, 1, tzinfo=dt.UTC), "1 Dec 2025 – 24 Nov 2026"),
        (UNTIL - dt.timedelta(hours=12), "23 Nov 21:00 – 24 Nov 2026 09:00 UTC"),
    ],
)
def test_the_period_is_told(start: dt.datetime, period: str) -> None:
    assert Report(start, UNTIL).period == period


# From the records

PAY = passage("Bakers earn $30,000.", "Baker", "Pay", "In cities")


def answer(**changes: Any) -> Answer:
    cited = (Citation(1, PAY, 0.9),)
    return replace(Answer("$30,000 [1]", Coverage.COVERED, cited, cited, Receipt("quoted", "", 12)), **changes)


async def keep(records: Records, ts: str, person: str, given: Answer) -> str:
    question = AskedQuestion("T1", "C1", ts, ts, person, "?")
    await records.inbox.accept(question)
    await records.receipts.keep(question.key, question.person, given)
    await records.inbox.answered(question)
    return question.key


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def whole() -> tuple[dt.datetime, dt.datetime]:
    return now() - dt.timedelta(hours=1), now() + dt.timedelta(hours=1)


def find(key: str) -> Passage | None:
    return PAY if key == PAY.id else None


async def test_topics_gaps_and_opinions_are_read_from_the_records(records: Records) -> None:
    liked = await keep(records, "1.0", "U1", answer())
    silent = answer(citations=(), coverage=Coverage.NOT_COVERED, gaps=("pay in Peru?",))
    missed = await keep(records, "2.0", "U2", silent)
    await keep(records, "3.0", "U3", answer(citations=(), retrieved=()))  # small talk
    await records.feedback.keep(liked, "U1", liked=True)
    await records.feedback.keep(missed, "U2", liked=False, reason="not_in_guide", text="private words")
    await records.feedback.keep("of an answer that is forgotten", "U3", liked=False)
    seen = await observed(records, find, *whole())
    assert [(one.person, one.topic) for one in seen.answers] == [("U1", "Pay › In cities")]
    assert [(gap.person, gap.text) for gap in seen.gaps] == [("U2", "pay in Peru?")]
    assert {(one.liked, one.reason, one.topic) for one in seen.opinions} == {
        (True, "", "Pay › In cities"),
        (False, "not_in_guide", UNCOVERED),
        (False, "", OTHER),
    }
    assert "private words" not in str(seen)


async def test_nearest_passages_are_told_apart_from_what_the_guides_do_not_answer(records: Records) -> None:
    await keep(records, "1.0", "U1", answer(citations=(), coverage=Coverage.NOT_COVERED, gaps=("pay in Peru?",)))
    await keep(records, "2.0", "U2", answer(coverage=Coverage.NEAREST, gaps=("pay in cities?",)))
    await keep(records, "3.0", "U3", answer(coverage=Coverage.PARTLY_COVERED, gaps=("and in Chile?",)))
    seen = await observed(records, find, *whole())
    assert [gap.text for gap in seen.gaps] == ["pay in Peru?", "and in Chile?"]
    assert [gap.text for gap in seen.doubts] == ["pay in cities?"]
    assert (
        "2 times the guides had no answer, 1 time only the nearest passages could be shown"
        in (await told(seen)).summary
    )


async def test_an_answer_whose_passage_is_gone_counts_as_other(records: Records) -> None:
    await keep(records, "1.0", "U1", answer())

    def broken(key: str) -> Passage | None:
        raise IndexMissing("There is no index yet.")

    for lost in (lambda key: None, broken):
        seen = await observed(records, lost, *whole())
        assert [one.topic for one in seen.answers] == [OTHER]


async def test_only_what_lies_in_the_time_is_told(records: Records) -> None:
    key = await keep(records, "1.0", "U1", answer(gaps=("pay in Peru?",)))
    await records.feedback.keep(key, "U1", liked=True)
    late = dt.timezone(dt.timedelta(hours=5))
    before, after = now() - dt.timedelta(minutes=5), now() + dt.timedelta(minutes=5)
    here = await observed(records, find, before.astimezone(late), after.astimezone(late))
    assert [len(here.answers), len(here.gaps), len(here.opinions)] == [1, 1, 1]
    for start, until in ((after, after + dt.timedelta(days=1)), (before - dt.timedelta(days=1), before)):
        assert await observed(records, find, start, until) == Observations([], [], [], [], [])


async def test_what_a_person_had_deleted_is_in_no_report(records: Records) -> None:
    key = await keep(records, "1.0", "U1", answer(gaps=("pay in Peru?",)))
    await records.feedback.keep(key, "U1", liked=False)
    await records.forget("U1")
    assert await observed(records, find, *whole()) == Observations([], [], [], [], [])
