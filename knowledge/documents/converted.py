"""What a reader of a text format makes of a text, before it becomes Markdown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Converted:
    """A text as HTML, what it states about itself, the different words of its text, and what to say of what is not read."""

    html: str
    fields: Mapping[str, str]
    words: set[str]
    notes: Sequence[str]
