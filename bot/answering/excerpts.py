"""Statements of a passage as Markdown: sentences on one line, items under their lead, rows of a table under its header. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from knowledge.statements import Row, Shape, Statement, statements

LONGEST_LEAD = 25
"""Words of what an item hangs from that are shown with it when it stands by itself."""
_EMPHASIS = r"(?<![\\*_])(?:\*{1,3}|_{1,3})(?![*_])"
_MARKS = re.compile(rf"{_EMPHASIS}(?=\S)|(?<=\S){_EMPHASIS}")
_OPENED, _CLOSED = re.compile(rf"^{_EMPHASIS}(?=\S)"), re.compile(rf"(?<=\S){_EMPHASIS}$")
_MARK_OF_NOTE = re.compile(r"(?<=[\d%])\*$")
"""A star right behind a figure leads to a note."""
_RELATIVE_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?!https?:)[^()]*\)")


@dataclass(frozen=True)
class _Part:
    """Lines of Markdown, and the first and last place in the passage that they stand for, what a table leaves out included."""

    first: int
    last: int
    lines: tuple[str, ...]


def told(shown: Sequence[Statement], number: int) -> str:
    """Statements of a passage, in order, as an answer that cites it by a number; below a table that stands alone."""
    lines = "\n".join(line for part in _parts(shown) for line in part.lines).strip()
    return f"{lines}\n\n[{number}]" if lines.rpartition("\n")[2].startswith("|") else f"{lines} [{number}]"


def quotation(shown: Sequence[Statement], bold: Statement | None) -> str:
    """Statements of a passage, in order, as a quotation, under its headings, with dots where the passage says more. Tables cannot
    be quoted and stand bare.
    """
    lines: list[str] = []
    place = 0
    for part in _parts(shown, bold, shown[0].passage.heading):
        lines += ["…"] if part.first > place else []
        lines += part.lines
        place = part.last + 1
    lines += ["…"] if place < len(statements(shown[0].passage)) else []
    return "\n".join(line if not line or line.startswith("|") else f"> {line}" for line in lines).rstrip("\n")


def by_itself(statement: Statement) -> str:
    """A statement alone: an item with what it hangs from, a row with the names of its columns."""
    lead = tidy(statement.lead) if statement.shape is Shape.ITEM and len(statement.lead.split()) <= LONGEST_LEAD else ""
    return f"{lead} {_text(statement)}".strip()


def words(shown: Sequence[Statement]) -> int:
    """How many words statements of a passage have as they are shown: several rows of a table name its columns once."""
    return sum(
        len(" ".join([*group[0].row.names, *(cell for one in group if one.row for cell in one.row.cells)]).split())
        if _is_table(group) and group[0].row
        else sum(len(one.text.split()) for one in group)
        for group in _by_block(shown)
    )


def tidy(text: str) -> str:
    """A statement as it is shown: links that lead nowhere outside the guide become their text, and a mark of emphasis that
    begins or ends in another sentence is left out.
    """
    shown = _RELATIVE_LINK.sub(r"\1", text).strip()
    if shown.count("*") == 1:
        shown = _MARK_OF_NOTE.sub(r"\\*", shown)
    for edge in (_OPENED, _CLOSED):
        if (mark := edge.search(shown)) and len(_MARKS.findall(shown)) % 2:
            shown = shown[: mark.start()] + shown[mark.end() :]
    return shown


def _by_block(shown: Sequence[Statement]) -> Iterator[list[Statement]]:
    return (list(group) for _, group in groupby(shown, key=lambda one: one.block))


def _is_table(group: Sequence[Statement]) -> bool:
    """Whether statements of a block are several rows below names of columns."""
    return len(group) > 1 and all(one.row and any(one.row.names) for one in group)


def _parts(shown: Sequence[Statement], bold: Statement | None = None, above: Sequence[str] = ()) -> Iterator[_Part]:
    """The parts of what is shown under some headings."""
    said = {*above, *(one.text for one in shown)}
    for group in _by_block(shown):
        if _is_table(group):
            yield _table([(one.row, one is bold) for one in group if one.row], group[0], said)
        elif group[0].shape is Shape.SENTENCE:
            yield from _sentences(group, bold)
        else:
            yield from _items(group, bold, said)


def _table(rows: Sequence[tuple[Row, bool]], of: Statement, said: set[str]) -> _Part:
    """Rows below their header and the table's captions, and how many others it has; without columns that are empty in all of them."""
    there = statements(of.passage)
    places = [one.position for one in there if one.block == of.block]
    names, captions, others = rows[0][0].names, rows[0][0].captions, len(places) - len(rows)
    is_led = places[0] > 0 and there[places[0] - 1].text in captions
    width = max(len(names), *(len(row.cells) for row, _ in rows))
    kept = [n for n in range(width) if any("".join(row.cells[n : n + 1]) for row, _ in rows)]
    lines = [
        *(tidy(caption) for caption in captions if caption not in said),
        "",
        _line(["".join(names[n : n + 1]) for n in kept]),
        f"|{' --- |' * len(kept)}",
        *(_line(_cells(row, kept, bold=bold)) for row, bold in rows),
        "",
        *([f"… {others} more row{'s' if others > 1 else ''}"] if others else []),
    ]
    return _Part(places[0] - is_led, places[-1], tuple(lines))


def _cells(row: Row, kept: Sequence[int], *, bold: bool) -> Iterator[str]:
    for cell in (tidy("".join(row.cells[n : n + 1])) for n in kept):
        yield f"**{cell.replace('**', '')}**" if bold and cell else cell


def _line(cells: Iterator[str] | Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _sentences(group: Sequence[Statement], bold: Statement | None) -> Iterator[_Part]:
    """Sentences of a paragraph, those that follow each other on one line."""
    for _, run in groupby(enumerate(group), key=lambda pair: pair[1].position - pair[0]):
        some = [one for _, one in run]
        yield _Part(some[0].position, some[-1].position, (" ".join(_marked(one, bold) for one in some),))


def _items(group: Sequence[Statement], bold: Statement | None, said: set[str]) -> Iterator[_Part]:
    """Items, or rows by themselves, the first item under what its list hangs from."""
    for number, one in enumerate(group):
        is_led = number == 0 and one.shape is Shape.ITEM and one.lead and one.lead not in said
        yield _Part(one.position, one.position, (*([tidy(one.lead)] if is_led else []), f"- {_marked(one, bold)}"))


def _marked(one: Statement, bold: Statement | None) -> str:
    text = _text(one)
    return f"**{text.replace('**', '')}**" if one is bold else text


def _text(one: Statement) -> str:
    return tidy(one.row.text if one.row else one.text)
