"""Bare figures of money: the currency that a column's name, a caption or a heading states, put beside each of them."""

import re
from collections.abc import Sequence
from functools import lru_cache

from knowledge.currencies import named_in
from knowledge.magnitudes import MAGNITUDES

_SIGN = re.compile(r"[A-Z]{0,3}[$€£¥₹]")
_CODE = re.compile(r"(?:[(\[,/]\s*|\bin\s+|^)([A-Z]{3})\b(?=\s*(?:$|[)\],/:;]|per\b|a\b))")
"""A code where one states what figures are in: in brackets, after "in", at the beginning or the end."""
_YEAR = re.compile(r"\b(?:19|20)\d\d(?:\s?[/–-]\s?(?:19|20)?\d\d)?\b")
_PART_OF_A_NAME = re.compile(r"\b\d{1,2}(?![kKmM]\b)[^\W\d_]{1,2}\b|\b(?![A-Z]{3})[^\W\d_]{1,3}\d{1,2}\b")
"""Digits of an ordinal or of a level: `13th`, `VN2`."""
_AMOUNT = r"\d{1,3}(?:[.,'’ \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d{1,2})?"
_BARE = re.compile(rf"(?:{_AMOUNT})\s?[kK]?(?:\s?(?:-|–|—|to)\s?(?:{_AMOUNT})\s?[kK]?)?\+?(?:\s\(note .*\))?")
_IN_A_SENTENCE = re.compile(rf"(?<![\w.,#/-])(?:{_AMOUNT})(?:\s?[kK]\b)?(?![\w%/]|[.,]\d)")
_SCALED = re.compile(r"\b[kKmMtT]([A-Z]{3})\b")
_MAGNITUDE = (
    rf"(?:{'|'.join(MAGNITUDES)}|lacs|cr|thousands|millions|billions|mrd|milliers|miles|millones|milh[õo]es|mil)\b\.?"
)
"""What follows a figure, and what only stands beside a unit, in the languages that figures are read in."""
_SCALED_SIGN = re.compile(rf"[$€£¥₹]\s?(?:'000s?|000s?|{_MAGNITUDE})(?!\w)|[$€£¥₹]\s?[万億]|[万億]円", re.IGNORECASE)
_SCALED_CODE = re.compile(rf"\b([A-Z]{{3}})\s{_MAGNITUDE}|\b{_MAGNITUDE}\s(?:of\s)?([A-Z]{{3}})\b")
_THOUSANDS = re.compile(r"(?<!\w)(?<!\d[.,'’‘´ \u00a0\u202f])['’‘´]?000s?\b(?!\w)")
"""Thousands of what a unit states: `KSh '000`."""
_ANY_CODE = re.compile(r"\b[A-Z]{3}\b")
_LARGE = re.compile(r"\d{1,3}[.,'’ \u00a0\u202f]\d{3}|\d{5}|^(?!(?:19|20)\d\d\b)\d{4}|\d\s?[kK]\b")
"""An amount of pay rather than a count: thousands, but no year."""


def with_currencies(
    names: Sequence[str], rows: Sequence[Sequence[str]], caption: str
) -> tuple[Sequence[str], Sequence[Sequence[str]]]:
    """The names of columns and the rows of a table, in which each bare figure of a column of money has its currency before it.

    A column is of money where its name states a currency, or where the caption does, no name does, and all figures of the
    column are thousands.
    """
    said = [currency_in(name) for name in names]
    general = "" if any(said) else currency_in(caption)
    width = max([len(names), *map(len, rows)], default=0)
    of = [said[n] if n < len(said) and said[n] else general if _is_of_thousands(n, rows) else "" for n in range(width)]
    told = [[_in_currency(cell, of[n]) for n, cell in enumerate(row)] for row in rows]
    return [_unless_needed(name, of[n], n, rows) for n, name in enumerate(names)], told


def _unless_needed(name: str, currency: str, column: int, rows: Sequence[Sequence[str]]) -> str:
    """A name without its currency in brackets, where each cell below has that before its figure."""
    below = [row[column] for row in rows if column < len(row) and row[column].strip()]
    if not currency or not all(_BARE.fullmatch(cell.strip()) for cell in below):
        return name
    return re.sub(rf"\s*[(\[]{re.escape(currency)}[)\]]", "", name)


@lru_cache(maxsize=4096)
def currency_in(text: str) -> str:
    """The sign or ISO 4217 code of the one currency that a text states its figures in; nothing where it states a figure or several, or thousands of it."""
    if re.search(r"\d{3}(?<!19\d\d)(?<!20\d\d)(?!\d)", _YEAR.sub("", text)):
        return ""
    if _SCALED_SIGN.search(text) or _has_a_scaled_code(text):
        return ""
    signs = {*_SIGN.findall(text), *(code for code in _CODE.findall(text) if code in _codes()), *named_in(text)}
    return signs.pop() if len(signs) == 1 else ""


def states_money(text: str) -> bool:
    """Whether a text states a currency for the figures below it, as they are or in thousands or millions of it (kUSD, €m)."""
    return bool(currency_in(text)) or is_scaled(text)


def is_scaled(text: str) -> bool:
    """Whether a text states figures in thousands or millions of a currency."""
    if any(code in _codes() for code in _SCALED.findall(text)) or _SCALED_SIGN.search(text) or _has_a_scaled_code(text):
        return True
    in_thousands = _THOUSANDS.search(text)
    return in_thousands is not None and bool(currency_in(_THOUSANDS.sub("", text)))


def _has_a_scaled_code(text: str) -> bool:
    return any(code in _codes() for found in _SCALED_CODE.findall(text) for code in found)


def states_money_of_others(sentence: str) -> bool:
    """Whether a sentence states a currency and no figure but years, ordinals and levels, so that it is about the figures of others."""
    return not re.search(r"\d", _THOUSANDS.sub("", _PART_OF_A_NAME.sub("", _YEAR.sub("", sentence)))) and states_money(
        sentence.rstrip(" .!")
    )


def is_bare(cell: str) -> bool:
    """Whether a cell is a figure, or two, and nothing else."""
    return _BARE.fullmatch(cell.strip()) is not None


def with_currency(text: str, stated: Sequence[str]) -> str:
    """A sentence in which each bare amount of thousands has the currency before it that the nearest of some phrases states.

    `stated` are the phrases above the sentence, the nearest last. One that has an amount with a currency stays as it is.
    """
    if not _LARGE.search(text):
        return text
    currency = next(filter(None, map(currency_in, reversed(stated))), "")
    if not currency or _SIGN.search(text) or any(code in _codes() for code in _ANY_CODE.findall(text)):
        return text
    return _IN_A_SENTENCE.sub(lambda bare: _in_currency(bare[0], currency) if _LARGE.search(bare[0]) else bare[0], text)


def _is_of_thousands(column: int, rows: Sequence[Sequence[str]]) -> bool:
    figures = [row[column] for row in rows if column < len(row) and _BARE.fullmatch(row[column].strip())]
    return bool(figures) and all(_LARGE.search(figure) for figure in figures)


def _in_currency(cell: str, currency: str) -> str:
    if not currency or not _BARE.fullmatch(cell.strip()):
        return cell
    return f"{currency}{'' if len(currency) == 1 else ' '}{cell.strip()}"


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    from babel.numbers import list_currencies

    return frozenset(list_currencies())
