"""Guides from elsewhere: a copy in a folder, brought in line on schedule, which is indexed and watched as any other folder is."""

import asyncio
import hashlib
import logging
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from knowledge.errors import SourceUnavailable
from knowledge.threads import in_thread_of_its_own

GUIDES = "guides"
"""The folder of a copy in which the guides lie."""
LARGEST = 500 * 1024 * 1024
"""Bytes that the guides of one copy may take, and what they are taken from."""
LOCK_SECONDS = 300.0
"""Seconds that a process waits for another one that brings the same copy in line."""
LEAVE_SECONDS = 2.0
"""Seconds that a stop waits for what is being fetched to be given up."""

log = logging.getLogger(__name__)


class NotFetched(Exception):
    """Guides from elsewhere did not come; the message is the reason, without credentials and without a full stop."""


class Origin(Protocol):
    """Where guides come from, and how they come."""

    @property
    def kind(self) -> str:
        """What such guides are called, as in `guides in git`."""

    @property
    def setting(self) -> str:
        """The setting that names it."""

    @property
    def url(self) -> str:
        """Its address as it can be shown, without credentials."""

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells it from others: a copy of another one is never taken for its copy. Nothing of it is shown or kept."""

    def bring(self, place: Path, stop: threading.Event) -> bool:
        """Make the folder GUIDES of `place` hold the guides as they are there now; whether that changed it.

        What fails leaves the folder as it was. Once `stop` is set it is given up. Raises NotFetched, or OSError of the disk.
        """


class CopiedGuides:
    """A copy of the guides of an origin; what cannot be fetched leaves the copy as it is.

    `trouble` says in a sentence what kept the last try from succeeding, without credentials; it is empty where it succeeded.
    """

    def __init__(self, origin: Origin, kept_in: Path, minutes: float) -> None:
        self._origin = origin
        self._seconds = minutes * 60
        self._place = kept_in / hashlib.sha256("\n".join(origin.identity).encode()).hexdigest()[:16]
        self._fetched = self._place / "fetched"
        self._stop = threading.Event()
        self.trouble = ""

    @property
    def kind(self) -> str:
        """What these guides are called."""
        return self._origin.kind

    @property
    def folder(self) -> Path:
        """Where the guides lie."""
        return self._place / GUIDES

    @property
    def told(self) -> str:
        """How old the copy is, as a sentence."""
        return f"The copy of {datetime.fromtimestamp(self._fetched.stat().st_mtime, UTC):%Y-%m-%d %H:%M} UTC is used."

    def pull(self, *, if_due: bool = False) -> None:
        """Bring the copy in line with its origin; `if_due`: where the last time is longer ago than the setting says.

        Not to be called in an event loop's thread. Raises SourceUnavailable where that fails and there is no copy yet.
        """
        if if_due and self._age() < self._seconds:
            return
        try:
            self._pull()
            self.trouble = ""
        except NotFetched as error:
            failed = f"The guides in {self._origin.url} were not fetched: {error}."
            if not self._has_copy():
                remedy = (
                    f"There is no copy of them yet; mend {self._origin.setting}, or leave it empty to go without them."
                )
                raise SourceUnavailable(f"{failed} {remedy}") from None
            self.trouble = f"{failed} {self.told}"

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Pull on schedule while this lasts; the first time is after the minutes of the setting."""
        leaving = asyncio.Event()
        work = asyncio.create_task(self._keep(leaving))
        try:
            yield
        finally:
            leaving.set()
            self._stop.set()
            await asyncio.wait([work], timeout=LEAVE_SECONDS)
            work.cancel()

    async def _keep(self, leaving: asyncio.Event) -> None:
        while not leaving.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(leaving.wait(), self._seconds)
                return
            await in_thread_of_its_own(self._pull_and_log, "copied-guides")

    def _pull_and_log(self) -> None:
        before = self.trouble
        try:
            self.pull()
        except SourceUnavailable as error:
            self.trouble = str(error)
        except Exception as error:  # noqa: BLE001  # a fault of one round must not end the schedule
            log.error("The %s were not fetched: %s", self.kind, type(error).__name__)
        if self.trouble and self.trouble != before and not self._stop.is_set():
            log.warning("%s", self.trouble)

    def _pull(self) -> None:
        from filelock import FileLock, Timeout

        try:
            self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(self._place / "pull.lock", timeout=LOCK_SECONDS, mode=0o600):
                changed = self._origin.bring(self._place, self._stop)
                self._fetched.touch(mode=0o600)
        except Timeout:
            raise NotFetched("another process has been fetching them for too long") from None
        except OSError as error:
            raise NotFetched(f"they cannot be kept ({error.strerror or type(error).__name__})") from None
        if changed:
            log.info("The guides in %s have changed.", self._origin.url)

    def _has_copy(self) -> bool:
        return self._fetched.exists() and self.folder.is_dir()

    def _age(self) -> float:
        """Seconds since the copy was last found to be in line, endless where there is none."""
        return time.time() - self._fetched.stat().st_mtime if self._has_copy() else float("inf")
