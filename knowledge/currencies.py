"""The currencies that signs, codes and names mean: beside a number, and in a phrase that tells what figures are in. Pure.

They come from Babel's copy of the Unicode locale data.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from knowledge.words import fold

_SYMBOL_LOCALES = (
    "en",
    "en_CA",
    "en_AU",
    "en_NZ",
    "en_SG",
    "en_ZA",
    "en_KE",
    "en_NG",
    "sv",
    "nb",
    "pl",
    "cs",
    "hu",
    "tr",
    "de_CH",
)
"""Locales whose own signs for their currencies are read ("kr", "zł", "R")."""
_EXTRA_SYMBOLS = {"US$": "USD", "C$": "CAD", "AU$": "AUD", "S$": "SGD", "Rs": "INR", "Rs.": "INR", "Fr.": "CHF"}
"""Signs in use that the locale data lacks."""
_WORDS_TOO = frozenset(["ALL", "BAM", "CUP", "GEL", "MAD", "MOP", "PEN", "SOS", "TOP", "TRY"])
"""Codes of currencies that are words of English."""
_NAME = re.compile(r"[ \u00a0\u202f-]?([^\W\d_]+(?:[ \u00a0][^\W\d_]+){0,2})")
_USUAL = ("USD", "EUR", "GBP", "CHF", "JPY", "INR", "SEK", "DKK", "PLN", "CZK", "HUF", "TRY", "ZAR", "BRL", "MXN", "KRW", "PHP", "THB", "KES", "AED", "ILS", "RON")  # fmt: skip
"""Currencies whose names are used without their country."""
_COUNTRIES = frozenset(["us", "indian", "swiss", "british", "swedish", "danish", "polish", "czech", "hungarian", "turkish", "south", "african", "brazilian", "mexican", "korean", "philippine", "thai", "kenyan", "united", "arab", "israeli", "new", "japanese", "romanian"])  # fmt: skip
_NO_MONEY = frozenset(["XAG", "XAU", "XPD", "XPT", "XBA", "XBB", "XBC", "XBD", "XDR", "XFO", "XFU", "XRE", "XSU", "XTS", "XUA", "XXX"])  # fmt: skip
_STATED = re.compile(
    r"(?:[(\[,/:]\s*|\b(?:in|en|em|i)\s+|^(?=\w+$))(?=(?P<name>[^\W\d_]+(?:\s[^\W\d_]+){0,2}))", re.IGNORECASE
)
"""Where a phrase states what figures are in: in brackets, after "in", or as its only word."""
_ALONE = {"USD": "$", "GBP": "£", "EUR": "EUR"}
"""Currencies that are meant by a name that others share, as they are written."""
_JAPANESE = {"ドル": "USD", "ユーロ": "EUR", "ポンド": "GBP", "円": "JPY"}
SPELLED_LANGUAGES = frozenset(["en", "de", "fr", "es", "pt", "it", "nl"])
"""Languages whose words for numbers and currencies are read."""


def same_currency(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two amounts can be in one currency. A bare "$" stands for the US dollar and for no other dollar."""
    return _meant(one) == _meant(other) or (_is_sign(one) and _is_sign(other) and bool(one & other))


def _meant(currencies: frozenset[str]) -> frozenset[str]:
    family = next((leader for leader in ("USD", "EUR", "GBP", "CHF", "JPY", "INR") if leader in currencies), "")
    return frozenset([family]) if family else currencies


def _is_sign(currencies: frozenset[str]) -> bool:
    return len(currencies) > 1


def currency_before(text: str, start: int) -> tuple[frozenset[str], int]:
    """The currencies that the sign or code before a number means, and where it begins."""
    end = start - 1 if text[start - 1 : start] in (" ", "\u00a0", "\u202f") else start
    for length in range(min(6, end), 0, -1):
        sign, before = text[end - length : end], text[end - length - 1 : end - length]
        if (codes := _signs().get(sign)) and not (sign[0].isalpha() and before.isalpha()):
            return codes, end - length
    return frozenset(), start


def currency_after(text: str, end: int, language: str) -> tuple[frozenset[str], int]:
    """The currencies that the sign, code or name after a number means, and where it ends."""
    begin = end + 1 if text[end : end + 1] in (" ", "\u00a0", "\u202f") else end
    for length in range(6, 0, -1):
        sign, after = text[begin : begin + length], text[begin + length : begin + length + 1]
        if len(sign) == length and (codes := _signs().get(sign)) and not (sign[-1].isalpha() and after.isalnum()):
            return codes, begin + length
    if language == "ja":
        near = next((name for name in _names(language) if text.startswith(name, begin)), "")
        return (_names(language)[near], begin + len(near)) if near else (frozenset(), end)
    if name := _NAME.match(text, end):
        spoken = fold(name[1]).split()
        for length in range(len(spoken), 0, -1):
            if codes := _names(language).get(" ".join(spoken[:length])):
                return codes, end + len(name[0]) - len(name[1]) + sum(map(len, name[1].split()[:length])) + length - 1
    return frozenset(), end


def named_in(phrase: str) -> set[str]:
    """The codes of currencies whose names a phrase states ("in Swiss francs"), the sign where several share a name ("dollars"), or
    a sign of letters as it stands there ("kr").
    """
    told = set[str]()
    for match in _STATED.finditer(phrase):
        spoken = fold(match["name"]).split()
        for length in range(len(spoken), 0, -1):
            if codes := _spoken().get(" ".join(spoken[:length])):
                told |= codes if len(codes) == 1 else {_ALONE[code] for code in _meant(codes) & _ALONE.keys()}
                break
        else:
            told |= _sign_of_letters(match["name"].split()[0])
    return told


def _sign_of_letters(word: str) -> set[str]:
    """A word that is a sign of letters ("kr", "KSh"); codes in small letters are words."""
    return {word} if len(word) > 1 and word in _signs() and word.upper() not in _signs() else set()


@lru_cache(maxsize=1)
def _spoken() -> Mapping[str, frozenset[str]]:
    """The names of currencies in all languages that are read."""
    told: dict[str, frozenset[str]] = {}
    for language in SPELLED_LANGUAGES:
        for name, codes in _names(language).items():
            told[name] = told.get(name, frozenset()) | codes
    return told


@lru_cache(maxsize=1)
def _signs() -> Mapping[str, frozenset[str]]:
    """Signs and codes of currencies -> the codes that they may mean.

    Codes that are English words are left out: before a number they are read as words.
    """
    from babel import Locale
    from babel.numbers import list_currencies

    told: dict[str, set[str]] = {}
    for name in _SYMBOL_LOCALES:
        for code, sign in Locale.parse(name).currency_symbols.items():
            told.setdefault(sign.replace("\u202f", " "), set()).add(code)
            if len(sign) > 2 and sign.isalpha() and not sign.isupper():  # also with the unit's own capital: Ksh, KSh
                told.setdefault(sign[0] + sign[1:].capitalize(), set()).add(code)
    for sign, code in _EXTRA_SYMBOLS.items():
        told.setdefault(sign, set()).add(code)
    for code in list_currencies():
        told[code] = {code}
        told.setdefault(code.lower(), {code})
    return {sign: frozenset(codes) for sign, codes in told.items() if sign.upper() not in _WORDS_TOO}


@lru_cache(maxsize=8)
def _names(language: str) -> Mapping[str, frozenset[str]]:
    """Folded names of currencies in a language, with and without their country -> the codes that they may mean."""
    from babel import Locale
    from babel.numbers import get_currency_name, list_currencies

    told: dict[str, set[str]] = {name: {code} for name, code in _JAPANESE.items()} if language == "ja" else {}
    locale = Locale.parse(language if language in (*SPELLED_LANGUAGES, "ja") else "en")
    for code in list_currencies("en"):
        for count in (1, 2):
            name = fold(get_currency_name(code, count, locale=locale))
            if "(" not in name and code not in _NO_MONEY:
                told.setdefault(name, set()).add(code)
                for part in (name.split()[0], name.split()[-1]):
                    if len(part) > 3 and part in _spoken_alone(language):
                        told.setdefault(part, set()).add(code)
    return {name: frozenset(codes) for name, codes in told.items()}


@lru_cache(maxsize=8)
def _spoken_alone(language: str) -> frozenset[str]:
    """The words that begin or end the names of several currencies: dollars, francs, Kronen."""
    from babel import Locale
    from babel.numbers import get_currency_name

    locale = Locale.parse(language if language in SPELLED_LANGUAGES else "en")
    told = (fold(get_currency_name(code, count, locale=locale)).split() for code in _USUAL for count in (1, 2))
    return frozenset(part for name in told for part in (name[0], name[-1])) - _COUNTRIES
