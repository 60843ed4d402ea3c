"""Who a process is among those that share an inbox, which of the others are gone, and what these were at when they ended."""

import time
import uuid
from pathlib import Path

from filelock import FileLock, Timeout

from bot.flight_recorder import FlightRecorder, on_record

KEPT_SECONDS = 24 * 3600
"""For so long the files of a process that was killed stay: by then its leases have run out."""
_RECORD = ".at-work"


class WorkerIdentity:
    """The name of this process, and a lock on a file of that name which the operating system frees when the process ends.

    Another process with the same folder that can take the lock knows at once that this one is gone; without a folder, or
    on another machine, it waits until the leases have run out. Beside it the `recorder` writes for which questions the
    process computes.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.name = uuid.uuid4().hex[:16]
        self._folder = folder
        self._lock = self._lock_of(self.name) if folder else None
        if folder and self._lock:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock.acquire(blocking=False)
            self._sweep(folder)
        self.recorder = FlightRecorder(self._record_of(self.name) if folder else None)

    def close(self) -> None:
        """Leave: the files go with the lock."""
        self.recorder.close()
        if self._lock and self._folder:
            self._record_of(self.name).unlink(missing_ok=True)
            (self._folder / self.name).unlink(missing_ok=True)
            self._lock.release()

    def is_gone(self, name: str) -> bool:
        """Whether the process of this name has surely ended."""
        if not self._folder or name == self.name or not (self._folder / name).exists():
            return False
        try:
            with self._lock_of(name).acquire(blocking=False):
                return True
        except Timeout:
            return False

    def at_work(self, name: str) -> frozenset[str]:
        """The keys for which a process of this machine that is gone was computing when it ended."""
        return on_record(self._record_of(name)) if self._folder else frozenset()

    def _sweep(self, folder: Path) -> None:
        """Take away what processes have left that were killed long ago."""
        for lock in folder.iterdir():
            if lock.suffix != _RECORD and _is_old(lock) and self.is_gone(lock.name):
                lock.unlink(missing_ok=True)
                self._record_of(lock.name).unlink(missing_ok=True)

    def _record_of(self, name: str) -> Path:
        return (self._folder or Path()) / f"{name}{_RECORD}"

    def _lock_of(self, name: str) -> FileLock:
        return FileLock(str((self._folder or Path()) / name), thread_local=False)


def _is_old(file: Path) -> bool:
    try:
        return file.stat().st_mtime < time.time() - KEPT_SECONDS
    except FileNotFoundError:  # another process has just left, or swept
        return False
