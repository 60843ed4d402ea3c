"""PDF files as HTML: liteparse reads the pages; here its tables are put right by their rules, raised marks set apart, and what pages repeat goes."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise
from pathlib import Path
from textwrap import shorten
from typing import Any

from knowledge.documents.coverage import different_words, lost
from knowledge.documents.pdf_blocks import Block, Page, with_ruled
from knowledge.documents.pdf_fonts import changing
from knowledge.documents.pdf_groups import name_groups, rows_below
from knowledge.documents.pdf_lattice import ruled_tables
from knowledge.documents.pdf_marks import CLOSE, OPEN, Mark, marks_of, set_marks_apart
from knowledge.documents.pdf_tables import Table, by_lines, tables_over_pages
from knowledge.documents.plain_text import PROSE
from knowledge.errors import UnreadableFile

MOST_PAGES = 2000
NAMED_PAGES = 8
_ENDS = (".", ":", "!", "?", "”", '"')
NEAR = 0.6
"""The room between lines of one paragraph at most, as a share of the size of its letters."""
APART = 3
"""The room at least, in sizes of its letters, between what a page says and the line at its foot."""
SMALL = 0.9
"""The size at most of the letters of a line at the foot of a page, as a share of most of the page's."""
SHOWN_OF_A_LINE = 60
"""Characters of a line that is not read which are named."""
_OF_A_PRINT = re.compile(r"^(?:page\s+)?#+\s*(?:of|/|von|de|sur)\s*#+\b", re.IGNORECASE)
"""What browsers and Word write at the edge of a printed page, with its figures as #."""


@dataclass(frozen=True)
class PdfAsHtml:
    """A PDF as HTML, which of its pages were not read, what else was not, and the lines that its pages repeat."""

    html: str
    unread_pages: Sequence[str]
    notes: Sequence[str]
    beside: Sequence[str]


def pdf_as_html(path: Path) -> PdfAsHtml:
    """A PDF as HTML. Raises UnreadableFile when it is encrypted, damaged or holds pictures only."""
    if not path.read_bytes()[:1024].lstrip().startswith(b"%PDF"):
        raise UnreadableFile("it is not a PDF, whatever its name says")
    result = _parsed(path)
    marks = marks_of(path)
    pages = [_page(page, marks.get(page.page_num, ())) for page in result.pages]
    empty = [page.number for page in pages if not page.blocks]
    if len(empty) == len(pages):
        raise UnreadableFile("it holds no text, only pictures perhaps; run text recognition on it")
    furniture = _remove_furniture(pages)
    feet = list(_remove_feet(pages))
    _tell_bold(pages, path)
    for page in pages:
        page.blocks = list(_with_whole_paragraphs(page.blocks))
    _set_levels(pages)
    tables_over_pages([[block.table for block in page.blocks[:1]] for page in pages], [[block.table for block in page.blocks[-1:]] for page in pages])  # fmt: skip
    html = "\n".join(_told(pages)).replace(OPEN, "<sup>").replace(CLOSE, "</sup>")
    notes = [*_feet_not_read(feet), *_words_not_read(pages, html)]
    beside = [*furniture, *(line for _, lines in feet for line in lines)]
    return PdfAsHtml(html, list(_pages_not_read(result, empty)), notes, beside)


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
    blocks = [made for block in page.blocks or () for made in _placed(block, page)]
    for ruled in ruled_tables(page.vector_graphics, page.text_items):
        blocks = with_ruled(blocks, ruled, page.text_items)
    for table in (block.table for block in blocks if block.table and not block.table.is_ruled):
        below = rows_below(table, page.text_items)
        blocks = list(_without(blocks, below))
        name_groups(table, page.text_items)
        blocks = [block for block in blocks if block.table or not table.takes(block.text, block.top, block.bottom, page.text_items)]  # fmt: skip
    blocks += [Block("paragraph", f"{name}: {value}") for name, value in _filled_in(page)]
    for block in blocks:
        block.text = set_marks_apart(block.text, marks)
        for cell in (cell for row in (block.table.rows if block.table else ()) for cell in row):
            cell.text = set_marks_apart(cell.text, marks)
    words = {word for item in page.text_items for word in re.findall(r"\w+", set_marks_apart(item.text, marks))}
    sizes = Counter[float]()
    for item in page.text_items:
        sizes[round(item.font_size or 0.0, 1)] += len(item.text)
    size = sizes.most_common(1)[0][0] if sizes else 0.0
    return Page(
        page.page_num, page.height, [block for block in blocks if block.text.strip() or block.table], words, size
    )


def _without(blocks: Sequence[Block], items: Sequence[Any]) -> Iterator[Block]:
    """The blocks without text items that belong to a table, of which they consist or with which they begin."""
    for block in blocks:
        inside = [item for item in items if block.top - 1 <= item.y + item.height / 2 <= block.bottom + 1]
        told = _clean(" ".join(item.text for line in by_lines(inside) for item in line))
        if block.table or not told or not block.text.startswith(told):
            yield block
        elif rest := block.text[len(told) :].strip():
            yield replace(block, text=rest, parts=block.parts[len(inside) :])


def _placed(block: Any, page: Any) -> Iterator[Block]:
    """What a block is, with its sides."""
    left = block.bbox.x if block.bbox else 0.0
    right = left + (block.bbox.width if block.bbox else 0.0)
    return (replace(made, left=left, right=right) for made in _blocks(block, page))


def _blocks(block: Any, page: Any) -> Iterator[Block]:
    top = block.bbox.y if block.bbox else 0.0
    bottom = top + (block.bbox.height if block.bbox else 0.0)
    if block.kind == "table":
        yield Block("table", "", 0, top, bottom, table=Table.of(block, page.vector_graphics, page.text_items))
    elif block.kind == "heading":
        size = _size(_lines(block, page.text_items))
        for text in _headings(_clean(block.text), page.text_items):
            yield Block("heading", text, block.level or 1, top, bottom, size)
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
            yield Block("bold", first, 0, top, top + lines[0][0].height, _size(lines[:1]))
            text = text[len(first) :].strip()
    short = len(lines) <= 2 and not text.endswith((".", ",", ";"))
    alone = len(lines) == 1 and len(text) <= 80 and text.isupper() and len(text) > 3
    parts = tuple(_clean(item.text) for line in lines for item in line)
    kind = "bold" if (block.bold and short) or alone else "paragraph"
    yield Block(kind, text, 0, top, bottom, _size(lines), parts=parts)


def _size(lines: Sequence[Sequence[Any]]) -> float:
    return round(max((item.font_size or 0.0 for line in lines for item in line), default=0.0), 1)


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
    return by_lines(inside)


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


def _remove_feet(pages: Sequence[Page]) -> Iterator[tuple[Page, Sequence[str]]]:
    """Take away the line at the foot of a page that stands far below what the page says, in smaller letters, and is no sentence or note."""
    for page in pages:
        if len(page.blocks) < 2:
            continue
        before, last = page.blocks[-2:]
        is_set_apart = last.top > page.height * 7 / 8 and last.top - before.bottom > APART * last.size > 0
        is_small = last.size <= SMALL * page.size and last.bottom - last.top < 2 * last.size
        told = " ".join(last.parts) or last.text
        is_said = told.endswith(_ENDS) or re.match(rf"\W*\d|[*†‡§]|Note |{OPEN}", told)
        if last.kind in {"paragraph", "bold"} and is_set_apart and is_small and not is_said:
            page.blocks.remove(last)
            page.words -= set(re.findall(r"\w+", last.text))
            yield page, last.parts or [last.text]


def _feet_not_read(feet: Sequence[tuple[Page, Sequence[str]]]) -> Iterator[str]:
    for page, lines in feet:
        yield f"the foot of page {page.number} is not read: “{shorten(' '.join(lines), SHOWN_OF_A_LINE, placeholder=' …')}”"


def _tell_bold(pages: Sequence[Page], path: Path) -> None:
    """Make paragraphs of what only begins in bold."""
    changes = changing(path, {page.number: [block.text for block in page.blocks if block.kind == "bold"] for page in pages})  # fmt: skip
    for page in pages:
        for block in page.blocks:
            if block.kind == "bold" and (page.number, block.text) in changes:
                block.kind = "paragraph"


def _with_whole_paragraphs(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks, where a line of prose that ends within a sentence and the next line, which goes on with it, are one paragraph."""
    waiting: Block | None = None
    for block in blocks:
        if waiting is not None and _goes_on(waiting, block):
            hyphen = re.search(r"(?<=[^\W\d_])-$", waiting.text)
            text = waiting.text[:-1] + block.text if hyphen else f"{waiting.text} {block.text}"
            waiting = replace(waiting, text=text, bottom=block.bottom, parts=(*waiting.parts, *block.parts))
            continue
        if waiting is not None:
            yield waiting
        waiting = block
    if waiting is not None:
        yield waiting


def _goes_on(block: Block, following: Block) -> bool:
    is_prose = block.kind == following.kind == "paragraph" and len(block.text) >= PROSE
    near = -block.size < following.top - block.bottom <= NEAR * block.size and block.size == following.size
    return is_prose and near and not block.text.endswith((*_ENDS, ";")) and following.text[0].islower()


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
