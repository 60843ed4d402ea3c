"""Passages and questions as MiniLM's word pieces, with where each statement of a passage stands among them. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.minilm.model import tokenizer
from knowledge.passages import Passage
from knowledge.statements import Statement, statements

FIRST, LAST, COMMA = 101, 102, 1010
"""The pieces [CLS] and [SEP], which begin and end a text, and the comma that ends a heading."""
LONGEST_QUESTION = 80
"""Pieces of a question; of a longer one the end is kept, where people ask what they want to know."""
LONGEST_READING = 230
"""Pieces of a passage that are read at once; of one that has more, as a table whose rows repeat the names of their columns, the rest is read after it."""
MOST_READINGS = 8
LONGEST_HEADING, HEADINGS = 40, 3
LONGEST_LEAD = 40

Span = tuple[int, int]


@dataclass(frozen=True)
class Pieces:
    """Word pieces that are read at once, and for each statement of their passage where it begins and ends; None where it
    is not among them.
    """

    ids: tuple[int, ...]
    spans: tuple[Span | None, ...]


@lru_cache(maxsize=4096)
def readings(passage: Passage) -> tuple[Pieces, ...]:
    """A passage as it is read: its heading path, then its statements in order, each list or table with what it hangs from.

    One of more than `LONGEST_READING` pieces is read in several, each below the heading path; no statement is divided.
    """
    there = statements(passage)
    made: list[Pieces] = []
    begin = 0
    while not made or (begin < len(there) and len(made) < MOST_READINGS):
        ids, spans = _read_from(there[begin:], passage.heading)
        made.append(Pieces(ids, (*[None] * begin, *spans, *[None] * (len(there) - begin - len(spans)))))
        begin += len(spans)
    return tuple(made)


def _read_from(there: Sequence[Statement], heading: Sequence[str]) -> tuple[tuple[int, ...], list[Span]]:
    """The pieces of a heading path and of as many statements as are read at once, the first in any case, and their spans."""
    ids = [*of_text(" > ".join(heading[-HEADINGS:]))[:LONGEST_HEADING], COMMA]
    spans: list[Span] = []
    lead = ""
    for statement in there:
        new = of_text(statement.lead)[:LONGEST_LEAD] if statement.lead and statement.lead != lead else ()
        text = of_text(statement.text)
        begins = len(ids) + len(new)
        if spans and begins + len(text) > LONGEST_READING:
            break
        ids += [*new, *text[: max(0, LONGEST_READING - begins)]]
        spans.append((begins, len(ids)))
        lead = statement.lead or lead
    return tuple(ids), spans


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
