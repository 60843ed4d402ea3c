"""Figures are the same whatever their spelling, and different where they differ in a way that harms."""

from decimal import Decimal

import pytest

from bot.answering.figures import Kind, Limit, figures, implied, period, stands


def _same(one: str, other: str) -> bool:
    return all(stands(figure, figures(other)) for figure in figures(one)) and bool(figures(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("USD 10,000", "$10,000"),
        ("10.000 EUR", "€10,000"),
        ("45.000 EUR", "45,000 euros"),
        ("CHF 95'000", "95,000 Swiss francs"),
        ("$120k", "$120,000"),
        ("£1.2 million", "£1,200,000"),
        ("2+ years", "two years"),
        ("one-year contract", "1 year"),
        ("twenty-five days", "25 days"),
        ("fourteen days", "two weeks"),
        ("24 months", "two years"),
        ("15 percent", "15%"),
        ("15 per cent", "15 %"),
        ("Aug 2021", "August 2021"),
        ("3,5 %", "3.5%"),
    ],
)
def test_spellings_of_one_figure_are_the_same(one: str, other: str) -> None:
    assert _same(one, other)
    assert _same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CAD 90,000", "$90,000"),
        ("A$90,000", "US$90,000"),
        ("€90,000", "£90,000"),
        ("$90,000", "$95,000"),
        ("3 months", "3 years"),
        ("15%", "15 days"),
        ("Aug 2021", "Sept 2021"),
        ("5 weeks", "6 weeks"),
        ("1.5 million dollars", "1.5 billion dollars"),
    ],
)
def test_figures_that_differ_are_not_the_same(one: str, other: str) -> None:
    assert not _same(one, other)


def test_a_range_shares_its_currency_and_magnitude() -> None:
    low, high = figures("₹24–30 lakh")
    assert (low.value, high.value) == (Decimal(2_400_000), Decimal(3_000_000))
    assert low.currencies == high.currencies == frozenset(["INR"])


def test_digits_inside_a_name_are_no_figure() -> None:
    assert figures("An E5 knows S3 and Python3") == ()


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("at least 5 years", Limit.LEAST),
        ("5+ years", Limit.LEAST),
        ("no more than 5 years", Limit.MOST),
        ("5 years", Limit.NONE),
    ],
)
def test_a_limit_goes_with_its_figure(text: str, limit: Limit) -> None:
    assert figures(text)[0].limit is limit


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("$30 an hour", "hour"),
        ("€2,900 per month", "month"),
        ("an annual salary", "year"),
        ("£200/week", "week"),
        ("$30", ""),
    ],
)
def test_what_an_amount_is_for_is_read(text: str, unit: str) -> None:
    assert period(text) == unit


def test_words_imply_figures() -> None:
    told = implied("A quarter of them, in half a year")
    assert {(figure.kind, int(figure.value)) for figure in told} >= {(Kind.PERCENT, 25), (Kind.NUMBER, 6)}
