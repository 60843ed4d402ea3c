"""Dates as people write them: with figures or with the names of months, in the languages that figures are read in. Pure.

The names of months come from Babel's copy of the Unicode locale data.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from knowledge.currencies import SPELLED_LANGUAGES

Date = tuple[int, int, int]
"""Year, month and day; 0 where one is not said."""
_YEAR = r"(?:19|20)\d\d"
_ORDINAL = r"(?:st|nd|rd|th|er|º|ª|\.)?"
_OF = r"(?:(?:de|of|del)\s+)?"


@dataclass(frozen=True)
class Written:
    """A date, and where in a text it is written."""

    date: Date
    text: str
    start: int


def dates_in(text: str) -> Iterator[Written]:
    """The dates in a text, in order; the years from one to another (2023-24) are one date, that of the first."""
    for found in _dates().finditer(text):
        yield Written(_date(found), found[0], found.start())


def without_dates(text: str) -> str:
    """A text with a space in the place of each date."""
    return _dates().sub(" ", text)


def _date(found: re.Match[str]) -> Date:
    if found["name"]:
        return int(found["named_year"]), months()[found["name"].lower()], int(found["day"] or found["day_after"] or 0)
    if found["year_last"]:
        return (int(found["year_last"]), *_month_and_day(int(found["one"]), int(found["two"]), found["mark"]))
    if found["month_first"]:
        return int(found["year_second"]), int(found["month_first"]), 0
    return int(found["year"]), int(found["month"] or 0), int(found["of_month"] or 0)


def _month_and_day(one: int, two: int, mark: str) -> tuple[int, int]:
    """Two figures before a year: the day is first where there are full stops or it can be no month; else nobody can tell."""
    if mark == "." or one > 12:
        month, day = two, one
    elif two > 12:
        month, day = one, two
    else:
        month, day = (one, one) if one == two else (0, 0)
    return (month, day) if 1 <= month <= 12 and 1 <= day <= 31 else (0, 0)


@lru_cache(maxsize=1)
def _dates() -> re.Pattern[str]:
    names = "|".join(map(re.escape, sorted(months(), key=len, reverse=True)))
    return re.compile(
        rf"(?<![\w.])(?:(?P<day>\d{{1,2}}){_ORDINAL}\s+{_OF})?(?P<name>{names})\b\.?,?\s+(?:(?P<day_after>\d{{1,2}}){_ORDINAL},?\s+)?{_OF}(?P<named_year>{_YEAR})(?!\d)"
        rf"|(?<![\d./-])(?P<one>\d{{1,2}})(?P<mark>[./-])(?P<two>\d{{1,2}})(?P=mark)(?P<year_last>{_YEAR})(?!\d)"
        rf"|(?<![\d./-])(?P<month_first>0?[1-9]|1[0-2])[/.](?P<year_second>{_YEAR})(?!\d)"
        rf"|(?<!\d)(?P<year>{_YEAR})(?:[-_./]?(?P<month>0[1-9]|1[0-2])(?:[-_./]?(?P<of_month>0[1-9]|[12]\d|3[01]))?|[-–/_](?:{_YEAR}|\d\d))?(?!\d)",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def months() -> Mapping[str, int]:
    """The names of the months and their abbreviations, in small letters -> 1 to 12."""
    from babel.dates import get_month_names

    names: dict[str, int] = {}
    for language in sorted(SPELLED_LANGUAGES):
        for width in ("abbreviated", "wide"):
            for number, name in get_month_names(width, locale=language).items():
                if len(name.rstrip(".")) > 2:
                    names.setdefault(name.rstrip(".").lower(), number)
    return names | {"sept": 9}
