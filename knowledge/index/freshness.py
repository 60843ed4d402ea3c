"""Keeps the index in line with the folders of guides while the bot runs.

Changes are told by the system (watchfiles) within seconds. Where it tells none (network drives, folders mounted into a
container, too few watches), looking at the files' times finds them.
"""

import asyncio
import logging
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from knowledge.documents.reading import GuideFolders
from knowledge.errors import IndexDamaged, IndexMissing, KnowledgeError
from knowledge.index.contents import Stamp
from knowledge.index.syncing import Progress, SyncReport, stamps
from knowledge.threads import in_thread_of_its_own

LOOK_SECONDS = 20.0
"""Seconds after which files are looked at where nothing was told."""
SETTLED_SECONDS = 1.0
"""Seconds for which nothing may change before files are read, so that one is not read half-written."""
UNSETTLED_SECONDS = 20.0
"""Seconds after which files that keep changing are read nevertheless."""
LONGEST_PAUSE = 300.0
"""Seconds between two tries to index the same files, after several failed."""
LEAVE_SECONDS = 10.0
"""Seconds that a stop waits for indexing, which ends after the passages at hand."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Upkeep:
    """What keeping the index fresh needs: the folders, whether the index was made from them as they are, and how to make it so.

    `look_seconds` is the time after which files are looked at where nothing was told.
    """

    folders: GuideFolders
    is_fresh: Callable[[], bool]
    sync: Callable[[Progress], SyncReport]
    look_seconds: float = LOOK_SECONDS


class _Leaving(Exception):
    """Indexing is to end because the bot does."""


class Freshness:
    """Indexes guides anew when they change, in a thread. What fails is logged and tried again; the index before stays in use."""

    def __init__(self, upkeep: Upkeep) -> None:
        self._upkeep = upkeep
        self._leaving = threading.Event()
        self._failed: Mapping[str, Stamp] | None = None
        self._failures = 0
        self._again = 0.0
        self.trouble = ""

    @property
    def told(self) -> str:
        """What keeps the index from being brought up to date, as a sentence; empty where nothing does."""
        return f"Guides may have changed, and answers are from before: {self.trouble}" if self.trouble else ""

    @asynccontextmanager
    async def kept(self) -> "AsyncIterator[Freshness]":
        """Keep the index fresh while this lasts."""
        work = asyncio.create_task(self._keep())
        try:
            yield self
        finally:
            self._leaving.set()
            work.cancel()
            await asyncio.wait([work], timeout=LEAVE_SECONDS)

    async def _keep(self) -> None:
        """Look whenever something may have changed; what ends that unasked is told until the next look that goes well."""
        while True:
            try:
                await self._follow()
            except Exception as error:  # noqa: BLE001  # whatever it is: the next look may work
                self._tell(f"looking for changes was broken off ({_kind(error)}) and is tried again.")
            await asyncio.sleep(self._upkeep.look_seconds)

    async def _follow(self) -> None:
        async with aclosing(_changes(self._upkeep.folders.paths, self._upkeep.look_seconds)) as changes:
            async for _ in changes:
                await in_thread_of_its_own(self.look, "index-freshness")

    def look(self) -> None:
        """Index the guides if they are others than those of the index and have settled. Works for as long as that takes."""
        now: Mapping[str, Stamp] | None = None
        try:
            now = _settled(self._upkeep, self._leaving)
            if self._leaving.is_set() or (now == self._failed and time.monotonic() < self._again):
                return
            self._index_if_changed()
            self._failed, self._failures, self.trouble = None, 0, ""
        except _Leaving:
            return
        except KnowledgeError as error:
            self._note(str(error), now)
        except Exception as error:  # noqa: BLE001  # a fault of one round must not end the watching
            self._note(f"something went wrong that nobody foresaw ({_kind(error)}); it is tried again.", now)

    def _index_if_changed(self) -> None:
        for folder in self._upkeep.folders.paths:
            if not folder.is_dir():
                raise KnowledgeError(
                    f"The folder {folder.name} of guides is not there any more; put it back, or change KNOWLEDGE_DIR and restart."
                )
        with suppress(IndexMissing, IndexDamaged):  # sync makes it, or says what is wrong
            if self._upkeep.is_fresh():
                return
        report = self._upkeep.sync(self._unless_leaving)
        log.info("The guides have changed. %s", report.summary())
        for skipped in report.skipped:
            log.warning("A guide was left out: %s: %s", skipped.path, skipped.reason)

    def _unless_leaving(self, _done: int, _of: int) -> None:
        if self._leaving.is_set():
            raise _Leaving

    def _note(self, told: str, files: Mapping[str, Stamp] | None) -> None:
        """Remember a failure, with the files where they are known, and tell it once."""
        self._failures += 1
        self._failed = files
        self._again = time.monotonic() + min(LONGEST_PAUSE, LOOK_SECONDS * 2 ** (self._failures - 1))
        self._tell(told)

    def _tell(self, told: str) -> None:
        if told != self.trouble:
            log.warning("The index was not brought up to date: %s", told)
        self.trouble = told


def _kind(error: BaseException) -> str:
    """The name of an error's type; that of the first in a group of errors."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return type(error).__name__


def _settled(upkeep: Upkeep, leaving: threading.Event) -> Mapping[str, Stamp]:
    """The stamps of the files, once they stay the same for a while."""

    def there() -> Mapping[str, Stamp]:
        return stamps(upkeep.folders)

    before, give_up = there(), time.monotonic() + UNSETTLED_SECONDS
    while not leaving.wait(SETTLED_SECONDS) and (now := there()) != before and time.monotonic() < give_up:
        before = now
    return before


async def _changes(folders: Sequence[Path], look_seconds: float) -> AsyncGenerator[None, None]:
    """At once, and then whenever something changed in the folders, or may have."""
    yield
    while True:
        try:
            from watchfiles import awatch

            there = [folder for folder in folders if folder.is_dir()]
            wait = int(look_seconds * 1000)
            async for _ in awatch(*there, rust_timeout=wait, yield_on_timeout=True, ignore_permission_denied=True):
                yield
                if [folder for folder in folders if folder.is_dir()] != there:
                    break
        except Exception as error:  # noqa: BLE001  # watchfiles' Rust core raises several, some in groups
            log.info("Folders of guides are looked at every %.0f s: %s", look_seconds, _kind(error))
        await asyncio.sleep(look_seconds)
        yield
