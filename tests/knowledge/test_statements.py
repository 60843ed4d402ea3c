"""Passages come apart into sentences, items and rows that know what they hang from."""

from dataclasses import replace

import pytest

from knowledge.blocks import sentences
from knowledge.statements import Shape, statements
from tests.conftest import passage


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", ["One.", "Two."]),
        ("He has e.g. Java. She has none.", ["He has e.g. Java.", "She has none."]),
        ("In the U.S. Salaries vary.", ["In the U.S. Salaries vary."]),
        ("It costs $1.5 million. Yes!", ["It costs $1.5 million.", "Yes!"]),
        ('He said "no." Then left.', ['He said "no."', "Then left."]),
        ("Call tlf. 87 11 40. Ask for Mette.", ["Call tlf. 87 11 40.", "Ask for Mette."]),
        (
            "With cat. B you may drive, cat. C is paid more. The fee is ours.",
            ["With cat. B you may drive, cat. C is paid more.", "The fee is ours."],
        ),
        (
            "Ask at ext. no later than May. Or at ext. Berlin.",
            ["Ask at ext. no later than May.", "Or at ext. Berlin."],
        ),
        ("Tips go into the tronc. 60 are shared.", ["Tips go into the tronc.", "60 are shared."]),
        ("You need a car. C1 is a licence. It is dear.", ["You need a car. C1 is a licence.", "It is dear."]),
        ("They have a dog. A cat came. I ran.", ["They have a dog.", "A cat came.", "I ran."]),
        ("高い。低い。", ["高い。", "低い。"]),
    ],
)
def test_sentences_end_where_a_reader_would_end_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_items_hang_from_the_line_above_their_list() -> None:
    found = statements(passage("Tools are:\n\n- Git\n  - GitHub\n- Maven"))
    assert [(s.shape, s.text, s.lead) for s in found[1:]] == [
        (Shape.ITEM, "Git", "Tools are:"),
        (Shape.ITEM, "GitHub", "Tools are: Git"),
        (Shape.ITEM, "Maven", "Tools are:"),
    ]


def test_an_item_that_is_nothing_but_an_item_of_another_list_hangs_from_the_one_above() -> None:
    found = statements(passage("Exams:\n\n- National board\n- - 75 to pass\n- Licence"))
    assert [(s.text, s.lead) for s in found[1:]] == [
        ("National board", "Exams:"),
        ("75 to pass", "Exams: National board"),
        ("Licence", "Exams:"),
    ]


def test_rows_say_what_their_cells_are() -> None:
    (row,) = statements(passage("| Role | Pay |\n|---|---|\n| Nurse | $50,000 |"))
    assert row.text == "Role: Nurse; Pay: $50,000"


def test_a_pair_has_one_colon() -> None:
    (row,) = statements(passage("|  |  |\n|---|---|\n| Overtime included: | 8.5% |"))
    assert row.text == "Overtime included: 8.5%"


@pytest.mark.parametrize(
    ("caption", "cell", "told"),
    [
        ("Typical rates in euros", "0.14", "Kind: Legal; Per word: 0.14 (Typical rates in euros)"),
        ("Pay by level (kUSD)", "182", "Kind: Legal; Per word: 182 (Pay by level (kUSD))"),
        ("Pay in euros", "41,000", "Kind: Legal; Per word: EUR 41,000"),
        ("Rates by kind", "0.14", "Kind: Legal; Per word: 0.14"),
        ("Rates in euros", "$0.14", "Kind: Legal; Per word: $0.14"),
    ],
)
def test_rows_of_bare_figures_say_what_states_their_currency(caption: str, cell: str, told: str) -> None:
    (*_, row) = statements(passage(f"{caption}:\n\n| Kind | Per word |\n|---|---|\n| Legal | {cell} |"))
    assert row.text == told


def test_a_heading_states_the_currency_of_a_table_that_states_none() -> None:
    (row,) = statements(
        replace(passage("| Level | Oslo |\n|---|---|\n| One | 41,000 |"), heading=("A", "Pay (NOK / year)"))
    )
    assert row.text == "Level: One; Oslo: NOK 41,000"
