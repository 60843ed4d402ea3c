"""Tables of PDF pages that ruled lines divide into cells: what the lines enclose is a cell, however far its words are apart."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from knowledge.documents.pdf_tables import Box, Cell, Table, lines_in

_NEAR = 2.5
"""Points by which lines at one place may differ."""
_THIN = 2.0
"""Points up to which a shape is a line."""
_MOST_LINES = 4000
"""Lines of a page; a page with more is a drawing."""
_MOST_EDGES = 200
"""Rows, or columns, of one table on one page."""


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
    left = list(down)
    rest = list(across)
    while rest:
        rows, columns = [rest.pop(0)], list[_Line]()
        grown = True
        while grown:
            met = [line for line in left if any(_cross(row, line) for row in rows)]
            left = [line for line in left if line not in met]
            columns += met
            beside = [row for row in rest if any(_cross(row, line) for line in met)]
            rest = [row for row in rest if row not in beside]
            rows += beside
            grown = bool(met or beside)
        yield rows, columns


def _cross(across: _Line, down: _Line) -> bool:
    return across.covers(down.place) and down.covers(across.place)


def _table(across: Sequence[_Line], down: Sequence[_Line], items: Sequence[Any]) -> Table | None:
    """The table of lines that cross; nothing where they divide no two rows and columns, or words stand across its lines."""
    tops = _places([*(line.place for line in across), *_ends(down)])  # a page may cut the first and the last row
    lefts = _places([*(line.place for line in down), *_ends(across)])
    if not 3 <= len(tops) <= _MOST_EDGES or not 3 <= len(lefts) <= _MOST_EDGES:
        return None
    cells = _cells(tops, lefts, across, down)
    box = Box(lefts[0], tops[0], lefts[-1], tops[-1])
    inside = [
        item for item in items if item.text.strip() and box.holds(item.x + item.width / 2, item.y + item.height / 2)
    ]
    if cells is None or any(_crosses_a_border(item, cells) for item in inside):
        return None
    rows = [[_cell(n, box, row, inside) for n, box in enumerate(row)] for row in cells]
    filled = [row for row in rows if any(cell.text for cell in row)]
    if len(filled) < 2 or sum(any(row[n].text for row in filled) for n in range(len(lefts) - 1)) < 2:
        return None
    return Table(filled, box, is_ruled=True)


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
    for n, row in enumerate(boxes):
        for m, box in enumerate(row):
            middle = (box.left + box.right) / 2, (box.top + box.bottom) / 2
            right, bottom = m + 1, n + 1
            while right < len(row) and not _is_drawn(down, lefts[right], middle[1]):
                right += 1
            while bottom < len(boxes) and not _is_drawn(across, tops[bottom], middle[0]):
                bottom += 1
            boxes[n][m] = Box(lefts[m], tops[n], lefts[right], tops[bottom])
    return _whole(boxes)


def _is_drawn(lines: Sequence[_Line], place: float, at: float) -> bool:
    return any(abs(line.place - place) <= _NEAR and line.start <= at <= line.end for line in lines)


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


def _crosses_a_border(item: Any, cells: Sequence[Sequence[Box]]) -> bool:
    """Whether words stand in several cells."""
    middle = item.y + item.height / 2
    ends = (item.x + _NEAR, item.x + item.width - _NEAR) if item.width > 2 * _NEAR else (item.x + item.width / 2,)
    return len({_place_of(x, middle, cells) for x in ends}) > 1


def _place_of(x: float, y: float, cells: Sequence[Sequence[Box]]) -> Box | None:
    return next(
        (box for row in cells for box in row if box.left <= x <= box.right and box.top <= y <= box.bottom), None
    )


def _cell(n: int, box: Box, row: Sequence[Box], items: Sequence[Any]) -> Cell:
    """A cell: its words are in each row that it reaches over, and in the first of its columns."""
    if n and row[n - 1] == box:
        return Cell("", box)
    return Cell(" ".join(text for _, text in lines_in(box, items)), box)
