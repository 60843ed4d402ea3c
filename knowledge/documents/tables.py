"""HTML tables made regular: spans filled, header rows joined, title rows and captions apart, layout tables taken apart.

What comes out is a table of one header row (whose names are empty where there are none) and rows of as many cells,
each of one line, or no table at all where it only arranges a page.
"""

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bs4 import BeautifulSoup, Tag

from knowledge.dates import without_dates
from knowledge.documents.cell_lines import BEFORE_A_FIGURE, FIGURE_TO_THE_END, HEADINGS, one_line, pieces, text_of
from knowledge.documents.nested_tables import holds_tables_as_data, with_nested_below
from knowledge.documents.pairs import are_pairs

MOST_CELLS = 200_000
"""Cells of a table after spans are filled; more is a mistake or an attack, and the rest is left out."""
WIDEST_SPAN = 200
_FIGURE = re.compile(rf"{BEFORE_A_FIGURE}(?!(?:19|20)\d\d$){FIGURE_TO_THE_END}")
"""A bare figure, but not a year alone, which may name a column."""
_DITTOS = frozenset({'"', "″", "〃", "”", "„", "''", "’’", "„ “", '--"--', '-"-', '–"–'})
"""What a cell holds that says the same as the one above it."""
_LONGEST_NAME = 60
"""Characters of a column's name; what is longer in a first row is content."""


@dataclass(frozen=True)
class _Cell:
    html: Tag
    text: str
    header: bool
    bold: bool


_EMPTY = _Cell(Tag(name="td"), "", header=False, bold=False)
Row = Sequence[_Cell]


def make_tables_regular(soup: BeautifulSoup, root: Tag, *, trusted: bool = True) -> None:
    """Replace every table below an element by a regular one, inner tables first.

    Where the marks of header rows are not `trusted`, as in a PDF, which has none, the rows themselves tell.
    """
    for table in reversed(root.find_all("table")):
        if holds_tables_as_data(_own_rows(table)):
            with_nested_below(soup, table, lambda outer: _make_regular(soup, outer, trusted=trusted))
        elif _only_arranges(table):
            _take_apart(soup, table)
        elif any(cell.find(HEADINGS) for cell in _own_cells(table)):
            _as_sections(soup, table)
        else:
            _make_regular(soup, table, trusted=trusted)


def _own_rows(table: Tag) -> list[Tag]:
    return [row for row in table.find_all("tr") if row.find_parent("table") is table]


def _own_cells(table: Tag) -> list[Tag]:
    return [cell for row in _own_rows(table) for cell in row.find_all(["td", "th"], recursive=False)]


def _only_arranges(table: Tag) -> bool:
    """Whether a table is there for the look of a page: it holds tables or headings without naming columns, one cell, or one row of texts."""
    cells = _own_cells(table)
    if str(table.get("role")) in {"presentation", "none"} or len(cells) <= 1 or _is_regular_already(table):
        return not _is_regular_already(table)
    marked = any(cell.name == "th" for cell in cells) or table.find("thead", recursive=False) is not None
    if not marked and len(_own_rows(table)) == 1 and all(len(list(pieces(cell))) > 1 for cell in cells):
        return True
    return table.find("table") is not None or (not marked and any(cell.find(HEADINGS) for cell in cells))


def _is_regular_already(table: Tag) -> bool:
    return table.has_attr("data-regular")


def _take_apart(soup: BeautifulSoup, table: Tag) -> None:
    if caption := table.find("caption", recursive=False):
        caption.name = "p"
        table.insert_before(caption.extract())
    for cell in _own_cells(table):
        part = soup.new_tag("div")
        first = next(pieces(cell), None)
        if first is not None and first.name == "p" and _cell(first).bold and text_of(cell) != text_of(first):
            part["data-label"] = text_of(first)
            first.decompose()
        part.extend([child.extract() for child in list(cell.contents)])
        table.insert_before(part)
    table.decompose()


def _as_sections(soup: BeautifulSoup, table: Tag) -> None:
    """A table with headings inside its cells, a row a section: what the first cell says is its heading."""
    grid, head = _grid(table), 0
    while head < len(grid) and all(cell.header for cell in grid[head] if cell.text):
        head += 1
    names = _joined_names(grid[:head])
    for row in grid[head:]:
        title = _labelled(row[0].html)
        if title:
            heading = soup.new_tag("h6", attrs={"data-under": "1"})
            heading.string = title
            table.insert_before(heading)
        for number, cell in enumerate(row[1:], 1):
            part = copy.copy(cell.html)
            part.name = "div"
            for inner in part.find_all(HEADINGS):
                inner.name = "p"
                inner.string = f"{inner.get_text(' ', strip=True).rstrip(':')}:"
            if number < len(names) and names[number]:
                table.insert_before(_paragraph(soup, f"{names[number].rstrip(':')}:"))
            table.insert_before(part)
    table.decompose()


def _labelled(cell: Tag) -> str:
    """The pieces of a cell on one line, each heading in it before what it heads."""
    parts: list[str] = []
    label = ""
    for piece in pieces(cell):
        text = text_of(piece)
        if piece.name in HEADINGS:
            label = text
        elif text:
            parts.append(f"{label}: {text}" if label else text)
            label = ""
    return "; ".join([*parts, *([label] if label else [])])


def _paragraph(soup: BeautifulSoup, text: str) -> Tag:
    paragraph = soup.new_tag("p")
    paragraph.string = text
    return paragraph


def _make_regular(soup: BeautifulSoup, table: Tag, *, trusted: bool) -> None:
    grid = _without_dittos([row for row in _grid(table) if any(cell.text for cell in row)])
    caption = _caption(table)
    titles, grid = _titles(grid)
    if caption or titles:
        table.insert_before(_paragraph(soup, f"{'. '.join(t.rstrip('.:') for t in [*caption, *titles])}:"))
    head = _header_rows(table, grid, trusted=trusted)
    names, body = _joined_names(grid[:head]), _with_groups(_with_labels_once(grid[head:]))
    if body and len(body[0]) > len(names) > 0:
        names = ["", *names]
    names, body = _without_empty_columns(names or [""] * len(body[0] if body else []), body)
    if not body or len(names) == 1:
        _as_text(soup, table, [cell for row in grid[:head] for cell in row] if not body else [], names, body)
    else:
        table.replace_with(_built(soup, names, body))


def _caption(table: Tag) -> list[str]:
    found = table.find("caption", recursive=False)
    return [found.get_text(" ", strip=True)] if found and found.get_text(strip=True) else []


def _grid(table: Tag) -> list[Row]:
    """The rows of a table, all of the same length, with the cells that span rows or columns in each place they cover."""
    grid: list[list[_Cell]] = []
    above: dict[int, tuple[int, _Cell]] = {}
    room = MOST_CELLS
    for row in _own_rows(table):
        line: list[_Cell] = []
        for tag in row.find_all(["td", "th"], recursive=False):
            _fill(line, above)
            cell = _cell(tag)
            for _ in range(_span(tag, "colspan")):
                if (rows := _span(tag, "rowspan")) > 1:
                    above[len(line)] = (rows - 1, cell)
                line.append(cell)
        _fill(line, above)
        grid.append(line)
        room -= len(line)
        if room < 0:
            break
    width = max(map(len, grid), default=0)
    return [[*line, *[_EMPTY] * (width - len(line))] for line in grid]


def _without_dittos(grid: Sequence[Row]) -> list[Row]:
    """The rows, in which a cell with nothing but a ditto mark is the one above it."""
    told: list[Row] = []
    above: Row | None = None
    for row in grid:
        told.append([up if cell.text in _DITTOS else cell for cell, up in zip(row, above or row, strict=True)])
        above = above if _is_one_cell(row) else told[-1]
    return told


def _fill(line: list[_Cell], above: dict[int, tuple[int, _Cell]]) -> None:
    while len(line) in above:
        rows, cell = above.pop(len(line))
        if rows > 1:
            above[len(line)] = (rows - 1, cell)
        line.append(cell)


def _span(tag: Tag, name: str) -> int:
    value = re.match(r"\s*(\d{1,4})", str(tag.get(name) or "1"))
    return max(1, min(int(value[1]) if value else 1, WIDEST_SPAN))


def _cell(tag: Tag) -> _Cell:
    text = text_of(tag)
    strong = "".join(bold.get_text() for bold in tag.find_all(["b", "strong"]))
    bold = bool(text) and len(re.sub(r"\W", "", strong)) >= len(re.sub(r"\W", "", text)) > 0
    return _Cell(tag, text, tag.name == "th", bold)


def _titles(grid: list[Row]) -> tuple[list[str], list[Row]]:
    """Rows above the header that are one cell over all columns: what the table is called."""
    titles: list[str] = []
    while len(grid) > 2 and len(grid[0]) > 1 and _is_one_cell(grid[0]):
        titles.append(grid[0][0].text)
        grid = grid[1:]
    return titles, grid


def _is_one_cell(row: Row) -> bool:
    """Whether a row is one cell over all columns, or has its first cell only."""
    return len(row) > 1 and bool(row[0].text) and all(cell.html is row[0].html or not cell.text for cell in row[1:])


def _header_rows(table: Tag, grid: Sequence[Row], *, trusted: bool) -> int:
    """How many rows at the top name the columns."""
    if not grid or (not _is_bold_alone(grid) and are_pairs([[cell.text for cell in row] for row in grid])):
        return 0
    marked = 0
    if trusted:
        headed = table.find("thead", recursive=False)
        heads = {id(row) for row in headed.find_all("tr")} if headed else set[int]()
        for row in grid:
            if not (_in(heads, row) or all(cell.header for cell in row if cell.text)):
                break
            marked += 1
    if marked == len(grid) and marked > 1 and len(grid[0]) > 1 and not table.find("thead", recursive=False):
        return 1
    if marked < 2 and _is_divided(grid) and _is_second_row_of_names(grid):
        return 2
    return marked or int(_names_columns(grid))


def _is_bold_alone(grid: Sequence[Row]) -> bool:
    """Whether all cells of the first row are bold and none of the others is."""
    first, *rest = grid
    return all(cell.bold for cell in first) and not any(cell.bold for row in rest for cell in row)


def _is_divided(grid: Sequence[Row]) -> bool:
    """Whether a cell of the first row stands over several of the second."""
    if len(grid) < 3:
        return False
    pairs = pairwise(zip(grid[0], grid[1], strict=True))
    return any(above.html is after.html and below.html is not beside.html and above.text for (above, below), (after, beside) in pairs)  # fmt: skip


def _is_second_row_of_names(grid: Sequence[Row]) -> bool:
    """Whether the second row has no figure, those below have, and both together name each column differently."""
    names = _joined_names(grid[:2])
    if len(set(names)) < len(names) or any(_is_figure(cell.text) for cell in grid[1]):
        return False
    return any(_is_figure(cell.text) for row in grid[2:] for cell in row[1:])


def _in(heads: set[int], row: Row) -> bool:
    return any(id(cell.html.parent) in heads for cell in row)


def _names_columns(grid: Sequence[Row]) -> bool:
    """Whether a first row without marks names the columns: bold, or short words over what is longer or figures."""
    first, rest = grid[0], grid[1:]
    if not rest or len(first) < 2 or any(cell.header for row in grid for cell in row):
        return False
    told = [without_dates(cell.text) if len(first) > 2 else cell.text for cell in first]  # a day may name a column
    if any(_is_figure(text) or len(_without_notes(text)) > _LONGEST_NAME for text in told):
        return False
    others_bold = sum(1 for row in rest for cell in row[1:] if cell.bold)
    if all(cell.bold for cell in first if cell.text) and not others_bold:
        return True
    if len({cell.text for cell in first}) < len(first):
        return False
    figures = any(_is_figure(cell.text) for row in rest for cell in row[1:])
    if len(first) == 2:
        return all(_is_figure(row[1].text) for row in rest if row[1].text) and figures
    return figures or len(rest) > 1


def _without_notes(text: str) -> str:
    return re.sub(r"\([^)]*\)", "", text)


def _is_figure(text: str) -> bool:
    return _FIGURE.match(re.sub(r"\(note [^)]*\)", "", text).strip()) is not None


def _joined_names(rows: Sequence[Row]) -> list[str]:
    """One name a column: those of its header rows from the top down, each once."""
    return [" ".join(dict.fromkeys(cell.text for cell in column if cell.text)) for column in zip(*rows, strict=True)]


def _with_groups(rows: Sequence[Row]) -> list[Row]:
    """Rows of one cell name the group of those below them: each of these gets it as a first cell."""
    grouped = [_is_one_cell(row) and len(row) > 2 for row in rows]
    if not any(grouped) or grouped[-1] or any(a and b for a, b in pairwise(grouped)):
        return list(rows)
    found: list[Row] = []
    group = _EMPTY
    for row, is_group in zip(rows, grouped, strict=True):
        if is_group:
            group = row[0]
        else:
            found.append([group, *row])
    return found


def _with_labels_once(rows: Sequence[Row]) -> list[Row]:
    """Rows in which a first cell that reaches over columns of figures is no figure of theirs."""
    figures = {n for row in rows for n, cell in enumerate(row) if n and _is_figure(cell.text)}
    return [
        row if _is_one_cell(row) or not row or _is_figure(row[0].text)
        else [_EMPTY if n in figures and cell.html is row[0].html else cell for n, cell in enumerate(row)]
        for row in rows
    ]  # fmt: skip


def _without_empty_columns(names: Sequence[str], body: Sequence[Row]) -> tuple[list[str], list[Row]]:
    kept = [n for n, name in enumerate(names) if name or any(row[n].text for row in body)]
    return [names[n] for n in kept], [[row[n] for n in kept] for row in body]


def _as_text(soup: BeautifulSoup, table: Tag, alone: Row, names: Sequence[str], body: Sequence[Row]) -> None:
    """A table of one row or one column as the paragraphs that it holds."""
    if names and names[0] and body:
        table.insert_before(_paragraph(soup, f"{names[0].rstrip(':')}:"))
    for cell in alone or [row[0] for row in body]:
        part = soup.new_tag("div")
        part.extend([copy.copy(child) for child in cell.html.contents])
        table.insert_before(part)
    table.decompose()


def _built(soup: BeautifulSoup, names: Sequence[str], body: Sequence[Row]) -> Tag:
    table = soup.new_tag("table", attrs={"data-regular": "1"})
    head, rows = soup.new_tag("thead"), soup.new_tag("tbody")
    table.extend([head, rows])
    line = soup.new_tag("tr")
    head.append(line)
    for name in names:
        cell = soup.new_tag("th")
        cell.string = name
        line.append(cell)
    for row in body:
        line = soup.new_tag("tr")
        line.extend([one_line(soup, cell.html) for cell in row])
        rows.append(line)
    return table
