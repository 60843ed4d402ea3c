"""Tables of PDF pages that ruled lines divide into cells: what the lines enclose is a cell, however far its words are apart."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from knowledge.documents.pdf_tables import Box, Cell, Table, apart, items_in, lines_in

_NEAR = 2.5
"""Points by which lines at one place may differ."""
_THIN = 2.0
"""Points up to which a shape is a line."""
_MOST_LINES = 600
"""Lines of a page; a page with more is a drawing."""
_MOST_CELLS = 4000
"""Cells of one table on one page."""


@dataclass(frozen=True)
class _Line:
    """A line along an axis: at `place` of the other axis, from `start` to `end`, in points."""

    place: float
    start: float
    end: float

    def covers(self, at: float) -> bool:
        return self.start - _NEAR <= at <= self.end + _NEAR


def ruled_tables(graphics: Any, items: Sequence[Any]) -> list[Table]:
    """The tables that the lines of a page divide into at least two rows and two columns, with the words of its text items."""
    across, down = _lines(graphics)
    if not across or not down or len(across) + len(down) > _MOST_LINES:
        return []
    found = (_table(rows, columns, items) for rows, columns in _connected(across, down))
    return [table for table in found if table is not None]


def _lines(graphics: Any) -> tuple[list[_Line], list[_Line]]:
    """The lines across a page and down it; thin shapes are lines too."""
    boxes = [(line.x1, line.y1, line.x2, line.y2) for line in (graphics.lines if graphics else ())]
    boxes += [(x, y, x + width, y + height) for x, y, width, height in (shape.bbox for shape in (graphics.shapes if graphics else ()))]  # fmt: skip
    across, down = list[_Line](), list[_Line]()
    for x1, y1, x2, y2 in boxes:
        if abs(y1 - y2) <= _THIN < abs(x1 - x2):
            across.append(_Line((y1 + y2) / 2, min(x1, x2), max(x1, x2)))
        elif abs(x1 - x2) <= _THIN < abs(y1 - y2):
            down.append(_Line((x1 + x2) / 2, min(y1, y2), max(y1, y2)))
    return _joined(across), _joined(down)


def _joined(lines: Sequence[_Line]) -> list[_Line]:
    """The lines, those as one that lie at one place and meet."""
    joined: list[_Line] = []
    for line in sorted(lines, key=lambda line: (round(line.place / _NEAR), line.start)):
        last = joined[-1] if joined else None
        if last and abs(last.place - line.place) <= _NEAR and line.start <= last.end + _NEAR:
            joined[-1] = _Line(last.place, last.start, max(last.end, line.end))
        else:
            joined.append(line)
    return joined


def _connected(across: Sequence[_Line], down: Sequence[_Line]) -> Iterator[tuple[list[_Line], list[_Line]]]:
    """The lines in groups, across and down, in which each crosses another one of its group."""
    rest, left = list(across), list(down)
    while rest:
        new = [rest.pop()]
        rows, columns = list(new), list[_Line]()
        while new:
            met = [line for line in left if any(_cross(row, line) for row in new)]
            left = _without(left, met)
            new = [row for row in rest if any(_cross(row, line) for line in met)]
            rest = _without(rest, new)
            columns += met
            rows += new
        if columns:
            yield rows, columns


def _without(lines: Sequence[_Line], some: Sequence[_Line]) -> list[_Line]:
    gone = set(some)
    return [line for line in lines if line not in gone]


def _cross(across: _Line, down: _Line) -> bool:
    return across.covers(down.place) and down.covers(across.place)


def _table(across: Sequence[_Line], down: Sequence[_Line], items: Sequence[Any]) -> Table | None:
    """The table of lines that cross; nothing where they divide no two rows and columns, or words stand across its lines."""
    tops = _places([*(line.place for line in across), *_ends(down)])  # a page may cut the first and the last row
    lefts = _places([*(line.place for line in down), *_ends(across)])
    if min(len(tops), len(lefts)) < 3 or len(tops) * len(lefts) > _MOST_CELLS:
        return None
    cells = _cells(tops, lefts, across, down)
    if cells is None:
        return None
    box = Box(lefts[0], tops[0], lefts[-1], tops[-1])
    words: dict[Box, list[Any]] = {}
    for item in items_in(box, items):
        middle = item.y + item.height / 2
        places = {_place_of(x, middle, tops, lefts, cells) for x in _ends_of(item)}
        if len(places) > 1:
            return None
        words.setdefault(places.pop(), []).append(item)
    rows = [[_cell(n, one, row, words.get(one, ())) for n, one in enumerate(row)] for row in cells]
    divided = [part for row, places in zip(rows, cells, strict=True) for part in _divided(row, places, words)]
    filled = [row for row in divided if any(cell.text for cell in row)]
    if len(filled) < 2 or sum(any(row[n].text for row in filled) for n in range(len(lefts) - 1)) < 2:
        return None
    return Table(filled, box, is_ruled=True)


def _divided(row: list[Cell], places: Sequence[Box], words: Mapping[Box, Sequence[Any]]) -> list[list[Cell]]:
    """A row as the rows that it is, where no cell of it reaches over others: lines with a figure each in several columns are rows."""
    alone = len(set(places)) == len(places) and len({(box.top, box.bottom) for box in places}) == 1
    return apart(row, [item for box in places for item in words.get(box, ())]) if alone else [row]


def _ends(lines: Sequence[_Line]) -> tuple[float, float]:
    return min(line.start for line in lines), max(line.end for line in lines)


def _places(places: Iterable[float]) -> list[float]:
    """Places in order, those as one that are near each other."""
    found: list[float] = []
    for place in sorted(places):
        if not found or place - found[-1] > _NEAR:
            found.append(place)
    return found


def _cells(tops: Sequence[float], lefts: Sequence[float], across: Sequence[_Line], down: Sequence[_Line]) -> list[list[Box]] | None:  # fmt: skip
    """For each row and column the box of the cell that is there, which may reach over several; nothing where one is no rectangle."""
    boxes = [[Box(left, top, right, bottom) for left, right in pairwise(lefts)] for top, bottom in pairwise(tops)]
    below = _drawn(across, tops, [(left + right) / 2 for left, right in pairwise(lefts)])
    beside = _drawn(down, lefts, [(top + bottom) / 2 for top, bottom in pairwise(tops)])
    for n, row in enumerate(boxes):
        for m in range(len(row)):
            right, bottom = m + 1, n + 1
            while right < len(row) and (right, n) not in beside:
                right += 1
            while bottom < len(boxes) and (bottom, m) not in below:
                bottom += 1
            row[m] = Box(lefts[m], tops[n], lefts[right], tops[bottom])
    return _whole(boxes)


def _drawn(lines: Sequence[_Line], edges: Sequence[float], middles: Sequence[float]) -> set[tuple[int, int]]:
    """Which edges are drawn, and beside or above the middles of which rows or columns."""
    return {
        (edge, n)
        for line in lines
        for edge in [min(range(len(edges)), key=lambda place: abs(edges[place] - line.place))]
        for n in range(bisect_left(middles, line.start), bisect_right(middles, line.end))
    }


def _whole(boxes: list[list[Box]]) -> list[list[Box]] | None:
    """The boxes with that of the first cell in each place that it reaches over; nothing where two overlap in part."""
    whole: list[list[Box]] = []
    for n, row in enumerate(boxes):
        whole.append([])
        for m, box in enumerate(row):
            beside, above = whole[n][m - 1] if m else None, whole[n - 1][m] if n else None
            over = next((one for one in (beside, above) if one and one.right > box.left + _NEAR and one.bottom > box.top + _NEAR), box)  # fmt: skip
            if over is not box and (over.right < box.right - _NEAR or over.bottom < box.bottom - _NEAR):
                return None
            whole[n].append(over)
    return whole


def _ends_of(item: Any) -> tuple[float, float]:
    """Where some words begin and end, a little within."""
    within = min(_NEAR, item.width / 2)
    return item.x + within, item.x + item.width - within


def _place_of(x: float, y: float, tops: Sequence[float], lefts: Sequence[float], cells: Sequence[Sequence[Box]]) -> Box:
    """The box of the cell at a point, or of the one nearest to it."""
    row = min(max(bisect_right(tops, y) - 1, 0), len(cells) - 1)
    column = min(max(bisect_right(lefts, x) - 1, 0), len(cells[0]) - 1)
    return cells[row][column]


def _cell(n: int, box: Box, row: Sequence[Box], items: Sequence[Any]) -> Cell:
    """A cell: its words are in each row that it reaches over, and in the first of its columns."""
    if n and row[n - 1] == box:
        return Cell("")
    return Cell(" ".join(text for _, text in lines_in(box, items)), box)
