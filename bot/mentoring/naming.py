"""Where a text may name a person: by a part of their name in another case, form, order or script, or by initials. Pure.

It rather finds too much: the person who shares sees what was found and decides.
"""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from knowledge.words import is_function_word

_TOKEN = re.compile(r"[^\W\d_]+(?:['’`´]\w+)?")
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]"
)
"""Scripts that are written without blanks between words, or join endings to names."""
_APART = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"})
_ENDING = 2
"""Letters that a language adds to a name or puts in the place of its last vowel: Annas, Annie, Annou, Марии."""
_SHORTEST = 3
"""Letters of a part that may take an ending."""
_NOMINATIVE = 6
"""Letters of a part that may lose its ending."""
_VOWELS = frozenset("aeiouyаеиоуыэюяёіїєαεηιουω")
_SENTENCE_END = frozenset(".!?…:\n")


def naming(names: Sequence[str], text: str, common: Collection[str] = ()) -> list[str]:
    """The words of a text that may name somebody who is called so, in their order.

    `common` are words in lower case that are known to be used as words ("grace" where a grace period is spoken of):
    written small, or at the beginning of a sentence, they name nobody.
    """
    text = unicodedata.normalize("NFC", text)
    parts = {part for name in names for part in _parts(name)}
    usual = {_folded(word) for word in common}
    found = [*_initials(names, text), *_unspaced(parts, text)]
    for token in _TOKEN.finditer(text):
        base = _folded(re.split("['’`´]", token[0])[0])
        if any(_is(base, part) for part in parts) and not _is_a_word(base, token, text, usual):
            found.append((token.start(), token[0]))
    return list(dict.fromkeys(word for _, word in sorted(found)))


def lower_case_words(text: str) -> set[str]:
    """The words of a text that are written small."""
    return {token[0] for token in _TOKEN.finditer(text) if token[0].islower()}


def _parts(name: str) -> Iterator[str]:
    whole = unicodedata.normalize("NFC", name)
    closed = re.sub(r"(?<=\w)['’`´](?=\w)", "", whole)  # O'Neill is written ONeill, too
    for word in re.split(r"[\s\W\d_]+", f"{whole} {closed}"):
        if len(word) > 1:
            yield _folded(word)


def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_APART))
    return unicodedata.normalize("NFC", "".join(sign for sign in plain if not unicodedata.combining(sign)))


def _is(word: str, part: str) -> bool:
    if word == part:
        return True
    if len(part) < _SHORTEST or _UNSPACED.search(part):
        return False
    return word.startswith(_stem(part)) and len(word) <= len(part) + _ENDING


def _stem(part: str) -> str:
    """A part of a name without the vowel that its last one may give way to, nor an -s of the nominative (Γιάννης, Jonas)."""
    if len(part) >= _NOMINATIVE and part[-1] in "sσ" and part[-2] in _VOWELS:
        return part[:-2]
    return part[:-1] if part[-1] in _VOWELS and len(part) > _SHORTEST else part


def _is_a_word(base: str, token: "re.Match[str]", text: str, usual: Collection[str]) -> bool:
    """Whether something that could be a name is a word of the language where it stands."""
    if not is_function_word(base) and base not in usual:
        return False
    before = text[: token.start()].rstrip(" \t\"'“”‘’(*_>-•")
    return token[0].islower() or not before or before[-1] in _SENTENCE_END


def _initials(names: Sequence[str], text: str) -> Iterator[tuple[int, str]]:
    for name in names:
        words = [word for word in re.split(r"[\s_.-]+", name) if word[:1].isalpha()]
        if len(words) > 1:
            dotted = r"\s?".join(rf"{re.escape(word[0])}\." for word in words)
            yield from ((found.start(), found[0]) for found in re.finditer(rf"(?<!\w){dotted}", text, re.IGNORECASE))


def _unspaced(parts: Collection[str], text: str) -> Iterator[tuple[int, str]]:
    folded = unicodedata.normalize("NFC", text.casefold())
    for part in parts:
        if _UNSPACED.search(part):
            yield from ((found.start(), found[0]) for found in re.finditer(re.escape(part), folded))
