"""Slots shared fairly: so many at once, and people take turns at those that become free."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class FairSlots:
    """At most `most` holders at a time. A free slot goes to the next person in turn, whoever came first among theirs."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def of(self, person: str) -> AsyncIterator[None]:
        """Hold a slot, as soon as it is this person's turn."""
        await self._acquire(person)
        try:
            yield
        finally:
            self._hand_on()

    def before(self, person: str) -> int:
        """How many get a slot before somebody who came now: of every other person at most as many as wait of this one."""
        own = len(self._waiting.get(person, ()))
        return own + sum(min(len(queue), own + 1) for name, queue in self._waiting.items() if name != person)

    async def _acquire(self, person: str) -> None:
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(person, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the slot was handed over in the same moment
                self._hand_on()
            raise

    def _hand_on(self) -> None:
        while self._waiting:
            person, queue = self._waiting.popitem(last=False)
            turn = queue.popleft()
            if queue:
                self._waiting[person] = queue  # behind everybody else
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
