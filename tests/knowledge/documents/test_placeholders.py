"""A place that a writer left to be filled in is told as one, and what only looks like it is not."""

from pathlib import Path

import pytest

from knowledge.documents.dialects import NOT_FILLED_IN
from knowledge.documents.placeholders import with_placeholders_named
from tests.conftest import document


@pytest.mark.parametrize(
    "place",
    [
        "€XX,XXX", "＿＿＿＿", "XX.XXX,XX", "$##,###", "£00,000", "€ xx", "XX%", "$__", "____", "XXX",
        "[TBD]", "[INSERT AMOUNT]", "€[amount]", "[NUMBER OF DAYS]", "<insert amount>", "&lt;Amount per year&gt;",
        "TBC", "T.B.A.", "tbd", "{{ pay }}", "TODO: ask the office",
    ],
)  # fmt: skip
def test_a_place_is_told_as_not_filled_in(place: str) -> None:
    assert with_placeholders_named(f"The pay is {place}") == f"The pay is {NOT_FILLED_IN}"


@pytest.mark.parametrize(
    "line", ["| One | [to be added] |", "- Pay: [amount]", "[a sentence on pay]", "Pay: ........", "## [Job title]"]
)
def test_words_in_brackets_that_are_all_that_stands_there_are_a_place(line: str) -> None:
    assert NOT_FILLED_IN in with_placeholders_named(line)


@pytest.mark.parametrize(
    "text",
    [
        "The manager [of the team] decides; see [the list](a.md), [1] and [sic].",
        "- [ ] a task\n- [x] another",
        "See [Pay].\n\n- [Pay]\n\n[Pay]: pay.md",
        "For grades <E4 it is 1, for > E4 it is 2.",
        "Write `[TBD]`, `<name>` or `XX,XXX`.",
        "```\nPay: [TBD]\n```",
        "Pay ....... 12",
        "Sizes XL and XXL, grade XX, 0,5 days and $0.",
        "It stays ___important___ and <https://example.org>.",
        "A nurse with a TBI patient.",
        "Base pay [gross] EUR 3,000 a month; see [Ann] R & D.",
    ],
)
def test_what_only_looks_like_a_place_stays(text: str) -> None:
    assert with_placeholders_named(text) == text


def test_dummy_text_is_told_as_not_filled_in() -> None:
    text = "Lorem ipsum dolor sit amet, consectetur adipiscing elit."
    assert with_placeholders_named(f"# Cook\n\n{text}\n\nCooks cook.") == f"# Cook\n\n{NOT_FILLED_IN}\n\nCooks cook."


def test_the_places_of_a_file_are_named_with_the_first_and_a_title_is_no_place(tmp_path: Path) -> None:
    read = document(tmp_path, "dock-worker.md", "# [Job title]\n\nPays €XX,XXX.\n")
    assert read.guide.title == "dock worker"
    assert read.notes == (f"2 places were to be filled in and are not: {NOT_FILLED_IN} / Pays {NOT_FILLED_IN}.",)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Pays from [insert minimum] to [your maximum].", f"Pays from {NOT_FILLED_IN} to {NOT_FILLED_IN}."),
        ("Pays $[XXX],[XXX].", f"Pays {NOT_FILLED_IN}."),
        ("Cooks cook. Lorem ipsum dolor! Really.", f"Cooks cook.{NOT_FILLED_IN} Really."),
        ("- lorem ipsum…", f"- {NOT_FILLED_IN}"),
        ("- 手当: 月 [要確認]円", f"- 手当: 月 {NOT_FILLED_IN}円"),
        ("It is [some amount] EUR a month.", f"It is {NOT_FILLED_IN} EUR a month."),
        ("Mentor: ________ (fill in by June)", f"Mentor: {NOT_FILLED_IN}"),
        ("Bonus: ________ (gross)", f"Bonus: {NOT_FILLED_IN} (gross)"),
    ],
)
def test_instructions_and_dummy_sentences_are_places_within_a_text(text: str, told: str) -> None:
    assert with_placeholders_named(text) == told


def test_a_section_of_nothing_but_places_says_nothing(tmp_path: Path) -> None:
    read = document(tmp_path, "cook.md", "# Cook\n\nCooks.\n\n## Pay\n\nLorem ipsum dolor sit.\n\n- [TBD]\n")
    assert read.markdown == "# Cook\n\nCooks.\n\n## Pay"
    assert read.notes == (f"2 places were to be filled in and are not: {NOT_FILLED_IN} / - {NOT_FILLED_IN}",)
