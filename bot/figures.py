"""The figures of a text: amounts, percentages and numbers in one spelling each, and what each of them counts. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from knowledge.words import fold, is_function_word, stem, words

_MONEY = re.compile(
    r"(?P<sign>US\$|[$£€¥₹])\s?(?P<a>\d[\d,.]*)\s?(?P<ak>[kKmM](?![a-z]))?"
    r"|(?P<b>\d[\d,.]*)\s?(?P<bk>[kKmM](?![a-z]))?\s?(?:(?:US|Canadian|Australian|Hong Kong)\s)?(?P<unit>dollars?|euros?|pounds?|kron(?:or|er)|francs?|yen|rupees|USD|EUR|GBP|CAD|CHF)\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"(\d[\d.]*)\s?(?:%|percent\b|per cent\b)", re.I)
_NUMBER = re.compile(r"(?<![\w.,])(\d[\d,]*(?:\.\d+)?)\s?([kK](?![a-z]))?")
_SPELLED = {w: n for n, w in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"])} | {
    "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100
}  # fmt: skip
_CURRENCY = {"us$": "$", "dollar": "$", "dollars": "$", "usd": "$", "cad": "$", "euro": "€", "euros": "€", "eur": "€", "pound": "£", "pounds": "£", "gbp": "£"}  # fmt: skip
_PERIOD = re.compile(r"\b(?:an?|per|each|every)\s(year|annum|month|week|day|hour)\b|\b(annual|year|month|week|dai|hour)ly\b|\b(annual)\b|/\s?(year|yr|month|hour)", re.I)  # fmt: skip
_PERIODS = {"annum": "year", "annual": "year", "dai": "day", "yr": "year"}
TIME_UNITS = frozenset(map(stem, ["year", "month", "week", "day", "hour", "minute", "second", "quarter"]))
"""Stems of the words for lengths of time."""
CURRENCIES = frozenset(map(stem, [*_CURRENCY, "kronor", "franc", "yen", "rupee", "canadian"]))
"""Stems of the names of currencies."""
REACH = 3
"""Content words after a number that say what it counts."""


@dataclass(frozen=True)
class Quantity:
    """A number of a text and the stems of the words after it, which say what it counts."""

    number: str
    counts: tuple[str, ...]

    @property
    def unit(self) -> str:
        """The length of time that the number counts, if any."""
        return next((word for word in self.counts[:2] if word in TIME_UNITS), "")


@lru_cache(maxsize=4096)
def figures(text: str) -> frozenset[str]:
    """The figures of a text in one spelling each: "$120000", "15%", "5"."""
    found, rest = set(amounts(text)), _MONEY.sub(" ", text)
    found.update(f"{_value(match[1], None)}%" for match in _PERCENT.finditer(rest))
    rest = _PERCENT.sub(" ", rest)
    found.update(_value(match[1], match[2]) for match in _NUMBER.finditer(rest))
    spelled = re.findall(r"[a-z]+", rest.lower())
    found.update(str(_SPELLED[word]) for word in spelled if word in _SPELLED and word != "one")
    return frozenset(found)


@lru_cache(maxsize=4096)
def amounts(text: str) -> frozenset[str]:
    """The amounts of money of a text in one spelling each: "$120000"."""
    return frozenset(
        f"{_currency(match)}{_value(match['a'] or match['b'], match['ak'] or match['bk'])}"
        for match in _MONEY.finditer(text)
    )


@lru_cache(maxsize=4096)
def period(text: str) -> str:
    """The period that a text's amounts are for (year, month, week, day, hour); empty when it does not say."""
    found = _PERIOD.search(text)
    name = next((part.lower() for part in found.groups() if part), "") if found else ""
    return _PERIODS.get(name, name)


@lru_cache(maxsize=4096)
def quantities(text: str) -> tuple[Quantity, ...]:
    """The plain numbers of a text, neither money nor percentages, with what each counts."""
    return tuple(_quantities(_PERCENT.sub(" ", _MONEY.sub(" ", text))))


def _quantities(text: str) -> Iterator[Quantity]:
    content = [word for word in words(re.sub(r"(?<=\d)\s?[-–]\s?(?=\d)", " to ", text)) if not is_function_word(word)]
    for place, word in enumerate(content):
        number = word if word.isdigit() else str(_SPELLED.get(word, ""))
        after = (stem(other) for other in content[place + 1 :] if not other.isdigit())
        if number:
            yield Quantity(number, tuple(next_ for next_, _ in zip(after, range(REACH), strict=False)))


def stands(figure: str, there: frozenset[str]) -> bool:
    """Whether a figure is among others: an amount without a currency is the same amount, a percentage is no number."""
    if figure in there:
        return True
    bare = figure.lstrip("$€£¥₹")
    return figure == bare and not figure.endswith("%") and any(other.lstrip("$€£¥₹") == bare for other in there)


def _currency(match: re.Match[str]) -> str:
    sign = fold(match["sign"] or match["unit"])
    return _CURRENCY.get(sign, sign)


def _value(digits: str, thousands: str | None) -> str:
    number = float(digits.rstrip(".,").replace(",", "") or 0) if digits.count(".") <= 1 else 0.0
    factor = {"k": 1_000, "m": 1_000_000}.get((thousands or "").lower(), 1)
    return f"{number * factor:g}" if number * factor < 1e6 else f"{number * factor:.0f}"
