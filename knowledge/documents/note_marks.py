"""Marks of notes that are left in Markdown, with the text of their note: a line of the same section that begins with the mark.

In a table a mark is also what a cell ends with and a line below the table begins with, so that the note goes with its row.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from knowledge.blocks import HEADING
from knowledge.documents.notes import LONGEST_NOTE

_SIGN = r"(?:\\?[*†‡§]){1,3}"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹"
_DIGITS = str.maketrans(_RAISED, "0123456789")
_IN_A_CELL = re.compile(
    rf"(?<=[^\s|\\*†‡§])[ ]?(?P<mark>{_SIGN}|[{_RAISED}]{{1,2}}|\((?:\d{{1,2}}|[a-z])\)|\\?\[(?:\d{{1,2}}|[a-z])\\?\])(?=\s*(?:\||$))"
)
"""What a cell ends with that may be a mark of a note."""
_MARK = re.compile(rf"\(note (?P<labels>\d{{1,2}}(?:,\s?\d{{1,2}}){{0,5}}|[a-z]|{_SIGN})\)")
_BEGINS = re.compile(
    rf"(?:Note (?P<named>\d{{1,2}}|[a-z]|{_SIGN})[:.]|(?P<number>\d{{1,2}})(?:\\[).]|(?=\s[^\W\d_a-zß-ÿ]))|(?P<sign>{_SIGN})|(?P<raised>[{_RAISED}]{{1,2}})|(?P<bracketed>\((?:\d{{1,2}}|[a-z])\)|\\?\[(?:\d{{1,2}}|[a-z])\\?\]))\s*(?=\S)"
)
"""How a note begins: with its mark, or its number before a capital; "1." without an escape begins a list."""


def with_notes_told(markdown: str) -> str:
    """Markdown in which each "(note 2)" has the text of that note in it, where just one line of its section is that note.

    Notes that are told are taken from their own place.
    """
    lines = _with_marks_of_cells(markdown.split("\n"))
    bounds = [0, *(n for n, line in enumerate(lines) if HEADING.match(line)), len(lines)]
    sections = [lines[begin:end] for begin, end in pairwise(bounds)]
    return "\n".join(line for section in sections for line in _told(section))


def _with_marks_of_cells(lines: Sequence[str]) -> Sequence[str]:
    """The lines, where each cell that ends with a mark with which a line below its table begins has "(note …)" instead."""
    told = list(lines)
    marks: set[str] = set()
    for n in range(len(lines) - 1, -1, -1):
        if HEADING.match(lines[n]):
            marks = set()
        elif not lines[n].startswith("|"):
            marks = set() if lines[n + 1 : n + 2] and lines[n + 1].startswith("|") else marks
            if begins := _BEGINS.match(lines[n]):
                marks = marks | {_label_of(begins)}
        elif marks:
            told[n] = _IN_A_CELL.sub(lambda found, known=marks: _as_mark(found, known), lines[n])  # type: ignore[misc]
    return told


def _as_mark(found: re.Match[str], marks: set[str]) -> str:
    label = _plain(found["mark"])
    ends_emphasis = "*" in label and "*" in found.string[: found.start()].rpartition("|")[2]
    return f" (note {label})" if label in marks and not ends_emphasis else found[0]


def _plain(mark: str) -> str:
    """A mark without what sets it off."""
    return mark.replace("\\", "").strip("()[]").translate(_DIGITS)


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
    return _plain(str(next(filter(None, begins.groups()))))


def _labels(mark: re.Match[str]) -> list[str]:
    return [label.strip() for label in mark["labels"].replace("\\", "").split(",")]


def _with_text(mark: re.Match[str], known: Mapping[str, str]) -> str:
    labels = _labels(mark)
    told = "; ".join(f"{label}: {known[label]}" for label in labels if label in known)
    if not known.keys() >= set(labels):
        return mark[0]
    return f"(note {told})".replace("|", "\\|" if mark.string.startswith("|") else "|")
