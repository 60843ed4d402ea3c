"""Rows of PDF tables whose group is named once, at the middle of its rows: rows below what was taken for the table, names given to each row."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from knowledge.documents.pdf_tables import Box, Cell, Table, by_lines, clean

_NEAR = 3.0
"""Points by which what stands at one place may differ."""


def rows_below(table: Table, items: Sequence[Any]) -> list[Any]:
    """Add the rows to a table that stand below it as far apart as its own do, in its columns; the text items that they are of."""
    columns, pitch = _columns(table), _pitch(table)
    if table.box is None or not columns or not pitch:
        return []
    taken: list[Any] = []
    names: list[Any] = []
    last = max(_middle(row[1:]) for row in table.rows)
    below = by_lines([item for item in items if item.text.strip() and item.y + item.height / 2 > last + _NEAR])
    for line in below:
        middle = line[0].y + line[0].height / 2
        placed = {n: item for item in line if (n := _column_of(item, columns)) is not None}
        if middle - last > pitch + _NEAR or len(placed) < len(line):
            break
        if list(placed) == [0] and middle - last < pitch - _NEAR:
            names += line
            continue
        figures = sum(1 for item in placed.values() if re.search(r"\d", clean(item.text)))
        if figures < 2 or abs(middle - last - pitch) > _NEAR:
            break
        table.rows.append([_cell_of(placed.get(n), box, middle) for n, box in enumerate(columns)])
        taken += line
        last = middle
    names = [item for item in names if item.y < last]
    table.between = [(item.y + item.height / 2, clean(item.text)) for item in names]
    table.box = Box(table.box.left, table.box.top, table.box.right, max(table.box.bottom, last)) if taken else table.box
    return [*taken, *names]


def _columns(table: Table) -> list[Box]:
    """What each column of a table covers; nothing where one has no place."""
    boxes = [[cell.box for cell in column if cell.box and cell.text] for column in zip(*table.rows, strict=True)]
    if len(boxes) < 3 or not all(boxes):
        return []
    return [Box(min(b.left for b in some), 0, max(b.right for b in some), 0) for some in boxes]


def _column_of(item: Any, columns: Sequence[Box]) -> int | None:
    """The column in which a text stands whole."""
    for n, box in enumerate(columns):
        after = columns[n + 1].left if n + 1 < len(columns) else box.right + 4 * item.height
        aligned = abs(item.x - box.left) <= _NEAR or abs(item.x + item.width - box.right) <= _NEAR or abs(item.x + item.width / 2 - (box.left + box.right) / 2) <= _NEAR  # fmt: skip
        if aligned and item.x + item.width < after:
            return n
    return None


def _cell_of(item: Any, column: Box, middle: float) -> Cell:
    return Cell(clean(item.text) if item else "", Box(column.left, middle - _NEAR, column.right, middle + _NEAR))


def _middle(row: Sequence[Cell]) -> float:
    """The height of the middle of some cells; 0 where they have no place."""
    boxes = [cell.box for cell in row if cell.box and cell.text]
    return sum(b.top + b.bottom for b in boxes) / (2 * len(boxes)) if boxes else 0.0


def _pitch(table: Table) -> float:
    """How far apart the rows of a table are, where all below its header are alike."""
    middles = [_middle(row[1:]) for row in table.rows[1:]]
    steps = [below - above for above, below in pairwise(middles)]
    return steps[0] if len(steps) > 1 and all(middles) and max(steps) - min(steps) <= _NEAR and steps[0] > 0 else 0.0


def _height_of(text: str, near: float, items: Sequence[Any]) -> float:
    """The height of the middle of a text as it stands on the page, the one next to a height; that height where it is set in parts."""
    middles = [item.y + item.height / 2 for item in items if clean(item.text) == text]
    return min(middles, key=lambda middle: abs(middle - near), default=near)


def name_groups(table: Table, items: Sequence[Any]) -> None:
    """Give each row the name of its group, where names stand at the middle of their rows, or at the first of them."""
    rows = table.rows[1:]
    pitch = _pitch(table)
    if not pitch or len(table.rows[0]) < 3 or not all(cell.text for row in rows for cell in row[1:]):
        return
    heights = [_middle(row[1:]) for row in rows]
    own = [
        (_height_of(row[0].text, y, items), row[0].text) for y, row in zip(heights, rows, strict=True) if row[0].text
    ]
    named = sorted([*own, *table.between])
    if not named or len(named) >= len(rows):
        return
    groups = list(_centred(heights, named, pitch)) or list(_from_the_top(heights, named))
    if len(groups) == len(rows):
        for row, name in zip(rows, groups, strict=True):
            row[0] = Cell(name, row[0].box)


def _centred(heights: Sequence[float], named: Sequence[tuple[float, str]], pitch: float) -> Iterator[str]:
    """The name of each row's group, where each name stands at the middle of rows that follow those of the one before; else nothing."""
    groups: list[str] = []
    for middle, name in named:
        if len(groups) == len(heights):
            return
        count = round(2 * (middle - heights[len(groups)]) / pitch) + 1
        exact = abs(heights[len(groups)] + (count - 1) * pitch / 2 - middle) <= _NEAR
        if count < 1 or not exact:
            return
        groups += [name] * count
    if len(groups) == len(heights):
        yield from groups


def _from_the_top(heights: Sequence[float], named: Sequence[tuple[float, str]]) -> Iterator[str]:
    """The name of each row's group, where each stands on the first row of its group; else nothing."""
    if len(named) < 2 or abs(named[0][0] - heights[0]) > _NEAR or any(all(abs(y - height) > _NEAR for height in heights) for y, _ in named):  # fmt: skip
        return
    for height in heights:
        yield next(name for y, name in reversed(named) if y <= height + _NEAR)
