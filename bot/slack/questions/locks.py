"""Per-key locks: work on one key is serialised, work on different keys runs concurrently."""

import asyncio
from weakref import WeakValueDictionary


class KeyedLocks:
    """An asyncio lock for each key, first come first served; a lock that nobody holds or waits for is forgotten."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, key: str) -> asyncio.Lock:
        """The lock of a key."""
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock
