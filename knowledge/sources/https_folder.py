"""Guides in a folder of a web server: its page lists files, and folders that have pages of their own."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import shorten

from knowledge.sources.archives import MOST_FILES
from knowledge.sources.copied_guides import NotFetched
from knowledge.sources.https_client import Gone, Got, HttpsClient, Version
from knowledge.sources.kept_files import KeptFiles
from knowledge.sources.page_links import Listed, folder_of, listed

AT_ONCE = 4
"""Files that are fetched at the same time."""
MOST_FOLDERS = 500
DEEPEST = 10
"""Folders in each other."""
LARGEST_PAGE = 4 * 1024 * 1024
"""Bytes of a page that lists files."""
SHOWN = 120
"""Characters of the name of a file that is told."""
A_PAGE = "the server answers with a page of HTML, perhaps one to log in"
_HTML = (".html", ".htm", ".xhtml", ".aspx")


@dataclass
class Coming:
    """What an address holds now: guides that came, by their names; the names of those that are as they were; the versions of
    both; and an archive that still holds some.
    """

    files: dict[str, Path] = field(default_factory=dict)
    unchanged: set[str] = field(default_factory=set)
    versions: dict[str, Version] = field(default_factory=dict)
    archive: Path | None = None


def is_html(name: str) -> bool:
    """Whether a guide of this name is a page of HTML itself."""
    return name.lower().endswith(_HTML)


async def come_from_folder(client: HttpsClient, kept: KeptFiles, staged: Path, page: Got) -> Coming:
    """The guides that a folder's page, and those of the folders below it, list; what changed comes into `staged`.

    Raises NotFetched where any of them cannot be fetched; a listed one that is not there is none.
    """
    coming, turns = Coming(), asyncio.Semaphore(AT_ONCE)

    async def come(file: Listed, path: Path) -> None:
        async with turns:
            with suppress(Gone):
                await _come(client, kept, file, path, coming)

    files = await _all_files(client, page, staged / "page")
    await asyncio.gather(*(come(file, staged / f"{number}.file") for number, file in enumerate(files)))
    return coming


async def _come(client: HttpsClient, kept: KeptFiles, file: Listed, path: Path, coming: Coming) -> None:
    version = kept.version_of(file.name)
    with _named(file):
        got = await client.get(file.url, path, version)
        if got and got.is_page and not is_html(file.name):
            raise NotFetched(A_PAGE)
    if got:
        coming.files[file.name] = path
        coming.versions[file.name] = got.version
    elif version:
        coming.unchanged.add(file.name)
        coming.versions[file.name] = version


async def _all_files(client: HttpsClient, page: Got, path: Path) -> list[Listed]:
    """The files that a folder's page, and those of the folders below it, list; each page comes to the same path."""
    top = folder_of(page.url)
    files: dict[str, Listed] = {}
    folders: set[str] = set()
    waiting = list(_entries(page, top))
    while waiting:
        entry = waiting.pop()
        if not entry.is_folder:
            files[entry.name] = entry
        elif entry.name not in folders:
            folders.add(entry.name)
            waiting += await _entries_of(client, entry, top, path)
        if len(files) > MOST_FILES or len(folders) > MOST_FOLDERS:
            raise NotFetched(f"it lists more than {MOST_FILES} guides or {MOST_FOLDERS} folders")
    return list(files.values())


async def _entries_of(client: HttpsClient, folder: Listed, top: str, path: Path) -> list[Listed]:
    if folder.name.count("/") > DEEPEST:
        raise NotFetched(f"its folders lie more than {DEEPEST} deep in each other")
    with suppress(Gone), _named(folder):
        page = await client.get(folder.url, path)
        if page and page.is_page:
            if not folder_of(page.url).startswith(top):
                raise NotFetched("it leads out of the folder")
            return list(_entries(page, top))
    return []


def _entries(page: Got, top: str) -> Iterator[Listed]:
    if page.path.stat().st_size > LARGEST_PAGE:
        raise NotFetched(f"a page that lists files is larger than {LARGEST_PAGE >> 20} MB")
    return listed(page.path.read_bytes(), page.url, top)


@contextmanager
def _named(entry: Listed) -> Iterator[None]:
    """What goes wrong within is told of this file or folder."""
    try:
        yield
    except Gone:
        raise
    except NotFetched as error:
        raise NotFetched(f"`{shorten(entry.name, SHOWN)}`: {error}") from None
