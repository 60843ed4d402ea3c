"""Turns at something of which there are only so many: they are handed on in an order, whoever gives up waiting."""

import asyncio
import heapq
import itertools


class Turns:
    """At most `most` at a time. A free turn goes to whoever waits with the lowest rank, among equals to who came first."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._arrivals = itertools.count()

    async def take(self, rank: int) -> None:
        """Wait for a turn, which is to be given back."""
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (rank, next(self._arrivals), turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it was handed over in the same moment
                self.give_back()
            raise

    def give_back(self) -> None:
        """Hand a turn on to the next who waits."""
        while self._waiting:
            *_, turn = heapq.heappop(self._waiting)
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1
