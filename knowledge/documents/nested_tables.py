"""Tables of data with a table in one of their cells: it stands below the row that it belongs to, and the rows after it go on."""

import re
from collections.abc import Callable, Sequence

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString

_PLACE = re.compile("\ue200(\\d+):\\s*")
"""What keeps the place of a table within a cell; the colon joins it to the text after it."""


def holds_tables_as_data(rows: Sequence[Tag]) -> bool:
    """Whether rows of a table with tables in it are data: its columns are named, or most rows have several cells and no table."""
    cells = [row.find_all(["td", "th"], recursive=False) for row in rows]
    if not any(row.find("table") for row in rows) or max(map(len, cells), default=0) < 2:
        return False
    named = any(cell.name == "th" for row in cells for cell in row)
    plain = [row for row in cells if not any(cell.find("table") for cell in row)]
    return named or (2 * len(plain) > len(cells) > 2 and all(_filled(row) > 1 for row in plain))


def _filled(cells: Sequence[Tag]) -> int:
    return sum(1 for cell in cells if cell.get_text(strip=True))


def with_nested_below(soup: BeautifulSoup, table: Tag, make_regular: Callable[[Tag], None]) -> None:
    """Make a table regular without the tables in it, and set each of these below its row."""
    nested: list[Tag] = []
    for inner in table.find_all("table"):
        cell = inner.find_parent(["td", "th"])
        if cell is not None and inner.find_parent("table") is table:
            cell.insert(0, NavigableString(f"\ue200{len(nested)}:"))
            nested.append(inner.extract())
    around = table.wrap(soup.new_tag("div"))
    make_regular(table)
    waiting = dict(enumerate(nested))
    for text in list(around.find_all(string=_PLACE)):
        numbers = [int(number) for number in _PLACE.findall(str(text))]
        cell = text.find_parent("td")
        text.replace_with(_PLACE.sub("", str(text)))
        below = [waiting.pop(number) for number in numbers if number in waiting]
        if below and cell is not None:
            _split(soup, cell, below)
        elif below:
            around.extend(below)
    around.unwrap()


def _split(soup: BeautifulSoup, cell: Tag, below: Sequence[Tag]) -> None:
    """End a regular table after a cell's row, set tables below it under what the row is about, and go on with the names of the columns."""
    row, table = cell.find_parent("tr"), cell.find_parent("table")
    if row is None or table is None:
        return
    about = soup.new_tag("p")
    about.string = f"{', '.join(_told(other) for other in row.find_all('td') if other is not cell and _told(other))}:"
    rest = list(row.find_next_siblings("tr"))
    following: list[Tag] = [about, *below] if about.string != ":" else [*below]
    if rest:
        going_on = soup.new_tag("table", attrs={"data-regular": "1"})
        names = BeautifulSoup(str(table.thead), "html.parser")
        body = soup.new_tag("tbody")
        body.extend([one.extract() for one in rest])
        going_on.extend([*list(names.contents), body])
        following.append(going_on)
    for element in reversed(following):
        table.insert_after(element)


def _told(cell: Tag) -> str:
    return cell.get_text(" ", strip=True).rstrip(".:?!")
