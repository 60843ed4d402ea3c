"""Ends a process whose event loop stands still, so that its supervisor starts it anew and others take up its questions."""

import asyncio
import faulthandler
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

FROZEN_SECONDS = 60.0
"""An event loop that gets no turn for so long will not get one again."""


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
