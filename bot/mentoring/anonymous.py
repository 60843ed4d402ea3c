"""What is taken out of people's words before others read them: mentions, addresses, numbers, links. Pure.

Names that stand in a sentence like any other word are not found; whoever shows a text to others sees to it that several
people have asked the same.
"""

import re
import unicodedata

from knowledge.words import is_function_word

REMOVED = "…"
"""Stands where something was taken out."""

_JOINERS = "\u200c\u200d"
"""Invisible signs that some scripts are written with; all others only hide what is around them."""
_AT = str.maketrans({"＠": "@", "﹫": "@"})
_WORLD = "com|org|edu|gov|info|biz|de|uk|fr|es|it|nl|eu|ch|at|pl|se|ca|au|jp|cn"
_ALSO_TECHNOLOGY = "net|io|me|in|co|dev|app|ai"
"""Endings that names of technologies have, too (ASP.NET, socket.io): with a path behind it, it is an address."""
_MENTION = r"<[@#!][^<>]*>|\b[UW](?=[A-Z]*\d)[A-Z0-9]{7,}\b"
_ADDRESS = r"(?:mailto:)?[^\s@<>()\[\],;:\"]+@[^\s@<>()\[\],;:\"]+\.[^\W\d_]{2,}"
_LINK = (
    rf"<[a-zA-Z][\w+.-]*:[^<>]*>|\b[a-zA-Z][\w+.-]*://\S+|\b(?:www\.|mailto:|tel:)\S+"
    rf"|\b(?:[\w-]+\.)+(?:(?i:{_WORLD})\b(?:/\S*)?|(?i:{_ALSO_TECHNOLOGY})/\S*)"
)
_TAKEN_OUT = re.compile(rf"{_MENTION}|{_ADDRESS}|{_LINK}")
_CALLED = re.compile(r"(?<!\w)@\w[\w.'’-]*(?P<more>\s+(?P<word>[^\W\d_a-z][\w'’-]*))?")
_NUMBER = re.compile(r"(?<![\w.,$€£¥])\+?\(?\d(?:[\s().\-–/]{0,3}\d){6,}(?!\w)")
_NO_PHONE = re.compile(
    r"(?:19|20)\d\d[-/.](?:19|20)?\d\d(?:[-/.]\d\d)?|(?:19|20)\d\d\s?[-–/]\s?(?:19|20)\d\d"
    r"|[1-9]\d{1,4}00\s?[-–/]\s?[1-9]\d{1,4}00"
)
"""A date, some years, or from one round amount to another."""


def anonymous(text: str) -> str:
    """A text in one line without mentions, @names, e-mail addresses, phone numbers and links."""
    line = _CALLED.sub(_without_name, _TAKEN_OUT.sub(REMOVED, _plain(text)))
    line = _NUMBER.sub(lambda found: found[0] if _NO_PHONE.fullmatch(found[0]) else REMOVED, line)
    return " ".join(re.sub(rf"{REMOVED}(?:[\s,]*{REMOVED})+", REMOVED, line).split())


def _without_name(found: re.Match[str]) -> str:
    """A surname behind an @name goes with it; a word that begins a sentence stays."""
    starts_sentence = found["word"] and is_function_word(found["word"].lower())
    return f"{REMOVED}{found['more']}" if starts_sentence else REMOVED


def _plain(text: str) -> str:
    return "".join(map(_sign, text.translate(_AT)))


def _sign(sign: str) -> str:
    match unicodedata.category(sign):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cs" | "Co" | "Cn":
            return ""
        case "Cf":
            return sign if sign in _JOINERS else ""
        case _:
            return sign
