"""Packed documents as HTML or as the files in them: EPUB, web archives, exports of Notion and Confluence."""

import email
import email.policy
import io
import posixpath
import re
import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from knowledge.errors import UnreadableFile

MOST_MEMBERS = 5000
HIDDEN = (".", "~$", "__MACOSX")
"""How the names of hidden files, locks of Office and macOS's own folder begin."""


def book_as_html(data: bytes) -> tuple[str, dict[str, str]]:
    """The HTML of the chapters of an EPUB in their order, and its metadata of the Dublin Core by their names."""
    from bs4 import BeautifulSoup

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        container = BeautifulSoup(archive.read("META-INF/container.xml"), "xml")
        place = str(container.find_all("rootfile")[0]["full-path"])
        package = BeautifulSoup(archive.read(place), "xml")
        files = {str(item["id"]): str(item["href"]) for item in package.find_all("item")}
        read = [files[str(entry["idref"])] for entry in package.find_all("itemref") if str(entry.get("idref")) in files]
        names = [posixpath.normpath(posixpath.join(posixpath.dirname(place), unquote(name))) for name in read]
        html = "".join(_chapter(archive, name) for name in names)
    return html, _dublin_core(package)


def _dublin_core(package: Any) -> dict[str, str]:
    """What a package states: the first entry of each name. When it was packed says nothing of its content."""
    metadata = package.find("metadata")
    entries = metadata.find_all(True, recursive=False) if metadata else []
    told = [(entry.name.rpartition(":")[2], entry.get_text(" ", strip=True)) for entry in entries]
    return {name: text for name, text in reversed(told) if text and name != "meta"}


def _chapter(archive: zipfile.ZipFile, name: str) -> str:
    """A chapter, in which the names of places are those of the whole book."""
    from bs4 import BeautifulSoup

    try:
        soup = BeautifulSoup(archive.read(name), "lxml")
    except KeyError:
        return ""
    for element in soup.find_all(["script", "style", "nav"]):
        element.decompose()
    for element in soup.find_all(id=True):
        element["id"] = f"{name}#{element['id']}"
    for link in soup.find_all("a", href=re.compile("^[^:]*#.")):
        file, _, place = str(link["href"]).partition("#")
        there = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(file))) if file else name
        link["href"] = f"#{there}#{place}"
    return soup.body.decode_contents() if soup.body else ""


def web_archive_as_html(data: bytes) -> str:
    """The page of a web archive (MHT). Raises UnreadableFile where it holds none."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() == "text/html":
            return str(part.get_content())
    raise UnreadableFile("it holds no page, whatever its name says")


def members(data: bytes, largest: int) -> Iterator[tuple[str, bytes]]:
    """The files in an archive, and in the archives in it, by name. Raises UnreadableFile where it unpacks to too much."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise UnreadableFile("it is not an archive, whatever its name says") from error
    with archive:
        infos = [info for info in archive.infolist() if not info.is_dir() and not _hidden(info.filename)]
        if sum(info.file_size for info in infos) > largest or len(infos) > MOST_MEMBERS:
            raise UnreadableFile(f"it unpacks to more than {largest // 2**20} MB or {MOST_MEMBERS} files")
        for info in sorted(infos, key=lambda one: one.filename):
            if info.flag_bits & 1:
                raise UnreadableFile("it is encrypted; save it without a password")
            inner = archive.read(info)
            if info.filename.lower().endswith(".zip") and len(infos) < 20:  # Notion packs its parts again
                yield from members(inner, largest)
            else:
                yield info.filename, inner


def _hidden(name: str) -> bool:
    return any(part.startswith(HIDDEN) for part in PurePosixPath(name).parts)
