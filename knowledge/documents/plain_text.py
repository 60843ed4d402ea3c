"""Plain text as Markdown: lines that stand alone are headings, bullets are items, columns of spaces or tabs are tables."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from knowledge.dates import dates_in
from knowledge.documents.pairs import are_pairs
from knowledge.documents.text_tables import end_of_grid, is_grid, table_of, with_joined_header_rows

_BULLET = re.compile(r"^\s*[•◦‣▪●·]\s+")
_COLUMNS = re.compile(r"(?<=\S)(?:\t+| {2,})(?=\S)")
_HEADING_RULE = re.compile(r"^\s*([=\-~*#^_+])\1{2,}\s*$")
PROSE = 40
"""Characters of a line from which on a block of it is prose rather than a list of short lines."""
SHORT = 0.75
"""The share of the longest line below it up to which a line is set off on purpose."""
_NUMBER = re.compile(r"^(?P<number>\d{1,3})[.)]\s+(?=[^\W\d_])")
_UNDERLINE = re.compile(r"^\s*(?:=+|-+|~+)\s*$")


def with_headings_marked(text: str) -> str:
    """Plain text as Markdown. Text with headings of Markdown is taken for that."""
    if re.search(r"^#{1,6} \S", text, re.MULTILINE):
        return text
    lines: Sequence[str] = with_joined_header_rows([_BULLET.sub("- ", line) for line in text.splitlines()])
    lines = list(_with_tables(list(_with_breaks(list(_with_underlined(lines))))))
    marked = [f"## {line.strip()}" if alone else line for line, alone in zip(lines, lone_headings(lines), strict=True)]
    first = next((n for n, line in enumerate(marked) if line.strip()), None)
    if first is not None and marked[first].startswith("## "):
        marked[first] = marked[first][1:]
    return "\n".join(marked)


def lone_headings(lines: Sequence[str]) -> list[bool]:
    """Which lines are headings because they stand alone and end as no sentence does."""
    numbered = _numbered_headings(lines)
    return [
        n in numbered or (_stands_alone(lines, n) and _looks_like_a_heading(line.strip()) and not _tells_a_date(line))
        for n, line in enumerate(lines)
    ]


def _numbered_headings(lines: Sequence[str]) -> set[int]:
    """The lines that stand alone with a number before a title, where something stands between each two: in a list nothing does."""
    told = [n for n, line in enumerate(lines) if line.strip()]
    found = [place for place, n in enumerate(told) if _stands_alone(lines, n) and _is_numbered_title(lines[n])]
    numbers = [int(number["number"]) for place in found if (number := _NUMBER.match(lines[told[place]]))]
    is_a_list = any(after - before == 1 for before, after in pairwise(found))
    if len(found) < 2 or numbers != list(range(1, len(found) + 1)) or found[-1] == len(told) - 1 or is_a_list:
        return set()
    return {told[place] for place in found}


def _is_numbered_title(line: str) -> bool:
    number = _NUMBER.match(line)
    return number is not None and _looks_like_a_heading(line[number.end() :])


def _tells_a_date(line: str) -> bool:
    """Whether a line gives a date to what it names before a colon, as one does that states the edition."""
    _, colon, value = line.partition(":")
    return bool(colon) and any(dates_in(value))


def _with_underlined(lines: Sequence[str]) -> Iterator[str]:
    """The lines, where one that is underlined with signs is a heading: of the first level with the signs that come first."""
    signs: list[str] = []
    for n, line in enumerate(lines):
        if _underlines(lines, n) or (_underlines(lines, n + 2) and line.strip() == lines[n + 2].strip()):
            continue
        if _underlines(lines, n + 1):
            sign = lines[n + 1].strip()[0]
            signs = signs if sign in signs else [*signs, sign]
            yield from ("", f"{'#' * min(signs.index(sign) + 1, 6)} {line.strip()}", "")
        else:
            yield line


def _underlines(lines: Sequence[str], n: int) -> bool:
    """Whether a line of signs underlines the one before it, which begins a block and is about as long."""
    if not 0 < n < len(lines) or not _HEADING_RULE.match(lines[n]):
        return False
    title, above = lines[n - 1].rstrip(), lines[n - 2].strip() if n > 1 else ""
    is_first = not above or above == lines[n].strip()
    is_title = len(_cells(title)) == 1 and len(title) <= 90 and re.search(r"\w", title) is not None
    return is_first and is_title and abs(len(title) - len(lines[n].rstrip())) <= max(2, len(title) // 4)


def _with_breaks(lines: Sequence[str]) -> Iterator[str]:
    """The lines, with an empty one after a heading that prose follows at once."""
    for n, line in enumerate(lines):
        yield line
        if _is_broken_off(lines, n):
            yield ""


def _is_broken_off(lines: Sequence[str], n: int) -> bool:
    """Whether the first line of a block ends before the room for the next word does, and prose follows: a heading does so."""
    line = lines[n].rstrip()
    if (n and lines[n - 1].strip()) or not line or not _looks_like_a_heading(line.strip()) or len(_cells(line)) != 1:
        return False
    end = next((k for k in range(n + 1, len(lines)) if not lines[k].strip()), len(lines))
    rest = [following.rstrip() for following in lines[n + 1 : end]]
    if not rest or any(len(_cells(following)) != 1 for following in rest) or not rest[-1].endswith((".", "!", "?")):
        return False
    room = max(map(len, rest))
    is_short = len(line) <= SHORT * room and not rest[0].lstrip()[0].islower()
    return room >= PROSE and is_short and len(line) + 1 + len(rest[0].split()[0]) <= room and ": " not in line


def _stands_alone(lines: Sequence[str], n: int) -> bool:
    before = lines[n - 1].strip() if n else ""
    after = lines[n + 1].strip() if n + 1 < len(lines) else ""
    return not before and not after


def _looks_like_a_heading(line: str) -> bool:
    return (
        0 < len(line) <= 90
        and not re.match(r"[-*+>|#]|\d+[.)] ", line)
        and not line.endswith((".", ",", ";", ":", "!"))
    )


def _with_tables(lines: Sequence[str]) -> Iterator[str]:
    """The lines, where runs of lines with columns at the same places are tables of Markdown."""
    at = 0
    while at < len(lines):
        if drawn := table_of(lines[at : (end := _end_of_table(lines, at))]):
            yield from ("", *_as_markdown(drawn), "")
        elif is_grid(lines[at]):
            end = end_of_grid(lines, at)
            yield from _table(list(_grid_rows(lines[at:end])))
        elif len(_cells(lines[at])) > 1:
            end = at + 1
            while end < len(lines) and (len(_cells(lines[end])) > 1 or (_UNDERLINE.match(lines[end]))):
                end += 1
            yield from _aligned(lines[at:end])
        else:
            yield lines[at]
            end = at + 1
        at = end


def _end_of_table(lines: Sequence[str], at: int) -> int:
    """Where a table would end that begins at a line; the line itself where none can, as one begins a block or follows its name."""
    if is_grid(lines[at]):
        return end_of_grid(lines, at)
    if at > 1 and lines[at - 1].strip() and lines[at - 2].strip():
        return at
    return next((n for n in range(at, len(lines)) if not lines[n].strip()), len(lines))


def _as_markdown(table: str) -> list[str]:
    from knowledge.documents.html import html_as_markdown

    return html_as_markdown(f"<body>{table}</body>").strip().splitlines()


def _cells(line: str) -> list[str]:
    if re.match(r"^\s*(?:[-*+>|#]|\d+[.)])\s", line) or not line.strip() or len(line) > 2000:
        return []
    return [cell.strip() for cell in _COLUMNS.split(line.strip())]


def _aligned(lines: Sequence[str]) -> Iterator[str]:
    """Lines of columns as a table, where at least two have as many columns, which begin or end at the same places."""
    rows = [_cells(line) for line in lines if not re.fullmatch(r"[\s=~+-]+", line)]
    if len(rows) < 2 or len({len(row) for row in rows}) > 1 or not _at_the_same_places(lines):
        yield from lines
    else:
        yield from _table(rows)


def _at_the_same_places(lines: Sequence[str]) -> bool:
    if all("\t" in line for line in lines if not _UNDERLINE.match(line)):
        return True
    places: list[tuple[set[int], set[int]]] = []
    for line in lines:
        if not re.fullmatch(r"[\s=~+-]+", line):
            gaps = list(_COLUMNS.finditer(line.rstrip()))
            ends = [gap.start() for gap in gaps[1:]] + [len(line.rstrip())]
            for n, (gap, end) in enumerate(zip(gaps, ends, strict=True)):
                while len(places) <= n:
                    places.append((set(), set()))
                places[n][0].add(gap.end())
                places[n][1].add(end)
    return all(len(begins) == 1 or len(ends) == 1 for begins, ends in places)


def _grid_rows(lines: Sequence[str]) -> Iterator[list[str]]:
    row: list[str] = []
    for line in lines:
        if is_grid(line):
            if row:
                yield row
            row = []
        else:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            row = [f"{a} {b}".strip() for a, b in zip(row, cells, strict=False)] if row else cells
    if row:
        yield row


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Rows as a table of Markdown, the first as its header where the others hold figures or are more than one."""
    width = max(map(len, rows), default=0)
    full = [[*(cell.replace("|", "\\|") for cell in row), *[""] * (width - len(row))] for row in rows]
    if width == 2 and (are_pairs(full) or not _heads_figures(full)):
        full.insert(0, [""] * width)
    yield ""
    for number, row in enumerate(full):
        yield f"| {' | '.join(row)} |"
        if number == 0:
            yield f"|{'---|' * width}"
    yield ""


def _heads_figures(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the second column has a figure in every row but the first."""
    return not re.search(r"\d", rows[0][1]) and all(re.search(r"\d", row[1]) for row in rows[1:])
