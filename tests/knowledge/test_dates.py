"""Dates are read as people write them."""

import pytest

from knowledge.dates import Date, dates_in, without_dates


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("March 2026", (2026, 3, 0)),
        ("20/01/2026", (2026, 1, 20)),
        ("1/20/2026", (2026, 1, 20)),
        ("03/04/2026", (2026, 0, 0)),
        ("3.4.2026", (2026, 4, 3)),
        ("11/2025", (2025, 11, 0)),
        ("Jan 9, 2026", (2026, 1, 9)),
        ("2. Februar 2026", (2026, 2, 2)),
        ("15 de enero de 2026", (2026, 1, 15)),
        ("1er mars 2025", (2025, 3, 1)),
        ("2023-24", (2023, 0, 0)),
        ("pay_2025-03.pdf", (2025, 3, 0)),
        ("20260214", (2026, 2, 14)),
    ],
)
def test_a_date_is_year_month_and_day_as_far_as_it_is_said(text: str, date: Date) -> None:
    assert [written.date for written in dates_in(text)] == [date]


@pytest.mark.parametrize("text", ["12026", "1,999 a year", "32/13/1066", "may earn", "£2,026"])
def test_other_figures_are_no_dates(text: str) -> None:
    assert list(dates_in(text)) == []


def test_dates_can_be_taken_out() -> None:
    assert without_dates("Handbook March 2026, v2").split() == ["Handbook", ",", "v2"]
