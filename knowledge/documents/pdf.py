"""PDF files as HTML: liteparse reads the pages; here its tables are put right by their rules, raised marks set apart, and what pages repeat goes."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise
from pathlib import Path
from typing import Any

from knowledge.documents.coverage import different_words, lost
from knowledge.documents.pdf_marks import CLOSE, OPEN, Mark, marks_of, set_marks_apart
from knowledge.documents.pdf_tables import Table, tables_over_pages
from knowledge.errors import UnreadableFile

MOST_PAGES = 2000
NAMED_PAGES = 8
_ENDS = (".", ":", "!", "?", "”", '"')
_OF_A_PRINT = re.compile(r"^(?:page\s+)?#+\s*(?:of|/|von|de|sur)\s*#+\b", re.IGNORECASE)
"""What browsers and Word write at the edge of a printed page, with its figures as #."""


@dataclass
class Page:
    """What stands on a page, from the top down: (kind, level, text) or a table."""

    number: int
    height: float
    blocks: list["Block"] = field(default_factory=list)
    words: set[str] = field(default_factory=set)


@dataclass
class Block:
    """A paragraph with the parts that it was set in, a heading or item of a list, or a table."""

    kind: str
    text: str
    level: int = 0
    top: float = 0.0
    bottom: float = 0.0
    size: float = 0.0
    parts: Sequence[str] = ()
    table: Table | None = None


def pdf_as_html(path: Path) -> tuple[str, list[str], list[str]]:
    """A PDF as HTML, what of it was not read, and the lines that its pages repeat. Raises UnreadableFile when it is encrypted, damaged or holds pictures only."""
    if not path.read_bytes()[:1024].lstrip().startswith(b"%PDF"):
        raise UnreadableFile("it is not a PDF, whatever its name says")
    result = _parsed(path)
    marks = marks_of(path)
    pages = [_page(page, marks.get(page.page_num, ())) for page in result.pages]
    empty = [page.number for page in pages if not page.blocks]
    if len(empty) == len(pages):
        raise UnreadableFile("it holds no text, only pictures perhaps; run text recognition on it")
    furniture = _remove_furniture(pages)
    _set_levels(pages)
    tables_over_pages([[block.table for block in page.blocks[:1]] for page in pages], [[block.table for block in page.blocks[-1:]] for page in pages])  # fmt: skip
    html = "\n".join(_told(pages)).replace(OPEN, "<sup>").replace(CLOSE, "</sup>")
    return html, [*_pages_not_read(result, empty), *_words_not_read(pages, html)], furniture


def _parsed(path: Path) -> Any:
    from liteparse import LiteParse, ParseError

    reader = LiteParse(
        ocr_enabled=False, output_format="markdown", keep_headers_footers=True, skip_diagonal_text=True,
        extract_form_fields=True, max_pages=MOST_PAGES, quiet=True, image_mode="off", extract_blocks=True,
        extract_vector_graphics=True, extract_text_metadata=True, continue_on_page_error=True, num_workers=1,
    )  # fmt: skip
    try:
        return reader.parse(path)
    except ParseError as error:
        if "password" in str(error).lower():
            raise UnreadableFile("it is encrypted; save it without a password") from error
        raise UnreadableFile("it is a damaged PDF; save it again") from error


def _pages_not_read(result: Any, empty: Sequence[int]) -> Iterator[str]:
    failed = sorted({error.page_num for error in result.page_errors})
    if failed:
        yield f"{_pages(failed)} could not be read"
    if silent := [number for number in empty if number not in failed]:
        yield f"{_pages(silent)} {'has' if len(silent) == 1 else 'have'} no text, only pictures perhaps"
    if result.total_pages > len(result.pages) + len(failed):
        yield f"only the first {len(result.pages)} of its {result.total_pages} pages are read; split it"


def _pages(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:NAMED_PAGES])) + (" and more" if len(numbers) > NAMED_PAGES else "")
    return f"page {shown}" if len(numbers) == 1 else f"pages {shown}"


def _words_not_read(pages: Sequence[Page], html: str) -> Iterator[str]:
    there: set[str] = set().union(*(page.words for page in pages))
    return lost(there, different_words([html]))


def _page(page: Any, marks: Sequence[Mark]) -> Page:
    blocks = [made for block in page.blocks or () for made in _blocks(block, page)]
    for table in (block.table for block in blocks if block.table):
        blocks = [block for block in blocks if block.table or not table.takes(block.text, block.top, block.bottom, page.text_items)]  # fmt: skip
    blocks += [Block("paragraph", f"{name}: {value}") for name, value in _filled_in(page)]
    for block in blocks:
        block.text = set_marks_apart(block.text, marks)
        for cell in (cell for row in (block.table.rows if block.table else ()) for cell in row):
            cell.text = set_marks_apart(cell.text, marks)
    words = {word for item in page.text_items for word in re.findall(r"\w+", set_marks_apart(item.text, marks))}
    return Page(page.page_num, page.height, [block for block in blocks if block.text.strip() or block.table], words)


def _blocks(block: Any, page: Any) -> Iterator[Block]:
    top = block.bbox.y if block.bbox else 0.0
    bottom = top + (block.bbox.height if block.bbox else 0.0)
    if block.kind == "table":
        yield Block("table", "", 0, top, bottom, table=Table.of(block, page.vector_graphics))
    elif block.kind == "heading":
        sizes = [item.font_size or 0.0 for line in _lines(block, page.text_items) for item in line]
        for text in _headings(_clean(block.text), page.text_items):
            yield Block("heading", text, block.level or 1, top, bottom, round(max(sizes, default=0.0), 1))
    elif block.kind == "list_item":
        yield Block("ordered" if block.ordered else "item", _clean(block.text), block.level or 0, top, bottom)
    elif block.kind in {"code", "grid_fallback"}:
        yield from (Block("paragraph", _clean(line), 0, top, bottom) for line in block.lines or ())
    elif block.text:
        yield from _paragraphs(block, top, bottom, page)


def _paragraphs(block: Any, top: float, bottom: float, page: Any) -> Iterator[Block]:
    """A paragraph; its first line apart where that is set in another way than the rest, as a heading is."""
    text = _clean(block.text)
    lines = _lines(block, page.text_items)
    if len(lines) > 1 and _style(lines[0]) not in {_style(line) for line in lines[1:]}:
        first = _clean(" ".join(item.text for item in lines[0]))
        if len(first) <= 80 and text.startswith(first) and not first.endswith((".", ",", ";")):
            yield Block("bold", first, 0, top, top)
            text = text[len(first) :].strip()
    short = len(lines) <= 2 and not text.endswith((".", ",", ";"))
    alone = len(lines) == 1 and len(text) <= 80 and text.isupper() and len(text) > 3
    parts = tuple(_clean(item.text) for line in lines for item in line)
    yield Block("bold" if (block.bold and short) or alone else "paragraph", text, 0, top, bottom, parts=parts)


def _headings(text: str, items: Sequence[Any]) -> list[str]:
    """The headings in what was read as one: a line that begins anew, set off in another way or by a number, is another."""
    found: list[tuple[str, Any]] = []
    rest = text
    for item in sorted(items, key=lambda item: (item.y, item.x)):
        told = _clean(item.text)
        if told and rest.startswith(told) and (not found or _style([item])[:2] == _style([found[0][1]])[:2]):
            found.append((told, item))
            rest = rest[len(told) :].lstrip()
    if rest or len(found) < 2:
        return [text]
    headings = [found[0][0]]
    for (_, before), (told, item) in pairwise(found):
        if _begins_anew(before, item, told):
            headings.append(told)
        else:
            headings[-1] += f" {told}"
    return headings


def _begins_anew(before: Any, item: Any, text: str) -> bool:
    """Whether a line of a heading is set neither at the left edge nor about the middle of the one before it, or is numbered."""
    if abs(before.y - item.y) < item.height / 2:
        return False
    left = abs(before.x - item.x)
    middle = abs(before.x + before.width / 2 - item.x - item.width / 2)
    return min(left, middle) > item.height / 2 or re.match(r"\d+(?:\.\d+)*[.)]?\s+[^\W\d_]", text) is not None


def _lines(block: Any, items: Sequence[Any]) -> list[list[Any]]:
    """The text items within a block, line by line."""
    box = block.bbox
    if box is None:
        return []
    inside = [item for item in items if box.y - 1 <= item.y + item.height / 2 <= box.y + box.height + 1 and box.x - 2 <= item.x <= box.x + box.width]  # fmt: skip
    lines: list[list[Any]] = []
    for item in sorted(inside, key=lambda item: (item.y, item.x)):
        if lines and abs(lines[-1][0].y - item.y) < item.height / 2:
            lines[-1].append(item)
        else:
            lines.append([item])
    return lines


def _style(line: Sequence[Any]) -> tuple[Any, ...]:
    first = line[0]
    text = " ".join(item.text for item in line)
    return first.font_name, round(first.font_size or 0, 1), str(first.fill_color), text.isupper()


def _clean(text: str | None) -> str:
    """Text without the private signs of icon fonts, and on one line."""
    return re.sub(r"\s+", " ", re.sub(r"[\ue000-\uf8ff\x00-\x08]", "", text or "")).strip()


def _filled_in(page: Any) -> Iterator[tuple[str, str]]:
    """The fields of a form with what was written into them, where the page does not show it."""
    for entry in page.form_fields or ():
        name, value = _clean(entry.alternate_name or entry.name), _clean(entry.value)
        if name and value and value.lower() != "off" and value not in page.text:
            yield name, value


def _remove_furniture(pages: Sequence[Page]) -> list[str]:
    """Take away what stands at the edges of at least half of the pages, its numbers aside, or counts the pages; what it is."""
    removed: list[str] = []
    edges = Counter(key for page in pages for key in {_key(block) for block in _edges(page)})
    repeated = {key for key, count in edges.items() if key and count >= max(2, len(pages) / 2)}
    for page in pages:
        for block in _edges(page):
            if block.kind != "table" and (_key(block) in repeated or _OF_A_PRINT.match(_key(block))):
                page.blocks.remove(block)
                page.words -= set(re.findall(r"\w+", block.text))
                removed.extend(block.parts or [block.text])
    return list(dict.fromkeys(removed))


def _edges(page: Page) -> list[Block]:
    """The first and last two blocks of a page, where they stand in its upper or lower eighth."""
    first = [block for block in page.blocks[:2] if block.bottom < page.height / 8]
    last = [block for block in page.blocks[-2:] if block.top > page.height * 7 / 8]
    return [*first, *(block for block in last if block not in first)]


def _set_levels(pages: Sequence[Page]) -> None:
    """Headings of the largest letters are of the first level, and so on down."""
    headings = [block for page in pages for block in page.blocks if block.kind == "heading"]
    sizes = sorted({block.size for block in headings}, reverse=True)
    for block in headings:
        block.level = min(sizes.index(block.size) + 1, 6)


def _key(block: Block) -> str:
    return re.sub(r"\d+", "#", block.text).strip()


def _told(pages: Sequence[Page]) -> Iterator[str]:
    """The blocks as HTML; a paragraph that goes on over the page is one, items of a list are one list."""
    waiting = ""
    for page in pages:
        for number, block in enumerate(page.blocks):
            if waiting and not (number == 0 and block.kind == "paragraph" and not waiting.endswith(_ENDS)):
                yield f"<p>{escape(waiting)}</p>"
                waiting = ""
            if block.kind == "paragraph":
                waiting = f"{waiting} {block.text}".strip()
            else:
                yield _html(block)
    if waiting:
        yield f"<p>{escape(waiting)}</p>"


def _html(block: Block) -> str:
    text = escape(block.text)
    if block.table is not None:
        return block.table.html() if not block.table.joined else ""
    if block.kind == "heading":
        return f"<h{min(block.level, 6)}>{text}</h{min(block.level, 6)}>"
    if block.kind == "bold":
        return f"<p><b>{text}</b></p>"
    return f"<ul>{'<li>' if not block.level else '<li><ul><li>'}{text}</li></ul>{'</li></ul>' if block.level else ''}"
