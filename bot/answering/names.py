"""The names in a sentence (people, places, products, grades, certificates) and whether a text holds them. Pure."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from knowledge.words import fold, is_function_word, stem, words

_TOKEN = re.compile(r"[^\s,;:()\[\]\"“”|/]+")
_SHAPED = re.compile(r"[a-z][A-Z]|[A-Z]{2}|[A-Za-z]\d|\d[A-Za-z]{1,2}$|[#+]$|^\.[A-Z]")
"""Written as no ordinary word is: JavaScript, SQL, E5, C#, .NET."""
_ORDINAL = re.compile(r"^\d+(?:st|nd|rd|th|k|K|m|h|hrs?)$")
_COUNTRIES = (("usa", "us", "united", "states", "america"), ("uk", "gb", "united", "kingdom", "britain"))
"""Countries that are called by their initials more often than by their names."""
MOST_INITIALS = 6
"""Letters of an acronym that may be made of the initials of words."""
TITLE_SHARE = 0.6
"""Where more of the words have a capital, capitals are a matter of style and mark no names."""


def names(sentence: str) -> list[str]:
    """The names of a sentence as folded words: what has a capital inside it or the shape of a name.

    The first word of the sentence, of a label before a colon and of a quotation has its capital from its place. A label
    or a heading (it ends without a full stop) in which most words have one is no row of names.
    """
    return list(dict.fromkeys(_names(re.sub(r"[*_`]", "", sentence))))


def stands_in(name: str, text: str) -> bool:
    """Whether a folded name stands in a text: itself, or as an acronym of the text's words."""
    held = _held(text)
    return name in held or stem(name) in held or name.rstrip("s") in held


def _names(sentence: str) -> Iterator[str]:
    tokens = [(match, match[0].strip(".!?'’‘")) for match in _TOKEN.finditer(sentence)]
    letters = [written for _, written in tokens if written[:1].isalpha() and not is_function_word(fold(written))]
    ends = sentence.rstrip(' "”’)').endswith((".", "!", "?"))
    titled = not ends and len(letters) > 2 and sum(word[:1].isupper() for word in letters) > TITLE_SHARE * len(letters)
    for match, written in tokens:
        if not re.search(r"[^\W\d_]", written) or _ORDINAL.match(written) or written == "I":
            continue
        capital = written[:1].isupper() and not titled and not _begins(sentence, match.start())
        if _SHAPED.search(written) or capital:
            yield from [word for word in words(written) if not is_function_word(word)][:3]


def _begins(sentence: str, place: int) -> bool:
    """Whether a word at a place has its capital from standing first."""
    before = sentence[:place].rstrip(" \"“‘'(")
    return not before.strip("-–•0123456789.) ") or before.endswith((":", ".", "!", "?", "–", "—", "|"))


@lru_cache(maxsize=2048)
def _held(text: str) -> frozenset[str]:
    found = words(text)
    joined = {one + other for one, other in pairwise(found)}
    held = frozenset(found) | frozenset(map(stem, found)) | joined | _initials(found)
    return held.union(*(called for called in _COUNTRIES if called[0] in held or called[1] in held))


def _initials(found: Sequence[str]) -> frozenset[str]:
    """The acronyms that consecutive words make ("paid parental leave": ppl), with and without their function words."""
    content = [word for word in found if not is_function_word(word)]
    return frozenset(
        "".join(word[0] for word in run[start : start + length])
        for run in (found, content)
        for length in range(2, MOST_INITIALS + 1)
        for start in range(len(run) - length + 1)
    )
