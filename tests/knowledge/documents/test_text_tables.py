"""Tables that are drawn with characters are tables, whatever they stand in."""

from collections.abc import Sequence

import pytest

from knowledge.documents.html import html_as_markdown
from knowledge.documents.markdown import markdown_as_plain
from knowledge.documents.pairs import are_pairs
from knowledge.documents.plain_text import with_headings_marked

GRID = """
+-------+-----------------+
|       | Pay (EUR)       |
| Level +--------+--------+
|       | Low    | High   |
+=======+========+========+
| Mate  | 21,000 | 23,000 |
+-------+--------+--------+
"""
RULED = """
Level   Pay (EUR)
        Low      High
-----   ------   ------
Mate    21,000   23,000
"""
CENTERED = """
            Pay (EUR)
Level     Low      High
Mate     21,000   23,000
Cook     25,000   27,000
"""
READ = "| Level | Pay (EUR) Low | Pay (EUR) High |\n| --- | --- | --- |\n| Mate | 21,000 | 23,000 |"


@pytest.mark.parametrize("drawn", [GRID, RULED, CENTERED])
def test_two_lines_of_names_are_joined_to_one_name_a_column(drawn: str) -> None:
    assert READ in with_headings_marked(f"Crews\n{drawn}")
    assert READ in markdown_as_plain(f"# Crews\n\n```\n{drawn}\n```\n")
    assert READ in html_as_markdown(f"<body><pre>{drawn}</pre></body>")


def test_a_grid_in_markdown_is_a_table_and_its_lines_are_rows() -> None:
    grid = "+-----+----+\n| Id  | Pay|\n+-----+----+\n| One | 21 |\n| Two | 42 |\n+-----+----+"
    assert "| One | 21 |\n| Two | 42 |" in markdown_as_plain(f"# Crews\n\n{grid}\n")


WRAPPED = """
+--------+------+--------+-------------------+
| Job    | Step | Pay    | To get there      |
+--------+------+--------+-------------------+
| Rigger |  1   | 1906 € | a certificate, or |
|        |      |        | a trial month     |
|   "    |  2   | 2041 € | 3 years at step 1 |
+--------+------+--------+-------------------+
"""


def test_a_line_with_figures_begins_a_row_of_a_grid_and_a_ditto_mark_says_the_same_as_above() -> None:
    rows = "| Rigger | 1 | 1906 € | a certificate, or a trial month |\n| Rigger | 2 | 2041 € | 3 years at step 1 |"
    assert rows in with_headings_marked(f"Stage\n{WRAPPED}")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("Cook", "2,000 -", "full time,"), ("", "2,500", "by the month")),
        (("Base", "1,900", "paid"), ("", "22,800", "at once")),
    ],
)
def test_a_figure_on_a_line_that_names_nothing_goes_on_in_its_row(first: Sequence[str], second: Sequence[str]) -> None:
    rule = "+------+---------+--------------+"
    lines = [f"| {a:<4} | {b:<7} | {c:<12} |" for a, b, c in (("Job", "Pay", "How"), first, second)]
    told = with_headings_marked("\n".join(["Kitchen", "", rule, lines[0], rule, lines[1], lines[2], rule]))
    assert f"| {first[0]} | {first[1]} {second[1]} | {first[2]} {second[2]} |" in told


def test_columns_whose_first_has_no_name_are_a_table_and_dots_that_lead_to_figures_go() -> None:
    text = """
                            on a workday   on a Sunday
  Meal at night ..........     11.80 €       14.20 €
  Call-out, the day ......     18.00 €       31.00 € (1)
  Heavy loads ............      9.30 €          -
"""
    assert (
        "| | on a workday | on a Sunday |\n| --- | --- | --- |\n| Meal at night | 11.80 € | 14.20 € |"
        in with_headings_marked(f"Stage\n{text}")
    )


def test_rows_of_bars_above_one_rule_are_one_row() -> None:
    table = "| Grade | Low   |\n|       | (EUR) |\n|-------|-------|\n| A | 1 |\n| B | 2 |"
    for read in (markdown_as_plain(table), with_headings_marked(table)):
        assert read.strip().startswith("| Grade | Low (EUR) |\n|-------|-------|\n| A | 1 |")


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\ny  =  2\nz  =  3",
        "First line of prose  with gaps\nand a second line\nand a third  line with one",
        "+---+\nno grid",
        "-----   -----\nno table here",
        "Mate  21,000",
    ],
)
def test_what_is_no_table_stays_as_it_is_written(text: str) -> None:
    assert "<table" not in markdown_as_plain(f"```\n{text}\n```")
    assert "| --- |" not in with_headings_marked(text)


@pytest.mark.parametrize(
    ("rows", "pairs"),
    [
        ([("Role", "Harbour pilot"), ("Pay", "£61,000"), ("Leave", "25 days"), ("Place", "Kent")], True),
        ([("Role:", "Pilot"), ("Place:", "Kent")], True),
        ([("Pay", "61,000"), ("Leave", "25 days")], True),
        ([("Band", "Pay (EUR)"), ("A", "31,000"), ("B", "negotiable")], False),
        ([("Band", "Pay"), ("A", "31,000"), ("B", "negotiable"), ("C", "negotiable")], False),
        ([("Grade", "Notice"), ("A", "4 weeks"), ("B", "3 months")], False),
        ([("Level", "Expectation"), ("Junior", "learns"), ("Senior", "leads")], False),
        ([("Band", "2026"), ("A", "31,000"), ("B", "33,000")], False),
        ([("A", "B", "C"), ("1", "2", "3")], False),
    ],
)
def test_a_first_row_that_is_a_key_with_its_value_names_no_columns(rows: list[tuple[str, ...]], pairs: bool) -> None:
    assert are_pairs(rows) is pairs
