"""The right to write an index that lives on a Chroma server: a lease that is kept on that server, since the machines share nothing else.

A lease is a collection whose name ends in a number and whose metadata say until when it holds. Chroma creates a collection of
one name once, so of several processes that want the next number one gets it. The highest number counts. Its holder renews it, and
asks before it switches versions whether it still holds it: a process that stood still for longer than its lease has lost it.
Clocks of machines may differ by some seconds.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from knowledge.errors import IndexBusy

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

PREFIX = "careerbot-lease-"
SECONDS = 60.0
"""How long a lease holds after it was taken or renewed."""
RENEWED_AFTER = 15.0
WAITED = 75.0
"""How long another process is waited for: longer than the lease of one that was killed."""
_PAUSE = 0.5
log = logging.getLogger(__name__)
_BUSY = "Another process is indexing the guides on this Chroma server; wait until it is done, then try again."
_LOST = "Another process has begun to index the guides meanwhile, because this one stood still; try again."


@contextmanager
def lease(client: "ClientAPI") -> Iterator[Callable[[], None]]:
    """Hold the lease; what it gives raises IndexBusy where it has been lost.

    Raises IndexBusy when another process holds it for longer than is waited for; what Chroma raises, as it comes.
    """
    number, mine = _take(client, time.monotonic() + WAITED)
    done = threading.Event()
    renewing = threading.Thread(target=_renew, args=(mine, done), name="index-lease", daemon=True)
    renewing.start()

    def confirm() -> None:
        if _highest(client)[0] != number:
            raise IndexBusy(_LOST)

    try:
        yield confirm
    finally:
        done.set()
        renewing.join()
        _extend(mine, 0.0)


def _take(client: "ClientAPI", give_up: float) -> "tuple[int, Collection]":
    told = False
    while True:
        number, until = _highest(client)
        if until < time.time() and (mine := _create(client, number + 1)):
            return number + 1, mine
        if time.monotonic() > give_up:
            raise IndexBusy(_BUSY)
        if not told:
            log.info("Another process indexes the guides on the Chroma server; waiting up to %.0f s for it", WAITED)
            told = True
        time.sleep(_PAUSE)


def _create(client: "ClientAPI", number: int) -> "Collection | None":
    """The lease of a number; None where another process has it, or a later one."""
    from chromadb.errors import ChromaError

    name, said = f"{PREFIX}{number:08}", {"until": time.time() + SECONDS, "by": uuid.uuid4().hex}
    try:
        mine = client.create_collection(name, embedding_function=None, metadata=said)
    except (ChromaError, ValueError):  # a collection of this name exists; another failure comes again with the next try
        return None
    if _highest(client)[0] != number:  # the number had been given back long ago, and others have gone on from it
        client.delete_collection(name)
        return None
    for earlier in _numbers(client):
        if earlier < number:
            with suppress(ChromaError, ValueError):
                client.delete_collection(f"{PREFIX}{earlier:08}")
    return mine


def _highest(client: "ClientAPI") -> tuple[int, float]:
    """The number of the lease that counts, and until when it holds in seconds of Unix time; (0, 0.0) where there is none."""
    from chromadb.errors import NotFoundError

    while numbers := _numbers(client):
        with suppress(NotFoundError):
            said = client.get_collection(f"{PREFIX}{max(numbers):08}", embedding_function=None).metadata or {}
            return max(numbers), float(said.get("until", 0.0))
    return 0, 0.0


def _numbers(client: "ClientAPI") -> list[int]:
    names = [collection.name for collection in client.list_collections()]
    return [int(name.removeprefix(PREFIX)) for name in names if name.startswith(PREFIX)]


def _renew(mine: "Collection", done: threading.Event) -> None:
    while not done.wait(RENEWED_AFTER):
        _extend(mine, time.time() + SECONDS)


def _extend(mine: "Collection", until: float) -> None:
    """Say until when the lease holds. Where that cannot be said it ends by itself, or has ended already."""
    import httpx
    from chromadb.errors import ChromaError

    with suppress(ChromaError, ValueError, httpx.HTTPError):
        mine.modify(metadata={**(mine.metadata or {}), "until": until})
