"""A mark of a note has the note's text in it, where the section has just one note of that mark."""

import pytest

from knowledge.bare_figures import is_bare
from knowledge.documents.note_marks import with_notes_told


@pytest.mark.parametrize(
    ("notes", "told"),
    [
        ("Note 1: Before tax. 2 In Rome.", "31 (note 1: Before tax) or 40 (note 2: In Rome)"),
        ("1\\) Before tax.\n\n2\\) In Rome.", "31 (note 1: Before tax) or 40 (note 2: In Rome)"),
        ("2 In Rome.", "31 (note 1) or 40 (note 2: In Rome)"),
    ],
)
def test_a_note_is_told_in_its_mark_and_taken_from_its_place(notes: str, told: str) -> None:
    assert with_notes_told(f"# Pay\n\nPays 31 (note 1) or 40 (note 2).\n\n{notes}").strip() == f"# Pay\n\nPays {told}."


@pytest.mark.parametrize(
    "rest",
    [
        "2 years are needed.",
        "1. Apply\n2. Come",
        "Note 1: Before tax.\n\nNote 1: In Rome.",
        "## Leave\n\nNote 1: Before tax.",
        "Note 3: Before tax.",
        f"Note 1: {'word ' * 80}",
    ],
)
def test_what_is_not_surely_the_note_stays(rest: str) -> None:
    text = f"# Pay\n\nPays 31 (note 1) or 40 (note 2).\n\n{rest}"
    assert with_notes_told(text) == text


def test_a_mark_of_two_notes_has_both_and_signs_are_marks_too() -> None:
    assert with_notes_told(
        "Pays 31 (note 1,2) or 5 (note *).\n\nNote 1: Before tax.\n\n2\\) In Rome\n\n\\* Less."
    ).strip() == ("Pays 31 (note 1: Before tax; 2: In Rome) or 5 (note *: Less).")


@pytest.mark.parametrize(
    ("mark", "begins"),
    [
        ("*", "\\*"),
        ("\\*", "* "),
        ("†", "† "),
        (" (1)", "(1) "),
        ("¹", "¹ "),
        ("¹", "1 "),
        (" [a]", "[a] "),
        ("\\*\\*", "\\*\\*"),
    ],
)
def test_a_mark_in_a_cell_has_the_note_below_the_table(mark: str, begins: str) -> None:
    table = "| Grade | Pay |\n| --- | --- |\n| Junior | 2,100{} |\n| Master | 2,600 |"
    label = mark.strip(" ()[]").replace("\\", "").replace("¹", "1")
    told = with_notes_told(f"# Pay\n\n{table.format(mark)}\n\n{begins}Paid late | in May.\n\nNights are paid.")
    assert told.split("\n\n")[1] == table.format(f" (note {label}: Paid late \\| in May)")
    assert "Paid late" not in told.partition("| Master")[2]


@pytest.mark.parametrize(
    "text",
    [
        "| Rank | Pay |\n| --- | --- |\n| *Mate* | 5 |\n\n* Apply early.",
        "| Rank | Pay* |\n| --- | --- |\n| Mate | 5 |\n\n## Leave\n\n\\* Paid late.",
        "| Rank | Area |\n| --- | --- |\n| Mate | 5 m² |\n\nThe area is of 2020.",
    ],
)
def test_other_signs_at_the_end_of_cells_stay(text: str) -> None:
    assert with_notes_told(text) == text


def test_a_figure_with_its_note_is_still_a_bare_figure() -> None:
    assert is_bare("37 800 (note 1: 39 300 at stations (Cheb))")
    assert not is_bare("37 800 or more (note 1: Before tax)")
