"""Turns at the database."""

import asyncio

import pytest

from bot.records.turns import DatabaseTurns, urgently


async def test_what_is_urgent_goes_before_what_came_earlier() -> None:
    turns, order = DatabaseTurns(1), list[str]()

    async def go(name: str) -> None:
        async with turns.one(5):
            order.append(name)

    def urgent(name: str) -> asyncio.Task[None]:
        with urgently():
            return asyncio.create_task(go(name))

    async with turns.one(5):
        tasks = [asyncio.create_task(go(name)) for name in ("first", "second")]
        await asyncio.sleep(0)
        tasks += [urgent("urgent one"), urgent("urgent two")]
        await asyncio.sleep(0)
    await asyncio.gather(*tasks)

    assert order == ["urgent one", "urgent two", "first", "second"]


async def test_somebody_who_gave_up_holds_nobody_up() -> None:
    turns = DatabaseTurns(1)
    async with turns.one(5):
        with pytest.raises(TimeoutError):
            async with turns.one(0.01):
                pass
        waiting = asyncio.create_task(_take(turns))
        await asyncio.sleep(0)
    waiting.cancel()  # in the moment in which it is handed its turn
    await asyncio.gather(waiting, return_exceptions=True)

    async with turns.one(1):
        pass


async def _take(turns: DatabaseTurns) -> None:
    async with turns.one(5):
        await asyncio.sleep(60)
