"""Files of any supported format read as Markdown text with headings."""

import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from knowledge.documents.formats import GUIDE_FIELDS, readable_name, reader_of
from knowledge.documents.isolated import ReadingProcess
from knowledge.documents.worker import read_file
from knowledge.errors import KnowledgeError, UnreadableFile
from knowledge.passages import Document, Guide

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes. A career guide of this size would be a book of some 3,000 pages; larger files are mistakes."""
UNNAMEABLE = "its name is not UTF-8; rename it"
SHOWN_BY_NAME = 3
"""Files of a format that is not read which are named one by one; of more the first is named and the others are counted."""

T = TypeVar("T")


@dataclass(frozen=True)
class GuideFolders:
    """Where guides lie: the folders, of which later ones replace files of earlier ones, and the bot's own data (its DATA_DIR),
    which holds no guides, wherever it lies, unless a folder of guides lies in it.
    """

    paths: tuple[Path, ...]
    own_data: Path | None = None

    def __str__(self) -> str:
        return " or ".join(map(str, self.paths))


@dataclass(frozen=True)
class SkippedFile:
    """A file or a part of one that could not be used: its path below its folder, why, and whether the rest was read.

    `has_pages` tells that what was not read are whole pages of it, on which the answer to a question may stand.
    """

    path: str
    reason: str
    partly: bool = False
    has_pages: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}" if self.partly else f"{self.path} is left out: {self.reason}"


@dataclass(frozen=True)
class GuideFile:
    """A file that may be a guide: the folder it was found in and its path."""

    root: Path
    path: Path

    @property
    def name(self) -> str:
        """The path below the folder, with forward slashes."""
        return self.path.relative_to(self.root).as_posix()


@dataclass(frozen=True)
class Found:
    """What lies in the folders: files that may be guides, and what is not read, with the reason."""

    files: tuple[GuideFile, ...]
    skipped: tuple[SkippedFile, ...]


def find_files(folders: GuideFolders) -> list[GuideFile]:
    """All files of a supported format below the folders, in order; hidden files and folders and the bot's own data are left out.

    A file of the same name below a later folder replaces the earlier one, as a user's own guide does ours.
    """
    return list(look(folders).files)


def look(folders: GuideFolders) -> Found:
    """The files below the folders that may be guides, and those that are not read. Links out of a folder are not followed.

    What one entry is costs that entry: every name given can be encoded.
    """
    found: dict[str, GuideFile] = {}
    skipped: list[SkippedFile] = []
    unknown: dict[str, list[str]] = {}
    data = _real(folders.own_data) if folders.own_data else None
    for root in folders.paths:
        inside = _real(root)
        own = data if data and not inside.is_relative_to(data) else None
        for path in sorted(root.rglob("*")):
            file = GuideFile(root, path)
            if _hidden(file) or _below_unnameable(file) or (own and _real(path).is_relative_to(own)):
                continue
            if fault := _fault(file, inside):
                skipped.append(SkippedFile(_printable(file.name), fault))
            elif path.is_file() and reader_of(path):
                found[file.name] = file
            elif path.is_file():
                unknown.setdefault(path.suffix.lower(), []).append(file.name)
    every = [*skipped, *(entry for suffix, names in unknown.items() for entry in _of_unknown_format(suffix, names))]
    return Found(tuple(found.values()), tuple(sorted(every, key=lambda skip: skip.path)))


def _real(path: Path) -> Path:
    """Where a path leads, links followed; that of a link which leads to itself is its own."""
    return Path(os.path.realpath(path))


def _fault(file: GuideFile, inside: Path) -> str:
    """Why what lies in a folder cannot be a guide, whatever its format; empty where it may be one, or is a folder or gone."""
    if _printable(file.name) != file.name:
        return UNNAMEABLE
    try:
        if file.path.is_symlink() and not _real(file.path).is_relative_to(inside):
            return "it is a link out of the folder, which is not followed"
        mode = file.path.stat().st_mode
    except OSError as error:
        if error.errno == errno.ELOOP:
            return "it is a link that leads to itself"
        gone = error.errno in {errno.ENOENT, errno.ENOTDIR}
        return "" if gone else f"it cannot be looked at ({error.strerror or type(error).__name__})"
    is_usual = stat.S_ISREG(mode) or stat.S_ISDIR(mode) or not reader_of(file.path)
    return "" if is_usual else "it is no file but a pipe, a socket or a device"


def _printable(name: str) -> str:
    """A name as it can be written, with what is not UTF-8 of it as escapes."""
    return name.encode("utf-8", "backslashreplace").decode()


def _below_unnameable(file: GuideFile) -> bool:
    """Whether it lies in a folder whose name is not UTF-8, which is named in its place."""
    folder = Path(file.name).parent.as_posix()
    return _printable(folder) != folder


def _of_unknown_format(suffix: str, names: Sequence[str]) -> Iterator[SkippedFile]:
    reason = f"files of the format {suffix} are not read" if suffix else "its name does not say what format it has"
    if len(names) > SHOWN_BY_NAME:
        yield SkippedFile(f"{names[0]} and {len(names) - 1} more", reason)
    else:
        yield from (SkippedFile(name, reason) for name in names)


def read(file: GuideFile) -> Document:
    """One file as a document, read in this process. Raises UnreadableFile with the reason when it cannot be used."""
    return _document(file, read_file)


def read_all(files: Iterable[GuideFile]) -> Iterator[Document | SkippedFile]:
    """Every file as a document, or as skipped with the reason; each is read in a child process with limits."""
    with ReadingProcess() as child:
        for file in files:
            yield costing_one(file.name, partial(_document, file, child.read))


def costing_one(name: str, work: Callable[[], T]) -> T | SkippedFile:
    """What a piece of work on one file gives, or the file as skipped where it cannot be used or the work is at fault.

    What the machine lacks (OSError, MemoryError) and other KnowledgeErrors are raised: they are of no single file.
    """
    try:
        return work()
    except UnreadableFile as error:
        return SkippedFile(name, str(error))
    except (KnowledgeError, OSError, MemoryError):
        raise
    except Exception as error:  # noqa: BLE001  # one file, whatever it holds, must not cost the others
        return SkippedFile(
            name, f"reading it failed ({type(error).__name__}), which is a fault of the bot; please report it"
        )


def _document(file: GuideFile, reading: Callable[[Path], Mapping[str, Any]]) -> Document:
    try:
        if file.path.stat().st_size > LARGEST_FILE:
            raise UnreadableFile(f"it is larger than {LARGEST_FILE // 2**20} MB; split it into several guides")
    except OSError as error:
        raise UnreadableFile(f"it cannot be opened ({error.strerror or type(error).__name__})") from error
    told = reading(file.path)
    if "unreadable" in told:
        raise UnreadableFile(told["unreadable"])
    return Document(_guide(file, told["fields"]), told["text"], tuple(told["notes"]), tuple(told["unread_pages"]))


def _hidden(file: GuideFile) -> bool:
    return any(part.startswith((".", "~$")) for part in file.path.relative_to(file.root).parts)


def _guide(file: GuideFile, fields: Mapping[str, str]) -> Guide:
    known = {name: str(value) for name, value in fields.items() if name in GUIDE_FIELDS}
    title = known.pop("title", "") or readable_name(file.path.name)
    return Guide(path=file.name, title=title, **known)
