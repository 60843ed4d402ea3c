"""Orders to a language model that stand in a guide or a message. They are text, and no answer is made of them. Pure."""

import re

from knowledge.blocks import sentences

_ORDER = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass)\b.{0,40}\b(?:instructions?|rules?|prompts?|guidelines)\b"
    r"|\b(?:print|reveal|show|repeat|output|leak)\b.{0,30}\b(?:system prompt|instructions|api[ _]?keys?|tokens?|environment variables)\b"
    r"|\byou are now\b|\bfrom now on,? you\b|^\W*(?:system|assistant)\s*[:：]|\bnew rule\s*[:：]",
    re.IGNORECASE,
)


def is_order(text: str) -> bool:
    """Whether a sentence tells the model what to do instead of saying something about a career."""
    return _ORDER.search(text) is not None


def without_orders(markdown: str) -> str:
    """A text without the sentences that are orders; lines that hold none stay as they are."""
    lines = (_line(line) if is_order(line) else line for line in markdown.splitlines())
    return "\n".join(lines)


def _line(line: str) -> str:
    return " ".join(part for part in sentences(line) if not is_order(part))
