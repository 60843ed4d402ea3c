"""The store of questions for mentors: each step has one winner, and nothing outlives its use; on both databases."""

import asyncio
import datetime as dt
from dataclasses import replace

import pytest

from bot.mentoring.handovers import LEASE, Handover, HandoverState
from bot.records import retention
from bot.records.database import now
from bot.storage import Records

ASKED = Handover("h1", "T1:C1:1.0", "T1", "U1", "What does it pay in London?", True, "C1", "1.0")
HOUR = dt.timedelta(hours=1)


async def opened(records: Records, handover: Handover = ASKED) -> None:
    assert await records.handovers.add(handover)
    await records.handovers.posted(handover.id, "C9", f"{handover.id}.0")


async def found(records: Records, key: str = "h1") -> Handover:
    handover = await records.handovers.find(key)
    assert handover is not None
    return handover


async def test_an_answer_is_handed_over_once(records: Records) -> None:
    assert await records.handovers.add(ASKED)
    assert not await records.handovers.add(replace(ASKED, id="h2"))
    assert await records.handovers.of(ASKED.key) == ASKED


async def test_of_two_mentors_at_once_one_has_the_question(records: Records) -> None:
    await opened(records)
    claims = await asyncio.gather(*(records.handovers.claim("h1", mentor) for mentor in ("U2", "U3")))
    assert sorted(claims) == [False, True]
    assert (await found(records)).mentor == ("U2" if claims[0] else "U3")


async def test_only_who_took_it_gives_it_back_or_answers(records: Records) -> None:
    await opened(records)
    await records.handovers.claim("h1", "U2")
    assert not await records.handovers.release("h1", "U3")
    assert not await records.handovers.answer("h1", "U3", "Mine")
    assert await records.handovers.release("h1", "U2")
    assert not await records.handovers.answer("h1", "U2", "Too late")
    assert (await found(records)).state is HandoverState.OPEN


async def test_an_answer_is_sent_once_and_its_texts_are_forgotten(records: Records) -> None:
    await opened(records)
    await records.handovers.claim("h1", "U2")
    assert await records.handovers.answer("h1", "U2", "It pays well.")
    assert not await records.handovers.answer("h1", "U2", "Again")
    assert (await found(records)).answer == "It pays well."
    assert await records.handovers.answered("h1")
    assert not await records.handovers.answered("h1")
    assert await records.handovers.drawn(await found(records))
    over = await found(records)
    assert (over.question, over.answer, over.state) == ("", "", HandoverState.ANSWERED)
    assert await records.handovers.unfinished(now() + HOUR) == []


async def test_a_message_is_heard_once(records: Records) -> None:
    await opened(records)
    await records.handovers.claim("h1", "U2")
    assert await records.handovers.hear("h1", "5.0")
    assert not await records.handovers.hear("h1", "5.0")
    assert await records.handovers.hear("h1", "6.0")


async def test_what_is_under_way_is_left_to_whoever_does_it_for_a_while_and_then_taken_up_once(
    records: Records,
) -> None:
    await records.handovers.add(ASKED)
    assert await records.handovers.unfinished(now()) == []
    late = now() + LEASE
    (waiting,) = await records.handovers.unfinished(late)
    assert await records.handovers.take_up(waiting, late)
    assert not await records.handovers.take_up(waiting, late)
    await records.handovers.leave("h1")
    assert await records.handovers.unfinished(now()) == [waiting]


async def test_a_card_that_shows_something_else_is_unfinished(records: Records) -> None:
    await opened(records)
    assert await records.handovers.unfinished(now()) == []
    await records.handovers.claim("h1", "U2")
    (stale,) = await records.handovers.unfinished(now())
    assert not await records.handovers.drawn(replace(stale, state=HandoverState.OPEN, mentor=""))
    assert await records.handovers.drawn(stale)
    assert await records.handovers.unfinished(now()) == []


async def test_a_reminder_is_due_once_in_each_period(records: Records) -> None:
    await opened(records)
    first, second = now() + 24 * HOUR, now() + 48 * HOUR
    assert await records.handovers.waiting(HandoverState.OPEN, now() - HOUR) == []
    (due,) = await records.handovers.waiting(HandoverState.OPEN, first - 24 * HOUR)
    won = await asyncio.gather(*(records.handovers.remind(due, first - 24 * HOUR, first) for _ in range(3)))
    assert sorted(won) == [False, False, True]
    assert await records.handovers.waiting(HandoverState.OPEN, first - 23 * HOUR) == []
    assert await records.handovers.waiting(HandoverState.OPEN, second - 24 * HOUR) == [due]


async def test_taking_a_question_begins_its_time_anew(records: Records) -> None:
    await records.handovers.add(ASKED, now() - 100 * HOUR)
    await records.handovers.posted("h1", "C9", "9.0")
    await records.handovers.claim("h1", "U2")
    assert await records.handovers.waiting(HandoverState.CLAIMED, now() - HOUR) == []
    assert len(await records.handovers.waiting(HandoverState.CLAIMED, now() + HOUR)) == 1


@pytest.mark.parametrize(
    "state",
    [HandoverState.POSTING, HandoverState.OPEN, HandoverState.CLAIMED, HandoverState.ANSWERING, HandoverState.ANSWERED],
)
async def test_nothing_of_a_person_is_kept_in_any_state(records: Records, state: HandoverState) -> None:
    await records.handovers.add(ASKED)
    if state is not HandoverState.POSTING:
        await records.handovers.posted("h1", "C9", "9.0")
    if state in {HandoverState.CLAIMED, HandoverState.ANSWERING, HandoverState.ANSWERED}:
        await records.handovers.claim("h1", "U2")
    if state in {HandoverState.ANSWERING, HandoverState.ANSWERED}:
        await records.handovers.answer("h1", "U2", "It pays well.")
    if state is HandoverState.ANSWERED:
        await records.handovers.answered("h1")
    await records.forget("U1")
    kept = str([dict(row) for row in await records.handovers.all()])
    assert all(own not in kept for own in ("U1", "London", "C1", "pays"))
    assert not await records.handovers.claim("h1", "U3")
    assert await records.handovers.drawn(await found(records))
    assert await records.handovers.all() == []


async def test_a_mentor_who_is_forgotten_leaves_what_they_took_to_others(records: Records) -> None:
    await opened(records)
    await opened(records, replace(ASKED, id="h2", key="T1:C1:2.0"))
    for key in ("h1", "h2"):
        await records.handovers.claim(key, "U2")
        await records.handovers.drawn(await found(records, key))
    await records.handovers.answer("h2", "U2", "It pays well.")
    await records.handovers.answered("h2")
    await records.handovers.drawn(await found(records, "h2"))
    await records.forget("U2")
    assert "U2" not in str([dict(row) | {"card_shows": ""} for row in await records.handovers.all()])
    assert (await found(records)).state is HandoverState.OPEN
    assert (await found(records, "h2")).state is HandoverState.ANSWERED
    assert [handover.id for handover in await records.handovers.unfinished(now())] == ["h1"]


async def test_what_nobody_answered_for_too_long_is_taken_back_and_what_was_answered_is_forgotten(
    records: Records,
) -> None:
    await opened(records)
    await opened(records, replace(ASKED, id="h2", key="T1:C1:2.0", question="And in Paris?"))
    assert await records.handovers.claim("h2", "UM")
    assert await records.handovers.answer("h2", "UM", "About €70,000.")
    assert await records.handovers.answered("h2")
    await retention.purge(records._database, [records.handovers], now() - HOUR)
    assert [(await found(records)).state, (await found(records, "h2")).state] == [
        HandoverState.OPEN,
        HandoverState.ANSWERED,
    ]
    await retention.purge(records._database, [records.handovers], now() + HOUR)
    taken_back = await found(records)
    assert (taken_back.state, taken_back.question, taken_back.person) == (HandoverState.WITHDRAWN, "", "")
    assert await records.handovers.find("h2") is None
