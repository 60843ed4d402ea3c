"""How much of what a file holds is in what was read of it, by its different words."""

import re
from collections.abc import Iterable, Iterator
from html import unescape

_NO_TEXT = re.compile(
    r"<(s|strike|del|script|style|sup)\b[^>]*>.*?</\1>|<a\b[^>]*href=[\"']?#[^>]*>.*?</a>|<!--.*?-->",
    re.DOTALL | re.IGNORECASE,
)
_WITHIN_A_WORD = re.compile(
    r"</?(?:b|i|u|em|strong|span|font|a|mark|small|code|abbr)\b[^>]*>|<wbr>|&shy;|\u00ad", re.IGNORECASE
)
_TAG = re.compile(r"<[^>]*>")
LOST = 0.05
"""The share of a file's different words from which on it is said that some were not read."""


def different_words(texts: Iterable[str]) -> set[str]:
    """The different words of some texts."""
    return {word for text in texts for word in re.findall(r"\w+", text)}


def words_of_html(html: str) -> set[str]:
    """The different words of the text of some HTML, what is struck out aside."""
    text = _NO_TEXT.sub(" ", html)
    return different_words([unescape(_TAG.sub(" ", _WITHIN_A_WORD.sub("", text)))])


def share(there: set[str], told: set[str]) -> float:
    """The share of the words that are there which are told; 1 where there are none."""
    return len(there & told) / len(there) if there else 1.0


def lost(there: set[str], told: set[str]) -> Iterator[str]:
    """What to say where more of the words that are there are not told than may be."""
    if share(there, told) < 1 - LOST:
        yield f"{len(there - told)} of its {len(there)} different words are in no passage"
