"""What a page lists: links to files and folders below it, as Apache, nginx, Python's own server and pages made by hand have them."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote, urldefrag, urljoin, urlsplit, urlunsplit

from knowledge.documents.encoding import decoded
from knowledge.errors import UnreadableFile
from knowledge.sources.copied_guides import NotFetched
from knowledge.sources.names import is_guide, is_usable

MOST_LINKS = 20_000
"""Links of one page."""


@dataclass(frozen=True)
class Listed:
    """A file or a folder that a page lists: where it is, and its name below the top folder; a folder's ends with a slash."""

    url: str
    name: str

    @property
    def is_folder(self) -> bool:
        """Whether it is a folder, which has a page of its own."""
        return self.name.endswith("/")


def folder_of(page: str) -> str:
    """The address of the folder that a page lists: itself, or that in which its index lies."""
    parts = urlsplit(_normal(page))
    place, _, name = parts.path.rpartition("/")
    is_index = name.lower().startswith(("index.", "default."))
    path = f"{place}/" if is_index or not name else f"{parts.path}/"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def listed(html: bytes, page: str, top: str) -> Iterator[Listed]:
    """The guides and folders that a page links to, each once: those below the folder `top`, wherever else it leads.

    Links with a query are a server's own, such as those that sort the page. Raises NotFetched where the page has too many.
    """
    seen = {top}
    for number, link in enumerate(_links(html, page)):
        if number >= MOST_LINKS:
            raise NotFetched(f"a page has more than {MOST_LINKS} links")
        url = urldefrag(_normal(link)).url
        if url in seen or not url.startswith(top) or urlsplit(url).query:
            continue
        seen.add(url)
        quoted = url.removeprefix(top)
        name = unquote(quoted, errors="surrogateescape")
        if name.count("/") != quoted.count("/") or not is_usable(name.removesuffix("/")):
            continue
        if name.endswith("/") or is_guide(name):
            yield Listed(url, name)


def _links(html: bytes, page: str) -> Iterator[str]:
    """The addresses that a page's links lead to; what is no address is none."""
    from lxml.etree import ParserError
    from lxml.html import HTMLParser, document_fromstring

    try:
        whole = document_fromstring(decoded(html).encode("utf-8", "replace"), HTMLParser(encoding="utf-8"))
    except (ParserError, UnreadableFile):
        return
    bases = [element.get("href") for element in whole.iter("base") if element.get("href")]
    start = _joined(page, bases[0]) if bases else page
    for element in whole.iter("a"):
        if url := _joined(start, element.get("href", "").strip()):
            yield url


def _joined(page: str, link: str) -> str:
    try:
        joined = urljoin(page, link)
        _ = urlsplit(joined).port
    except ValueError:
        return ""
    return joined


def _normal(url: str) -> str:
    """An address in the one way of writing it."""
    parts = urlsplit(url)
    path = "/".join(
        quote(unquote(part, errors="surrogateescape"), "", errors="surrogateescape") for part in parts.path.split("/")
    )
    return parts._replace(netloc=parts.netloc.lower().removesuffix(":443"), path=path).geturl()
