"""Who a process is among those that share an inbox, and which of the others are gone."""

import uuid
from pathlib import Path

from filelock import FileLock, Timeout


class WorkerIdentity:
    """The name of this process, and a lock on a file of that name which the operating system frees when the process ends.

    Another process with the same folder that can take the lock knows at once that this one is gone; without a folder, or
    on another machine, it waits until the leases have run out.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.name = uuid.uuid4().hex[:16]
        self._folder = folder
        self._lock = self._lock_of(self.name) if folder else None
        if folder and self._lock:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock.acquire(blocking=False)

    def close(self) -> None:
        """Leave: the file goes with the lock."""
        if self._lock and self._folder:
            (self._folder / self.name).unlink(missing_ok=True)
            self._lock.release()

    def is_gone(self, name: str) -> bool:
        """Whether the process of this name has surely ended; its file is taken away then."""
        if not self._folder or name == self.name or not (self._folder / name).exists():
            return False
        try:
            with self._lock_of(name).acquire(blocking=False):
                (self._folder / name).unlink(missing_ok=True)
        except Timeout:
            return False
        return True

    def _lock_of(self, name: str) -> FileLock:
        return FileLock(str((self._folder or Path()) / name), thread_local=False)
