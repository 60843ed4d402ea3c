"""A document as it is understood, for whoever keeps the guides: what it is, its headings, tables and passages."""

import re
from collections.abc import Iterator, Sequence

from knowledge.blocks import Block, Kind, blocks, cells, header_lines, headings, without_marks
from knowledge.editions import date_said
from knowledge.passages import Document, Passage

_NOTHING = "  none"


def outline(document: Document, passages: Sequence[Passage]) -> Iterator[str]:
    """Lines that tell what is known of a document's guide, what was not read, and how its text is divided."""
    yield from _facts(document)
    yield from _listed("Not read", (f"  {note}" for note in (*document.unread_pages, *document.notes)))
    yield from _listed("Headings", (f"{'  ' * level}{without_marks(text)}" for level, text in headings(document.markdown)))  # fmt: skip
    yield from _listed("Tables", _tables(passages))
    yield from _listed("Passages", (line for passage in passages for line in _passage(passage)))


def _facts(document: Document) -> Iterator[str]:
    guide = document.guide
    yield f"Title: {guide.title}"
    stated = {"Role": guide.role, "Region": guide.region, "Edition": date_said(guide), "Source": guide.source}
    yield from (f"{name}: {value or 'not stated'}" for name, value in stated.items())


def _listed(name: str, lines: Iterator[str]) -> Iterator[str]:
    yield from ("", f"{name}:")
    first = next(lines, _NOTHING)
    yield from (first, *lines)


def _tables(passages: Sequence[Passage]) -> Iterator[str]:
    for passage in passages:
        yield from (_table(passage, block) for block in blocks(passage.text) if block.kind is Kind.TABLE)


def _table(passage: Passage, block: Block) -> str:
    head = header_lines(block)
    names = [name or "(no name)" for name in cells(block.lines[0])] if head else []
    rows = len(block.lines) - head
    columns = " | ".join(map(without_marks, names)) if re.search(r"\w", block.lines[0]) else "no names of columns"
    return f"  in {_place(passage)}: {columns}; {rows} {'row' if rows == 1 else 'rows'}"


def _passage(passage: Passage) -> Iterator[str]:
    yield f"  {passage.position + 1}. {_place(passage)}"
    yield from (f"     {line}".rstrip() for line in passage.text.splitlines())
    yield ""


def _place(passage: Passage) -> str:
    return " › ".join(passage.heading)
