"""Slots are shared fairly between people."""

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from bot.slack.questions.slots import FairSlots


def asking(slots: FairSlots, got: list[str], gate: asyncio.Event) -> Callable[[str], Coroutine[None, None, None]]:
    async def ask(person: str) -> None:
        async with slots.of(person):
            got.append(person)
            await gate.wait()

    return ask


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_people_take_turns_at_what_becomes_free() -> None:
    slots, got, gate = FairSlots(1), list[str](), asyncio.Event()
    ask = asking(slots, got, gate)
    tasks = [asyncio.create_task(ask(person)) for person in ["first", *["many"] * 5, "few", "other", "few"]]
    await settled()
    gate.set()
    await asyncio.gather(*tasks)
    assert got == ["first", "many", "few", "other", "many", "few", "many", "many", "many"]


async def test_no_more_hold_a_slot_than_there_are() -> None:
    slots, got, gate = FairSlots(2), list[str](), asyncio.Event()
    ask = asking(slots, got, gate)
    tasks = [asyncio.create_task(ask("one")) for _ in range(5)]
    await settled()
    assert len(got) == 2
    gate.set()
    await asyncio.gather(*tasks)
    assert len(got) == 5


@pytest.mark.parametrize("after_hand_over", [False, True])
async def test_who_leaves_the_queue_takes_no_slot_away(after_hand_over: bool) -> None:
    slots, got, gate = FairSlots(1), list[str](), asyncio.Event()
    ask = asking(slots, got, gate)
    holder, leaver, last = (asyncio.create_task(ask(name)) for name in ("holder", "leaver", "last"))
    await settled()
    if after_hand_over:
        slots._hand_on()  # the slot is the leaver's, who has not noticed yet
    leaver.cancel()
    await settled()
    gate.set()
    await asyncio.gather(holder, last)
    assert got == ["holder", "last"]


async def test_somebody_who_waits_is_told_how_many_are_before_them() -> None:
    slots, got, gate = FairSlots(1), list[str](), asyncio.Event()
    ask = asking(slots, got, gate)
    tasks = [asyncio.create_task(ask(person)) for person in ["first", *["many"] * 300, "few"]]
    await settled()
    assert slots.before("new") == 2  # one of each of the others
    assert slots.before("many") == 301
    gate.set()
    await asyncio.gather(*tasks)
