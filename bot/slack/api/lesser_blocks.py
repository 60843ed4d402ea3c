"""What is left of a message's blocks where Slack refuses some of them. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.slack.api.limits import SECTION_TEXT

Block = dict[str, Any]

_POINTER = re.compile(r"/blocks/(\d+)")


def lesser(blocks: Sequence[Block], complaints: str) -> Iterator[list[Block]]:
    """The blocks without what Slack complains of, which is shown as plain text or left out; the rest stays.

    Where the complaints name no block (`json-pointer:/blocks/2/…`), one kind of block after another gives way.
    """
    named = {int(number) for number in _POINTER.findall(complaints)}
    if named:
        yield _without(blocks, {number for number in named if number < len(blocks)})
    for kind in dict.fromkeys(str(block.get("type")) for block in reversed(blocks)):
        yield _without(blocks, {number for number, block in enumerate(blocks) if block.get("type") == kind})


def _without(blocks: Sequence[Block], refused: set[int]) -> list[Block]:
    kept = [_plain(block) if number in refused else [block] for number, block in enumerate(blocks)]
    return [block for part in kept for block in part]


def _plain(block: Block) -> list[Block]:
    """What a block says, without formatting; nothing where it only offers something to press."""
    text = "" if "actions" in str(block.get("type")) else "\n".join(_texts(block)).strip()
    parts = [text[start : start + SECTION_TEXT] for start in range(0, len(text), SECTION_TEXT)]
    return [{"type": "section", "text": {"type": "plain_text", "text": part}} for part in parts if part.strip()]


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for entry in part:
            yield from _texts(entry)
    elif isinstance(part, dict):
        text = part.get("text")
        if isinstance(text, str):
            yield text
        for name in ("text", "elements", "rows", "fields"):
            if isinstance(part.get(name), dict | list):
                yield from _texts(part[name])
