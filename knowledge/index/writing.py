"""Who may write an index, and what becomes of a damaged one."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import IndexBusy, IndexDamaged, IndexUnreachable
from knowledge.index.damage import damage_told
from knowledge.index.lease import lease
from knowledge.index.store import POINTER, VERSION_PREFIX, IndexStore, Version

LOCK_SECONDS = 60.0
"""How long another process of this machine is waited for, so that several may start at once."""


@dataclass(frozen=True)
class Right:
    """The right to write, of one installation; `confirm` raises IndexBusy where another process has got it meanwhile."""

    installation: str
    confirm: Callable[[], None]


@contextmanager
def writing(store: IndexStore) -> Iterator[Right]:
    """The right to write, which one process has at a time: on this machine by a file, among those of a server by a lease there.

    Raises IndexBusy when another has it, IndexUnusable when the folder cannot be written.
    """
    from filelock import FileLock, Timeout

    with ExitStack() as held:
        with damage_told():
            store.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                held.enter_context(FileLock(store.folder / "index.lock", timeout=LOCK_SECONDS, mode=0o600))
            except Timeout as error:
                raise IndexBusy("Another process is indexing the guides; wait until it is done.") from error
            confirm = held.enter_context(lease(store.client)) if store.is_shared else lambda: None
            right = Right(_installation(store.folder / "installation"), confirm)
        yield right


def _installation(path: Path) -> str:
    """What tells this installation from others that use the same server; made at first use."""
    with suppress(FileNotFoundError):
        if known := path.read_text("utf-8").strip():
            return known
    path.write_text(made := uuid.uuid4().hex, "utf-8")
    return made


def is_whole(store: IndexStore, version: Version) -> bool:
    """Whether a version has all its passages and can be searched. Raises IndexUnreachable or IndexUnusable."""
    try:
        with damage_told():
            collection = store.client.get_collection(version.name, embedding_function=None)
            some = collection.get(limit=1, include=["embeddings"])["embeddings"]
            if some is not None and len(some):
                collection.query(query_embeddings=list(map(float, some[0])), n_results=1, include=["distances"])
            return version.passages in {-1, collection.count()}
    except IndexUnreachable:
        raise
    except IndexDamaged:
        return False


def discard(store: IndexStore) -> None:
    """Delete what is there of a damaged index, so that it can be made anew."""
    if store.is_shared:
        with damage_told():
            for collection in store.client.list_collections():
                if collection.name == POINTER or collection.name.startswith(VERSION_PREFIX):
                    store.client.delete_collection(collection.name)
    store.reopen()
    for folder in (store.folder / "chroma", *store.folder.glob(f"{VERSION_PREFIX}*")):
        shutil.rmtree(folder, ignore_errors=True)
