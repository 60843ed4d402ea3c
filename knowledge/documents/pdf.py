"""PDF pages read as Markdown: headings by their size and weight, wrapped lines joined again."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from knowledge.errors import UnreadableFile

MOST_PAGES = 2000


@dataclass(frozen=True)
class _Line:
    text: str
    size: float
    bold: bool
    left: float
    top: float
    bottom: float
    page: int


def pdf_as_markdown(path: Path) -> str:
    """The text of a PDF. Raises UnreadableFile when it is encrypted, damaged or holds pictures only."""
    if not path.read_bytes()[:1024].lstrip().startswith(b"%PDF"):
        raise UnreadableFile("it is not a PDF, whatever its name says")
    lines = _lines(path)
    if not lines:
        raise UnreadableFile("it holds no text, only pictures perhaps; run text recognition on it")
    return "\n".join(_blocks(lines))


def _lines(path: Path) -> list[_Line]:
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        with pdfplumber.open(path) as pdf:
            return [line for number, page in enumerate(pdf.pages[:MOST_PAGES]) for line in _page_lines(page, number)]
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect):
            raise UnreadableFile("it is encrypted; save it without a password") from error
        raise UnreadableFile("it is a damaged PDF; save it again") from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableFile("it is a damaged PDF; save it again") from error


def _page_lines(page: Any, number: int) -> Iterator[_Line]:
    tables = page.find_tables()
    boxes = [table.bbox for table in tables]
    outside = page.filter(lambda thing: not any(_within(thing, box) for box in boxes)) if boxes else page
    found = [_line(raw, number) for raw in outside.extract_text_lines(return_chars=True)]
    found += [_table_line(table, number) for table in tables]
    yield from sorted((line for line in found if line.text.strip()), key=lambda line: line.top)


def _within(thing: Any, box: tuple[float, float, float, float]) -> bool:
    return bool(
        box[0] <= thing["x0"] and thing["x1"] <= box[2] and box[1] <= thing["top"] and thing["bottom"] <= box[3]
    )


def _line(raw: Any, page: int) -> _Line:
    sizes = Counter(round(char["size"], 1) for char in raw["chars"])
    bold = all("bold" in char["fontname"].lower() for char in raw["chars"] if char["text"].strip())
    return _Line(
        _without_codes(raw["text"]), sizes.most_common(1)[0][0], bold, raw["x0"], raw["top"], raw["bottom"], page
    )


def _without_codes(text: str) -> str:
    """Text in which a character the font has no meaning for is a bullet at the start and nothing elsewhere."""
    return re.sub(r"\(cid:\d+\)", "", re.sub(r"^\s*\(cid:\d+\)", "•", text)).strip()


def _table_line(table: Any, page: int) -> _Line:
    rows = [[re.sub(r"\s+", " ", cell or "").replace("|", "\\|") for cell in row] for row in table.extract()]
    lines = [f"| {' | '.join(row)} |" for row in rows if any(row)]
    rule = [f"|{'---|' * len(rows[0])}"] if rows else []
    return _Line(
        "\n".join([*lines[:1], *rule, *lines[1:]]),
        0.0,
        bold=False,
        left=table.bbox[0],
        top=table.bbox[1],
        bottom=table.bbox[3],
        page=page,
    )


def _blocks(lines: Sequence[_Line]) -> Iterator[str]:
    body = Counter[float]()
    for line in lines:
        body[line.size] += len(line.text)
    normal = body.most_common(1)[0][0]
    larger = sorted({line.size for line in lines if line.size > normal + 0.5}, reverse=True)
    before: _Line | None = None
    item: _Line | None = None
    for line in _with_whole_headings(lines, larger):
        level = _heading_level(line, before, normal, larger)
        if level:
            yield f"\n{'#' * level} {line.text}\n"
            item = None
        elif line.text.startswith("|"):
            yield f"\n{line.text}\n"
            item = None
        elif bullet := re.match(r"^[•◦‣▪●○·–-]\s+(.*)", line.text):
            yield f"- {bullet[1]}"
            item = line
        elif item and before and line.left > item.left + 1 and _continues(line, before):
            yield f"  {line.text}"
        else:
            yield line.text if before is None or _continues(line, before) else f"\n{line.text}"
            item = None
        before = line


def _with_whole_headings(lines: Sequence[_Line], larger: Sequence[float]) -> Iterator[_Line]:
    """The lines, where a heading of several lines is one."""
    whole: _Line | None = None
    for line in lines:
        if whole and whole.size == line.size and line.size in larger and _continues(line, whole):
            whole = replace(line, text=f"{whole.text} {line.text}", top=whole.top)
            continue
        if whole:
            yield whole
        whole = line
    if whole:
        yield whole


def _heading_level(line: _Line, before: _Line | None, normal: float, larger: Sequence[float]) -> int:
    if line.size in larger and len(line.text) <= 150:
        return min(larger.index(line.size) + 1, 5)
    alone = before is None or before.page != line.page or line.top - before.bottom > 0.4 * line.size
    short = len(line.text) <= 80 and not line.text.endswith((".", ",", ":", ";"))
    return (
        min(len(larger) + 1, 6)
        if line.bold and alone and short and line.size >= normal and line.text[:1].isalnum()
        else 0
    )


def _continues(line: _Line, before: _Line) -> bool:
    """Whether a line belongs to the paragraph above it: the gap is that of wrapped lines."""
    if before.page != line.page:
        return not before.text.endswith((".", ":", "!", "?"))
    return line.top - before.bottom < 0.6 * line.size
