"""Workbooks and files of separated values as HTML tables, with their numbers as a person sees them."""

import csv
import datetime
import io
import re
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import Any

from knowledge.documents.encoding import decoded
from knowledge.errors import UnreadableFile

MOST_ROWS = 20_000
MOST_COLUMNS = 200
"""Rows and columns of a sheet that are read; a table of pay has fewer."""
_TITLE = re.compile(r"<p>([^<]{1,90}[^<.:!?])</p><table>")
"""A cell alone above a table, with rows left free between them or not: what the table is called."""
_CURRENCY = re.compile(r"\[\$([^\]-]*)(?:-[0-9A-Fa-f]+)?\]|\"([^\"]*)\"|\\(.)|([$€£¥])")


def separated_as_html(data: bytes) -> str:
    """A file of values separated by commas, semicolons, tabs or bars as a table whose first row is its header."""
    text = decoded(data)
    try:
        dialect: Any = csv.Sniffer().sniff(text[:8192], ",;\t|")
    except csv.Error:
        dialect = "excel-tab" if "\t" in text[:8192] else "excel"
    rows = [
        [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), dialect) if any(map(str.strip, row))
    ]
    return _table([[(cell, 1, 1) for cell in row] for row in rows[:MOST_ROWS]])


def workbook_as_html(path: Path) -> tuple[str, list[str]]:
    """The sheets of an XLSX workbook, each under its name, and what of it is not read."""
    import openpyxl

    book = openpyxl.load_workbook(path, data_only=True)
    notes: list[str] = []
    parts: list[str] = []
    for sheet in book.worksheets:
        if sheet.sheet_state != "visible":
            notes.append(f"the hidden sheet {sheet.title} is not read")
            continue
        blocks = list(_blocks(sheet))
        if blocks:
            told = _TITLE.sub(r"<p>\1:</p><table>", "".join(blocks))
            parts.append(f"<h2>{escape(sheet.title)}</h2>{told}")
        if sheet.max_row > MOST_ROWS:
            notes.append(f"only the first {MOST_ROWS} rows of the sheet {sheet.title} are read")
    if not parts:
        raise UnreadableFile("its sheets are empty or hidden")
    return "".join(parts), notes


def _blocks(sheet: Any) -> Iterator[str]:
    """The runs of rows between empty ones: a table each, or a paragraph where it is one cell."""
    spans = {(one.min_row, one.min_col): (one.max_row - one.min_row + 1, one.max_col - one.min_col + 1) for one in sheet.merged_cells.ranges}  # fmt: skip
    covered = {
        (row, column)
        for (top, left), (rows, columns) in spans.items()
        for row in range(top, top + min(rows, MOST_ROWS))
        for column in range(left, left + min(columns, MOST_COLUMNS))
    } - spans.keys()
    block: list[list[tuple[str, int, int]]] = []
    for row in sheet.iter_rows(max_row=min(sheet.max_row, MOST_ROWS), max_col=min(sheet.max_column, MOST_COLUMNS)):
        if row and sheet.row_dimensions[row[0].row].hidden:
            continue
        cells = [(_text(cell), *spans.get((cell.row, cell.column), (1, 1))) for cell in row if (cell.row, cell.column) not in covered]  # fmt: skip
        if any(text for text, *_ in cells) or any((cell.row, cell.column) in covered for cell in row):
            block.append(cells)
        elif block:
            yield _told(block)
            block = []
    if block:
        yield _told(block)


def _told(block: Sequence[Sequence[tuple[str, int, int]]]) -> str:
    filled = [text for row in block for text, *_ in row if text]
    return f"<p>{escape(filled[0])}</p>" if len(filled) == 1 else _table(block)


def _table(rows: Sequence[Sequence[tuple[str, int, int]]]) -> str:
    def cell(text: str, down: int, across: int) -> str:
        return f"<td{f' rowspan={down}' if down > 1 else ''}{f' colspan={across}' if across > 1 else ''}>{escape(text)}</td>"  # fmt: skip

    lines = ("".join(cell(*one) for one in row) for row in rows)
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>" if rows else ""


def _text(cell: Any) -> str:
    """What a cell shows; nothing where it is struck out."""
    return "" if cell.font is not None and cell.font.strike else shown(cell.value, str(cell.number_format))


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
