"""Bare figures in a column of money are amounts of its currency."""

from pathlib import Path

import pytest

from knowledge.bare_figures import currency_in, states_money_of_others, with_currencies, with_currency
from knowledge.statements import statements
from tests.conftest import split_text


@pytest.mark.parametrize(
    ("name", "currency"),
    [
        ("Pay (EUR)", "EUR"), ("Salary, CHF", "CHF"), ("Band in GBP", "GBP"), ("NOK per month", "NOK"), ("Low (€)", "€"), ("US$ a year", "US$"),
        ("Pay (EUR) 2026", "EUR"), ("Pay", ""), ("ALL grades", ""), ("Leave (DAY)", ""), ("Over $500", ""), ("Low (€ or $)", ""),
        ("All figures in Swiss francs", "CHF"), ("Gehälter (in Euro)", "EUR"), ("Pay in dollars", "$"), ("Salaires en euros", "EUR"), ("In pounds", "£"),
        ("Kroner", ""), ("Euros", "EUR"), ("Rand Water staff", ""), ("Pay in real life", ""),
    ],
)  # fmt: skip
def test_a_name_states_one_currency_or_none(name: str, currency: str) -> None:
    assert currency_in(name) == currency


def test_the_figures_of_a_column_of_money_have_its_currency() -> None:
    names, rows = with_currencies(
        ["Level", "Pay (EUR)", "Days"], [["Mate", "31,000 – 33,000", "25"], ["Cook", "€29,000", "24"]], ""
    )
    assert names == ["Level", "Pay (EUR)", "Days"], "one amount may be in another currency"
    assert rows == [["Mate", "EUR 31,000 – 33,000", "25"], ["Cook", "€29,000", "24"]]


def test_a_caption_gives_its_currency_to_columns_of_thousands_where_no_name_does() -> None:
    _, rows = with_currencies(["Level", "Pay", "Year", "Days"], [["Mate", "31,000", "2026", "25"]], "All in EUR:")
    assert rows == [["Mate", "EUR 31,000", "2026", "25"]]
    assert with_currencies(["Level", "Low (CHF)", "Staff"], [["Mate", "31,000", "12,000"]], "In EUR:")[1] == [["Mate", "CHF 31,000", "12,000"]]  # fmt: skip


def test_a_row_states_its_amounts_with_their_currency(tmp_path: Path) -> None:
    (passage,) = split_text(
        tmp_path, "a.md", "# Crews\n\n| Level | Pay (EUR) |\n|---|---|\n| Mate | 31,000 |\n| Cook | 29,000 |\n"
    )
    assert [one.text for one in statements(passage)] == ["Level: Mate; Pay: EUR 31,000", "Level: Cook; Pay: EUR 29,000"]
    assert statements(passage)[0].lead == "Level Pay (EUR)"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("A mate earns 31,000 to 33,000 a year.", "A mate earns NOK 31,000 to NOK 33,000 a year."),
        (
            "Bands of 60k are from 2026, for 25 days in room 4.",
            "Bands of NOK 60k are from 2026, for 25 days in room 4.",
        ),
        ("A mate abroad earns €31,000 or 340,000 at home.", "A mate abroad earns €31,000 or 340,000 at home."),
        ("It is form 12-34567, or 10,000%.", "It is form 12-34567, or 10,000%."),
    ],
)
def test_bare_amounts_of_a_sentence_have_the_currency_of_the_nearest_heading_that_states_one(
    text: str, told: str
) -> None:
    assert with_currency(text, ["Pay (EUR)", "Crews (NOK)", "On board"]) == told


@pytest.mark.parametrize(
    ("sentence", "states"),
    [
        ("Wages in CZK per month, without shift supplements.", True),
        ("All amounts are gross and in Swiss francs.", True),
        ("Amounts of 2026 in NZD.", True),
        ("Lön per månad (kr).", True),
        ("All amounts in ₹ lakh a year.", True),
        ("Gehälter in tsd EUR.", True),
        ("The prize is 3 million EUR.", False),
        ("A bonus of €3,000 is paid in May.", False),
        ("It costs up to 90EUR (EUR).", False),
        ("万が一の場合は上司に連絡してください。", False),
        ("Pay, bad and good.", False),
        ("Monthly salary of VN1 to VN4 in rand (ZAR), before the 13th cheque.", True),
        ("We pay 20k in USD.", False),
        ("A meal costs EUR9 at most.", False),
        ("We pay up to 90 a year in euros for shoes.", False),
        ("Uniforms cost €90 a year.", False),
        ("Wages are paid each month.", False),
    ],
)
def test_a_sentence_without_a_figure_states_the_currency_of_others(sentence: str, states: bool) -> None:
    assert states_money_of_others(sentence) == states


TABLE = "| Job | Wage |\n|---|---|\n| Signaller | 30,650 |\n| Pointsman | 26,900 |"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"# Railway\n\n*Of 2026. Wages in CZK per month.*\n\n## Wages\n\n{TABLE}", "Job: Signaller; Wage: CZK 30,650"),
        (f"# Railway\n\nWages in CZK.\n\n## Wages (EUR)\n\n{TABLE}", "Job: Signaller; Wage: EUR 30,650"),
        (f"# Railway\n\nWages in CZK.\n\n## Wages\n\nAbroad in euros:\n\n{TABLE}", "Job: Signaller; Wage: EUR 30,650"),
        (f"# Railway\n\n## Abroad\n\nWages in CZK.\n\n## Wages\n\n{TABLE}", "Job: Signaller; Wage: 30,650"),
        (f"# Railway\n\nA helmet costs CZK 900.\n\n## Wages\n\n{TABLE}", "Job: Signaller; Wage: 30,650"),
    ],
)
def test_the_introduction_states_the_currency_of_tables_where_nothing_nearer_does(
    tmp_path: Path, text: str, told: str
) -> None:
    rows = [one for found in split_text(tmp_path, "a.md", text) for one in statements(found) if one.row]
    assert rows[0].text == told
    assert not any("*" in one.passage.text for one in rows)


def test_thousands_of_a_currency_stand_above_each_table_of_bare_figures(tmp_path: Path) -> None:
    text = "# Tea\n\nPay of 2026/27, gross a month, KSh ’000\n\nApproved on 11 June 2026:\n\n| Job | Entry |\n|---|---|\n| Clerk | 24.5 |"
    rows = [one for found in split_text(tmp_path, "a.md", text) for one in statements(found) if one.row]
    assert rows[0].text == "Job: Clerk; Entry: 24.5 (Pay of 2026/27, gross a month, KSh ’000)"
    (leave,) = split_text(tmp_path, "b.md", "# Tea\n\n## Leave\n\n| Job | Days |\n|---|---|\n| Clerk | 21 |")
    assert [one.text for one in statements(leave)] == ["Job: Clerk; Days: 21"]
    days = split_text(
        tmp_path, "c.md", "# Tea\n\nPay in thousand EUR.\n\n## Leave\n\n| Job | Days |\n|---|---|\n| Clerk | 21 |"
    )
    assert [one.text for one in statements(days[-1])] == ["Job: Clerk; Days: 21"]


def test_the_sentence_of_a_section_that_states_the_currency_stands_above_each_piece_of_its_table(
    tmp_path: Path,
) -> None:
    rows = "\n".join(f"| Signaller of class {n} at the station | 3{n % 10},650 |" for n in range(100, 160))
    text = f"# Railway\n\n## Wages\n\nAll of it is in CZK a month.\n\n| Job | Wage |\n|---|---|\n{rows}"
    pieces = split_text(tmp_path, "a.md", text)
    assert len(pieces) > 2
    assert all(one.text.count("All of it is in CZK a month.") == 1 for one in pieces)
    assert all("CZK" in one.text for found in pieces for one in statements(found) if one.row)
