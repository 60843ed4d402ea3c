"""The lines of a table's cell: its blocks one below another, or all of them in one line."""

import copy
import re
from collections.abc import Iterator

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6"]
_BLOCKS = frozenset({*HEADINGS, "p", "div", "ul", "ol", "li", "dl", "dt", "dd", "pre", "blockquote", "table", "section", "article", "figure", "tr", "td", "hr"})  # fmt: skip
BEFORE_A_FIGURE = r"^[^\w]*(?:[A-Z]{2,3}\s?|[^\W\d]{1,3}\s)?"
FIGURE_TO_THE_END = r"\d[\d.,'’\s%/–—-]*(?:[kKmM%]|\s?[^\W\d_]{0,4})?[^\w]*$"
BARE_FIGURE = re.compile(BEFORE_A_FIGURE + FIGURE_TO_THE_END)
"""A cell that is an amount or a number, with what may stand before and after it."""


def text_of(piece: Tag) -> str:
    """The words of an element, with single spaces between."""
    return re.sub(r"\s+", " ", piece.get_text(" ")).strip()


def one_line(soup: BeautifulSoup, cell: Tag) -> Tag:
    """A cell without blocks: what stood below each other stands in one line, with a semicolon between."""
    made = soup.new_tag("td")
    before = ""
    for piece in pieces(cell):
        text = text_of(piece)
        if not text:
            continue
        if before:
            goes_on = text[0].islower() and piece.name not in _BLOCKS
            made.append(" " if before[-1] in ".,:;!?…–-" or goes_on else "; ")
        made.extend(_inline(piece))
        before = text
    return made


def pieces(cell: Tag) -> Iterator[Tag]:
    """The lines of a cell: its blocks, and between them the runs of words up to a line break."""
    run: Tag | None = None
    for child in cell.contents:
        if isinstance(child, Tag) and (child.name in _BLOCKS or child.name == "br" or child.find(list(_BLOCKS))):
            if run is not None:
                yield run
            run = None
            if child.name != "br":
                yield from [child] if child.name in HEADINGS or not child.find([*_BLOCKS, "br"]) else pieces(child)
        elif isinstance(child, Tag) and child.find("br"):
            if run is not None:
                yield run
            run = None
            yield from pieces(child)
        elif isinstance(child, Tag) or type(child) is NavigableString:
            run = Tag(name="span") if run is None else run
            run.append(copy.copy(child))
    if run is not None:
        yield run


def _inline(piece: Tag) -> list[PageElement]:
    return [copy.copy(child) for child in piece.contents]
