"""The figures of a text: amounts of money, percentages, dates and numbers, read alike whatever their spelling. Pure.

Spelled numbers are read by text2num, separators by price-parser, names and symbols of currencies and months come from
Babel's copy of the Unicode locale data.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import zip_longest

from knowledge.currencies import SPELLED_LANGUAGES, currency_after, currency_before, same_currency
from knowledge.dates import months
from knowledge.magnitudes import MAGNITUDES
from knowledge.words import fold, is_function_word, stem, words

COUNTED_WORDS = 3
"""Content words after a number that are kept as what it counts."""
LARGEST_DIGITS = 30
"""Digits of a longer run are no figure but an account number or noise."""
_NUMBER = re.compile(r"\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?!\d)|\d+(?:[.,'’]\d+)*")
_MAGNITUDE = re.compile(rf"[ \u00a0]?({'|'.join(sorted(MAGNITUDES, key=len, reverse=True))})\b(?!['’])", re.IGNORECASE)
_PERCENT = re.compile(
    r"[ \u00a0\u202f]?(?:%|percent\b|per cent\b|pct\b|percentage points?\b|prozent\b|pour[ -]cent\b|por cien(?:to)?\b|por cento\b|per cento\b|procent\b|パーセント)",
    re.IGNORECASE,
)
TO = "-|–|—|to|bis|à|a|hasta|até|tot|〜|から"
"""What leads from the lower end of a range to the upper one, as alternatives of a pattern."""
_JOINS_A_RANGE = re.compile(rf"\+?\s?(?:{TO}|and|or|und|et|y|e|en)\s?", re.IGNORECASE)
_TIME_UNITS = frozenset(map(stem, ["year", "month", "week", "day", "hour", "minute", "second", "quarter"]))
_SCALES = {"thousand": "k", "million": "mn", "billion": "bn"}
_SCALE_WORD = re.compile(r"(\d)\s?(thousand|million|billion)\b", re.IGNORECASE)
"""Scales after digits are kept from text2num, which would read them as numbers of their own."""
LEAST_SPELLED = 2.0
""""One" is more often a pronoun than a number; before a unit of time it is read all the same."""
_SPANS = {
    stem(name): (base, factor)
    for name, base, factor in (
        ("minute", "minute", 1), ("hour", "minute", 60), ("day", "minute", 1440), ("week", "minute", 10080),
        ("month", "month", 1), ("quarter", "month", 3), ("year", "month", 12),
    )
}  # fmt: skip
_SHARES = {"half": 50, "third": 33, "quarter": 25, "fifth": 20, "tenth": 10}
_WORDS_FOR_NUMBERS = {
    "both": 2,
    "pair": 2,
    "twice": 2,
    "couple": 2,
    "double": 2,
    "other": 2,
    "once": 1,
    "single": 1,
    "thrice": 3,
    "dozen": 12,
}
_ONE = re.compile(r"\b[Oo]ne(?=[- ](?:year|month|week|day|hour|minute)s?\b)")
_PERIOD = re.compile(
    r"\b(?:an?|per|each|every|by the|/)\s?(?P<unit>year|annum|month|week|day|hour|minute|shift)\b"
    r"|/\s?(?P<short>yr|year|mo|month|wk|week|day|hr|hour|h)\b"
    r"|\b(?P<adverb>annual|year|month|week|dai|hour)ly\b|\b(?P<adjective>annual)\b|\b(?P<latin>p\.\s?a\.)",
    re.IGNORECASE,
)
_PERIODS = {"annum": "year", "annual": "year", "dai": "day", "yr": "year", "p.a.": "year", "p. a.": "year", "mo": "month", "wk": "week", "hr": "hour", "h": "hour"}  # fmt: skip
_LEAST = re.compile(
    r"(?:more than|over|above|at least|minimum of|no less than|not less than|upwards of)\s?\W{0,2}$", re.IGNORECASE
)
_MOST = re.compile(
    r"(?:less than|fewer than|under|below|at most|up to|maximum of|no more than|not more than|within)\s?\W{0,2}$",
    re.IGNORECASE,
)
_NOT_BEFORE = re.compile(r"\b(?:no|not) $", re.IGNORECASE)
LOOKED_BACK = 24
"""Characters before a figure that may say that it is a limit."""


class Kind(StrEnum):
    """What a figure is."""

    MONEY = "money"
    PERCENT = "percent"
    MONTH = "month"
    NUMBER = "number"


class Limit(StrEnum):
    """Which side of a figure is meant."""

    LEAST = "at least"
    MOST = "at most"
    NONE = ""


@dataclass(frozen=True)
class Figure:
    """One figure of a text.

    `currencies` are the ISO 4217 codes that an amount may be in ("$" alone may be any dollar); `counts` are the stems of
    the content words after a number; `written` is how it stands in the text.
    """

    kind: Kind
    value: Decimal
    currencies: frozenset[str] = frozenset()
    counts: tuple[str, ...] = ()
    limit: Limit = Limit.NONE
    written: str = ""

    @property
    def unit(self) -> str:
        """The stem of the length of time that a number counts, if any."""
        return next((word for word in self.counts[:2] if word in _TIME_UNITS), "")

    def same_value(self, other: "Figure") -> bool:
        """Whether both are the same figure; an amount without a currency is the same amount, a percentage is no number."""
        if self.unit and other.unit:
            return self._span() == other._span()
        if self.value != other.value:
            return False
        if self.kind == other.kind == Kind.MONEY:
            return same_currency(self.currencies, other.currencies)
        bare = {self.kind, other.kind} == {Kind.MONEY, Kind.NUMBER}
        return self.kind == other.kind or (bare and not (self.unit or other.unit))

    def _span(self) -> tuple[str, Decimal]:
        """A length of time in hours or months, so that 14 days are two weeks and 24 months two years."""
        kind, factor = _SPANS.get(self.unit, (self.unit, 1))
        return kind, self.value * factor


@dataclass(frozen=True)
class _Found:
    """A number as it was met: where it stands, its value, and what stood around it."""

    start: int
    end: int
    value: Decimal
    magnitude: int
    currencies: frozenset[str]
    percent: bool
    limit: Limit


@lru_cache(maxsize=8192)
def figures(text: str, language: str = "en") -> tuple[Figure, ...]:
    """The figures of a text in a language (ISO 639-1), in order. Time is linear in the text's length."""
    read = _with_digits(text, language)
    found = _ranges_joined(list(_numbers(read, language)), read)
    told = [_figure(one, read, after.start if after else len(read)) for one, after in _with_next(found)]
    return (*told, *_months(read))


@lru_cache(maxsize=8192)
def period(text: str) -> str:
    """The period that a text's amounts are for (year, month, week, day, hour …); empty when it does not say."""
    found = _PERIOD.search(text)
    name = next((part.lower() for part in found.groups() if part), "") if found else ""
    return _PERIODS.get(name, name)


@lru_cache(maxsize=8192)
def implied(text: str) -> tuple[Figure, ...]:
    """The figures that a text gives in other words: "a quarter" is 25 percent, "both" two, "half a year" six months."""
    held = words(text)
    told = [Figure(Kind.NUMBER, Decimal(n), written=word) for word, n in _WORDS_FOR_NUMBERS.items() if word in held]
    for place, word in enumerate(held):
        if share := _SHARES.get(word.removesuffix("s")):
            before = held[place - 1] if place else ""
            times = next((int(f.value) for f in figures(before) if 0 < f.value < 10), 1) if before else 1
            told.append(Figure(Kind.PERCENT, Decimal(min(share * times, 100)), written=word))
    if "half" in held and "year" in held:
        told.append(Figure(Kind.NUMBER, Decimal(6), counts=(stem("month"),), written="half year"))
    return tuple(told)


def amounts(text: str) -> tuple[Figure, ...]:
    """The amounts of money of a text."""
    return tuple(figure for figure in figures(text) if figure.kind is Kind.MONEY)


def stands(figure: Figure, there: Iterable[Figure]) -> bool:
    """Whether a figure is among others."""
    return any(figure.same_value(other) for other in there)


def _with_digits(text: str, language: str) -> str:
    """A text with its spelled numbers as digits, where the language is one that text2num reads."""
    from text_to_num import alpha2digit

    kept = _SCALE_WORD.sub(lambda found: found[1] + _SCALES[found[2].lower()], _ONE.sub("1", text))
    return str(alpha2digit(kept, language, threshold=LEAST_SPELLED)) if language in SPELLED_LANGUAGES else kept


def _numbers(text: str, language: str) -> Iterator[_Found]:
    for match in _NUMBER.finditer(text):
        value = _value(match[0]) if len(match[0]) <= LARGEST_DIGITS else None
        if value is None or _is_part_of_a_name(text, match):
            continue
        magnitude = _MAGNITUDE.match(text, match.end())
        end = magnitude.end() if magnitude else match.end()
        percent = _PERCENT.match(text, end)
        before, start = currency_before(text, match.start())
        after, stop = (frozenset[str](), end) if percent else currency_after(text, end, language)
        yield _Found(
            start, percent.end() if percent else stop, value, MAGNITUDES[magnitude[1].lower()] if magnitude else 1,
            _agreed(before, after), percent is not None, _limit(text, start, match.end()),
        )  # fmt: skip


def _is_part_of_a_name(text: str, match: re.Match[str]) -> bool:
    """Whether digits belong to a word like "E5", "S3" or "HC-09C" and not to a sign of money before them."""
    before = text[match.start() - 1 : match.start()]
    return before.isalpha() and not currency_before(text, match.start())[0]


def _value(digits: str) -> Decimal | None:
    """The number that digits and separators write; none for what is no number ("3.11.7")."""
    from price_parser.parser import parse_number

    plain = re.sub(r"['’ \u00a0\u202f]", "", digits)
    if re.fullmatch(r"0[.,]\d+", plain):
        return Decimal(plain.replace(",", "."))
    return parse_number(plain)


def _agreed(before: frozenset[str], after: frozenset[str]) -> frozenset[str]:
    """What "$ 90,000 CAD" is in: the codes that both sides allow, or the side that says something."""
    return before & after or after or before


def _limit(text: str, start: int, end: int) -> Limit:
    if text[end : end + 1] == "+":
        return Limit.LEAST
    before = text[max(0, start - LOOKED_BACK) : start]
    for pattern, limit, turned in ((_LEAST, Limit.LEAST, Limit.MOST), (_MOST, Limit.MOST, Limit.LEAST)):
        if found := pattern.search(before):
            return turned if _NOT_BEFORE.search(before[: found.start()]) else limit
    return Limit.NONE


def _ranges_joined(found: list[_Found], text: str) -> list[_Found]:
    """Numbers of which two make a range share its currency, magnitude and percent sign."""
    for n in range(len(found) - 1, 0, -1):
        left, right = found[n - 1], found[n]
        if not _JOINS_A_RANGE.fullmatch(text, left.end, right.start):
            continue
        shared = left.currencies or right.currencies
        magnitude = right.magnitude if left.magnitude == 1 and left.value < 1000 else left.magnitude
        percent = left.percent or (right.percent and not left.currencies)
        found[n - 1] = replace(left, currencies=shared, magnitude=magnitude, percent=percent)
        found[n] = replace(right, currencies=right.currencies or shared)
    return found


def _with_next(found: list[_Found]) -> Iterator[tuple[_Found, _Found | None]]:
    yield from zip_longest(found, found[1:])


def _figure(found: _Found, text: str, until: int) -> Figure:
    kind = Kind.PERCENT if found.percent else Kind.MONEY if found.currencies else Kind.NUMBER
    counts = _counted(text[found.end : until]) if kind is Kind.NUMBER else ()
    value = (found.value * found.magnitude).normalize()
    return Figure(kind, value, found.currencies, counts, found.limit, text[found.start : found.end].strip())


def _counted(after: str) -> tuple[str, ...]:
    clause = re.split(r"[.;:!?()]", after, maxsplit=1)[0]
    content = (stem(word) for word in words(clause[:120]) if not is_function_word(word))
    return tuple(word for word, _ in zip(content, range(COUNTED_WORDS), strict=False))


def _months(text: str) -> Iterator[Figure]:
    """Months that stand beside a number ("Aug 2021", "31 March")."""
    for match in re.finditer(r"[^\W\d_]{3,9}\.?", text):
        number = _month_numbers().get(fold(match[0].rstrip(".")))
        beside = re.search(r"\d(?:st|nd|rd|th)?\.?\s(?:of\s)?$", text[max(0, match.start() - 8) : match.start()])
        if number and (beside or re.match(r"\s\d", text[match.end() : match.end() + 2])):
            yield Figure(Kind.MONTH, Decimal(number), written=match[0])


@lru_cache(maxsize=1)
def _month_numbers() -> Mapping[str, int]:
    """Folded names of the months and their abbreviations -> 1 to 12."""
    return {fold(name): number for name, number in months().items()}
