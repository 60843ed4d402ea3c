"""Keeps an event loop from standing still, and ends a process whose loop does or whose stop takes too long."""

import asyncio
import faulthandler
import gc
import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

FROZEN_SECONDS = 60.0
"""An event loop that gets no turn for so long will not get one again."""

END_SECONDS = 8.5
"""From being told to stop until a process ends, whatever holds it up: Docker kills after ten seconds."""


def settle_heap() -> None:
    """What has been built is not looked through by the garbage collector any more.

    Each of its full rounds would stop the event loop for the time that all packages and models take: 0.2 s and more.
    """
    gc.collect()
    gc.freeze()


def end_within(seconds: float = END_SECONDS) -> None:
    """End the process with status 1 after so many seconds, unless it has ended by then.

    A thread that computes, or a database that does not answer, would hold up its end.
    """
    last_resort = threading.Timer(seconds, os._exit, [1])
    last_resort.daemon = True
    last_resort.start()


@asynccontextmanager
async def watched(seconds: float = FROZEN_SECONDS) -> AsyncIterator[None]:
    """While this lasts, a loop without a turn for so many seconds ends the process with status 1.

    Where each thread stood is written to standard error: files and lines, no values.
    """
    alive = asyncio.create_task(_tell_alive(seconds))
    try:
        yield
    finally:
        alive.cancel()
        faulthandler.cancel_dump_traceback_later()


async def _tell_alive(seconds: float) -> None:
    while True:
        faulthandler.dump_traceback_later(seconds, exit=True)
        await asyncio.sleep(seconds / 6)
