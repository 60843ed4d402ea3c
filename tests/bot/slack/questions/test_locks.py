"""Work on one key is serialised, work on different keys runs concurrently."""

import asyncio
import gc

from bot.slack.questions.locks import KeyedLocks


async def test_one_key_is_held_by_one_and_another_key_by_somebody_else() -> None:
    locks = KeyedLocks()
    async with locks.of("a"):
        assert locks.of("a").locked()
        async with asyncio.timeout(1), locks.of("b"):
            pass


async def test_who_waits_first_comes_first() -> None:
    locks, order = KeyedLocks(), list[int]()

    async def work(number: int) -> None:
        async with locks.of("a"):
            await asyncio.sleep(0)
            order.append(number)

    await asyncio.gather(*map(work, range(5)))
    assert order == [0, 1, 2, 3, 4]


async def test_a_lock_that_nobody_holds_is_forgotten() -> None:
    locks = KeyedLocks()
    async with locks.of("a"):
        pass
    gc.collect()
    assert len(locks._locks) == 0
