"""What is shown of statements: tables under their header, lists under their lead, dots where more is said."""

import pytest

from bot.answering.excerpts import by_itself, quotation, tidy, told, words
from knowledge.statements import statements
from tests.conftest import passage

WAGES = passage(
    "Wages in euro per month:\n\n"
    "| Ship | Rank | Summer | Remarks |\n| --- | --- | --- | --- |\n"
    "| Small | Mate | 2,910 | |\n| Small | Master | 3,820 | own cabin |\n| Large | Mate | 3,180 | |\n\n"
    "Nights are paid twice. Sundays are not. On leave nothing is paid."
)
LEAD, SMALL_MATE, MASTER, LARGE_MATE, NIGHTS, SUNDAYS, LEAVE = statements(WAGES)


def test_several_rows_stand_under_the_names_of_their_columns_and_their_caption_once() -> None:
    assert told([SMALL_MATE, MASTER, LARGE_MATE], 1) == (
        "Wages in euro per month:\n\n| Ship | Rank | Summer | Remarks |\n| --- | --- | --- | --- |\n"
        "| Small | Mate | 2,910 |  |\n| Small | Master | 3,820 | own cabin |\n| Large | Mate | 3,180 |  |\n\n[1]"
    )


def test_it_is_said_how_many_rows_are_left_out_and_columns_without_a_cell_are_not_shown() -> None:
    assert told([LEAD, SMALL_MATE, LARGE_MATE], 2) == (
        "Wages in euro per month:\n\n| Ship | Rank | Summer |\n| --- | --- | --- |\n"
        "| Small | Mate | 2,910 |\n| Large | Mate | 3,180 |\n\n… 1 more row [2]"
    )


def test_a_row_by_itself_names_its_columns_and_the_currency_that_no_name_states() -> None:
    assert told([MASTER], 1) == "- Ship: Small; Rank: Master; Summer: EUR 3,820; Remarks: own cabin [1]"
    (row,) = statements(passage("| Rank | Summer (EUR) |\n|---|---|\n| Mate | 2,910 |"))
    assert by_itself(row) == "Rank: Mate; Summer (EUR): 2,910"
    assert row.text == "Rank: Mate; Summer: EUR 2,910", "what figures are checked against has the currency"


def test_rows_without_names_of_columns_stay_a_list() -> None:
    found = statements(passage("|  |  |\n|---|---|\n| Notice | 30 days |\n| Leave | 25 days |"))
    assert told(found, 1) == "- Notice: 30 days\n- Leave: 25 days [1]"


def test_a_cell_beyond_the_names_of_columns_is_shown() -> None:
    found = statements(passage("| Rank | Pay |\n|---|---|\n| Mate | 2,910 | own cabin |\n| Cook | 2,400 |"))
    assert told(found, 1).endswith(
        "| Rank | Pay |  |\n| --- | --- | --- |\n| Mate | 2,910 | own cabin |\n| Cook | 2,400 |  |\n\n[1]"
    )


def test_dots_stand_where_a_quotation_leaves_out_other_than_rows() -> None:
    assert quotation([SMALL_MATE, LARGE_MATE, NIGHTS, LEAVE], LARGE_MATE) == (
        "> Wages in euro per month:\n\n| Ship | Rank | Summer |\n| --- | --- | --- |\n| Small | Mate | 2,910 |\n"
        "| **Large** | **Mate** | **3,180** |\n\n> … 1 more row\n> Nights are paid twice.\n> …\n> On leave nothing is paid."
    )
    assert quotation([LEAD, SMALL_MATE, MASTER, LARGE_MATE, NIGHTS, SUNDAYS, LEAVE], None).endswith(
        "| Large | Mate | 3,180 |  |\n\n> Nights are paid twice. Sundays are not. On leave nothing is paid."
    )


def test_a_line_without_a_stop_right_above_a_table_is_its_caption_and_states_its_currency() -> None:
    table = "| Ship | Mate | Days |\n|---|---|---|\n| Small | 2,910 | 12 |\n| Large | 3,180 | 14 |"
    *_, small, large = statements(passage(f"Table 2: Monthly wage, in euro\n\n{table}"))
    assert small.text == "Ship: Small; Mate: EUR 2,910; Days: 12"
    assert told([small, large], 1).startswith("Table 2: Monthly wage, in euro\n\n| Ship | Mate | Days |")
    *_, small, large = statements(passage(f"Mates live on board.\n\n{table}"))
    assert told([small, large], 1).startswith("| Ship | Mate | Days |")


def test_a_heading_that_states_the_currency_is_said_once() -> None:
    rows = "| Job | Wage |\n|---|---|\n| Mate | 31,000 |\n| Cook | 29,000 |"
    found = statements(passage(rows, "Crews", "Pay (USD a year)"))
    assert told(found, 1).startswith("Pay (USD a year)\n\n| Job | Wage |")
    assert quotation(found, None).lstrip().startswith("| Job | Wage |")


def test_items_stand_under_what_their_list_hangs_from() -> None:
    git, maven = statements(passage("Tools are:\n\n- Git\n- Maven, see [the list](tools.md)"))[1:]
    assert told([git, maven], 1) == "Tools are:\n- Git\n- Maven, see the list [1]"
    assert by_itself(maven) == "Tools are: Maven, see the list"


def test_the_names_of_columns_count_once_for_several_rows() -> None:
    assert words([MASTER]) == len(MASTER.text.split())
    assert words([SMALL_MATE, MASTER]) == 4 + 3 + 5


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("*Figures of 2024.", "Figures of 2024."),
        ("The first hour is paid as two.*", "The first hour is paid as two."),
        ("**It starts at 3 * 4.", "It starts at 3 * 4."),
        ("*Paid* as two.", "*Paid* as two."),
        ("**Paid as two.**", "**Paid as two.**"),
        ("5\\* of them", "5\\* of them"),
        ("snake_case stays_", "snake_case stays_"),
    ],
)
def test_a_mark_of_emphasis_whose_other_half_is_in_another_sentence_is_left_out(text: str, shown: str) -> None:
    assert tidy(text) == shown


def test_a_star_behind_a_figure_is_the_mark_of_a_note_and_stays() -> None:
    assert tidy("98,200*") == "98,200\\*"
    assert tidy("paid as two.*") == "paid as two."
