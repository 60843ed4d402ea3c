"""Pages of Confluence, exported, saved from a browser or in its storage format: the page alone, with its macros as HTML has them."""

import re
from collections.abc import Callable, Mapping

from bs4 import BeautifulSoup, Tag

from knowledge.errors import UnreadableFile

_OTHER_PAGE = re.compile(r"^[^/:#]+\.html$")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_STORED = re.compile(r"<ac:[a-z]")


def without_cdata(html: str) -> str:
    """Storage format with its CDATA sections as text, which a parser of HTML takes for comments; other HTML as it is."""
    if not _STORED.search(html):
        return html
    return _CDATA.sub(lambda part: part[1].replace("&", "&amp;").replace("<", "&lt;"), html)


def put_confluence_right(soup: BeautifulSoup) -> None:
    """Make the text of a page its main content under its title, and label what its macros open.

    Raises UnreadableFile for Confluence's list of all pages of a space, which is no page.
    """
    for macro in soup.find_all(["ac:structured-macro", "ac:macro"]):
        _STORED_MACROS.get(str(macro.get("ac:name")), _take_parameters)(macro)
    for element in soup.find_all(["ac:task-id", "ac:task-status", "ac:placeholder"]):
        element.decompose()
    for task in soup.find_all("ac:task-body"):
        task.name = "p"
    _tell_expands(soup)
    for label in soup.find_all(_is_status):
        label["data-boxed"] = "1"
    title = soup.find(id="title-text")
    if not isinstance(title, Tag):
        return
    _refuse_list_of_pages(soup)
    content = soup.find(id="main-content") or soup.find(class_="ak-renderer-document")
    title.string = title.get_text(" ", strip=True).split(" : ", 1)[-1].strip()
    _take_furniture(soup)
    if isinstance(content, Tag) and content.name == "div" and title not in content.descendants:
        _make_main(soup, content, title)


def _refuse_list_of_pages(soup: BeautifulSoup) -> None:
    pages = soup.find("li") is not None and all(item.find("a", href=_OTHER_PAGE) for item in soup.find_all("li"))
    if pages and not soup.find(class_="page-metadata") and not soup.find("p"):
        raise UnreadableFile("it is Confluence's list of the pages of a space")


def _make_main(soup: BeautifulSoup, content: Tag, title: Tag) -> None:
    """Make an element the page's only main content, beginning with its title."""
    for other in soup.find_all("main"):
        other.name = "div"
    for other in soup.find_all(role="main"):
        del other["role"]
    heading = title.find_parent("h1") or title
    content.name = "main"
    content.insert(0, heading.extract())
    heading.name = "h1"


def _take_furniture(soup: BeautifulSoup) -> None:
    """Take out the lists of attached files and of labels, and the bar to like the page."""
    attached = soup.find(id="attachments")
    section = attached.find_parent(class_="pageSection") if isinstance(attached, Tag) else None
    for element in [section, *soup.find_all(id=["likes-section", "labels-section", "likes-and-labels-container"])]:
        if element is not None and not element.decomposed:
            element.decompose()


def _tell_expands(soup: BeautifulSoup) -> None:
    """Label what an expand macro opens with its title, and show it."""
    for container in soup.find_all(class_="expand-container"):
        control, content = container.find(class_="expand-control"), container.find(class_="expand-content")
        if isinstance(control, Tag) and isinstance(content, Tag):
            container.name = "section"
            container["data-label"] = (container.find(class_="expand-control-text") or control).get_text(
                " ", strip=True
            )
            control.decompose()
            del content["style"]
    for container in soup.find_all(
        True, attrs={"data-node-type": re.compile("^(?:nestedE|e)xpand$"), "data-title": True}
    ):
        container.name, container["data-label"] = "section", container["data-title"]
        for button in container.find_all("button", attrs={"aria-expanded": True}, recursive=False):
            button.decompose()


def _is_status(element: Tag) -> bool:
    return element.name == "span" and (
        element.get("data-node-type") == "status" or "status-macro" in (element.get("class") or [])
    )


def _parameters(macro: Tag) -> Mapping[str, str]:
    """The parameters of a macro in storage format, which are taken out of it."""
    found = [one for one in macro.find_all("ac:parameter") if one.find_parent(["ac:structured-macro", "ac:macro"]) is macro]  # fmt: skip
    said = {str(one.get("ac:name")): one.get_text(" ", strip=True) for one in found}
    for one in found:
        one.decompose()
    return said


def _take_parameters(macro: Tag) -> None:
    """A macro as what it holds, under its title if it has one."""
    title = _parameters(macro).get("title", "")
    macro.name = "section"
    if title:
        macro["data-label"] = title


def _as_status(macro: Tag) -> None:
    title = _parameters(macro).get("title", "")
    macro.name, macro.attrs = "span", {"data-boxed": "1"}
    macro.string = title


def _as_code(macro: Tag) -> None:
    _parameters(macro)
    macro.name = "pre"


_STORED_MACROS: Mapping[str, Callable[[Tag], None]] = {"status": _as_status, "code": _as_code, "noformat": _as_code}
"""Macros of the storage format that are neither text nor boxes with text."""
