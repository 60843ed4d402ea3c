"""What stands on a page of a PDF, block by block, and ruled tables in the place of the blocks that they hold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from knowledge.documents.pdf_tables import Table, clean, items_in


@dataclass
class Page:
    """What stands on a page, from the top down: (kind, level, text) or a table."""

    number: int
    height: float
    blocks: list["Block"] = field(default_factory=list)
    words: set[str] = field(default_factory=set)
    size: float = 0.0


@dataclass
class Block:
    """A paragraph with the parts that it was set in, a heading or item of a list, or a table."""

    kind: str
    text: str
    level: int = 0
    top: float = 0.0
    bottom: float = 0.0
    size: float = 0.0
    left: float = 0.0
    right: float = 0.0
    parts: Sequence[str] = ()
    table: Table | None = None


def with_ruled(blocks: Sequence[Block], table: Table, items: Sequence[Any]) -> list[Block]:
    """The blocks with a ruled table in the place of those that it holds; as they are where these hold more than is in the table,
    or rows that its lines do not divide.
    """
    box = table.box
    if box is None:
        return list(blocks)
    words = Counter(word for item in items_in(box, items) for word in clean(item.text).split())
    within = [block for block in blocks if block.bottom > box.top + 1 and block.top < box.bottom - 1 and box.left - 1 <= (block.left + block.right) / 2 <= box.right + 1]  # fmt: skip
    told = Counter(word for block in within if not block.table for word in block.text.split())
    tables = [block.table for block in within if block.table]
    of_tables = {word for one in tables for row in one.rows for cell in row for word in cell.text.split()}
    is_undivided = len(table.rows) <= 2 and any(len(one.rows) > len(table.rows) for one in tables)
    if not within or told - words or of_tables - words.keys() or is_undivided:
        return list(blocks)
    first = blocks.index(within[0])
    made = Block("table", "", 0, box.top, box.bottom, left=box.left, right=box.right, table=table)
    return [*blocks[:first], made, *(block for block in blocks[first:] if block not in within)]
