"""Headings of plain text: underlined, alone, or broken off before the text that follows."""

from knowledge.documents.plain_text import with_headings_marked


def told(text: str) -> str:
    """Text as Markdown, its empty lines closed up."""
    return "\n".join(line for line in with_headings_marked(text).splitlines() if line)


def test_lines_that_are_underlined_are_headings_by_the_order_of_their_signs() -> None:
    text = "Tiler\n~~~~~\nSets tiles.\n\nPay\n---\nEarns 5.\n\nTax\n---\nPays 1.\n"
    assert told(text) == "# Tiler\nSets tiles.\n## Pay\nEarns 5.\n## Tax\nPays 1."


def test_a_title_between_two_rules_is_one() -> None:
    assert told("=====\nTiler\n=====\n\nSets tiles.\n") == "# Tiler\nSets tiles."


def test_a_short_line_right_above_prose_is_a_heading() -> None:
    text = "TILER\n\nWhat the job is\nA tiler sets tiles on floors and on walls, inside of houses\nand outside.\n\nPay\nIn Malta a tiler earns about 21,500 euros a year plus tools.\n"
    assert told(text).splitlines()[1:4:2] == ["## What the job is", "## Pay"] or "## Pay" in told(text)
    assert "## What the job is\nA tiler sets" in told(text)


def test_the_first_line_of_wrapped_prose_and_short_lists_are_none() -> None:
    prose = "A tiler sets tiles on floors and on walls\nin houses, and then some more of them there.\n"
    assert "#" not in with_headings_marked(prose)
    assert "#" not in with_headings_marked("Ring us\nMon to Fri\nor write.\n")
    assert "#" not in with_headings_marked("Note: this\nA tiler sets tiles on floors and on walls of houses.\n")


def test_a_line_that_states_the_edition_is_no_heading() -> None:
    assert told("Tiler\n\nEdition: 2025-09\n\nSets tiles.\n") == "# Tiler\nEdition: 2025-09\nSets tiles."


def test_tables_drawn_with_rules_stay_tables() -> None:
    assert "| Tiler | 5 |" in with_headings_marked("Rank   Pay\n-----  ---\nTiler  5\nMate   3\n")


def test_lines_with_numbers_are_headings_where_something_stands_between_them_and_items_where_nothing_does() -> None:
    text = "TILER\n\n1. THE JOB\n\nA tiler sets tiles.\n\n2. PAY\n\nA tiler earns 21,500 euros.\n"
    assert told(text).splitlines()[1::2] == ["## 1. THE JOB", "## 2. PAY"]
    assert "## " not in told("TILER\n\n1. set tiles\n\n2. grout them\n\nThat is all.\n")
    assert "## " not in told("TILER\n\nThe steps.\n\n1. set tiles\n\nA tiler sets tiles.\n")
    assert "## " not in told(
        "TILER\n\n1. Write to us\nabout it.\n\nWe look at it.\n\n2. Come to talk\n\nFor an hour.\n\n3. Begin\n\nIn May.\n"
    )
