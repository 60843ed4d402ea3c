"""SQLite's file on the disk: for its owner alone, copied before a migration, set aside when it is damaged."""

import datetime as dt
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from bot.errors import RecordsUnavailable
from bot.records.failures import DAMAGED, is_damage

BACKUPS_KEPT = 2
BUSY_SECONDS = 10.0
"""How long another program's lock is waited for."""
_BACKUP, _DAMAGED = "before-migration", "damaged"
_PARTS = ("", "-wal", "-shm")
"""What SQLite writes beside a database in WAL mode begins with its name."""


def create(file: Path) -> None:
    """Make the file and its folder where they are missing, for their owner alone; SQLite gives the files beside it the same rights."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))


def check(file: Path, *, set_aside: bool) -> Path | None:
    """Look whether the file is damaged; where it is, give it another name, which is returned, or raise RecordsUnavailable.

    To be called by one process at a time. Raises sqlite3.Error where the file cannot be read for another reason.
    """
    if not is_damaged(file):
        return None
    if not set_aside:
        raise RecordsUnavailable(DAMAGED)
    aside = _beside(file, _DAMAGED)
    for part in _PARTS:
        own = file.with_name(file.name + part)
        if own.exists():
            own.rename(aside.with_name(aside.name + part))
    create(file)
    return aside


def is_damaged(file: Path) -> bool:
    """Whether SQLite's own check finds damage. Raises sqlite3.Error where the file cannot be read for another reason."""
    try:
        with closing(sqlite3.connect(file, timeout=BUSY_SECONDS)) as connection:
            found = [str(line) for (line,) in connection.execute("PRAGMA quick_check")]
    except sqlite3.Error as error:
        if is_damage(error):
            return True
        raise
    return any(line != "ok" and not line.startswith("NULL value in ") for line in found)


def back_up(file: Path, revision: str) -> Path:
    """Copy the file beside itself, for its owner alone; of earlier copies one is kept. Raises sqlite3.Error or OSError."""
    copy = _beside(file, f"{_BACKUP}-of-{revision}")
    os.close(os.open(copy, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        with closing(sqlite3.connect(file)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
    except sqlite3.Error:
        copy.unlink()
        raise
    for old in _by_age(file, _BACKUP)[:-BACKUPS_KEPT]:
        old.unlink()
    return copy


def set_aside_before(file: Path) -> Sequence[Path]:
    """The damaged files that were set aside and are still there, the oldest first."""
    return [found for found in _by_age(file, _DAMAGED) if not found.name.endswith(_PARTS[1:])]


def remove_older(file: Path, before: dt.datetime) -> None:
    """Delete copies and damaged files from before a moment: they hold what people wrote."""
    for old in (*_by_age(file, _BACKUP), *_by_age(file, _DAMAGED)):
        if _moment(old) < before:
            old.unlink(missing_ok=True)


def _beside(file: Path, kind: str) -> Path:
    return file.with_name(f"{file.name}.{kind}-{dt.datetime.now(dt.UTC):{_MOMENT}}")


_MOMENT = "%Y%m%dT%H%M%S.%f"


def _moment(file: Path) -> dt.datetime:
    """When a copy was made, from its name: its times are those of what it was made of."""
    told = file.name.rpartition("-2")[2].split("-")[0]
    return dt.datetime.strptime(f"2{told}", _MOMENT).replace(tzinfo=dt.UTC)


def _by_age(file: Path, kind: str) -> list[Path]:
    return sorted(file.parent.glob(f"{file.name}.{kind}-*"), key=_moment)
