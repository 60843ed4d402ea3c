"""Guides from a git repository: the files of its newest commit, or of a folder of it."""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from knowledge.sources.copied_guides import GUIDES, LARGEST
from knowledge.sources.git_address import GitAddress
from knowledge.sources.git_command import SECONDS, Git, GitFailed

_LATEST, _KEPT = "refs/guides/latest", "refs/guides/kept"
"""The commit that was fetched last, and the tree of files that lies in the folder."""


@dataclass(frozen=True)
class GitGuides:
    """The guides in a repository, or in a folder of it.

    `seconds` limits each command of git, `largest` the bytes of the repository and of the files that are taken from it.
    """

    kind: ClassVar[str] = "guides in git"
    setting: ClassVar[str] = "KNOWLEDGE_GIT"

    address: GitAddress
    subfolder: str = ""
    seconds: float = SECONDS
    largest: int = LARGEST

    @property
    def url(self) -> str:
        """The repository's address without credentials."""
        return self.address.url

    @property
    def identity(self) -> tuple[str, ...]:
        """Address, branch and folder."""
        return self.address.url, self.address.branch, self.subfolder

    def bring(self, place: Path, stop: threading.Event) -> bool:
        """Make the folder of guides hold the files of the newest commit and no other; whether they are others than before.

        Raises GitFailed; the folder is as it was then.
        """
        git = Git(place / "repository", self.seconds, self.largest, stop)
        _remove_left_locks(git.repository)
        return _check_out(git, self._fetch(git), place / GUIDES)

    def _fetch(self, git: Git) -> str:
        """The newest commit's tree of files, once it is here and small enough."""
        git.run("init", "--quiet", "--bare", "--template=")
        newest = f"+{self.address.branch or 'HEAD'}:{_LATEST}"
        fetch = ("fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules")
        git.run(*fetch, "--", self.address.url, newest, login=self.address.login)
        try:
            wanted = git.run("rev-parse", "--verify", "--quiet", f"{_LATEST}:{self.subfolder}").strip()
            tree = git.run("rev-parse", "--verify", "--quiet", f"{wanted}^{{tree}}").strip()
        except GitFailed:
            raise GitFailed(f"it has no folder `{self.subfolder}`") from None
        entries = git.run("ls-tree", "-r", "-l", "-z", tree).split("\0")
        sizes = [entry.partition("\t")[0].split()[-1] for entry in entries if entry]
        if sum(int(size) for size in sizes if size.isdecimal()) > git.largest:
            raise GitFailed(f"its files are larger than {git.largest >> 20} MB together")
        return tree


def _check_out(git: Git, tree: str, folder: Path) -> bool:
    """Make the folder hold the files of the tree and no other: of the same files nothing is written. Whether it is a new tree."""
    before = _kept_tree(git)
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        _write(git, tree, folder)
    except GitFailed:
        with suppress(GitFailed):
            _write(git, before, folder)
        raise
    if tree == before:
        return False
    git.run("update-ref", _KEPT, tree)
    with suppress(GitFailed):  # what is not needed any more only takes room
        git.run("gc", "--quiet", "--prune=now")
    return True


def _write(git: Git, tree: str, folder: Path) -> None:
    if tree:
        git.run(f"--work-tree={folder}", "read-tree", "--reset", "-u", "--no-recurse-submodules", tree)


def _kept_tree(git: Git) -> str:
    try:
        return git.run("rev-parse", "--verify", "--quiet", _KEPT).strip()
    except GitFailed:
        return ""


def _remove_left_locks(repository: Path) -> None:
    """Locks of git's own that a killed process left behind: no command of ours is as old."""
    for lock in repository.rglob("*.lock"):
        with suppress(FileNotFoundError):
            if time.time() - lock.stat().st_mtime > SECONDS:
                lock.unlink()
