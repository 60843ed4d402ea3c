"""Work in threads."""

import threading
import time

import pytest

from knowledge import threads
from knowledge.errors import TookTooLong
from knowledge.threads import WORKERS, in_thread


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
