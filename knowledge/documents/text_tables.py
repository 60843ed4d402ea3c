"""Tables drawn with characters: grids of bars and dashes, columns of spaces under a ruled header, rows of bars.

Each becomes a table of HTML, so that its header rows are joined and its spans filled as in all other documents.
"""

import re
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Any

from knowledge.documents.cell_lines import BARE_FIGURE

_GRID = re.compile(r"^\s*\+(?:[-=]+\+)+\s*$")
_RULE = re.compile(r"^\s*[-=~]{2,}(?:[\s|+]+[-=~]{2,})+\s*$")
_BARS_RULE = re.compile(r"^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?\s*$")
_CELL = re.compile(r"\S+(?: \S+)*")
_LEADERS = ("...", "…")
"""Ends of a name with dots that lead the eye to its figure."""
_LONGEST_LINE = 2000
_MOST_LINES = 2000
_NEAR = 1
"""Characters by which what begins at one place may differ."""


@dataclass(frozen=True)
class Run:
    """Characters of a line from `start` up to `end`, without a gap of two spaces."""

    start: int
    end: int
    text: str = ""

    @property
    def middle(self) -> float:
        """The place in the middle."""
        return (self.start + self.end) / 2

    def meets(self, other: "Run") -> bool:
        """Whether both cover a place."""
        return self.start < other.end and other.start < self.end


def is_grid(line: str) -> bool:
    """Whether a line is the upper or lower border of a grid: +-----+-----+."""
    return _GRID.match(line) is not None


def end_of_grid(lines: Sequence[str], at: int) -> int:
    """The number of the first line after a grid that begins at a line."""
    return next((n for n in range(at, len(lines)) if not re.match(r"^\s*[+|]", lines[n])), len(lines))


def table_of(lines: Sequence[str]) -> str:
    """Lines that are a drawn table throughout as a table of HTML; otherwise nothing."""
    if len(lines) > 2 * _MOST_LINES:
        return ""
    kept = textwrap.dedent("\n".join(line.expandtabs(8).rstrip() for line in lines)).splitlines()
    while kept and not kept[0].strip():
        kept.pop(0)
    while kept and not kept[-1].strip():
        kept.pop()
    if not 3 <= len(kept) <= _MOST_LINES or max(map(len, kept)) > _LONGEST_LINE:
        return ""
    if is_grid(kept[0]):
        return _grid_table(kept)
    return _ruled_table(kept)


def with_joined_header_rows(lines: Sequence[str]) -> list[str]:
    """Lines in which rows of bars above one rule are a single row, each name of a column joined from the top down."""
    told: list[str] = []
    for line in lines:
        if _BARS_RULE.match(line):
            rows: list[str] = []
            while told and told[-1].lstrip().startswith("|") and told[-1].count("|") == line.count("|"):
                rows.insert(0, told.pop())
            told.extend(rows if len(rows) != 2 or any(map(_holds_figures, rows)) else [_joined(rows)])
        told.append(line)
    return told


def _holds_figures(row: str) -> bool:
    return re.search(r"\d{3}|\d[.,]\d", row) is not None


def _joined(rows: Sequence[str]) -> str:
    columns = zip(*(row.strip().strip("|").split("|") for row in rows), strict=False)
    return f"| {' | '.join(' '.join(part.strip() for part in column if part.strip()) for column in columns)} |"


def _grid_table(lines: Sequence[str]) -> str:
    from docutils.parsers.rst.tableparser import GridTableParser, TableMarkupError
    from docutils.statemachine import StringList

    width = max(map(len, lines))
    try:
        _, head, body = GridTableParser().parse(StringList([line.ljust(width) for line in lines]))
    except (TableMarkupError, IndexError, ValueError):
        return ""
    rows = [line for row in body for line in _lines_apart(row)]
    return f"<table>{_section('thead', 'th', head)}{_section('tbody', 'td', rows)}</table>"


def _lines_apart(row: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """A row of a grid; its lines as rows where they are about several things: each fills all cells, with figures in one, or
    what begins each of them is told by a column of nothing but figures.
    """
    cells = [cell for cell in row if cell is not None]
    lines = [[line for line in cell[3] if line.strip()] for cell in cells]
    count = len(lines[0]) if lines else 0
    figures = any(len([line for line in cell if re.search(r"\d", line)]) > 1 for cell in lines)
    if len(cells) < len(row):
        yield row
    elif count > 1 and figures and all(len(cell) == count for cell in lines):
        yield from ([(0, 0, 0, [cell[n]]) for cell in lines] for n in range(count))
    else:
        yield from _begun_by_figures(row, [list(cell[3]) for cell in cells])


def _begun_by_figures(row: Sequence[Any], cells: Sequence[Sequence[str]]) -> Iterator[Sequence[Any]]:
    """The rows within one of a grid: a line that names something and has a figure in a column of figures begins one, the lines below
    it go on in it.
    """
    filled = [[n for n, line in enumerate(cell) if line.strip()] for cell in cells]
    begins: list[int] = []
    for cell, places in zip(cells, filled, strict=True):
        told = [cell[n].strip() for n in places]
        is_of_figures = all(BARE_FIGURE.match(text) and not text.endswith(("-", "–")) for text in told)
        begins = places if is_of_figures and len(places) > max(1, len(begins)) else begins
    first = min((places[0] for places in filled if places), default=0)
    if not begins or begins[0] != first or set(begins) - set(filled[0]):
        yield row
        return
    for begin, end in pairwise([*begins, max(map(len, cells))]):
        yield [(0, 0, 0, list(cell[begin:end])) for cell in cells]


def _section(name: str, cell: str, rows: Sequence[Sequence[Any]]) -> str:
    told = "".join(f"<tr>{''.join(_grid_cell(cell, one) for one in row if one is not None)}</tr>" for row in rows)
    return f"<{name}>{told}</{name}>" if told else ""


def _grid_cell(name: str, cell: Any) -> str:
    down, across, _, lines = cell
    return f"<{name} rowspan={down + 1} colspan={across + 1}>{escape(' '.join(' '.join(lines).split()))}</{name}>"


def _ruled_table(lines: Sequence[str]) -> str:
    """Columns of spaces with a rule of dashes under the names, or with more than one line of names over the first row."""
    rules = [n for n, line in enumerate(lines) if _RULE.match(line)]
    if rules and rules[0] == 0:
        return _ruled_table(lines[1:]) if len(rules) > 1 else ""
    rows = [line for line in lines if not re.fullmatch(r"[\s=~|+-]+", line)]
    columns = _runs(lines[rules[0]]) if rules else _columns(rows)
    first = rules[0] if rules else _first_row(rows, columns)
    body = rows[first:]
    if not 1 <= first <= 3 or not body or len(columns) < 2:
        return ""
    if first == 1 and not rules and not _names_all_but_the_first(_runs(rows[0]), columns):
        return ""
    placed = [_placed(line, columns) for line in body]
    if any(row is None for row in placed) or sum(1 for row in placed if row and all(row)) < len(placed) / 2:
        return ""
    heads = [*map(_runs, rows[:first]), []]
    names = [_names(line, columns, below) for line, below in pairwise(heads)]
    head = "".join(f"<tr>{''.join(f'<th>{escape(name)}</th>' for name in row)}</tr>" for row in names)
    told = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in placed if row)
    return f"<table><thead>{head}</thead><tbody>{told}</tbody></table>"


def _names_all_but_the_first(names: Sequence[Run], columns: Sequence[Run]) -> bool:
    """Whether each name stands over a column of its own and only the first column, which says what the rows are, has none."""
    return len(names) == len(columns) - 1 and all(
        [column for column in columns if name.meets(column)] == [column]
        for name, column in zip(names, columns[1:], strict=True)
    )


def _runs(line: str) -> list[Run]:
    return [Run(found.start(), found.end(), found.group()) for found in _CELL.finditer(line.replace("|", " "))]


def _columns(rows: Sequence[str]) -> list[Run]:
    """The columns of the last rows, which have as many cells each, at the same places; nothing where they do not."""
    last = [_runs(row) for row in rows]
    width = len(last[-1])
    body = [row for row in last if len(row) == width]
    columns = [Run(min(run.start for run in column), max(run.end for run in column)) for column in zip(*body, strict=True)]  # fmt: skip
    apart = all(a.end < b.start for a, b in pairwise(columns))
    return columns if width > 1 and len(body) > 1 and apart else []


def _first_row(rows: Sequence[str], columns: Sequence[Run]) -> int:
    """The number of the first row that has a figure in a column other than the first, or 0."""
    for n, row in enumerate(rows):
        if len(_runs(row)) == len(columns) and any(re.search(r"\d", run.text) for run in _runs(row)[1:]):
            return n
    return 0


def _placed(line: str, columns: Sequence[Run]) -> list[str] | None:
    """The text of a line in each of the columns; None where a run of it stands in none or in several."""
    cells = [""] * len(columns)
    for run in _runs(line):
        places = [n for n, column in enumerate(columns) if run.meets(column)]
        places = places or [n for n, column in enumerate(columns) if abs(run.start - column.start) <= _NEAR]
        if len(places) != 1 or cells[places[0]]:
            return None
        cells[places[0]] = run.text.rstrip(" .…") if run.text.endswith(_LEADERS) else run.text
    return cells


def _names(runs: Sequence[Run], columns: Sequence[Run], below: Sequence[Run]) -> list[str]:
    """A line of names, each over the columns that it covers: several only where several names stand below it."""
    names = [""] * len(columns)
    for n, run in enumerate(runs):
        begin, limit = runs[n - 1].end if n else 0, runs[n + 1].start if n + 1 < len(runs) else _LONGEST_LINE
        free = [(m, column) for m, column in enumerate(columns) if column.start < limit and not names[m]]
        several = sum(1 for name in below if begin <= name.start < limit) > 1
        for m in _covered(run, free, several=several):
            names[m] = run.text
    return names


def _covered(run: Run, columns: Sequence[tuple[int, Run]], *, several: bool) -> list[int]:
    met = [m for m, column in columns if run.meets(column)]
    if not several:
        nearest = min(columns, key=lambda one: abs(one[1].middle - run.middle), default=None)
        return met if len(met) == 1 else [nearest[0]] if nearest else []
    aligned = [m for m, column in columns if abs(column.start - run.start) <= _NEAR]
    if aligned:
        return [m for m, _ in columns if m >= aligned[0]]
    spans = [(abs((a.start + b.end) / 2 - run.middle), i, j) for i, a in columns for j, b in columns if i <= j and all(i <= m <= j for m in met)]  # fmt: skip
    _, first, last = min(spans, default=(0.0, 0, -1))
    return [m for m, _ in columns if first <= m <= last]
