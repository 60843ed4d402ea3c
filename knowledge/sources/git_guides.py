"""Guides from a git repository: a copy of its newest commit in a folder, which is indexed and watched as any other folder is."""

import asyncio
import hashlib
import logging
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from knowledge.errors import SourceUnavailable
from knowledge.sources.git_address import GitAddress
from knowledge.sources.git_command import LARGEST, SECONDS, Git, GitFailed
from knowledge.threads import in_thread_of_its_own

LEAVE_SECONDS = 2.0
"""Seconds that a stop waits for git to be ended."""
_LATEST, _KEPT = "refs/guides/latest", "refs/guides/kept"
"""The commit that was fetched last, and the tree of files that lies in the folder."""

log = logging.getLogger(__name__)


class GitGuides:
    """A copy of the guides in a repository, or in a folder of it; what cannot be fetched leaves the copy as it is.

    `trouble` says in a sentence what kept the last try from succeeding, without credentials; it is empty where it succeeded.
    `seconds` limits each command of git, `largest` the bytes of the repository and of the files that are taken from it.
    """

    def __init__(
        self,
        address: GitAddress,
        subfolder: str,
        kept_in: Path,
        minutes: float,
        *,
        seconds: float = SECONDS,
        largest: int = LARGEST,
    ) -> None:
        self._address = address
        self._subfolder = subfolder
        self._seconds = minutes * 60
        self._place = kept_in / _name_of(address, subfolder)
        self._fetched = self._place / "fetched"
        self._stop = threading.Event()
        self._git = Git(self._place / "repository", seconds, largest, self._stop)
        self.trouble = ""

    @property
    def folder(self) -> Path:
        """Where the guides lie."""
        return self._place / "guides"

    @property
    def told(self) -> str:
        """How old the copy is, as a sentence."""
        return f"The copy of {datetime.fromtimestamp(self._fetched.stat().st_mtime, UTC):%Y-%m-%d %H:%M} UTC is used."

    def pull(self, *, if_due: bool = False) -> None:
        """Bring the copy in line with the repository; `if_due`: where the last time is longer ago than the setting says.

        Raises SourceUnavailable where that fails and there is no copy yet.
        """
        if if_due and self._age() < self._seconds:
            return
        try:
            self._pull()
            self.trouble = ""
        except GitFailed as error:
            failed = f"The guides in {self._address.url} were not fetched: {error}."
            if not self._has_copy():
                remedy = "There is no copy of them yet; mend KNOWLEDGE_GIT, or leave it empty to go without them."
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
            await in_thread_of_its_own(self._pull_and_log, "git-guides")

    def _pull_and_log(self) -> None:
        before = self.trouble
        try:
            self.pull()
        except SourceUnavailable as error:
            self.trouble = str(error)
        except Exception as error:  # noqa: BLE001  # a fault of one round must not end the schedule
            log.error("The guides in git were not fetched: %s", type(error).__name__)
        if self.trouble and self.trouble != before and not self._stop.is_set():
            log.warning("%s", self.trouble)

    def _pull(self) -> None:
        from filelock import FileLock, Timeout

        try:
            self._place.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(self._place / "pull.lock", timeout=SECONDS, mode=0o600):
                _remove_left_locks(self._git.repository)
                tree = self._fetch()
                self._check_out(tree)
                self._fetched.touch(mode=0o600)
        except Timeout:
            raise GitFailed("another process has been fetching them for too long") from None
        except OSError as error:
            raise GitFailed(f"they cannot be kept ({error.strerror or type(error).__name__})") from None

    def _fetch(self) -> str:
        """The newest commit's tree of files, once it is here and small enough."""
        self._git.run("init", "--quiet", "--bare", "--template=")
        newest = f"+{self._address.branch or 'HEAD'}:{_LATEST}"
        fetch = ("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules")
        self._git.run(*fetch, "--", self._address.url, newest, login=self._address.login)
        try:
            wanted = self._git.run("rev-parse", "--verify", "--quiet", f"{_LATEST}:{self._subfolder}").strip()
            tree = self._git.run("rev-parse", "--verify", "--quiet", f"{wanted}^{{tree}}").strip()
        except GitFailed:
            raise GitFailed(f"it has no folder `{self._subfolder}`") from None
        entries = self._git.run("ls-tree", "-r", "-l", "-z", tree).split("\0")
        sizes = [entry.partition("\t")[0].split()[-1] for entry in entries if entry]
        if sum(int(size) for size in sizes if size.isdecimal()) > self._git.largest:
            raise GitFailed(f"its files are larger than {self._git.largest >> 20} MB together")
        return tree

    def _check_out(self, tree: str) -> None:
        """Make the folder hold the files of the tree and no other: of the same files nothing is written."""
        before = self._kept_tree()
        self.folder.mkdir(mode=0o700, exist_ok=True)
        try:
            self._write(tree)
        except GitFailed:
            with suppress(GitFailed):
                self._write(before)
            raise
        if tree != before:
            self._git.run("update-ref", _KEPT, tree)
            log.info("The guides in %s have changed.", self._address.url)
            with suppress(GitFailed):  # what is not needed any more only takes room
                self._git.run("gc", "--quiet", "--prune=now")

    def _write(self, tree: str) -> None:
        if tree:
            self._git.run(f"--work-tree={self.folder}", "read-tree", "--reset", "-u", "--no-recurse-submodules", tree)

    def _kept_tree(self) -> str:
        try:
            return self._git.run("rev-parse", "--verify", "--quiet", _KEPT).strip()
        except GitFailed:
            return ""

    def _has_copy(self) -> bool:
        return self._fetched.exists() and self.folder.is_dir()

    def _age(self) -> float:
        """Seconds since the copy was last found to be in line, endless where there is none."""
        return time.time() - self._fetched.stat().st_mtime if self._has_copy() else float("inf")


def _name_of(address: GitAddress, subfolder: str) -> str:
    """A folder's name for what is copied: another address, branch or folder never takes the place of a copy."""
    return hashlib.sha256("\n".join((address.url, address.branch, subfolder)).encode()).hexdigest()[:16]


def _remove_left_locks(repository: Path) -> None:
    """Locks of git's own that a killed process left behind: no command of ours is as old."""
    for lock in repository.rglob("*.lock"):
        with suppress(FileNotFoundError):
            if time.time() - lock.stat().st_mtime > SECONDS:
                lock.unlink()
