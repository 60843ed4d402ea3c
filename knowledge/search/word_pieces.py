"""Passages and questions as MiniLM's word pieces, with where each statement of a passage stands among them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.minilm.model import tokenizer
from knowledge.passages import Passage
from knowledge.statements import statements

FIRST, LAST, COMMA = 101, 102, 1010
"""The pieces [CLS] and [SEP], which begin and end a text, and the comma that ends a heading."""
LONGEST_QUESTION = 80
"""Pieces of a question; of a longer one the end is kept, where people ask what they want to know."""
LONGEST_PASSAGE = 230
LONGEST_HEADING, HEADINGS = 40, 3
LONGEST_LEAD = 40

Span = tuple[int, int]


@dataclass(frozen=True)
class Pieces:
    """A passage's word pieces, and for each of its statements where it begins and ends; None where it was cut off."""

    ids: tuple[int, ...]
    spans: tuple[Span | None, ...]


@lru_cache(maxsize=4096)
def of_passage(passage: Passage) -> Pieces:
    """The heading path, then the statements in order, each list or table with what it hangs from."""
    ids = [*of_text(" > ".join(passage.heading[-HEADINGS:]))[:LONGEST_HEADING], COMMA]
    spans: list[Span | None] = []
    lead = ""
    for statement in statements(passage):
        if statement.lead and statement.lead != lead:
            ids += of_text(statement.lead)[:LONGEST_LEAD]
            lead = statement.lead
        begins = len(ids)
        ids += of_text(statement.text)[: max(0, LONGEST_PASSAGE - begins)]
        spans.append((begins, len(ids)) if len(ids) > begins else None)
    return Pieces(tuple(ids), tuple(spans))


def of_question(question: str) -> list[int]:
    """A question, or a sentence to be looked up, by its pieces."""
    return [FIRST, *of_text(question)[-LONGEST_QUESTION:], LAST]


@lru_cache(maxsize=16_384)
def of_text(text: str) -> tuple[int, ...]:
    """The pieces of a text, without the marks of its beginning and end."""
    return tuple(tokenizer().encode(text, add_special_tokens=False).ids)


def shifted(spans: Sequence[Span | None], by: int) -> list[Span | None]:
    """Spans of pieces that stand behind others."""
    return [span and (span[0] + by, span[1] + by) for span in spans]
