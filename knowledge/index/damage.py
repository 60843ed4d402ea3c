"""What has gone wrong with an index, from Chroma's many ways to fail: damage, which is rebuilt, or what only a person can mend."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from knowledge.errors import IndexDamaged, IndexUnreachable, IndexUnusable, KnowledgeError
from knowledge.index.chroma_server import GONE

DAMAGED = (
    "The index of the guides is damaged or incomplete; run `careerbot index`, which makes it anew from the guides."
)
FULL = "The index of the guides cannot be written: the disk is full; make room on it (DATA_DIR, or the Chroma server's disk)."
READ_ONLY = "The index of the guides cannot be written: its folder or a file in it is read-only for the user who runs the bot; change its rights, or set DATA_DIR to another folder."
IN_THE_WAY = "The index of the guides cannot be written: a file stands where its folder should be; take it away, or set DATA_DIR to another folder."
LOCKED = "The index of the guides is locked by another process; stop it and run `careerbot index` again."
_MOVED = "(code: 1032)"
"""SQLite's code for a file that another process has put another one in the place of."""
_BY_NUMBER = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EACCES: READ_ONLY,
    errno.EPERM: READ_ONLY,
    errno.EROFS: READ_ONLY,
    errno.EEXIST: IN_THE_WAY,
    errno.ENOTDIR: IN_THE_WAY,
}
_BY_WORDS = {
    "disk is full": FULL,
    "no space left": FULL,
    "quota exceeded": FULL,
    "readonly database": READ_ONLY,
    "read-only file system": READ_ONLY,
    "permission denied": READ_ONLY,
    "database is locked": LOCKED,
    "database table is locked": LOCKED,
}
"""What SQLite and the system say; of errors in Chroma's Rust core nothing but their words comes out."""


@contextmanager
def damage_told() -> Iterator[None]:
    """Chroma's many ways to fail, told as what they mean. Raises IndexDamaged, IndexUnusable or IndexUnreachable."""
    import httpx

    try:
        yield
    except httpx.TransportError as error:
        raise IndexUnreachable(GONE) from error
    except BaseException as error:
        if failure := index_failure(error):
            raise failure from error
        raise


def index_failure(error: BaseException) -> KnowledgeError | None:
    """The error to raise for a failure of Chroma or of files; None for what is none of theirs."""
    from chromadb.errors import ChromaError

    if isinstance(error, KnowledgeError):
        return None
    panic = type(error).__name__ == "PanicException"  # how Chroma's Rust core reports a damaged file
    if not panic and not isinstance(error, ChromaError | sqlite3.Error | OSError | ValueError | KeyError | TypeError):
        return None
    words = str(error).lower()
    if _MOVED in words:
        return IndexDamaged(DAMAGED)
    outside = _BY_NUMBER.get(getattr(error, "errno", None) or 0) or next(
        (told for part, told in _BY_WORDS.items() if part in words), ""
    )
    return IndexUnusable(outside) if outside else IndexDamaged(DAMAGED)
