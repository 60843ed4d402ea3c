"""What holds up an event loop is noticed and named."""

import asyncio
import gc
import time
from typing import Any

from bot.watchdog import settle_heap
from tests.loop_watch import LIMIT, slowness, watching_loops


def compute(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def as_ours(seconds: float) -> None:
    """Compute as a function that is no test's."""
    namespace: dict[str, Any] = {"compute": compute, "seconds": seconds}
    exec(compile("def callback():\n    compute(seconds)", "/bot/made_up.py", "exec"), namespace)
    asyncio.get_running_loop().call_soon(namespace["callback"])


async def test_a_callback_that_computes_for_long_is_named() -> None:
    with watching_loops(lambda: 1.0) as watch:
        as_ours(LIMIT * 4)
        await asyncio.sleep(0)
    (slow,) = watch.slow
    assert slow.name == "callback"
    assert any("made_up.py" in place for place in slow.seen)


async def test_short_ones_waiting_and_the_steps_of_tests_are_not() -> None:
    with watching_loops() as watch:
        as_ours(LIMIT / 10)
        await asyncio.sleep(LIMIT * 2)
        compute(LIMIT * slowness() * 1.5)
        await asyncio.sleep(0)
    assert watch.slow == []
    assert asyncio.Handle._run.__qualname__ == "Handle._run"


def test_what_is_there_at_the_start_is_not_looked_through_again() -> None:
    before = gc.get_freeze_count()
    there = [[number] for number in range(1000)]
    settle_heap()
    assert gc.get_freeze_count() >= before + len(there)
