"""Whether a table of two columns is a list of keys with their values, so that its first row is one of them."""

import re
from collections import Counter
from collections.abc import Sequence

from knowledge.blocks import without_marks

LONGEST_VALUE = 8
"""Words of most values at most; longer ones are descriptions, whose table has names over its columns."""
WORDS_AROUND = 4
"""Words beside a figure from which on it is one in a description rather than a value."""
_SEPARATED = re.compile(r"(?<=\d)[.,'’\u00a0 ](?=\d)")
_CURRENCY = re.compile(r"[$€£¥₹]|\b[A-Z]{3}\b")
_ASIDE = re.compile(r"\(note [^)]*\)|<?https?:\S+")


def are_pairs(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of some rows of two cells is a key with its value as the others are, not the names of columns.

    It is where its own value is a figure, where all keys end in colons, or where the values below are of several kinds
    (amounts, shares, figures with units, words), none of the kinds of figures is most of them, and none is repeated.
    """
    if len(rows) < 2 or any(len(row) != 2 for row in rows):
        return False
    first, rest = rows[0], rows[1:]
    if all(key.rstrip().endswith((":", "：")) for key, _ in rows):
        return True
    if not first[0].strip() or not first[1].strip() or (_kind(first[1]) == "words" and _CURRENCY.search(first[1])):
        return False
    values = [value for _, value in rest if value.strip()]
    kinds = Counter(_kind(value) for value in values)
    figures = [count for kind, count in kinds.items() if kind != "words"]
    if _kind(first[1]) != "words" and _is_name_of_none(first[1]):
        return True
    if len(rest) < 2 or len(kinds) < 2 or not figures or max(figures) > len(values) / 2:
        return False
    return len(set(values)) == len(values) and _typical_length(values) <= LONGEST_VALUE


def _is_name_of_none(value: str) -> bool:
    """Whether a figure is a value: a year, or an amount within a name (Pay 2026, Under 30), may name a column."""
    return (
        re.match(r"^\W*(?:[A-Z]{2,3}\s?)?\d", value) is not None
        and re.fullmatch(r"\W*(?:19|20)\d\d(?:\D{1,3}\d{2,4})?\W*", value) is None
    )


def _kind(value: str) -> str:
    """What a value is: words, or which kind of figure."""
    text = _SEPARATED.sub("", _ASIDE.sub("", without_marks(value)))
    others = [word for word in text.split() if not re.search(r"\d", word)]
    if re.search(r"\d", text) is None or len(others) > WORDS_AROUND:
        return "words"
    if "%" in text:
        return "share"
    if re.search(rf"{_CURRENCY.pattern}|\d{{4,}}", text):
        return "amount"
    return "figure with a unit" if re.search(r"[^\W\d_]{2,}", text) else "figure"


def _typical_length(values: Sequence[str]) -> int:
    return sorted(len(value.split()) for value in values)[len(values) // 2]
