"""What is done with the text of a file after it is read costs time in proportion to its length, whatever is in it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.documents.guide_text import text_and_notes, title_of
from knowledge.documents.stated import stated
from knowledge.errors import UnreadableFile
from knowledge.passages import Document, Guide, split
from tests.anything import SECONDS, often, seconds_of

LENGTH = 40_000
"""Characters of a line, at which what grows with the square of its length takes many seconds."""
PIECES = st.sampled_from(
    [*"aX1 .…!|-_*#<>[](){}$%`:,'\\&~^=+é漢\t", "&lt;", "\u2003", "TBD", "lorem ipsum", "Name", "2026"]
)
LINES = st.lists(PIECES, min_size=1, max_size=4).map("".join).map(lambda piece: piece * (LENGTH // len(piece)))
STARTS = ("", "# A", "- ", "A baker earns ", "| Role | Pay |\n| --- | --- |\n| ")


@often(120)
@given(LINES, st.sampled_from(STARTS), st.sampled_from(["", "b", " | b |"]))
def test_a_very_long_line_of_anything_is_read_at_once(line: str, start: str, end: str) -> None:
    markdown = start + line + end

    def reading() -> None:
        text, _ = text_and_notes(markdown)
        list(split(Document(Guide(path="a.md", title=title_of(line)), text)))
        stated({}, markdown, [line])

    assert seconds_of(lambda: _unless_unreadable(reading)) < SECONDS


def _unless_unreadable(reading: Callable[[], None]) -> None:
    try:
        reading()
    except UnreadableFile:
        return


def test_a_file_with_nothing_but_marks_holds_no_text() -> None:
    with pytest.raises(UnreadableFile, match="holds no text"):
        text_and_notes("# \n\n---\n\n***\n")


def test_a_title_that_nobody_filled_in_is_none() -> None:
    assert title_of("[Job title]") == title_of("**") == ""
    assert title_of("**Baker**") == "Baker"


def test_a_heading_keeps_the_sign_at_the_end_of_a_name() -> None:
    text, _ = text_and_notes("# C# developer in F# ##\n\nIt pays 5,000 euros.\n\n## C#\n\nA language.\n")
    passages = split(Document(Guide(path="a.md", title="A"), text))
    assert {name for passage in passages for name in passage.heading} >= {"C# developer in F#", "C#"}


PROSE = "Für Köche gilt: Sie erhalten 3.000 Euro im Monat und im\nJahr darauf: 3.500 Euro im Monat, wie es im Vertrag steht, und"


def test_lines_that_each_give_a_name_its_value_are_items_and_prose_with_a_colon_is_not() -> None:
    fields = "# Fitter\n\nStatus: Current\nBase pay per month: 3 340 €\nNext level: Foreman"
    assert text_and_notes(fields)[0].splitlines()[2:] == [
        "- Status: Current",
        "- Base pay per month: 3 340 €",
        "- Next level: Foreman",
    ]
    for prose in (
        "Note: this goes\non here: and on.",
        "The way: two years,\nThen: a test.",
        "Pay: 3\nand more",
        "Pay: 3",
    ):
        assert text_and_notes(prose)[0] == prose
    nested = "- Cook\n\n  Pay: 3,000\n  Level: 3"
    assert text_and_notes(nested)[0] == "- Cook\n\n  - Pay: 3,000\n  - Level: 3"
    code = "```\nStatus: Current\nOrder: 3\n\nOwner: Ann\nGrade: 3\n```"
    assert text_and_notes(code)[0] == code
