"""Confirmed answers in the records: one clear state each, a record of every deed; and as a guide."""

import asyncio
import datetime as dt

import pytest

from bot.mentoring.confirmations import (
    Basis,
    Confirmation,
    Confirmations,
    ConfirmationState,
    as_guide,
    as_objects,
    day,
    renumbered,
)
from bot.storage import Records
from tests.conftest import AdvisorOver

DORA, EMIL = "U0DORA", "U0EMIL"


def draft(key: str = "c1", answer_key: str = "T1:C1:1.0", mentor: str = DORA, **more: str) -> Confirmation:
    passages = (Basis("p1", "h1", "baker.md", "Baker: Pay"),)
    said = {"question": "What do bakers earn?", "answer": "$30,000 [1]"} | more
    return Confirmation(key, "T1", answer_key, said["question"], said["answer"], ("Baker: [1] Pay",), passages, mentor)


async def confirmed(records: Records, one: Confirmation, *instead_of: str) -> bool:
    await records.confirmations.draft(one)
    return await records.confirmations.confirm(one, instead_of, await records.confirmations.version())


async def deeds(records: Records) -> list[tuple[str, str, str]]:
    return [(deed["person"], deed["what"], deed["about"]) for deed in await records.audit_log.all()]


async def test_what_is_confirmed_is_kept_with_all_that_belongs_to_it(records: Records) -> None:
    assert await confirmed(records, draft())
    (kept,) = await records.confirmations.active("T1")
    assert (kept.question, kept.answer, kept.sources, kept.passages) == (
        "What do bakers earn?",
        "$30,000 [1]",
        ("Baker: [1] Pay",),
        draft().passages,
    )
    assert (kept.mentor, kept.state, kept.changed_by) == (DORA, ConfirmationState.ACTIVE, DORA)
    assert abs(kept.made_at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert await records.confirmations.of_answer("T1:C1:1.0") == kept
    assert await records.confirmations.active("T2") == []
    assert await deeds(records) == [(DORA, "confirmed", "c1")]


async def test_a_draft_is_no_confirmation(records: Records) -> None:
    await records.confirmations.draft(draft())
    assert await records.confirmations.active() == await records.confirmations.all() == []
    assert not await records.confirmations.withdraw("c1", DORA)
    assert await deeds(records) == []


async def test_a_draft_is_confirmed_once(records: Records) -> None:
    await records.confirmations.draft(draft())
    seen = await records.confirmations.version()
    tries = [records.confirmations.confirm(draft(), [], seen) for _ in range(5)]
    assert sum(await asyncio.gather(*tries)) == 1
    assert not await records.confirmations.confirm(draft(), [], await records.confirmations.version())
    assert await deeds(records) == [(DORA, "confirmed", "c1")]


async def test_an_answer_has_one_active_confirmation(records: Records) -> None:
    assert await confirmed(records, draft("c1"))
    assert not await confirmed(records, draft("c2", mentor=EMIL))
    assert [one.id for one in await records.confirmations.active()] == ["c1"]
    assert await confirmed(records, draft("c3", mentor=EMIL), "c1")
    assert [one.id for one in await records.confirmations.active()] == ["c3"]
    replaced = await records.confirmations.find("c1")
    assert replaced is not None
    assert (replaced.state, replaced.changed_by) == (ConfirmationState.REPLACED, EMIL)
    assert await deeds(records) == [(DORA, "confirmed", "c1"), (EMIL, "replaced", "c1"), (EMIL, "confirmed", "c3")]


async def test_what_was_decided_by_looking_at_an_older_state_is_not_done(records: Records) -> None:
    seen = await records.confirmations.version()
    assert await confirmed(records, draft("c1"))
    await records.confirmations.draft(draft("c2", "T1:C1:2.0"))
    assert not await records.confirmations.confirm(draft("c2", "T1:C1:2.0"), ["c1"], seen)
    assert [one.id for one in await records.confirmations.active()] == ["c1"]


async def test_of_two_who_withdraw_one_does(records: Records) -> None:
    await confirmed(records, draft())
    done = await asyncio.gather(*(records.confirmations.withdraw("c1", who) for who in (DORA, EMIL)))
    assert sum(done) == 1
    assert [what for _, what, _ in await deeds(records)] == ["confirmed", "withdrew"]
    assert not await records.confirmations.expire("c1")


async def test_what_expired_can_be_withdrawn_and_its_mentor_is_told_once(records: Records) -> None:
    await confirmed(records, draft())
    assert await records.confirmations.untold() == []
    assert sum(await asyncio.gather(*(records.confirmations.expire("c1") for _ in range(4)))) == 1
    assert [one.id for one in await records.confirmations.untold()] == ["c1"]
    assert sum(await asyncio.gather(*(records.confirmations.tell("c1") for _ in range(4)))) == 1
    assert await records.confirmations.untold() == []
    await records.confirmations.tell("c1", told=False)
    assert [one.id for one in await records.confirmations.untold()] == ["c1"]
    assert await records.confirmations.withdraw("c1", EMIL)
    assert await deeds(records) == [(DORA, "confirmed", "c1"), ("", "expired", "c1"), (EMIL, "withdrew", "c1")]


async def test_a_mentor_who_is_forgotten_leaves_what_was_confirmed_but_no_name(records: Records) -> None:
    await confirmed(records, draft())
    await records.confirmations.draft(draft("c2", "T1:C1:2.0"))
    before = await records.confirmations.version()
    await records.forget(DORA)
    (kept,) = await records.confirmations.active()
    assert (kept.mentor, kept.changed_by, kept.answer) == ("", "", "$30,000 [1]")
    assert await records.confirmations.find("c2") is None
    assert await records.confirmations.version() > before
    assert await deeds(records) == [("", "confirmed", "c1")]


async def test_an_old_draft_is_forgotten(records: Records) -> None:
    long_ago = dt.datetime.now(dt.UTC) - dt.timedelta(days=2)
    old = Confirmation("old", "T1", "k", "", "a", (), (), DORA, made_at=long_ago)
    await records.confirmations.draft(old)
    await records.confirmations.draft(draft())
    assert await records.confirmations.find("old") is None


@pytest.mark.parametrize(
    ("answer", "kept", "expected"),
    [
        ("A. [1] B. [2]", [1, 2], "A. [1] B. [2]"),
        ("A. [1] B. [2] C. [3]", [1, 3], "A. [1] B. C. [2]"),
        ("See [2](https://example.com) and [2].", [2], "See [2](https://example.com) and [1]."),
    ],
)
def test_marks_follow_the_passages_that_are_left(answer: str, kept: list[int], expected: str) -> None:
    assert renumbered(answer, kept) == expected


async def test_the_export_is_a_guide_that_answers_its_questions_and_names_nobody(
    advisor_over: AdvisorOver, records: Records
) -> None:
    answer = "## Pay\n\nA pastry chef in Lyon earns about €31,000 per year. [1]\n\nAsk <@U0ANNA> for more."
    await confirmed(records, draft(question="# What does a pastry chef\nin Lyon earn?", answer=answer))
    active = await records.confirmations.active()
    text = as_guide(active, dt.datetime(2026, 11, 24, tzinfo=dt.UTC))
    assert "## What does a pastry chef in Lyon earn?" in text
    assert f"Confirmed by a mentor on {day(active[0].made_at)}" in text
    assert "U0" not in text
    assert "[1]" not in text
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "# Confirmed answers",
        "## What does a pastry chef in Lyon earn?",
    ]
    advisor = advisor_over(confirmed=text)
    from bot.answering.conversation import Conversation, Coverage

    told = await advisor.answer(Conversation.of(["What does a pastry chef in Lyon earn?"]))
    assert told.coverage is not Coverage.NOT_COVERED
    assert "€31,000" in told.text
    assert [citation.passage.heading[-1] for citation in told.citations] == ["What does a pastry chef in Lyon earn?"]
    (entry,) = as_objects(active)
    assert "U0DORA" not in str(entry)


def test_nothing_confirmed_is_still_a_file_that_can_be_read() -> None:
    assert as_guide([], dt.datetime(2026, 11, 24, tzinfo=dt.UTC)).startswith("---\ntitle: Confirmed answers")


def test_a_date_is_written_as_people_write_it() -> None:
    assert day(dt.datetime(2026, 11, 4, tzinfo=dt.UTC)) == "4 Nov 2026"


async def test_records_of_an_earlier_version_get_what_is_new(records: Records) -> None:
    assert isinstance(records.confirmations, Confirmations)
    assert await records.confirmations.version() == await records.confirmations.version() == 0
