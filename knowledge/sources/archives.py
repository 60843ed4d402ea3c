"""Guides out of an archive (zip, or tar packed with gzip) that may be hostile: within limits, and nowhere else than below a folder."""

import errno
import gzip
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from knowledge.sources.copied_guides import LARGEST, NotFetched
from knowledge.sources.names import is_guide, leads_out

MOST_FILES = 5000
"""Guides of one source."""
LARGEST_PIECE = 8 * 1024 * 1024
"""Bytes that are read of an archive at once: its list of files, or what it says of one of them. More is no archive of guides."""
_CHUNK = 1 << 18
_BROKEN = "its archive is damaged, or is none"
_DAMAGED = (
    zipfile.BadZipFile, tarfile.TarError, zlib.error, struct.error, EOFError, LookupError, ValueError, ArithmeticError,
    RuntimeError,
)  # fmt: skip
"""What the libraries raise at one or another damaged byte."""
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"


def is_archive(path: Path) -> bool:
    """Whether a file begins as archives do."""
    with path.open("rb") as file:
        return file.read(4).startswith((_ZIP, _GZIP))


def unpacked(archive: Path, into: Path, look: Callable[[], None], largest: int = LARGEST) -> dict[str, Path]:
    """The guides in an archive by their names, unpacked into a new folder; a folder around all of it is left out.

    Files of formats that are not read, links and whatever is no file are left where they are. `look` is called again and
    again, and may raise to end it. Raises NotFetched where the archive is damaged, too large, or leads out of the folder.
    """
    into.mkdir(mode=0o700)
    try:
        with archive.open("rb") as opened:
            is_zip = opened.read(4) == _ZIP
            members = _of_zip(_Cautious(opened)) if is_zip else _of_tar(opened, into, _Budget(largest, look))
            found = _written(members, into, _Budget(largest, look))
    except _DAMAGED as error:
        raise NotFetched(_BROKEN) from error
    except OSError as error:
        if error.errno not in {None, errno.EINVAL}:  # the disk's own
            raise
        raise NotFetched(_BROKEN) from error
    return _without_outer_folder(found)


@dataclass
class _Budget:
    """How many bytes may still be unpacked."""

    largest: int
    look: Callable[[], None]
    spent: int = 0

    def spend(self, count: int) -> None:
        """Note that some more came. Raises NotFetched where that is too much, and what `look` raises."""
        self.look()
        self.spent += count
        if self.spent > self.largest:
            raise NotFetched(f"its archive unpacks to more than {self.largest >> 20} MB")


class _Cautious:
    """A file that is never read as a whole: archives say themselves how much of them is to be read at once."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.seek, self.tell, self.close, self.seekable = file.seek, file.tell, file.close, file.seekable

    def read(self, count: int = -1) -> bytes:
        """Some bytes. Raises NotFetched where they would be too many."""
        piece = self._file.read(min(count, LARGEST_PIECE + 1) if count >= 0 else LARGEST_PIECE + 1)
        if len(piece) > LARGEST_PIECE:
            raise NotFetched("its archive has a list of files that is too long")
        return piece


Member = tuple[str, Callable[[], IO[bytes]]]
"""A file in an archive: its name, and what opens it."""


def _of_zip(file: _Cautious) -> Iterator[Member]:
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if info.is_dir() or stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG}:
                continue
            name = info.filename.replace("\\", "/")
            if is_guide(name) and info.flag_bits & 1:
                raise NotFetched("its archive is encrypted")
            if is_guide(name) and info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
                raise NotFetched("its archive is packed in a way that is not read; use plain zip or tar.gz")
            yield name, lambda info=info: archive.open(info)  # type: ignore[misc]


def _of_tar(packed: IO[bytes], beside: Path, budget: _Budget) -> Iterator[Member]:
    packed.seek(0)
    whole = beside.with_suffix(".tar")
    with gzip.open(packed) as source, whole.open("wb") as target:
        _copy(source, target, budget)
    with whole.open("rb") as opened, tarfile.open(fileobj=_Cautious(opened), mode="r:") as archive:  # type: ignore[call-overload]
        for member in archive:
            if member.isreg():
                yield member.name.removeprefix("./"), lambda member=member: archive.extractfile(member)  # type: ignore[misc]
    whole.unlink()


def _written(members: Iterator[Member], into: Path, budget: _Budget) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for name, opened in members:
        budget.look()
        if leads_out(name):
            raise NotFetched("its archive holds a file whose name leads out of the folder")
        if not is_guide(name):
            continue
        if len(found) >= MOST_FILES:
            raise NotFetched(f"its archive holds more than {MOST_FILES} guides")
        path = found.get(name) or into / str(len(found))
        with opened() as source, path.open("wb") as target:
            _copy(source, target, budget)
        found[name] = path
    return found


def _copy(source: IO[bytes] | gzip.GzipFile, target: IO[bytes], budget: _Budget) -> None:
    while piece := source.read(_CHUNK):
        budget.spend(len(piece))
        target.write(piece)


def _without_outer_folder(found: dict[str, Path]) -> dict[str, Path]:
    tops = {PurePosixPath(name).parts[0] for name in found if "/" in name}
    if len(tops) != 1 or any("/" not in name for name in found):
        return found
    return {name.partition("/")[2]: path for name, path in found.items()}
