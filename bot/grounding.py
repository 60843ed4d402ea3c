"""Is a sentence supported by the passages it cites? Pure and deterministic.

What it checks: every figure with its kind (money, percentage, duration, year), every name, negation and the direction of
comparisons, and that most of the sentence's words stand in one of the passages. What it cannot see: a wrong relation
between right words ("Java is needed for Agile"), and paraphrases that share no word, stem or listed synonym.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from knowledge.lexical import terms
from knowledge.passages import Passage
from knowledge.statements import statements
from knowledge.words import fold, is_asking_word, is_function_word, meanings, stem, words

LEAST_SHARE = 0.6
"""The share of a claim's content words that the passage must hold; set on the project's own claims benchmark."""
MOST_CITED = 3
"""A claim may rest on this many passages at once."""

_CITATION = re.compile(r"\s*\[(\d{1,2})\]")
_MONEY = re.compile(
    r"(?P<sign>US\$|[$£€¥₹])\s?(?P<a>\d[\d,.]*)\s?(?P<ak>[kKmM](?![a-z]))?|(?P<b>\d[\d,.]*)\s?(?P<bk>[kKmM](?![a-z]))?\s?(?P<unit>dollars|euros|pounds|USD|EUR|GBP)\b",
    re.IGNORECASE,
)
_PERCENT = re.compile(r"(\d[\d.]*)\s?(?:%|percent\b|per cent\b)", re.I)
_NUMBER = re.compile(r"(?<![\w.,])(\d[\d,]*(?:\.\d+)?)\s?([kK](?![a-z]))?")
_SPELLED = {w: n for n, w in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"])} | {
    "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "hundred": 100
}  # fmt: skip
_CURRENCY = {"us$": "$", "dollars": "$", "usd": "$", "euros": "€", "eur": "€", "pounds": "£", "gbp": "£"}
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|hardly|lacks?|rarely)\b|n['’]t\b|\bun(?:necessary|needed|related)\b",
    re.I,
)
_UP = re.compile(
    r"\b(?:more|higher|increase[ds]?|above|over|at least|minimum|faster|grow(?:s|ing|th)?|rise[sn]?|exceeds?|highest|top)\b",
    re.I,
)
_DOWN = re.compile(
    r"\b(?:less|lower|decrease[ds]?|decline[ds]?|below|under|at most|maximum|slower|shrink(?:s|ing)?|fall(?:s|ing)?|lowest|bottom|fewer)\b",
    re.I,
)
_ABSOLUTE = re.compile(r"\b(?:all|every|always|only|must|guaranteed?|mandatory|everyone|exactly|exclusively)\b", re.I)
_ABOUT_THE_GUIDE = re.compile(
    r"\b(?:guides?|passages?|documents?)\b[^.]{0,40}\b(?:do(?:es)?(?: not|n['’]t)|is silent|gives? no|says? nothing|no)\b|\bnot (?:covered|mentioned|stated|given|in the guide)\b", re.I
)  # fmt: skip


@dataclass(frozen=True)
class Claim:
    """A sentence or list item of an answer: its text without citation marks, and the numbers it cites."""

    text: str
    cited: tuple[int, ...]
    prefix: str = ""


@dataclass(frozen=True)
class Verdict:
    """Whether a claim may be shown, resting on which passages (by number), or else why not."""

    supported: bool
    cited: tuple[int, ...] = ()
    why: str = ""


def claims(text: str) -> list[Claim]:
    """The claims of a composed answer, in order; list markers and line breaks are kept as prefixes."""
    return list(_claims(text))


def _claims(text: str) -> Iterator[Claim]:
    from knowledge.blocks import sentences

    for number, line in enumerate(text.splitlines()):
        marker = re.match(r"^\s*(?:[-*+•]\s+|\d{1,2}[.)]\s+|#+\s+|>\s+)?", line)
        mark = marker[0] if marker else ""
        gap = "\n" if number else ""
        for part in _with_their_citations(sentences(line[len(mark) :])):
            cited = tuple(dict.fromkeys(int(found) for found in _CITATION.findall(part)))
            yield Claim(_CITATION.sub("", part).strip(), cited, gap + mark)
            gap, mark = "", " "
        if not line.strip():
            yield Claim("", (), gap)


def _with_their_citations(parts: Sequence[str]) -> list[str]:
    """Sentences with the citation marks that follow their full stop."""
    joined: list[str] = []
    for part in parts:
        marks = re.match(r"^(?:\[\d{1,2}\]\s*)+", part)
        if joined and marks:
            joined[-1] += f" {marks[0].strip()}"
            part = part[marks.end() :]  # noqa: PLW2901  # what is left is the next sentence
        if part.strip():
            joined.append(part)
    return joined


def judge(claim: Claim, passages: Sequence[Passage]) -> Verdict:
    """Whether the passages support a claim; `passages` are numbered from 1.

    A claim that cites the wrong passages is given the right one when there is one. A claim about what the guide
    does not say needs no passage, but may state no figure and no name that the passages lack.
    """
    if not re.search(r"\w", claim.text):
        return Verdict(True)
    if _ABOUT_THE_GUIDE.search(claim.text):
        return Verdict(True, ()) if not figures(claim.text) else Verdict(False, (), "a figure without a source")
    cited = [number for number in claim.cited if 1 <= number <= len(passages)]
    why = _lack(claim.text, [passages[number - 1] for number in cited]) if cited else "no source"
    if not why:
        return Verdict(True, tuple(cited[:MOST_CITED]))
    for number, passage in enumerate(passages, 1):
        if not _lack(claim.text, [passage]):
            return Verdict(True, (number,))
    return Verdict(False, (), why)


def _lack(claim: str, passages: Sequence[Passage]) -> str:
    """What of a claim the passages do not hold; nothing when they support it."""
    there = frozenset[str]().union(*(figures(_whole(passage)) for passage in passages))
    if missing := [figure for figure in figures(claim) if not _figure_stands(figure, there)]:
        return f"the figure {missing[0]}"
    held = frozenset[str]().union(*(_held(passage) for passage in passages))
    if missing := [name for name in _names(claim) if held.isdisjoint(_alike(name))]:
        return f"the name {missing[0]}"
    content = _content(claim)
    met = [word for word in content if not held.isdisjoint(_alike(word))]
    if len(met) < LEAST_SHARE * len(content):
        return "its wording"
    return _contradiction(claim, content, passages)


def _contradiction(claim: str, content: Sequence[str], passages: Sequence[Passage]) -> str:
    """Whether the nearest sentence of the passages says the opposite."""
    nearest = _nearest(content, passages)
    if bool(_NEGATION.search(claim)) != bool(_NEGATION.search(nearest)):
        return "a negation"
    if (_UP.search(claim) and _DOWN.search(nearest) and not _UP.search(nearest)) or (
        _DOWN.search(claim) and _UP.search(nearest) and not _DOWN.search(nearest)
    ):
        return "the direction of a comparison"
    if (strong := _ABSOLUTE.search(claim)) and not _ABSOLUTE.search(nearest):
        return f"the word {strong[0]}"
    return ""


def _nearest(content: Sequence[str], passages: Sequence[Passage]) -> str:
    """The statement of the passages that shares most with a claim, with its lead."""
    wanted = frozenset[str]().union(*(_alike(word) for word in content)) if content else frozenset[str]()
    there = [f"{s.lead} {s.text}" for passage in passages for s in statements(passage)]
    return max(there, key=lambda text: len(wanted & _terms(text)), default="")


@lru_cache(maxsize=4096)
def _terms(text: str) -> frozenset[str]:
    return frozenset(terms(text))


@lru_cache(maxsize=2048)
def _held(passage: Passage) -> frozenset[str]:
    found = words(_whole(passage))
    joined = {stem(a + b) for a, b in pairwise(found)}
    return frozenset(map(stem, found)) | {f"={name}" for name in meanings(found)} | joined


def _whole(passage: Passage) -> str:
    guide = passage.guide
    return "\n".join([guide.title, guide.role, guide.region, guide.edition, *passage.heading, passage.text])


def _alike(word: str) -> frozenset[str]:
    return frozenset({stem(word), *(f"={name}" for name in meanings([word]))})


def _content(text: str) -> list[str]:
    found = [word for word in words(text) if not is_function_word(word) and not is_asking_word(word)]
    return [word for word in found if not word.isdigit()]


def _names(claim: str) -> list[str]:
    """Words written like names: with a capital inside the sentence, or with digits or signs in them."""
    found: list[str] = []
    for match in re.finditer(r"[^\s,;:()\[\]\"“”]+", claim):
        written = match.group().strip(".!?*_'’`")
        inside = bool(claim[: match.start()].strip(" -*_>"))
        letters = re.sub(r"[^A-Za-zÀ-ÿ]", "", written)
        if len(letters) < 1 or _MONEY.fullmatch(written) or written == "I":
            continue
        upper_inside = re.search(r"[a-z][A-Z]|[A-Z]{2}|[A-Za-z]\d|[#+]$", written) is not None
        if upper_inside or (inside and written[:1].isupper()):
            found += [word for word in words(written) if not is_function_word(word)][:3]
    if (first := re.match(r"[*_\s]*([A-Z][\w.+#-]*)", claim)) and _first_is_a_name(first[1]):
        found.append(words(first[1])[0])
    return list(dict.fromkeys(found))


def _first_is_a_name(word: str) -> bool:
    """A first word is a name when English does not know it."""
    from knowledge.spelling import english_words

    folded = fold(word)
    return folded.isalpha() and folded not in english_words() and stem(folded) not in english_words()


def figures(text: str) -> frozenset[str]:
    """The figures of a text in one spelling each: "$120000", "15%", "5"."""
    found = set[str]()
    rest = text
    for match in _MONEY.finditer(text):
        amount = _value(match["a"] or match["b"], match["ak"] or match["bk"])
        sign = fold(match["sign"] or match["unit"])
        found.add(f"{_CURRENCY.get(sign, sign)}{amount}")
        rest = rest.replace(match.group(), " ", 1)
    for match in _PERCENT.finditer(rest):
        found.add(f"{_value(match[1], None)}%")
    rest = _PERCENT.sub(" ", rest)
    found.update(_value(match[1], match[2]) for match in _NUMBER.finditer(rest))
    found.update(
        str(_SPELLED[word]) for word in re.findall(r"[a-z]+", rest.lower()) if word in _SPELLED and word != "one"
    )
    return frozenset(found)


def _value(digits: str, thousands: str | None) -> str:
    number = float(digits.rstrip(".,").replace(",", "") or 0) if digits.count(".") <= 1 else 0.0
    factor = {"k": 1_000, "m": 1_000_000}.get((thousands or "").lower(), 1)
    return f"{number * factor:g}" if number * factor < 1e6 else f"{number * factor:.0f}"


def _figure_stands(figure: str, there: frozenset[str]) -> bool:
    """An amount without a currency is the same amount; a percentage is not a number."""
    if figure in there:
        return True
    bare = figure.lstrip("$€£¥₹")
    if figure == bare and not figure.endswith("%"):
        return any(other.lstrip("$€£¥₹") == bare for other in there)
    return False
