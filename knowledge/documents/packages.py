"""Packed documents as HTML or as the files in them: OpenDocument, EPUB, web archives, exports of Notion and Confluence."""

import email
import email.policy
import io
import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator
from html import escape
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote

from knowledge.errors import UnreadableFile

MOST_MEMBERS = 5000
_T = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_S = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_B = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


_NOTE = re.compile(r'<aside role="doc-footnote".*?</aside>', re.DOTALL)


def opendocument_as_html(data: bytes) -> str:
    """The HTML of an ODT file that was unpacked without danger before, its notes at the end."""
    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = etree.fromstring(archive.read("content.xml"), etree.XMLParser(resolve_entities=False, no_network=True))
    body = root.find("{urn:oasis:names:tc:opendocument:xmlns:office:1.0}body")
    struck = {str(style.get(f"{_S}name")) for style in root.iter(f"{_S}style") if any(inner.get(f"{_S}text-line-through-style") not in {None, "none"} for inner in style)}  # fmt: skip
    html = "".join(_told(child, struck) for child in body.iterchildren()) if body is not None else ""
    return _NOTE.sub("", html) + "".join(_NOTE.findall(html))


_ELEMENTS = {f"{_T}p": "p", f"{_T}list": "ul", f"{_T}list-item": "li", f"{_T}list-header": "li", f"{_B}table-row": "tr", f"{_B}table-header-rows": "thead", f"{_B}table": "table", f"{_B}table-cell": "td"}  # fmt: skip
_SIGNS = {f"{_T}s": " ", f"{_T}tab": "\t", f"{_T}line-break": "<br>"}
_LEFT_OUT = {f"{_T}tracked-changes", f"{_B}covered-table-cell", f"{_T}sequence-decls", f"{_T}note-citation", "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}annotation"}  # fmt: skip


def _told(element: Any, struck: Collection[str]) -> str:
    """An element as HTML; nothing of what is no text, and of what has a style that strikes it out."""
    if not isinstance(element.tag, str) or element.tag in _LEFT_OUT or element.get(f"{_T}style-name") in struck:
        return ""
    inside = escape(element.text or "") + "".join(_told(child, struck) + escape(child.tail or "") for child in element)
    if element.tag == f"{_T}note":
        number = element.get(f"{_T}id") or str(id(element))
        note = " ".join("".join(element.find(f"{_T}note-body").itertext()).split())
        return f'<sup><a href="#{escape(number)}">*</a></sup><aside role="doc-footnote" id="{escape(number)}">{escape(note)}</aside>'
    if element.tag in _SIGNS:
        return _SIGNS[element.tag]
    name, spans = _ELEMENTS.get(element.tag, ""), ""
    if element.tag == f"{_T}h":
        name = f"h{min(int(element.get(f'{_T}outline-level') or 1), 6)}"
    if element.tag == f"{_B}table-cell":
        counts = ((short, element.get(f"{_B}number-{long}-spanned")) for short, long in (("row", "rows"), ("col", "columns")))  # fmt: skip
        spans = "".join(f" {short}span={count}" for short, count in counts if count and count.isdigit())
    return f"<{name}{spans}>{inside}</{name}>" if name else inside


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
    return any(part.startswith((".", "__MACOSX", "~$")) for part in PurePosixPath(name).parts)
