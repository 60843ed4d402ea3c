"""Work in threads, so that the event loop never waits for it: a bounded pool of them, and a time limit for each piece of work."""

import asyncio
import contextlib
import contextvars
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar, TypeVarTuple

from knowledge.errors import TookTooLong

WORKERS = (os.cpu_count() or 1) + 4
"""Threads: one for each core, and some for those that wait for a database."""
WORKING = 20.0
"""Seconds that a piece of work may take. Reading a question's passages takes some 0.1 s."""
WAITING = 120.0
"""Seconds that it may wait for a thread."""

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


async def in_thread(work: Callable[[*Ts], T], *args: *Ts, seconds: float = WORKING) -> T:
    """What `work` returns, called in a thread of the pool. Raises what it raises.

    Raises TookTooLong when it works longer than `seconds`, or waits longer than `WAITING` for a thread. The thread goes
    on nevertheless: nothing can end it, so whatever waits inside it needs a limit of its own.
    """
    loop = asyncio.get_running_loop()
    begun = asyncio.Event()
    context = contextvars.copy_context()

    def run() -> T:
        loop.call_soon_threadsafe(begun.set)
        return context.run(work, *args)

    done = loop.run_in_executor(_pool(), run)
    try:
        async with asyncio.timeout(WAITING):
            await begun.wait()
    except TimeoutError:
        raise TookTooLong("Too much is being asked of me at once; try again later.") from None
    finally:
        if not begun.is_set():
            done.cancel()
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await done
    except TimeoutError:
        if limit.expired():
            raise TookTooLong(f"Looking into the guides took longer than {seconds:g} s; try again later.") from None
        raise


async def in_thread_of_its_own(work: Callable[[], None], name: str) -> None:
    """Work that may take minutes and must not take a place among the threads that answer; it does not keep the process alive."""
    loop = asyncio.get_running_loop()
    done = loop.create_future()

    def finish() -> None:
        if not done.done():
            done.set_result(None)

    def run() -> None:
        try:
            work()
        finally:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                loop.call_soon_threadsafe(finish)

    threading.Thread(target=run, name=name, daemon=True).start()
    await done


@lru_cache(maxsize=1)
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(WORKERS, "careerbot")
