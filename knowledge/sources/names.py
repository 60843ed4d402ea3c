"""Names of files from elsewhere: which may be written below a folder."""

from pathlib import Path

from knowledge.documents.formats import reader_of
from knowledge.documents.packages import HIDDEN

LONGEST_PART = 200
"""Bytes of one part of a name; file systems take 255."""


def leads_out(name: str) -> bool:
    """Whether a name is that of a place outside of the folder."""
    return name.startswith("/") or ".." in name.split("/")


def is_usable(name: str) -> bool:
    """Whether a file or folder of this name, with forward slashes, can lie below any folder and is not a hidden one."""
    parts = name.split("/")
    plain = name.isprintable() and "\\" not in name and all(parts)
    hidden = any(part.startswith(HIDDEN) for part in parts)
    return plain and not hidden and all(len(part.encode()) <= LONGEST_PART for part in parts)


def is_guide(name: str) -> bool:
    """Whether a file of this name is read as a guide."""
    return is_usable(name) and reader_of(Path(name)) is not None
