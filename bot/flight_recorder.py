"""For whom this process computes just now, in a file that outlives it: what ended a process was computed for one of them.

What waits for Slack, for a model, for the database or for a thread ends no process, so it is not on record meanwhile.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from knowledge.threads import in_order

SLOT = 256
"""Bytes of the file for one piece of work; a longer key is cut."""

_work: ContextVar["_Work | None"] = ContextVar("work", default=None)


class FlightRecorder:
    """Writes down for which keys the process computes. Where the file cannot be written, nothing is on record.

    A write reaches the operating system at once, which keeps it when the process is killed.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file: int | None = None
        self._slots: dict[int, str] = {}
        if file:
            with suppress(OSError):
                self._file = os.open(file, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)

    def close(self) -> None:
        """Write nothing any more."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @asynccontextmanager
    async def at_work(self, key: str, alone: asyncio.Lock | None = None) -> AsyncIterator[None]:
        """While this lasts, the key is on record; not while its task is `waiting`, for a thread for example.

        What began earlier gets a thread earlier. Of those that share a lock `alone` one is on record at a time: if the process ends, that one is to blame.
        """
        work = _Work(self, key, asyncio.current_task(), alone)
        token = _work.set(work)
        try:
            await work.begin()
            with in_order(waiting):
                yield
        finally:
            work.end()
            _work.reset(token)

    def _put(self, key: str) -> int:
        slot = next(number for number in range(len(self._slots) + 1) if number not in self._slots)
        self._slots[slot] = key
        self._write(slot, key.encode()[:SLOT].ljust(SLOT, b"\0"))
        return slot

    def _clear(self, slot: int) -> None:
        del self._slots[slot]
        self._write(slot, bytes(SLOT))

    def _write(self, slot: int, content: bytes) -> None:
        if self._file is not None:
            with suppress(OSError):
                os.pwrite(self._file, content, slot * SLOT)


class _Work:
    """One piece of work of a task."""

    def __init__(
        self, recorder: FlightRecorder, key: str, task: "asyncio.Task[Any] | None", alone: asyncio.Lock | None
    ) -> None:
        self.task = task
        self._recorder = recorder
        self._alone = alone
        self._key = key
        self._slot: int | None = None

    async def begin(self) -> None:
        if self._slot is None:
            if self._alone:
                await self._alone.acquire()
            self._slot = self._recorder._put(self._key)

    def end(self) -> None:
        if self._slot is not None:
            self._recorder._clear(self._slot)
            self._slot = None
            if self._alone:
                self._alone.release()


@asynccontextmanager
async def waiting() -> AsyncIterator[None]:
    """While this lasts, what the task is at work on only waits. A task that was started for it changes nothing."""
    work = _work.get()
    if work is None or work.task is not asyncio.current_task():
        yield
        return
    work.end()
    try:
        yield
    finally:
        await work.begin()


def on_record(file: Path) -> frozenset[str]:
    """The keys for which the process that wrote a file was computing when it ended; none where there is no file."""
    try:
        content = file.read_bytes()
    except OSError:
        return frozenset()
    slots = [content[begin : begin + SLOT].rstrip(b"\0") for begin in range(0, len(content), SLOT)]
    return frozenset(slot.decode(errors="replace") for slot in slots if slot)
