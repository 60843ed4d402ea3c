"""A passage taken apart into the smallest pieces that can answer a question: sentences, list items, table rows."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from knowledge.bare_figures import is_bare, states_money, states_money_of_others, with_currencies
from knowledge.blocks import Block, Kind, blocks, cells, header_lines, items, paragraph, sentences
from knowledge.passages import Passage

LONG_ITEM = 30
"""Words. The sentences of a longer list item are statements of their own."""

_STOP = re.compile(r"[.!?。！？][\"'”’)\]*_]*$")


class Shape(StrEnum):
    """What a statement is in its passage."""

    SENTENCE = "sentence"
    ITEM = "item"
    ROW = "row"


@dataclass(frozen=True)
class Row:
    """A row as it stands in its table: the names of the columns, its cells, and what above the table says what all its
    figures are in and what it is called.
    """

    captions: tuple[str, ...]
    names: tuple[str, ...]
    cells: tuple[str, ...]
    text: str
    """The row in words, as people read it by itself: a figure has no currency that the name of its column states."""


@dataclass(frozen=True)
class Statement:
    """A piece of a passage that can stand in an answer.

    `text` is plain Markdown on one line, in which a figure of money has its currency; `lead` is what it hangs from: the
    line that introduces a list, the item above a nested one, a table's header row. `block` numbers the paragraphs, lists
    and tables of the passage, so that statements of one list share it. `row` is what a table's row is of.
    """

    passage: Passage
    text: str
    shape: Shape
    lead: str
    block: int
    position: int
    row: Row | None = None


@lru_cache(maxsize=4096)
def statements(passage: Passage) -> tuple[Statement, ...]:
    """The statements of a passage, in order."""
    pieces = _pieces(passage.text, passage.heading)
    return tuple(
        Statement(passage, text, shape, lead, block, position, row)
        for position, (text, shape, lead, block, row) in enumerate(pieces)
    )


Piece = tuple[str, Shape, str, int, Row | None]


def _pieces(markdown: str, heading: Sequence[str]) -> Iterator[Piece]:
    lead = caption = ""
    money = next(filter(states_money, reversed(heading)), "")
    for number, block in enumerate(blocks(markdown)):
        if block.kind is Kind.LIST:
            yield from _items(block, lead, number)
        elif block.kind is Kind.TABLE:
            above = lead or caption
            yield from _rows(block, lead, number, above, above if states_money(above) else money)
        elif block.kind is Kind.PARAGRAPH:
            found = sentences(paragraph(block.lines))
            yield from ((sentence, Shape.SENTENCE, "", number, None) for sentence in found)
            lead = found[-1] if found and found[-1].endswith((":", "：")) else ""
            money = next(filter(states_money_of_others, reversed(found)), money)
        caption = found[-1] if block.kind is Kind.PARAGRAPH and found and not _STOP.search(found[-1]) else ""


def _items(block: Block, lead: str, number: int) -> Iterator[Piece]:
    """List items; a nested item hangs from the item above it, a sentence of a long item carries its first words."""
    above: list[tuple[int, str]] = []
    for indent, text in items(block):
        while above and above[-1][0] >= indent:
            above.pop()
        leads = " ".join(part for part in [lead, *(parent for _, parent in above)] if part)
        parts = sentences(text) if len(text.split()) > LONG_ITEM else [text]
        yield parts[0], Shape.ITEM, leads, number, None
        yield from ((f"{_label(text)} {part}".strip(), Shape.SENTENCE, leads, number, None) for part in parts[1:])
        above.append((indent, _label(text) or text))


def _label(item: str) -> str:
    """What a long item calls itself: its bold beginning, or what stands before its colon (**Experience**: …)."""
    label = re.match(r"^(?:\*\*[^*]{1,80}\*\*[:：]?|[^*]{1,80}?[:：])(?=\s)", item)
    return label[0] if label else ""


def _rows(block: Block, lead: str, number: int, caption: str, stated: str) -> Iterator[Piece]:
    """The rows of a table; one of bare figures, of which nobody can tell which are money, has with it what states the currency."""
    head = header_lines(block)
    header = cells(block.lines[0]) if head else []
    rows = [cells(line) for line in block.lines[head:]]
    names, told = with_currencies(header, rows, stated)
    named = any(map(states_money, header))
    captions = tuple(dict.fromkeys(filter(None, ["" if named else stated, caption])))
    for row, plain in zip(told, rows, strict=True):
        if text := _row_text(names, row):
            if stated and list(row) == list(plain) and any(map(is_bare, row)):
                text = f"{text} ({stated.rstrip(':： .')})"
            by_itself = _row_text(header, plain) if named else text
            row_of = Row(captions, tuple(header), tuple(plain), by_itself)
            yield text, Shape.ROW, " ".join([lead, *header]).strip(), number, row_of


def _row_text(header: Sequence[str], row: Sequence[str]) -> str:
    """A row in words: "Header: cell; Header: cell"; where a column has no name, its cell stands alone."""
    names = [*header, *[""] * (len(row) - len(header))]
    pairs = [(name, cell) for name, cell in zip(names, row, strict=False) if cell]
    if len(pairs) == 2 and not names[1]:
        return f"{pairs[0][1].rstrip(':： ')}: {pairs[1][1]}"
    return "; ".join(f"{name}: {cell}" if name and name != cell else cell for name, cell in pairs)
