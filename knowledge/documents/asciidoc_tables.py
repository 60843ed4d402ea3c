"""Tables of AsciiDoc as HTML: cells between bars with what they span, or separated values."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

MOST = 200
"""Columns or rows that a cell may span, or copies that it may have."""
_SPECIFIER = (
    r"(?P<copies>\d+\*)?(?P<span>(?:\d+(?:\.\d+)?|\.\d+)\+)?(?:[<^>](?:\.[<^>])?|\.[<^>])?(?P<style>[adehlmsv])?"
)


@dataclass(frozen=True)
class _Cell:
    text: str
    across: int = 1
    down: int = 1
    style: str = ""
    line: int = 0


def is_table(line: str) -> bool:
    """Whether a line opens or closes a table."""
    return re.match(r"^[|,:!]={3,}\s*$", line) is not None


def table_html(lines: Sequence[str], mark: str, attributes: str, caption: str, told: Callable[[str, str], str]) -> str:
    """A table whose rows are between two lines that begin with a mark; `told` makes HTML of a cell's text by its style."""
    separated = mark in ",:" or re.search(r"format\s*=\s*\"?(?:csv|dsv|tsv)", attributes)
    cells = list(_values(lines, mark, attributes) if separated else _cells(lines, mark))
    first = [cell for cell in cells if cells and cell.line == cells[0].line]
    width = _columns(attributes) or sum(cell.across for cell in first) or 1
    rows = list(_rows(cells, width))
    head = 1 if rows and _is_headed(lines, attributes) else 0
    shown = "".join(f"<tr>{''.join(_html(cell, told, header=n < head) for cell in row)}</tr>" for n, row in enumerate(rows[head:], head))  # fmt: skip
    top = "".join(f"<tr>{''.join(_html(cell, told, header=True) for cell in row)}</tr>" for row in rows[:head])
    title = f"<caption>{told(caption, '')}</caption>" if caption else ""
    return f"<table>{title}{f'<thead>{top}</thead>' if top else ''}<tbody>{shown}</tbody></table>"


def _cells(lines: Sequence[str], mark: str) -> Iterator[_Cell]:
    bar = re.compile(rf"(?:(?<![^\s]){_SPECIFIER})?(?<!\\){re.escape('!' if mark == '!' else '|')}")
    text = "\n".join(lines)
    found = list(bar.finditer(text))
    line, at = 0, 0
    for one, following in zip(found, [*found[1:], None], strict=True):
        line, at = line + text.count("\n", at, one.start()), one.start()
        inside = text[one.end() : following.start() if following else len(text)]
        across, down = _span(one["span"] or "")
        cell = _Cell(inside.replace("\\|", "|").strip(), across, down, one["style"] or "", line)  # fmt: skip
        yield from [cell] * min(int((one["copies"] or "1*")[:-1]) or 1, MOST)


def _values(lines: Sequence[str], mark: str, attributes: str) -> Iterator[_Cell]:
    named = re.search(r"separator\s*=\s*\"?(.)", attributes)
    between = named[1] if named else "\t" if "tsv" in attributes else ":" if mark == ":" or "dsv" in attributes else ","
    for number, row in enumerate(csv.reader(io.StringIO("\n".join(lines)), delimiter=between)):
        yield from (_Cell(value.strip(), line=number) for value in row)


def _columns(attributes: str) -> int:
    """How many columns the attributes of a table say that it has; 0 where they do not say."""
    found = re.search(r"\bcols\s*=\s*(?:\"([^\"]*)\"|([^,\]]*))", attributes)
    said = (found[1] or found[2] or "").strip() if found else ""
    parts = [part.strip() for part in re.split(r"[,;]", said)] if said else []
    if len(parts) == 1 and parts[0].isdigit():
        return min(int(parts[0]), MOST)
    return sum(min(int(copies[1]), MOST) if (copies := re.match(r"(\d+)\*", part)) else 1 for part in parts)


def _is_headed(lines: Sequence[str], attributes: str) -> bool:
    """Whether the first row names the columns: the attributes say so, or an empty line follows the first one."""
    if re.search(r"%noheader|%header|\bopt(?:ion)?s\s*=\s*\"?[^\"\]]*header", attributes):
        return "noheader" not in attributes
    return len(lines) > 2 and bool(lines[0].strip()) and not lines[1].strip()


def _rows(cells: Sequence[_Cell], width: int) -> Iterator[list[_Cell]]:
    row: list[_Cell] = []
    room = {0: width}
    number = 0
    for cell in cells:
        row.append(cell)
        for below in range(number, number + cell.down):
            room[below] = room.get(below, width) - cell.across
        while room.get(number, width) <= 0:
            yield row
            row, number = [], number + 1
    if row:
        yield row


def _html(cell: _Cell, told: Callable[[str, str], str], *, header: bool) -> str:
    name = "th" if header or cell.style == "h" else "td"
    return f"<{name} colspan={cell.across} rowspan={cell.down}>{told(cell.text, cell.style)}</{name}>"


def _span(written: str) -> tuple[int, int]:
    """How many columns and rows a cell covers, from what stands before its bar: 2+, .3+, 2.3+."""
    found = re.match(r"(\d*)(?:\.(\d+))?", written[:12])
    return (min(int(found[1] or 1), MOST) or 1, min(int(found[2] or 1), MOST) or 1) if found else (1, 1)
