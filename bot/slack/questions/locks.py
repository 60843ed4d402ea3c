"""What concerns one thread is done in turn, what concerns different threads at the same time."""

import asyncio
from weakref import WeakValueDictionary


class KeyedLocks:
    """A lock for each key, first come first served; one that nobody holds or waits for is forgotten."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, key: str) -> asyncio.Lock:
        """The lock of a key."""
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock
