"""Text cut into the words that search and the checks compare: folded, stemmed, in any script."""

import re
import threading
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources

_JOINT = r"(?:(?<=[^\W\d_])(?:/-|[:*_(\u00b7])(?=[^\W\d_])|[-/.&\u2010-\u2013])"
"""What joins the parts of a compound; between letters also what sets an ending apart that speaks of women (Meister:in, employé·e)."""
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af"
_WORD = re.compile(
    rf"""
    (?P<cjk>[{_CJK}]+)
    | (?P<number>\d{{1,3}}(?:[,\u00a0\u202f]\d{{3}})+(?:\.\d+)?(?![\d]))
    | (?P<symbol>(?<![a-z0-9])(?:[cf]\#|c\+\+|\.net)(?![a-z0-9]))
    | (?P<compound>[^\W_{_CJK}]+(?:{_JOINT}[^\W_{_CJK}]+)+)
    | (?P<plain>[^\W_{_CJK}]+)
    """,
    re.VERBOSE,
)
_POSSESSIVE = re.compile(r"(?<=[a-z0-9])['\u2019](?:s|re|ve|ll|d|m)\b|(?<=s)['\u2019](?=\s|$)|n['\u2019]t\b")
_UNITED_STATES = re.compile(r"\bU\.?S\.?(?:A\b\.?)?(?![\w.])")
_PARTS = re.compile(r"[-/.&:*_(\u00b7\u2010-\u2013]+")
_LETTERS_THEN_DIGITS = re.compile(r"([a-z]{2,})(\d+)$")
_SPELLED = dict(
    zip(
        ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"],
        map(str, range(2, 13)),
        strict=True,
    )
)

_stemmer_lock = threading.Lock()


def fold(text: str) -> str:
    """Lower-case text without accents or compatibility forms, so that é = e and ｆ = f."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in decomposed if not _is_accent(c)))


def words(text: str) -> list[str]:
    """The words of a text in order, folded, without stemming.

    Compounds yield their parts and the joined form (front-end: front, end, frontend); numbers lose their
    thousands separators; scripts written without spaces yield overlapping pairs of characters.
    """
    return list(_words(text))


@lru_cache(maxsize=65_536)
def _words(text: str) -> tuple[str, ...]:
    return tuple(word for match in _WORD.finditer(_without_possessives(text)) for word in _spellings(match))


def stem(word: str) -> str:
    """The Snowball stem (English, Porter2) of a folded word; of a number written out, its digits."""
    return _stem(word)


def stems(text: str) -> list[str]:
    """The stems of a text's words, in order."""
    return [stem(word) for word in words(text)]


def is_function_word(word: str) -> bool:
    """Whether a folded word only joins others: articles, pronouns, prepositions, auxiliaries."""
    return word in function_words()


def _without_possessives(text: str) -> str:
    # Folded, the country would be the pronoun "us".
    return _POSSESSIVE.sub(" ", fold(_UNITED_STATES.sub("USA", text)))


def _is_accent(character: str) -> bool:
    # Kana voicing marks (U+3099, U+309A) tell letters apart; Latin, Greek and Cyrillic accents may go.
    return unicodedata.combining(character) != 0 and character not in "\u3099\u309a"


def _spellings(match: re.Match[str]) -> Iterator[str]:
    text = match.group()
    match match.lastgroup:
        case "cjk":
            yield from (text[i : i + 2] for i in range(max(1, len(text) - 1)))
        case "number":
            yield re.sub(r"[,\u00a0\u202f]", "", text)
        case "compound":
            parts = [part for part in _PARTS.split(text) if part]
            yield from parts
            if len(parts) <= 3:
                yield "".join(parts)
        case "plain":
            yield text
            if split := _LETTERS_THEN_DIGITS.match(text):
                yield from split.groups()
        case _:
            yield text


@lru_cache(maxsize=200_000)
def _stem(word: str) -> str:
    if word in _SPELLED:
        return _SPELLED[word]
    with _stemmer_lock:  # a Snowball stemmer keeps state while it works
        return str(_stemmer().stemWord(word))


@lru_cache(maxsize=1)
def _stemmer():  # type: ignore[no-untyped-def]  # PyStemmer has no types
    import Stemmer

    return Stemmer.Stemmer("english")


@lru_cache(maxsize=1)
def function_words() -> frozenset[str]:
    """The words that only join others, folded."""
    return frozenset(word for line in _lines("function_words.txt") for word in line.split())


def _lines(name: str) -> Iterator[str]:
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            yield line.strip()
