"""The files of a copy and what is known of them: replaced by others once all of those have come, each in one step."""

import filecmp
import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from knowledge.sources.copied_guides import GUIDES, NotFetched
from knowledge.sources.https_client import Version

Stamp = tuple[int, int]
"""A file's size in bytes and when it was written, in nanoseconds."""


@dataclass(frozen=True)
class KeptFiles:
    """The files in the folder of guides, with their stamps as they were written, and versions of what they came from.

    A version is that of a file of this name, or of the whole where the name is empty.
    """

    place: Path
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    versions: Mapping[str, Version] = field(default_factory=dict)

    @classmethod
    def of(cls, place: Path) -> "KeptFiles":
        """What is kept at a place; nothing is known where that cannot be read."""
        try:
            told: Mapping[str, Any] = json.loads((place / "files.json").read_text(encoding="utf-8"))
            stamps = {name: (int(size), int(written)) for name, (size, written) in told["stamps"].items()}
            return cls(place, stamps, {name: Version(*both) for name, both in told["versions"].items()})
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            return cls(place)

    @property
    def folder(self) -> Path:
        """Where the files lie."""
        return self.place / GUIDES

    def version_of(self, name: str) -> Version | None:
        """The version of a file, or with no name of the whole, if what came of it still lies there untouched."""
        names = [name] if name else list(self.stamps)
        untouched = names and all(self.stamps.get(one) == _stamp(self.folder / one) for one in names)
        return self.versions.get(name) if untouched else None

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """An empty folder for what comes, on the disk of the others, while this lasts."""
        staged = self.place / "coming"
        shutil.rmtree(staged, ignore_errors=True)
        staged.mkdir(mode=0o700, parents=True)
        try:
            yield staged
        finally:
            shutil.rmtree(staged, ignore_errors=True)

    def settle(self, come: Mapping[str, Path], kept: Collection[str], versions: Mapping[str, Version]) -> bool:
        """Have the folder hold the files that have come, by their names, and those of before that are `kept`, and no other.

        Whether that changed any. A file that came as it was before is not touched.
        """
        _refuse_files_in_files({*come, *kept})
        self.folder.mkdir(mode=0o700, exist_ok=True)
        gone = _remove_others(self.folder, {*come, *kept})
        written = [name for name, path in come.items() if _replaced(self.folder / name, path)]
        self._note({*come, *kept}, versions)
        return bool(gone or written)

    def _note(self, names: Collection[str], versions: Mapping[str, Version]) -> None:
        stamps = {name: _stamp(self.folder / name) for name in sorted(names)}
        told = {"stamps": stamps, "versions": {name: (one.etag, one.modified) for name, one in versions.items()}}
        coming = self.place / "files.json.new"
        coming.write_text(json.dumps(told), encoding="utf-8")
        coming.chmod(0o600)
        coming.replace(self.place / "files.json")


def _stamp(path: Path) -> Stamp | None:
    try:
        told = path.lstat()
    except OSError:
        return None
    return told.st_size, told.st_mtime_ns


def _refuse_files_in_files(names: Collection[str]) -> None:
    folders = {str(folder) for name in names for folder in PurePosixPath(name).parents}
    if both := folders & set(names):
        raise NotFetched(f"`{min(both)}` is both a file and a folder")


def _remove_others(folder: Path, wanted: Collection[str]) -> int:
    """Remove what is not wanted below a folder, and folders that are empty then; how many files that were."""
    removed = 0
    for where, folders, files in os.walk(folder, topdown=False):
        links = [name for name in folders if Path(where, name).is_symlink()]
        for name in (*files, *links):
            path = Path(where, name)
            if path.relative_to(folder).as_posix() not in wanted or path.is_symlink():
                path.unlink()
                removed += 1
        if Path(where) != folder:
            with suppress(OSError):  # it is not empty
                Path(where).rmdir()
    return removed


def _replaced(path: Path, by: Path) -> bool:
    if path.is_file() and filecmp.cmp(path, by, shallow=False):
        return False
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    by.chmod(0o600)
    by.replace(path)
    return True
