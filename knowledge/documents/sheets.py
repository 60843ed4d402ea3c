"""Workbooks and files of separated values as HTML tables, with their numbers as a person sees them."""

import csv
import datetime
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby, islice, pairwise
from pathlib import Path
from typing import Any

from knowledge.documents.encoding import decoded
from knowledge.errors import UnreadableFile

LONGEST_MARK = 3
"""Characters of a raised mark that leads to a note."""
MOST_ROWS = 20_000
MOST_COLUMNS = 200
"""Rows and columns of a sheet that are read; a table of pay has fewer."""
_CALLED = re.compile(r"[^<]{1,90}[^<.:!?]")
_TITLE = re.compile(rf"<p>({_CALLED.pattern})</p><table>")
"""A cell alone above a table, with rows left free between them or not: what the table is called."""
_NOTE = re.compile(r"(?:[*†‡§]{1,3}|[¹²³⁴⁵⁶⁷⁸⁹]|\(?\d{1,2}\))\s*[^\W\d_]")
"""How a note below a table begins."""
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[0-9A-Fa-f]+)?\]|\"([^\"]*)\"|\\(.)|([$€£¥])")


@dataclass(frozen=True)
class Sheets:
    """A workbook as HTML, its title, and what of it is not read."""

    html: str
    title: str
    notes: Sequence[str]


@dataclass(frozen=True)
class _Cell:
    text: str
    across: int = 1


Line = Mapping[int, _Cell]
"""The cells of a row by their columns, without those that another one covers from the left."""


def separated_as_html(data: bytes) -> str:
    """A file of values separated by commas, semicolons, tabs or bars as a table whose first row is its header.

    Rows of one cell that empty rows set apart from it are paragraphs; empty rows between others are left out.
    """
    text = decoded(data)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:8192], ",;\t|")
    except csv.Error:
        dialect = "excel-tab" if "\t" in text[:8192] else "excel"
    rows = list(islice(csv.reader(io.StringIO(text), dialect), MOST_ROWS))
    lines: list[Line] = [{n: _Cell(cell.strip()) for n, cell in enumerate(row)} for row in rows]
    joined: list[list[Line]] = []
    for block in _blocks(lines):
        if joined and not _is_text(joined[-1]) and not _is_text(block):
            joined[-1] += block
        else:
            joined.append(block)
    return _with_captions("".join(map(_told, joined)))


def workbook_as_html(path: Path) -> Sheets:
    """The sheets of an XLSX workbook, each under its name; where the workbook has no title, a cell alone at the top of the
    first is that.
    """
    import openpyxl

    book = openpyxl.load_workbook(path, data_only=True, rich_text=True)
    title = str(book.properties.title or "").strip()
    notes: list[str] = []
    parts: list[str] = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            notes.append(f"the hidden sheet {sheet.title} is not read")
            continue
        lines = list(_lines(sheet))
        title = title or (_title(lines) if not parts else "")
        blocks = [block for part in _side_by_side(lines) for block in _blocks(part)]
        if blocks:
            parts.append(f"<h2>{escape(sheet.title)}</h2>{_with_captions(''.join(map(_told, blocks)))}")
        if _hides_something(sheet):
            notes.append(f"hidden rows and columns of the sheet {sheet.title} are not read")
        if sheet.max_row > MOST_ROWS:
            notes.append(f"only the first {MOST_ROWS} rows of the sheet {sheet.title} are read")
    if not parts:
        raise UnreadableFile("its sheets are empty or hidden")
    return Sheets("".join(parts), title, notes)


def _lines(sheet: Any) -> Iterator[Line]:
    """The rows and columns that are shown, without rows that are struck out; a cell that reaches over several rows is in each of them."""
    spans = {(one.min_row, one.min_col): (one.max_row - one.min_row + 1, one.max_col - one.min_col + 1) for one in sheet.merged_cells.ranges}  # fmt: skip
    covered = {
        (row, column)
        for (top, left), (rows, columns) in spans.items()
        for row in range(top, top + min(rows, MOST_ROWS))
        for column in range(left, left + min(columns, MOST_COLUMNS))
    } - spans.keys()
    hidden = _hidden_columns(sheet)
    above: dict[tuple[int, int], _Cell] = {}
    for row in sheet.iter_rows(max_row=min(sheet.max_row, MOST_ROWS), max_col=min(sheet.max_column, MOST_COLUMNS)):
        own: dict[int, _Cell] = {}
        for cell in row:
            if (cell.row, cell.column) not in covered:
                down, across = spans.get((cell.row, cell.column), (1, 1))
                own[cell.column] = _Cell(_text(cell), across)
                above |= {(cell.row + n, cell.column): own[cell.column] for n in range(1, min(down, MOST_ROWS))}
        reaching = {cell.column: above[place] for cell in row if (place := (cell.row, cell.column)) in above}
        only_reached = not _filled(own) and bool(_filled(reaching))
        if row and not sheet.row_dimensions[row[0].row].hidden and not _is_struck_out(row) and not only_reached:
            yield _shown({**reaching, **own}, hidden)


def _hidden_columns(sheet: Any) -> frozenset[int]:
    """The numbers of the columns that are hidden; neighbours of one width are told as one run."""
    runs = [one for one in sheet.column_dimensions.values() if one.hidden and one.min and one.max]
    return frozenset(n for one in runs for n in range(one.min, min(one.max, MOST_COLUMNS) + 1))


def _hides_something(sheet: Any) -> bool:
    """Whether something is written in hidden rows or columns."""
    columns = _hidden_columns(sheet)
    rows = {number for number, one in sheet.row_dimensions.items() if one.hidden and number <= MOST_ROWS}
    if not (rows or columns):
        return False
    cells = sheet.iter_rows(max_row=min(sheet.max_row, MOST_ROWS), max_col=min(sheet.max_column, MOST_COLUMNS))
    return any(cell.value is not None and (cell.row in rows or cell.column in columns) for row in cells for cell in row)


def _shown(line: Line, hidden: frozenset[int]) -> Line:
    """A row without hidden columns, the others numbered anew; a cell that reaches over both reaches over the others."""
    if not hidden:
        return dict(sorted(line.items()))
    shown = dict[int, _Cell]()
    for column, cell in sorted(line.items()):
        visible = [n for n in range(column, column + cell.across) if n not in hidden]
        if visible:
            before = sum(n < visible[0] for n in hidden)
            shown[visible[0] - before] = _Cell(cell.text, len(visible))
    return shown


def _is_struck_out(row: Sequence[Any]) -> bool:
    """Whether all cells of a row are struck out, but for those at its beginning, which name it."""
    struck = [_is_struck(cell) for cell in row if cell.value is not None]
    return any(struck) and all(struck[struck.index(True) :])


def _filled(line: Line) -> list[int]:
    return [column for column, cell in line.items() if cell.text]


def _title(lines: Sequence[Line]) -> str:
    """What a cell alone above the tables of a sheet calls all of it."""
    first = next((line for line in lines if _filled(line)), {})
    is_alone = len(_filled(first)) == 1 and any(len(_filled(line)) > 1 for line in lines)
    return _paragraph_of(first) if is_alone and _CALLED.fullmatch(_paragraph_of(first)) else ""


def _side_by_side(lines: Sequence[Line]) -> list[Sequence[Line]]:
    """The tables of a sheet that stand beside each other, with an empty column between, each with all that is above and below it."""
    columns = sorted({column for line in lines for column in _filled(line)})
    for before, after in pairwise(columns):
        left, right = _columns(lines, 0, before), _columns(lines, after, MOST_COLUMNS)
        if after - before > 1 and _stand_apart(left, right):
            return [left, *_side_by_side(right)]
    return [lines]


def _columns(lines: Sequence[Line], first: int, last: int) -> list[Line]:
    return [
        {n: _Cell(cell.text, min(cell.across, last - n + 1)) for n, cell in line.items() if first <= n <= last}
        for line in lines
    ]


def _stand_apart(left: Sequence[Line], right: Sequence[Line]) -> bool:
    """Whether two halves of a sheet are tables of their own: each has rows that begin with words and go on with figures, and
    the right one a title or header of its own, or names of columns that the left one has, too.
    """
    tables = [[line for line in half if len(_filled(line)) > 1] for half in (left, right)]
    if not all(map(_begins_with_words, tables)):
        return False
    firsts = [half.index(table[0]) for half, table in zip((left, right), tables, strict=True)]
    named = [{cell.text for cell in table[0].values() if cell.text} for table in tables]
    is_titled = any(_filled(line) for line in right[: firsts[1]])
    return firsts[0] != firsts[1] or bool(named[0] & named[1]) or is_titled


def _begins_with_words(table: Sequence[Line]) -> bool:
    first = min((_filled(line)[0] for line in table), default=0)
    words = [re.search(r"[^\W\d_]", line[first].text) for line in table if first in line and line[first].text]
    figures = any(re.search(r"\d", cell.text) for line in table[1:] for column, cell in line.items() if column > first)
    return len(words) > 1 and all(words) and figures


def _blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """The runs of lines between empty ones."""
    return [list(run) for is_filled, run in groupby(lines, key=lambda line: bool(_filled(line))) if is_filled]


def _is_text(block: Sequence[Line]) -> bool:
    """Whether each line of a block is one cell."""
    return all(len(_filled(line)) == 1 for line in block)


def _told(block: Sequence[Line]) -> str:
    """A block as a table with the notes below it, or as paragraphs where each of its lines is one cell."""
    count = len(block)
    while count > 1 and _is_text(block[count - 1 : count]) and _NOTE.match(_paragraph_of(block[count - 1])):
        count -= 1
    table, notes = ([], block) if _is_text(block) else (block[:count], block[count:])
    return _table(table) + "".join(f"<p>{escape(_paragraph_of(line))}</p>" for line in notes)


def _paragraph_of(line: Line) -> str:
    return next((cell.text for cell in line.values() if cell.text), "")


def _with_captions(html: str) -> str:
    return _TITLE.sub(r"<p>\1:</p><table>", html)


def _table(lines: Sequence[Line]) -> str:
    columns = [column for line in lines for column in _filled(line)]
    first, last = min(columns, default=0), max(columns, default=0)

    def cells(line: Line) -> Iterator[str]:
        column = first
        while column <= last:
            cell = line.get(column, _Cell(""))
            span = f" colspan={cell.across}" if cell.across > 1 else ""
            yield f"<td{span}>{escape(cell.text)}</td>"
            column += cell.across

    rows = ("".join(cells(line)) for line in lines)
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>" if lines else ""


def _is_struck(cell: Any) -> bool:
    return bool(cell.font is not None and cell.font.strike)


def _text(cell: Any) -> str:
    """What a cell shows, without what is struck out in it."""
    value = "".join(_runs(cell.value)) if isinstance(cell.value, list) else cell.value
    return "" if _is_struck(cell) else shown(value, str(cell.number_format))


def _runs(runs: Sequence[Any]) -> Iterator[str]:
    """The words of a cell that is set in several ways; a raised mark behind a figure stands apart from it."""
    before = ""
    for run in runs:
        words, font = (run, None) if isinstance(run, str) else (run.text, run.font)
        if font and font.strike:
            continue
        is_mark = (
            font and font.vertAlign == "superscript" and re.search(r"[\d%]$", before) and len(words) <= LONGEST_MARK
        )
        before = f" (note {words.strip()})" if is_mark else words
        yield before


def shown(value: Any, number_format: str) -> str:
    """A value as the sheet shows it: with its currency, its percent sign, its decimals, as a date."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.datetime | datetime.date):
        whole = isinstance(value, datetime.datetime) and (value.hour or value.minute)
        return value.strftime("%-d %B %Y %H:%M" if whole else "%-d %B %Y")
    if not isinstance(value, int | float):
        return str(value).strip()
    return _number(value, number_format.split(";", maxsplit=1)[0])


def _number(value: float, form: str) -> str:
    literals = [next((part for part in found.groups() if part), "") for found in _CURRENCY.finditer(form)]
    digits = _CURRENCY.sub("", form)
    decimals = len(found[1]) if (found := re.search(r"\.([0#]+)", digits)) else 0
    if "%" in digits:
        return f"{value * 100:.{decimals}f}%"
    if re.search(r"[0#?]", digits) is None:
        return f"{value:g}" if isinstance(value, float) else str(value)
    number = f"{value:,.{decimals}f}" if "," in digits else f"{value:.{decimals}f}"
    first = _CURRENCY.search(form)
    before = first is not None and not re.search(r"[0#?]", form[: first.start()])
    mark = " ".join(part.strip() for part in literals if part.strip())
    if not mark:
        return number
    joint = "" if len(mark) == 1 and before else " "
    return f"{mark}{joint}{number}" if before else f"{number} {mark}"
