"""Work in threads."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from knowledge import threads
from knowledge.errors import TookTooLong
from knowledge.threads import WORKERS, in_order, in_thread


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


async def test_what_waits_for_a_thread_gets_one_in_the_order_of_its_job() -> None:
    done: list[str] = []
    released, asked = threading.Event(), asyncio.Event()
    busy = [asyncio.create_task(in_thread(released.wait, seconds=10)) for _ in range(WORKERS)]
    await asyncio.sleep(0)

    async def job(name: str, late: bool) -> None:
        with in_order():
            if late:
                await asked.wait()
            for piece in range(2):
                await in_thread(done.append, f"{name} {piece}")

    first, second = asyncio.create_task(job("first", late=True)), asyncio.create_task(job("second", late=False))
    for _ in range(3):
        await asyncio.sleep(0)
    asked.set()  # the first job asks for a thread after the second one, and still comes before it
    for _ in range(3):
        await asyncio.sleep(0)
    released.set()
    await asyncio.gather(first, second, *busy)
    assert done.index("first 0") < done.index("second 0")


async def test_a_job_is_told_when_it_waits_for_a_thread_and_when_it_has_one() -> None:
    told: list[str] = []

    @asynccontextmanager
    async def waiting() -> AsyncIterator[None]:
        told.append("waits")
        yield
        told.append("works")

    with in_order(waiting):
        await in_thread(told.append, "worked")
    assert told == ["waits", "works", "worked"]


async def test_who_gives_up_waiting_takes_no_thread() -> None:
    released = threading.Event()
    busy = [asyncio.create_task(in_thread(released.wait, seconds=10)) for _ in range(WORKERS)]
    await asyncio.sleep(0)
    gone = [asyncio.create_task(in_thread(lambda: None)) for _ in range(3)]
    await asyncio.sleep(0)
    for task in gone:
        task.cancel()
    released.set()
    await asyncio.gather(*busy, *gone, return_exceptions=True)
    assert await asyncio.gather(*(in_thread(lambda: 1) for _ in range(2 * WORKERS))) == [1] * 2 * WORKERS


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
