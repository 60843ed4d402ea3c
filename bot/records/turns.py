"""Who waits for a connection to the database: what Slack waits for goes before everything else."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar

from knowledge.turns import Turns

_URGENT: ContextVar[bool] = ContextVar("urgent", default=False)


@contextmanager
def urgently() -> Iterator[None]:
    """Whatever is read or written in here goes before all that waits and is not urgent."""
    token = _URGENT.set(True)
    try:
        yield
    finally:
        _URGENT.reset(token)


class DatabaseTurns:
    """At most `most` at a time: first those that are urgent, then the others, each in the order in which they came."""

    def __init__(self, most: int) -> None:
        self._turns = Turns(most)

    @asynccontextmanager
    async def one(self, seconds: float) -> AsyncIterator[None]:
        """A turn. Raises TimeoutError when it does not come within that time."""
        async with asyncio.timeout(seconds):
            await self._turns.take(0 if _URGENT.get() else 1)
        try:
            yield
        finally:
            self._turns.give_back()
