"""Raised marks of PDF pages (2,340¹), which a reader of text glues to the figure or word that they stand at: found by pdfium.

A mark is what is set in smaller letters on a higher line than the word that it follows.
"""

import ctypes
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

MOST_PAGES = 300
"""Pages that are looked at; it takes some milliseconds a page."""
SMALLER = 0.85
"""How high the letters of a mark are at most, as a share of the word's; word processors set 0.58 to 0.8."""
RAISED = 0.1
"""How far a mark's line is above the word's at least, as a share of the height of the word's letters."""
TURNED = 0.1
"""The angle of a letter, in radians, from which on it is turned."""
LONGEST = 5
"""Characters of a mark: those of two or three notes, or the letters of an ordinal."""
_OF_A_NOTE = re.compile(r"\d{1,2}|[a-z]|[*†‡§]")
OPEN, CLOSE = "\ufdd0", "\ufdd1"
"""What encloses a mark in a text: code points that no text has."""


@dataclass(frozen=True)
class Mark:
    """A mark with what stands before and after it in the same word, as the page shows it."""

    before: str
    mark: str
    after: str = ""

    @property
    def glued(self) -> str:
        """The word as a reader of text has it."""
        return f"{self.before}{self.mark}{self.after}"

    @property
    def apart(self) -> str:
        """The word with its mark enclosed; a mark that begins a line is that of a note."""
        return f"{self.before}{OPEN}{self.mark}{CLOSE}{self.after}" if self.before else f"Note {self.mark}:{self.after}"


def set_marks_apart(text: str, marks: Sequence[Mark]) -> str:
    """A text of a page in which the page's marks are enclosed by OPEN and CLOSE."""
    for mark in marks:
        if mark.glued in text:
            place = re.compile(rf"(?<![^\W_]){re.escape(mark.glued)}(?![^\W_])")
            text = place.sub(lambda _, told=mark.apart: told, text)  # type: ignore[misc]
    return text


def marks_of(path: Path) -> Mapping[int, Sequence[Mark]]:
    """The marks of each page by its number from 1; of a page that pdfium cannot read there are none."""
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(path) as document:
            return {number + 1: _marks(document, number) for number in range(min(len(document), MOST_PAGES))}
    except pypdfium2.PdfiumError:
        return {}


def _marks(document: Any, number: int) -> Sequence[Mark]:
    import pypdfium2

    try:
        page = document[number]
        text = page.get_textpage()
    except pypdfium2.PdfiumError:
        return ()
    try:
        return _found(_Letters(text))
    finally:
        text.close()
        page.close()


class _Letters:
    """The characters of a page with the heights of their fonts and their lines."""

    def __init__(self, page: Any) -> None:
        import pypdfium2.raw as pdfium

        self._page, self._pdfium = page, pdfium
        count = page.count_chars()
        units = (ctypes.c_ushort * (count + 1))()
        told = pdfium.FPDFText_GetText(page, 0, count, units) if count else 0
        self.text = "".join(map(chr, units[: max(0, told - 1)]))

    def height(self, at: int) -> float:
        """The height of the font that a character of the text is set in."""
        box = self._pdfium.FS_RECTF()
        self._pdfium.FPDFText_GetLooseCharBox(self._page, self._index(at), box)
        return float(box.top - box.bottom)

    def line(self, at: int) -> float:
        """How high on the page the line is that a character stands on."""
        x, y = ctypes.c_double(), ctypes.c_double()
        self._pdfium.FPDFText_GetCharOrigin(self._page, self._index(at), x, y)
        return y.value

    def is_raised(self, at: int, over: int) -> bool:
        """Whether a character is smaller and higher than another, in a line that is not turned."""
        height = self.height(over)
        upright = abs(self._pdfium.FPDFText_GetCharAngle(self._page, self._index(at))) < TURNED
        return (
            upright and 0 < self.height(at) <= SMALLER * height and self.line(at) - self.line(over) >= RAISED * height
        )

    def _index(self, at: int) -> int:
        return int(self._pdfium.FPDFText_GetCharIndexFromTextIndex(self._page, at))


def _found(letters: _Letters) -> Sequence[Mark]:
    """The marks of a page, but for those whose word, glued together, is also another word of the page."""
    words = list(re.finditer(r"\S+", letters.text))
    marked = [(word, list(_in_word(letters, word))) for word in words]
    plain = {word.group().strip("().,;:") for word, marks in marked if not marks}
    marks = [mark for _, found in marked for mark in found if mark.glued not in plain]
    marks += [mark for word, following in pairwise(words) for mark in _before_line(letters, word, following)]
    return tuple(dict.fromkeys(marks))


def _in_word(letters: _Letters, word: re.Match[str]) -> Iterator[Mark]:
    """The mark at the end of a word, before what ends a clause."""
    signs = [at for at in range(*word.span()) if letters.text[at].isalnum()]
    if len(signs) < 2 or not letters.is_raised(signs[-1], signs[0]):
        return
    parts = [(raised, [at for at, _ in run]) for raised, run in groupby(((at, letters.is_raised(at, signs[0])) for at in range(signs[0], signs[-1] + 1)), key=lambda one: one[1])]  # fmt: skip
    if len(parts) == 2 and len(parts[1][1]) <= LONGEST:
        (_, before), (_, mark) = parts
        yield Mark(_text(letters, before), _text(letters, mark))


def _before_line(letters: _Letters, word: re.Match[str], following: re.Match[str]) -> Iterator[Mark]:
    """A mark that begins a line, as those of notes below a page do."""
    begins = word.start() == 0 or letters.text[word.start() - 1] in "\r\n"
    if begins and _OF_A_NOTE.fullmatch(word.group()) and letters.is_raised(word.start(), following.start()):
        yield Mark("", word.group(), f" {following.group()}")


def _text(letters: _Letters, places: Sequence[int]) -> str:
    return letters.text[places[0] : places[-1] + 1]
