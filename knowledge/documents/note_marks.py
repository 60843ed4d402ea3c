"""Marks of notes that are left in Markdown, with the text of their note: a line of the same section that begins with the mark."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from knowledge.blocks import HEADING
from knowledge.documents.notes import LONGEST_NOTE

_SIGN = r"(?:\\?[*†‡§]){1,3}"
_MARK = re.compile(rf"\(note (?P<labels>\d{{1,2}}(?:,\s?\d{{1,2}}){{0,5}}|[a-z]|{_SIGN})\)")
_BEGINS = re.compile(
    rf"(?:Note (?P<named>\d{{1,2}}|[a-z]|{_SIGN})[:.]|(?P<number>\d{{1,2}})(?:\\[).]|(?=\s[^\W\d_a-zß-ÿ]))|(?P<sign>{_SIGN}))\s*(?=\S)"
)
"""How a note begins: with its mark, or its number before a capital; "1." without an escape begins a list."""


def with_notes_told(markdown: str) -> str:
    """Markdown in which each "(note 2)" has the text of that note in it, where just one line of its section is that note.

    Notes that are told are taken from their own place.
    """
    lines = markdown.split("\n")
    bounds = [0, *(n for n, line in enumerate(lines) if HEADING.match(line)), len(lines)]
    sections = [lines[begin:end] for begin, end in pairwise(bounds)]
    return "\n".join(line for section in sections for line in _told(section)) if _MARK.search(markdown) else markdown


def _told(section: Sequence[str]) -> Iterator[str]:
    marks = {label for line in section for mark in _MARK.finditer(line) for label in _labels(mark)}
    found = {n: dict(_notes(line, marks)) for n, line in enumerate(section) if marks}
    count = Counter(label for notes in found.values() for label in notes)
    known = {label: text for notes in found.values() for label, text in notes.items() if count[label] == 1}
    for n, line in enumerate(section):
        if not found.get(n) or not found[n].keys() <= known.keys():
            yield _MARK.sub(lambda mark: _with_text(mark, known), line)


def _notes(line: str, marks: set[str]) -> Iterator[tuple[str, str]]:
    """The notes that a line consists of, by their labels: the next one begins after the stop of the one before."""
    while (begins := _BEGINS.match(line)) and (label := _label_of(begins)) in marks:
        rest = line[begins.end() :]
        after = next(
            (stop for stop in re.finditer(r"(?<=[.!?])\s+", rest) if _goes_on(rest[stop.end() :], marks)), None
        )
        text = (rest[: after.start()] if after else rest).strip()
        if len(text.split()) <= LONGEST_NOTE:
            yield label, re.sub(r"(?<![.]{2})[.]$", "", text)
        line = rest[after.end() :] if after else ""


def _goes_on(rest: str, marks: set[str]) -> bool:
    begins = _BEGINS.match(rest)
    return begins is not None and _label_of(begins) in marks


def _label_of(begins: re.Match[str]) -> str:
    return str(begins["named"] or begins["number"] or begins["sign"]).replace("\\", "")


def _labels(mark: re.Match[str]) -> list[str]:
    return [label.strip() for label in mark["labels"].replace("\\", "").split(",")]


def _with_text(mark: re.Match[str], known: Mapping[str, str]) -> str:
    labels = _labels(mark)
    told = "; ".join(f"{label}: {known[label]}" for label in labels if label in known)
    return f"(note {told})" if known.keys() >= set(labels) else mark[0]
