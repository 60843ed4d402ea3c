"""Tables of PDF pages: cells merged as the ruled lines say, words put into the cells they stand in, and joined over pages."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape
from itertools import dropwhile, groupby, pairwise, takewhile
from typing import Any

from knowledge.documents.cell_lines import BARE_FIGURE

_NEAR = 3.0
"""Points by which what is drawn at one place may differ."""
_COVERED = 0.85
"""The share of a cell's width that a line under it must cover to be its border; what is shorter underlines a word."""
MOST_HEADERS = 3
"""Rows at the top of a table that may be told again on the next page."""
_FIGURE = re.compile(r"\d")
_PROSE = 30
"""Characters of a cell from which on it may be a sentence that the page cuts."""
_ROWS_APART = 1.3
"""How far apart at least, in heights of letters, the lines of two rows are; those of one cell are nearer."""


@dataclass(frozen=True)
class Box:
    """A rectangle on a page, in points from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies in the rectangle."""
        return self.left - 1 <= x <= self.right + 1 and self.top - 1 <= y <= self.bottom + 1


@dataclass
class Cell:
    """The text of a cell and where it stands, if that is known."""

    text: str
    box: Box | None = None


@dataclass
class Table:
    """Rows of cells. `joined` says that they were added to the table on the page before; `between` are names of groups that
    stand between its rows, with the heights of their middles. `is_ruled` says that lines enclose its cells.
    """

    rows: list[list[Cell]]
    box: Box | None = None
    joined: bool = field(default=False)
    between: Sequence[tuple[float, str]] = ()
    is_ruled: bool = False

    @classmethod
    def of(cls, block: Any, graphics: Any, items: Sequence[Any] = ()) -> "Table":
        """The table of a block, with its rows as the page's lines and its lines of figures (of the text `items`) divide them."""
        read = [*([block.header] if block.header else []), *(block.rows or [])]
        width = max(map(len, read), default=0)
        rows = [[*(Cell(clean(cell.text), _box(cell.bbox)) for cell in row), *(Cell("") for _ in range(width - len(row)))] for row in read]  # fmt: skip
        table = cls([part for row in rows for part in apart(row, items)], _box(block.bbox))
        lines = [(min(one.x1, one.x2), max(one.x1, one.x2), one.y1) for one in (graphics.lines if graphics else ()) if abs(one.y1 - one.y2) < 1]  # fmt: skip
        table._merge(lines)
        table.rows = [*(_header_apart(table.rows[0], items) if table.rows else []), *table.rows[1:]]
        if block.header:
            for cell, name in zip(table.rows[0], with_group_names([cell.text for cell in table.rows[0]]), strict=True):
                cell.text = name
        return table

    def _merge(self, lines: Sequence[tuple[float, float, float]]) -> None:
        """Make one row of those that no line divides, and one cell of those in a column that none does."""
        borders = [[_is_border(cell.box, lines) for cell in row] for row in self.rows[1:]]
        if sum(map(any, borders)) < 2:
            return
        rows = [self.rows[0]]
        for row, divided in zip(self.rows[1:], borders, strict=True):
            last = rows[-1]
            if not any(divided) and not _both_hold_figures(last, row):
                rows[-1] = [_joined(a, b) for a, b in zip(last, row, strict=True)]
                continue
            rows.append(row)
            if any(divided):
                self._fill(rows, divided)
        self.rows = rows

    @staticmethod
    def _fill(rows: list[list[Cell]], divided: Sequence[bool]) -> None:
        """Give the cells above and below a missing line the text of both, as they are one."""
        above, below = rows[-2], rows[-1]
        for n, line in enumerate(divided):
            if not line and above[n].box and below[n].box and not (above[n].text and below[n].text):
                text = above[n].text or below[n].text
                for row in reversed(rows[:-1]):
                    if row[n].text:
                        break
                    row[n] = Cell(text, row[n].box)
                    if row is not above:
                        break
                above[n], below[n] = Cell(text, above[n].box), Cell(text, below[n].box)

    def takes(self, text: str, top: float, bottom: float, items: Sequence[Any]) -> bool:
        """Whether words that were read beside the table stand in it; then they are put into their cells."""
        if self.box is None or not (self.box.top - _NEAR <= top and bottom <= self.box.bottom + _NEAR):
            return False
        words = text.split()
        inside = [item for item in items if top - 1 <= item.y <= bottom + 1 and item.text.strip() and item.text.strip() in text]  # fmt: skip
        places = [(item, self._cell_at(item.x + item.width / 2, item.y + item.height / 2)) for item in inside]
        if not words or sum(len(item.text.split()) for item, cell in places if cell) < len(words):
            return False
        for item, cell in places:
            if cell is not None and item.text.strip() not in cell.text:
                cell.text = f"{cell.text} {clean(item.text)}".strip()
        return True

    def _cell_at(self, x: float, y: float) -> Cell | None:
        return next((cell for row in self.rows for cell in row if cell.box and cell.box.holds(x, y)), None)

    def goes_on_as(self, other: "Table") -> bool:
        """Whether another table has its columns as far from each other as this one has them."""
        ours, theirs = self._columns(), other._columns()
        return len(ours) == len(theirs) > 1 and all(abs(a - b) <= 4 * _NEAR for a, b in zip(ours, theirs, strict=True))

    def _columns(self) -> list[float]:
        """How far each column is to the right of the first, by the row that tells most."""
        lefts = [[cell.box.left for cell in row if cell.box] for row in self.rows]
        most = max(lefts, key=len, default=[])
        return [left - most[0] for left in most]

    def html(self) -> str:
        """The table as HTML, whose first rows are not said to be headers: a page does not say so."""
        rows = [*_with_names_of_groups(_with_whole_titles(self.rows))]
        told = ["".join(f"<td>{escape(cell.text)}</td>" for cell in row) for row in rows]
        if _names_groups_of_columns(rows):
            told[0] = _spread(rows[0])
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in told)}</table>"


def with_group_names(names: Sequence[str]) -> Sequence[str]:
    """Names of columns, where two rows of them were read as one and names of groups stand at their first columns only.

    Columns that are called alike are told apart by what stands, in each run of them, before the words that the columns
    before the runs end with alike: `Day min, max, Night min, max` is `Day min, Day max, Night min, Night max`.
    """
    runs = [
        list(run)
        for alike, run in groupby(range(len(names)), key=lambda n: bool(names[n]) and names.count(names[n]) > 1)
        if alike
    ]
    starts = [names[run[0] - 1].split() for run in runs if run[0]]
    if len(starts) != len(runs) or len(runs) < 2 or len({tuple(names[n] for n in run) for run in runs}) > 1:
        return names
    shared = 0
    while all(len(start) > shared + 1 for start in starts) and len({start[-shared - 1] for start in starts}) == 1:
        shared += 1
    groups = [" ".join(start[: len(start) - shared]) for start in starts]
    if not shared or len(set(groups)) < len(groups):
        return names
    full = list(names)
    for run, group in zip(runs, groups, strict=True):
        for n in run:
            full[n] = f"{group} {names[n]}"
    return full


def tables_over_pages(first: Sequence[Sequence[Table | None]], last: Sequence[Sequence[Table | None]]) -> None:
    """Join the table that begins a page to the one that ends the page before, where both have the same columns.

    `first` and `last` hold for each page the table that it begins and ends with, if it does.
    """
    whole: Table | None = None
    for begins, before in zip(first[1:], last[:-1], strict=True):
        begin, end = next(iter(begins), None), next(iter(before), None)
        if whole is None or end is None or not end.joined:
            whole = end
        if begin is None or whole is None or begin is whole or not whole.goes_on_as(begin):
            whole = None
            continue
        heads = whole.rows[:MOST_HEADERS]
        whole.rows.extend(_going_on(whole.rows, list(dropwhile(partial(_is_told_in, heads), begin.rows))))
        begin.joined = True


def _going_on(rows: Sequence[Sequence[Cell]], added: list[list[Cell]]) -> list[list[Cell]]:
    """Rows that are added; where a page cut the last row before them, the rest of its sentences is said in both parts of it, and
    a row that is nothing but such rests is gone.
    """
    if not added or added[0][0].text or len(added[0]) != len(rows[-1]):
        return added
    cut = [
        n for n, (above, below) in enumerate(zip(rows[-1], added[0], strict=True)) if _is_cut(above.text, below.text)
    ]
    for n in cut:
        above, below = rows[-1][n], added[0][n]
        above.text = below.text = f"{above.text} {below.text}"
    filled = [n for n, cell in enumerate(added[0]) if cell.text]
    return added[1:] if cut and cut == filled else added


def _is_cut(above: str, below: str) -> bool:
    return len(above) >= _PROSE and not above.endswith((".", "!", "?", ":", ";")) and below[:1].islower()


def _is_told_in(rows: Sequence[Sequence[Cell]], row: Sequence[Cell]) -> bool:
    return any([cell.text for cell in row] == [cell.text for cell in other] for other in rows)


def _with_whole_titles(rows: Sequence[Sequence[Cell]]) -> Sequence[Sequence[Cell]]:
    """The rows; a first one that has words in its first columns only, over names in all, is one cell."""
    if len(rows) > 2 and len(rows[0]) > 2 and not rows[0][-1].text and all(cell.text for cell in rows[1]):
        filled = [cell.text for cell in takewhile(lambda cell: cell.text, rows[0])]
        if len(filled) < len(rows[0]) - 1 and not any(cell.text for cell in rows[0][len(filled) :]):
            return [[Cell(" ".join(filled)), *(Cell("") for _ in rows[0][1:])], *rows[1:]]
    return rows


def _names_groups_of_columns(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether some cells of the first row stand over several names of the second, which leaves the others empty."""
    if len(rows) < 3 or not rows[0][0].text or all(cell.text for cell in rows[0]):
        return False
    names = [cell.text for cell in rows[1]]
    return all(names) and not any(map(_FIGURE.search, names)) and sum(bool(cell.text) for cell in rows[0]) > 1


def _spread(row: Sequence[Cell]) -> str:
    """A first row in HTML whose cells reach over the empty ones after them."""
    filled = [n for n, cell in enumerate(row) if cell.text]
    widths = [after - n for n, after in pairwise([*filled, len(row)])]
    return "".join(f"<td colspan={width}>{escape(row[n].text)}</td>" for n, width in zip(filled, widths, strict=True))


def _with_names_of_groups(rows: Sequence[Sequence[Cell]]) -> Iterator[Sequence[Cell]]:
    """The rows; one with figures whose first cells are empty goes on with what these say above it, as the name of a group."""
    above: Sequence[Cell] = ()
    for row in rows:
        empty = next((n for n, cell in enumerate(row) if cell.text), 0)
        whole = [*above[:empty], *row[empty:]] if len(above) == len(row) else row
        above = whole if any(_FIGURE.search(cell.text) for cell in row) else ()
        yield whole if above else row


def _is_border(box: Box | None, lines: Sequence[tuple[float, float, float]]) -> bool:
    """Whether lines run along the upper edge of a cell; an empty one may have no width."""
    if box is None or box.right <= box.left:
        return False
    along = sum(max(0.0, min(right, box.right) - max(left, box.left)) for left, right, y in lines if abs(y - box.top) <= _NEAR)  # fmt: skip
    return along >= _COVERED * (box.right - box.left)


def _both_hold_figures(above: Sequence[Cell], below: Sequence[Cell]) -> bool:
    """Whether two rows have a figure in the same column, and so are about two things."""
    return any(_FIGURE.search(a.text) and _FIGURE.search(b.text) for a, b in zip(above, below, strict=True))


def apart(row: list[Cell], items: Sequence[Any]) -> list[list[Cell]]:
    """A row as the rows that it is: one for each line, where columns beside each other have a figure on every line.

    What stands on one line only, as the name of a group, is said of each.
    """
    lines = [lines_in(cell.box, items) for cell in row]
    figures = [told for told in lines if len(told) > 1 and all(_FIGURE.search(text) for _, text in told)]
    most = max(figures, key=len, default=[])
    beside = [told for told in lines if told and _stand_beside(told, most)]
    if len(beside) < 2 or any(told not in beside and len(told) > 1 for told in lines):
        return [row]
    return [
        [
            Cell(told[n][1], cell.box and Box(cell.box.left, y - _NEAR, cell.box.right, y + _NEAR)) if told in beside else cell
            for cell, told in zip(row, lines, strict=True)
        ]
        for n, (y, _) in enumerate(most)
    ]  # fmt: skip


def lines_in(box: Box | None, items: Sequence[Any]) -> list[tuple[float, str]]:
    """The lines of words in a cell, each with the height of its middle, from the top."""
    inside = items_in(box, items) if box else []
    return [(line[0].y + line[0].height / 2, " ".join(clean(item.text) for item in line)) for line in by_lines(inside)]


def items_in(box: Box, items: Sequence[Any]) -> list[Any]:
    """The text items whose middles lie in a box."""
    return [item for item in items if item.text.strip() and box.holds(item.x + item.width / 2, item.y + item.height / 2)]  # fmt: skip


def by_lines(items: Sequence[Any]) -> list[list[Any]]:
    """Text items line by line, from the top and from the left."""
    lines: list[list[Any]] = []
    for item in sorted(items, key=lambda item: (item.y, item.x)):
        if lines and abs(lines[-1][0].y - item.y) < item.height / 2:
            lines[-1].append(item)
        else:
            lines.append([item])
    return lines


def _stand_beside(told: Sequence[tuple[float, str]], others: Sequence[tuple[float, str]]) -> bool:
    """Whether lines of two cells stand on the same heights."""
    return len(told) == len(others) and all(abs(a - b) <= _NEAR for (a, _), (b, _) in zip(told, others, strict=True))


def _header_apart(header: Sequence[Cell], items: Sequence[Any]) -> list[list[Cell]]:
    """A header as the rows that it is: what stands farther below its names than their lines are apart, with figures, is the first row."""
    lines = [lines_in(cell.box, items) for cell in header]
    heights = sorted({round(y) for told in lines for y, _ in told})
    size = min((item.height for item in items if item.text.strip()), default=0.0)
    last = heights[-1] if heights else 0
    if len(heights) < 2 or last - heights[-2] < _ROWS_APART * size:
        return [list(header)]
    below = [[text for y, text in told if abs(y - last) <= _NEAR] for told in lines]
    figures = sum(1 for texts in below if texts and BARE_FIGURE.match(texts[0]))
    if figures < 2 or any(told and len(told) == len(texts) for told, texts in zip(lines, below, strict=True)):
        return [list(header)]
    names = [Cell(" ".join(text for y, text in told if abs(y - last) > _NEAR), _until(cell.box, last - size)) for told, cell in zip(lines, header, strict=True)]  # fmt: skip
    row = [Cell(" ".join(texts), _around(cell.box, last, size)) for texts, cell in zip(below, header, strict=True)]
    return [*_header_apart(names, items), row]


def _until(box: Box | None, bottom: float) -> Box | None:
    return box and Box(box.left, box.top, box.right, bottom)


def _around(box: Box | None, middle: float, size: float) -> Box | None:
    return box and Box(box.left, middle - size / 2, box.right, middle + size / 2)


def _joined(above: Cell, below: Cell) -> Cell:
    text = f"{above.text} {below.text}".strip()
    if above.box is None or below.box is None:
        return Cell(text, above.box or below.box)
    return Cell(text, Box(above.box.left, above.box.top, above.box.right, below.box.bottom))


def _box(rect: Any) -> Box | None:
    return Box(rect.x, rect.y, rect.x + rect.width, rect.y + rect.height) if rect else None


def clean(text: str) -> str:
    """Text without the private signs of icon fonts, and on one line."""
    return re.sub(r"\s+", " ", re.sub(r"[\ue000-\uf8ff\x00-\x08]", "", text or "")).strip()
