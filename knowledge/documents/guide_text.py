"""The text of a guide: what a reader gave of a file, tidy, with the places that nobody filled in named, or left out with their line."""

import re
from collections.abc import Iterator
from itertools import groupby
from textwrap import shorten

from knowledge.blocks import without_marks
from knowledge.documents.dialects import NOT_FILLED_IN
from knowledge.documents.placeholders import with_placeholders_named
from knowledge.errors import UnreadableFile

SHOWN_OF_A_LINE = 90
"""Characters of a line that is named."""
SHOWN_UNFILLED = 8
"""Lines with places to fill in which are shown; more of a file say that it is a template."""
LONGEST_FIELD = 60
"""Characters of a line that may give a name its value without ending as a sentence does."""
_FIELD = re.compile(r"(?! {4})\s*[^\W\d_][^:|.!?\n]{0,39}:\s+(?=\S)[^\n]*(?<![,;])$")
"""A line that gives a short name its value."""
_INVISIBLE = dict.fromkeys([0x200B, 0xAD, 0xFEFF, *range(0xE000, 0xF900)])
"""Signs that nobody sees, and those of icon fonts."""


def text_and_notes(markdown: str) -> tuple[str, list[str]]:
    """The text of a guide, and what the person who wrote it is told of it. Raises UnreadableFile where there is none."""
    named = with_placeholders_named(_with_fields_as_items(_tidy(markdown)))
    if not re.search(r"\w", named):
        raise UnreadableFile("it holds no text")
    return _tidy("\n".join(line for line in named.splitlines() if _says_something(line))), list(_unfilled(named))


def _with_fields_as_items(markdown: str) -> str:
    """The text, where lines that each give a name its value ("Level: 3"), and nothing else, are items of a list: joined to a
    paragraph they would be one sentence.
    """
    told = [
        [re.sub(r"^\s*", r"\g<0>- ", line) for line in found]
        if is_text and len(found) > 1 and all(map(_is_field, found))
        else found
        for is_text, found in _blocks(markdown.split("\n"))
    ]
    return "\n".join(line for found in told for line in found)


def _is_field(line: str) -> bool:
    """Whether a line gives a short name its value; a long one that does not end as sentences do goes on in the next line."""
    goes_on = len(line) > LONGEST_FIELD and not line.endswith((".", "!", "?", ")"))
    return _FIELD.match(line) is not None and not line.lstrip()[0].islower() and not goes_on


def _blocks(lines: list[str]) -> Iterator[tuple[bool, list[str]]]:
    """Runs of lines between empty ones, and whether they are text rather than empty or code."""
    fenced = False
    for is_text, found in groupby(lines, key=lambda line: bool(line.strip())):
        block = list(found)
        fences = sum(1 for line in block if line.lstrip().startswith(("```", "~~~")))
        yield is_text and not fenced and not fences, block
        fenced = fenced != bool(fences % 2)


def title_of(stated: str) -> str:
    """A title that a file states, without marks; empty where nobody filled it in."""
    title = with_placeholders_named(without_marks(stated))
    return title if _has_words(title) else ""


def _says_something(line: str) -> bool:
    """Whether a line is more than places nobody filled in, which say nothing of their section."""
    return NOT_FILLED_IN not in line or _has_words(line)


def _has_words(text: str) -> bool:
    """Whether a text holds words beside places nobody filled in."""
    return re.search(r"\w", text.replace(NOT_FILLED_IN, "")) is not None


def _unfilled(markdown: str) -> Iterator[str]:
    """How many places nobody filled in, and the lines with them."""
    if count := markdown.count(NOT_FILLED_IN):
        lines = [line for line in markdown.splitlines() if NOT_FILLED_IN in line]
        told = "1 place was to be filled in and is not" if count == 1 else f"{count} places were to be filled in and are not"  # fmt: skip
        shown = [shorten(without_marks(line).strip("# |"), SHOWN_OF_A_LINE, placeholder=" …") for line in lines[:SHOWN_UNFILLED]]  # fmt: skip
        more = [f"and {len(lines) - SHOWN_UNFILLED} more lines"] if len(lines) > SHOWN_UNFILLED else []
        yield f"{told}: {' / '.join([*shown, *more])}"


def _tidy(markdown: str) -> str:
    text = markdown.replace("\r\n", "\n").replace("\xa0", " ").translate(_INVISIBLE)
    text = "\n".join(line.rstrip(" \t") for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()
