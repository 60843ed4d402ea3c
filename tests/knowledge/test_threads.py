"""Work in threads."""

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from knowledge import threads
from knowledge.errors import TookTooLong
from knowledge.threads import WORKERS, in_thread, one_at_a_time


async def test_it_works_beside_the_loop_and_hands_back_what_was_made() -> None:
    assert await in_thread(lambda a, b: (a + b, threading.current_thread().name.split("_")[0]), 1, 2) == (
        3,
        "careerbot",
    )


async def test_what_the_work_raises_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        await in_thread(lambda: 1 // 0)


async def test_a_time_out_of_the_works_own_is_no_limit_of_ours() -> None:
    def work() -> None:
        raise TimeoutError("the database's")

    with pytest.raises(TimeoutError, match="the database's"):
        await in_thread(work)


async def test_work_that_hangs_is_given_up_after_its_time() -> None:
    released = threading.Event()
    started = time.monotonic()
    try:
        with pytest.raises(TookTooLong, match=r"longer than 0\.05 s"):
            await in_thread(released.wait, seconds=0.05)
    finally:
        released.set()
    assert time.monotonic() - started < 5


async def test_where_every_thread_hangs_others_are_told_instead_of_waiting_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    released = threading.Event()
    monkeypatch.setattr(threads, "WAITING", 0.05)
    try:
        for _ in range(WORKERS):
            with pytest.raises(TookTooLong):
                await in_thread(released.wait, seconds=0.01)
        with pytest.raises(TookTooLong, match="Too much"):
            await in_thread(lambda: None)
    finally:
        released.set()


async def test_work_with_one_lock_is_done_one_at_a_time_and_other_work_beside_it() -> None:
    lock, first_began, may_end, order = asyncio.Lock(), threading.Event(), threading.Event(), []

    def first() -> None:
        first_began.set()
        may_end.wait(10)
        order.append("first")

    async def alone(work: Callable[[], None]) -> None:
        with one_at_a_time(lock):
            await in_thread(work)

    began = asyncio.create_task(alone(first))
    await asyncio.to_thread(first_began.wait, 10)
    waits = asyncio.create_task(alone(lambda: order.append("second")))
    await in_thread(lambda: order.append("beside"))
    may_end.set()
    await asyncio.gather(began, waits)
    assert order == ["beside", "first", "second"]
