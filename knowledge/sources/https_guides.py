"""Guides from a web server: a folder whose page lists files, an archive, or a single file."""

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, TypeVar
from urllib.parse import unquote, urlsplit

from knowledge.sources.archives import is_archive, unpacked
from knowledge.sources.copied_guides import LARGEST, NotFetched
from knowledge.sources.https_address import HttpsAddress
from knowledge.sources.https_client import Got, HttpsClient, Version
from knowledge.sources.https_folder import A_PAGE, Coming, come_from_folder, is_html
from knowledge.sources.kept_files import KeptFiles
from knowledge.sources.names import is_guide

SECONDS = 240.0
"""How long fetching a whole source may take."""
_LOOK_SECONDS = 0.1
"""Seconds between two looks whether the bot is about to stop."""
_ARCHIVES = (".zip", ".tar.gz", ".tgz")

T = TypeVar("T")


@dataclass(frozen=True)
class HttpsGuides:
    """The guides at an address of a web server.

    `seconds` limits each time they are fetched, `largest` the bytes that come, and those that they unpack to.
    """

    kind: ClassVar[str] = "guides over https"
    setting: ClassVar[str] = "KNOWLEDGE_HTTPS"

    address: HttpsAddress
    seconds: float = SECONDS
    largest: int = LARGEST

    @property
    def url(self) -> str:
        """The address without credentials and query."""
        return self.address.url

    @property
    def identity(self) -> tuple[str, ...]:
        """The address with its query."""
        return (self.address.whole,)

    def bring(self, place: Path, stop: threading.Event) -> bool:
        """Make the folder of guides hold those at the address and no other; whether that changed any.

        Raises NotFetched or OSError; the folder is as it was then.
        """
        kept, deadline = KeptFiles.of(place), time.monotonic() + self.seconds

        def look() -> None:
            if stop.is_set():
                raise NotFetched("the bot was stopped")
            if time.monotonic() > deadline:
                raise NotFetched(f"it took longer than {self.seconds:.0f} s")

        with kept.staging() as staged:
            coming = asyncio.run(_watched(self._come(kept, staged), look))
            if coming.archive:
                coming.files.update(unpacked(coming.archive, staged / "unpacked", look, self.largest))
            if not (coming.files or coming.unchanged):
                raise NotFetched("there is no guide in it")
            look()
            return kept.settle(coming.files, coming.unchanged, coming.versions)

    async def _come(self, kept: KeptFiles, staged: Path) -> Coming:
        """What the address holds now, as far as it is other than what is kept."""
        async with HttpsClient.opened(self.address.login, self.largest) as client:
            version = kept.version_of("")
            first = await client.get(self.address.whole, staged / "first", version)
            if first is None:
                return Coming(unchanged=set(kept.stamps), versions={"": version or Version()})
            name = PurePosixPath(unquote(urlsplit(self.url).path)).name
            if first.is_page and _may_be_folder(name):
                return await come_from_folder(client, kept, staged, first)
        return _single(first, name)


def _may_be_folder(name: str) -> bool:
    """Whether the last part of an address may be a folder's: a page there lists files, then, and is no guide itself."""
    return name.lower().startswith("index.") or not (_is_archive(name) or is_guide(name))


def _is_archive(name: str) -> bool:
    return name.lower().endswith(_ARCHIVES)


def _single(got: Got, name: str) -> Coming:
    """The guide or the archive that lies at an address with this last part. Raises NotFetched where it is neither."""
    if got.is_page and not is_html(name):
        raise NotFetched(A_PAGE)
    versions = {"": got.version}
    known = next((told for told in (name, got.name) if _is_archive(told) or is_guide(told)), "")
    if known and not _is_archive(known):
        return Coming({known: got.path}, versions=versions)
    if is_archive(got.path):
        return Coming(archive=got.path, versions=versions)
    raise NotFetched("it is neither a page that lists files nor an archive (.zip, .tar.gz) nor a guide")


async def _watched(work: Coroutine[Any, Any, T], look: Callable[[], None]) -> T:
    """What `work` gives, or what `look` raises, which is called again and again meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            look()
            await asyncio.wait([task], timeout=_LOOK_SECONDS)
        return task.result()
    finally:
        task.cancel()
