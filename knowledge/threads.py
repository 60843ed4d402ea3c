"""Work in threads, so that the event loop never waits for it: a bounded pool of them, and a time limit for each piece of work.

What waits for a thread gets one in the order of the jobs that it belongs to (`in_order`), not in that of its arrival: a
hundred jobs of several pieces each would otherwise all end at the same late moment, and none before a process is killed.
"""

import asyncio
import contextlib
import contextvars
import itertools
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, TypeVar, TypeVarTuple
from weakref import WeakKeyDictionary

from knowledge.errors import TookTooLong
from knowledge.turns import Turns

WORKERS = (os.cpu_count() or 1) + 4
"""Threads: one for each core, and some for those that wait for a database."""
WORKING = 20.0
"""Seconds that a piece of work may take. Reading a question's passages takes some 0.1 s."""
WAITING = 300.0
"""Seconds that it may wait for a thread: for all that of the jobs before its own."""

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


_jobs = itertools.count(1)
_job: ContextVar[int] = ContextVar("job", default=0)
Waiting = Callable[[], contextlib.AbstractAsyncContextManager[None]]
_while_waiting: ContextVar[Waiting] = ContextVar("while_waiting", default=contextlib.nullcontext)


@contextlib.contextmanager
def in_order(while_waiting: Waiting = contextlib.nullcontext) -> Iterator[None]:
    """A job of the current task: its work in threads comes before that of jobs that began later, and after what is no job.

    `while_waiting` is entered while a piece of it waits for a thread.
    """
    job, waiting = _job.set(next(_jobs)), _while_waiting.set(while_waiting)
    try:
        yield
    finally:
        _job.reset(job)
        _while_waiting.reset(waiting)


async def in_thread(work: Callable[[*Ts], T], *args: *Ts, seconds: float = WORKING) -> T:
    """What `work` returns, called in a thread of the pool. Raises what it raises.

    Raises TookTooLong when it works longer than `seconds`, or waits longer than `WAITING` for a thread. The thread goes
    on nevertheless, and keeps its place: nothing can end it, so whatever waits inside it needs a limit of its own.
    """
    loop = asyncio.get_running_loop()
    turns = _turns_of(loop)
    await _wait_for(turns)
    done = loop.run_in_executor(_pool(), contextvars.copy_context().run, work, *args)
    done.add_done_callback(lambda _: turns.give_back())
    limit = asyncio.timeout(seconds)
    try:
        async with limit:
            return await asyncio.shield(done)
    except TimeoutError:
        if limit.expired():
            raise TookTooLong(f"Looking into the guides took longer than {seconds:g} s; try again later.") from None
        raise
    finally:
        done.add_done_callback(_heard)


def _heard(done: "asyncio.Future[Any]") -> None:
    """What work raises that nobody waits for any more is no news."""
    if not done.cancelled():
        done.exception()


async def _wait_for(turns: Turns) -> None:
    with contextlib.ExitStack() as unless_used:
        async with _while_waiting.get()():
            try:
                async with asyncio.timeout(WAITING):
                    await turns.take(_job.get())
            except TimeoutError:
                raise TookTooLong("Too much is being asked of me at once; try again later.") from None
            unless_used.callback(turns.give_back)
        unless_used.pop_all()


_all_turns: WeakKeyDictionary[asyncio.AbstractEventLoop, Turns] = WeakKeyDictionary()


def _turns_of(loop: asyncio.AbstractEventLoop) -> Turns:
    return _all_turns.setdefault(loop, Turns(WORKERS))


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
