"""What is kept below DATA_DIR can be read by its owner alone: what is new from its first moment, what is there when a command starts."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

OURS = ("records.sqlite3*", "index", "evaluations", "sources", "history*", "locks", "workers", "*.lock", ".probe-*")
"""What the bot keeps in its folder. Other things there are not touched: somebody may have named a folder of theirs."""
_PRIVATE = 0o077
_usual = [0o022]
"""The umask that the process was started with."""


def restrict_new_files() -> None:
    """From now on this process makes files and folders for their owner alone."""
    _usual[0] = os.umask(_PRIVATE)


@contextmanager
def as_usual() -> Iterator[None]:
    """Files that a person asked for by name are made with the rights that files of theirs usually have."""
    private = os.umask(_usual[0])
    try:
        yield
    finally:
        os.umask(private)


def mend_rights(folder: Path) -> list[Path]:
    """Take all rights of others away from what the bot keeps in a folder, and from the folder where nothing else is in it.

    Returns what could not be changed, because it belongs to somebody else.
    """
    if not folder.is_dir():
        return []
    entries = set(folder.iterdir())
    ours = {path for pattern in OURS for path in folder.glob(pattern)}
    tops = [folder, *ours] if entries and entries <= ours else list(ours)
    return [path for top in tops for path in _below(top, deep=top != folder) if not _is_private(path)]


def _below(top: Path, *, deep: bool) -> Iterator[Path]:
    yield top
    if deep and top.is_dir() and not top.is_symlink():
        for folder, folders, files in os.walk(top):
            yield from (Path(folder, name) for name in (*folders, *files))


def _is_private(path: Path) -> bool:
    """Whether a file or folder is its owner's alone, or has been made so. Links have no rights, and what is gone meanwhile none either."""
    with suppress(FileNotFoundError):
        rights = path.lstat().st_mode
        if stat.S_ISLNK(rights) or not rights & _PRIVATE:
            return True
        try:
            path.chmod(stat.S_IMODE(rights) & ~_PRIVATE)
        except PermissionError:
            return False
    return True
