"""Places that a writer left to be filled in, told by their form, so that none is taken for a fact.

A figure whose digits are letters (XX,XXX), a blank to write on (____), words in brackets that stand where a value belongs,
an abbreviation that says that something is still to come, and dummy text.
"""

import re

from knowledge.currencies import currency_after
from knowledge.documents.dialects import NOT_FILLED_IN, is_a_tag, templates_named

_SIGN = r"[$€£¥₹]"
_FIGURE = re.compile(
    rf"(?:{_SIGN}\s?)?(?<![\w#])(?:[Xx]{{1,3}}(?:[.,'’ ][Xx]{{3}})+(?:[.,][Xx]{{2}})?|\#{{1,3}}(?:[.,'’]\#{{3}})+)(?![\w#])"
    rf"|{_SIGN}\s?(?:[Xx#]{{2,}}|0{{1,3}}(?:[.,]000)+|_{{2,}}|\?+)(?![\w#.,])"
    rf"|(?<![\w#])(?:[Xx]{{2,}}|\#{{2,}})\s?(?:%|{_SIGN})|(?<!\w)XXX+(?!\w)"
)
"""A figure with letters or signs in the place of its digits, or with zeros alone."""
_BLANK = re.compile(r"(?<![\w_＿])(?:\\?[_＿]){3,}(?![\w_＿])|(?:(?<!\.)\.{5,}+|(?<!…)…{2,}+)(?=\s*(?:\||$))")
_BRACKETED = re.compile(rf"(?P<sign>{_SIGN}\s?)?(?<![\w\]!])\\?\[(?P<words>[^\[\]\n|]{{2,60}}?)\\?\](?![(\[:])")
_ANGLED = re.compile(r"(?<![\w<])(?:\\?<|&lt;)(?P<words>[^\W\d_](?:[\w ,.'’/-]{0,60}\w)?)(?:>|&gt;)(?![\w>])")
_TO_COME = re.compile(
    r"(?<![\w.])(?:T\.B\.[ACD]\.|TB[ACD](?!\w)|(?:TODO|FIXME)\s*:.*$)|(?<!\w)(?:t\.b\.[acd]\.|tb[acd])(?!\w)"
)
"""To be announced, confirmed, defined or done: the abbreviations that dictionaries have, and programmers' marks."""
_VALUE = re.compile(r"(?:^\s*(?:[-*+]\s|\#{1,6}\s)?|[:|=]|\s[-–])\s*\**$")
"""What stands before a value: the beginning of a line or cell, a colon, a dash."""
_UNIT = re.compile(rf"\s?(?:%|{_SIGN})")
_END_OF_VALUE = re.compile(r"\**+\s*+[.;]?\s*+(?:\||$)")
_NEAR = 60
"""Characters before words in brackets in which it shows whether a value belongs there."""
_DEFINED = re.compile(r"^ {0,3}\[([^\]\n]+)\]:", re.MULTILINE)
_CODE = re.compile(r"(?<!`)(`+)(?!`)[^\n]{1,500}?(?<!`)\1(?!`)")
_INSTRUCTION = re.compile(
    r"(?:please\s+)?(?:insert|enter|fill|add|specify|provide|state|your|choose|select|einfügen|eintragen|einsetzen|ihr|insérer|saisir|indiquer|votre"
    r"|insertar|introducir|indicar|su|inserir|preencher|seu|inserire|inserisci|indicare|invoegen|invullen|uw)\s+\w|.*\s(?:einfügen|eintragen|einsetzen|invoegen|invullen)$",
    re.IGNORECASE,
)
"""Words that tell a writer what to put in their place, in the languages that figures are read in."""
_BESIDE = re.compile(rf"({re.escape(NOT_FILLED_IN)})\s{{0,3}}[(\[]([^()\[\]\n|]{{2,60}})[)\]]")
"""Words in brackets right after a place."""
_SEVERAL = re.compile(rf"(?:{_SIGN}\s?)?{re.escape(NOT_FILLED_IN)}(?:\s?[.,'’]\s?{re.escape(NOT_FILLED_IN)})+")
"""The parts of one figure, of which none is filled in."""
_DUMMY = re.compile(r"\blorem\s{1,9}ipsum\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?P<mark>^\s{0,9}(?:[-*+>]\s{1,9}|\d{1,9}[.)]\s{1,9})?)?[^.!?…|\n]+[.!?…]*")
_DUMMY_TEXT = """
    lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua
    enim ad minim veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat duis aute irure in
    reprehenderit voluptate velit esse cillum eu fugiat nulla pariatur excepteur sint occaecat cupidatat non proident sunt
    culpa qui officia deserunt mollit anim id est laborum
"""
"""What typesetters fill pages with, after Cicero's De finibus 1.10.32."""
_DUMMY_WORDS = frozenset(_DUMMY_TEXT.split())
FILLED = 0.6
"""The share of a paragraph's words in dummy text from which on it is that."""


def with_placeholders_named(markdown: str) -> str:
    """Markdown in which every place that was to be filled in says that it is not. Code stays as it is."""
    links = frozenset(name.casefold() for name in _DEFINED.findall(markdown))
    lines: list[str] = []
    fenced = False
    for line in markdown.splitlines():
        fence = line.lstrip().startswith(("```", "~~~"))
        fenced = fenced != fence
        lines.append(line if fenced or fence else _named(line, links))
    return "\n".join(lines)


def _named(line: str, links: frozenset[str]) -> str:
    if _is_filler(line):
        return NOT_FILLED_IN
    codes = [code.group() for code in _CODE.finditer(line)]
    told = _CODE.sub("\ue000", line)
    told = templates_named(_FIGURE.sub(NOT_FILLED_IN, told))
    told = _BLANK.sub(NOT_FILLED_IN, told) if re.search(r"\w", told) else told
    told = _ANGLED.sub(lambda found: found[0] if is_a_tag(found["words"]) else NOT_FILLED_IN, _TO_COME.sub(NOT_FILLED_IN, told))  # fmt: skip
    told = _BRACKETED.sub(lambda found: NOT_FILLED_IN if _is_empty(told, found, links) else found[0], told)
    told = _BESIDE.sub(lambda found: found[1] if _INSTRUCTION.match(found[2]) else found[0], told)
    told = _SEVERAL.sub(NOT_FILLED_IN, _SENTENCE.sub(_without_dummy_text, told) if _DUMMY.search(told) else told)
    return re.sub("\ue000", lambda _: codes.pop(0), told)


def _is_empty(line: str, found: re.Match[str], links: frozenset[str]) -> bool:
    """Whether words in brackets wait for a value: they are capitals, stand beside a sign of money, or are all that is said."""
    words = found["words"].strip()
    if NOT_FILLED_IN in words:
        return True
    if words.casefold() in links or not re.search(r"[^\W\d_]{2,}", words) or re.search(r"://|[@^]", words):
        return False
    if (words.upper() == words and words.lower() != words) or _INSTRUCTION.match(words):
        return True
    if found["sign"] or _UNIT.match(line, found.end()) or _is_before_a_currency(line, found.end()):
        return True
    is_begun = _VALUE.search(line, max(0, found.start() - _NEAR), found.start())
    return is_begun is not None and _END_OF_VALUE.match(line, found.end()) is not None


def _is_before_a_currency(line: str, end: int) -> bool:
    """Whether a currency stands there that is of what is before it: no figure follows, and it is no single letter."""
    currencies, after = currency_after(line, end, "ja")
    return (
        bool(currencies)
        and not (line[end:after].strip().isascii() and after - end < 3)
        and not re.match(r"\s*\d", line[after:])
    )


def _without_dummy_text(sentence: re.Match[str]) -> str:
    return f"{sentence['mark'] or ''}{NOT_FILLED_IN}" if _DUMMY.search(sentence[0]) else sentence[0]


def _is_filler(line: str) -> bool:
    found = re.findall(r"[^\W\d_]+", line.lower())
    return len(found) >= 5 and sum(1 for word in found if word in _DUMMY_WORDS) >= FILLED * len(found)
