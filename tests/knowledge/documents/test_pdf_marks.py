"""Raised marks of PDF pages stand apart from the figures that they belong to."""

from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from knowledge.documents.pdf_marks import CLOSE, OPEN, Mark, marks_of, set_marks_apart
from knowledge.documents.reading import GuideFile, read


def written(path: Path, draw: Callable[[Canvas], None]) -> Path:
    """A page that something is drawn on."""
    page = Canvas(str(path))
    draw(page)
    page.save()
    return path


def line(page: Canvas, y: int, *parts: tuple[str, float, float]) -> None:
    """Write words one after another: each with the size of its letters and how high above the line it stands."""
    x = 60.0
    for text, size, above in parts:
        page.setFont("Helvetica", size)
        page.drawString(x, y + above, text)
        x += page.stringWidth(text, "Helvetica", size)


def pay(page: Canvas) -> None:
    line(page, 700, ("A diver earns $92,400", 11, 0), ("1", 7, 4), (" a year, a cook 31,000", 11, 0), ("2,3", 6, 4), (".", 11, 0))  # fmt: skip
    line(page, 680, ("The 1", 11, 0), ("st", 7, 4), (" of May is free; a room has 20 m", 11, 0), ("2", 7, 4), (" of CO", 11, 0), ("2", 7, -2), (".", 11, 0))  # fmt: skip
    line(page, 640, ("1", 7, 4), (" Before tax.", 11, 0))


def test_a_note_mark_stands_apart_from_its_figure_and_ordinals_and_units_stay_whole(tmp_path: Path) -> None:
    markdown = read(GuideFile(tmp_path, written(tmp_path / "a.pdf", pay))).markdown
    assert "A diver earns $92,400 (note 1: Before tax) a year, a cook 31,000 (note 2,3)." in markdown
    assert "The 1st of May is free; a room has 20 m² of CO2." in markdown


def test_letters_that_are_turned_lowered_or_in_one_line_are_no_marks(tmp_path: Path) -> None:
    def draw(page: Canvas) -> None:
        line(page, 700, ("Pay", 14, 0), ("scale", 9, 0), (" H", 11, 0), ("2", 7, -3), ("O", 11, 0))
        page.translate(300, 300)
        page.rotate(90)
        line(page, 0, ("3", 14, 0), ("1", 8, 5))

    assert dict(marks_of(written(tmp_path / "a.pdf", draw))) == {1: ()}


def test_a_word_that_also_stands_on_the_page_without_a_mark_is_left_alone(tmp_path: Path) -> None:
    def draw(page: Canvas) -> None:
        line(page, 700, ("Grade 2", 11, 0), ("1", 7, 4))
        line(page, 680, ("Grade 21", 11, 0))

    assert dict(marks_of(written(tmp_path / "a.pdf", draw))) == {1: ()}


def test_what_is_no_pdf_has_no_marks(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.4 broken")
    assert dict(marks_of(tmp_path / "a.pdf")) == {}


@pytest.mark.parametrize(("text", "apart"), [("€2,3401.", f"€2,340{OPEN}1{CLOSE}."), ("12,3401", "12,3401")])
def test_only_whole_words_are_set_apart(text: str, apart: str) -> None:
    assert set_marks_apart(text, [Mark("2,340", "1")]) == apart
