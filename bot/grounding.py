"""Is a sentence supported by the passages it cites? Pure and deterministic.

What it checks, against the passages' sentences, items and rows, taken apart into clauses:
- every figure stands there, of the same kind (money and currency, percentage, number), counting the same thing, for the
  same period;
- every name (capitals, digits, signs), level and role stands there;
- every other word that carries meaning stands there, or a synonym of the thesaurus, or a word of nearly the same vector;
- words and figures that stand in different rows or clauses are not put together;
- negations and the direction of comparisons agree with the nearest clause, and "all", "only" or "must" are not added.

What it cannot see: a relation turned round ("Jenkins replaced GitHub Actions"), a wrong cause, words put together wrongly
inside one clause, and paraphrases further from the text than synonyms, which it withholds although they may be true.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from bot.figures import CURRENCIES, TIME_UNITS, amounts, figures, period, quantities, stands
from knowledge.lexical import terms
from knowledge.likeness import likeness
from knowledge.matching import LEVELS
from knowledge.orders import without_orders
from knowledge.passages import Passage
from knowledge.questions import ROLE_NOUNS
from knowledge.statements import Shape, statements
from knowledge.words import fold, is_asking_word, is_function_word, meanings, stem, words

LIKE = 0.42
"""From this cosine of their vectors on a word stands for another; set on tests/evals/claims.yaml."""
MOST_CITED = 3
"""A claim may rest on this many passages at once."""

_CITATION = re.compile(r"\s*\[(\d{1,2})\]")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|hardly|lacks?|rarely|nobody|nothing)\b|n['’]t\b|\bun(?:necessary|needed|related)\b|\b(?!un|regard|neverthe|nonethe|server|wire|price|count)[a-z]{4,}less\b",
    re.I,
)
_UP = re.compile(
    r"\b(?:more|higher|increase[ds]?|above|over|at least|minimum|faster|grow(?:s|ing|th)?|rise[sn]?|exceeds?|highest)\b",
    re.I,
)
_DOWN = re.compile(
    r"\b(?:less|lower|decrease[ds]?|decline[ds]?|below|under|at most|up to|maximum|slower|shrink(?:s|ing)?|falls?|lowest|fewer)\b",
    re.I,
)
_ABSOLUTE = re.compile(
    r"\b(?:all|every|always|only|must|guarantee[ds]?|mandatory|everyone|exactly|exclusively|never)\b", re.I
)
_ABOUT_THE_GUIDE = re.compile(
    r"\b(?:guides?|passages?|documents?)\b[^.]{0,40}\b(?:do(?:es)?(?: not|n['’]t)|is silent|gives? no|says? nothing|no)\b|\bnot (?:covered|mentioned|stated|given|in the guide)\b", re.I
)  # fmt: skip
_CLAUSE = re.compile(r",?\s+(?:and|but|while|whereas|although|though|or)\s+|[;:]\s+|,\s+", re.I)
_LIMIT = re.compile(
    r"\b(?:(?P<least>more than|over|above|at least|a minimum of|from)|(?P<most>less than|fewer than|under|below|at most|up to|a maximum of))\s+(?P<figure>(?:US\$|[$£€¥₹])?\s?[\w.,]+)", re.I
)  # fmt: skip
_LIGHT = frozenset(
    map(
        stem,
        [
            "stand",
            "prefer",
            "reach",
            "build",
            "create",
            "set",
            "provide",
            "offer",
            "receive",
            "begin",
            "remain",
            "stay",
            "tend",
            "serve",
            "span",
            "addition",
            "additionally",
            "plus",
            "altogether",
            "overall",
            "nearly",
            "almost",
            "along",
            "besides",
            "therefore",
            "however",
            "according",
            "follow",
            "write",
            "written",
            "fit",
            "fitting",
            "suit",
        ],
    )
)
"""Stems of words that carry a sentence along and state nothing by themselves."""
_IS_A = re.compile(r"^[^,;]{1,60}?\s(?:is|are)\s(?:an?|the|one of|among|some of)\s", re.I)
_PLACE_IN = re.compile(r"\b([A-Z][a-zà-ÿ]+), ([A-Z]{2})\b")
_DEGREES = frozenset(["bachelor", "bachelors", "master", "masters", "phd", "doctorate", "bsc", "msc", "diploma", "mba"])
"""Words that stand only for themselves, though the thesaurus counts them all as degrees."""
_EXACT = LEVELS | ROLE_NOUNS | TIME_UNITS
"""Stems that no similar word stands for."""


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
    does not say needs no passage for that.
    """
    if not re.search(r"\w", claim.text):
        return Verdict(True)
    text = _beside_the_guide(claim.text)
    if not re.search(r"\w", text):
        return Verdict(True) if not figures(claim.text) else Verdict(False, (), "a figure without a source")
    cited = [number for number in claim.cited if 1 <= number <= len(passages)][:MOST_CITED]
    why = _lack(text, [passages[number - 1] for number in cited]) if cited else "no source"
    if not why:
        return Verdict(True, tuple(cited))
    for number, passage in enumerate(passages, 1):
        if not _lack(text, [passage]):
            return Verdict(True, (number,))
    return Verdict(False, (), why)


def _beside_the_guide(text: str) -> str:
    """What a claim says apart from that the guide does not say something."""
    if not _ABOUT_THE_GUIDE.search(text):
        return text
    parts = re.split(r"[,;]?\s+(?:but|however|though|although)\s+|;\s+", text)
    return ". ".join(part for part in parts if not _ABOUT_THE_GUIDE.search(part))


def _lack(claim: str, passages: Sequence[Passage]) -> str:
    """What of a claim the passages do not hold; nothing when they support it."""
    return (
        _missing_figure(claim, passages)
        or _missing_word(claim, passages)
        or _other_count(claim, passages)
        or _other_limit(claim, passages)
        or _mixed_up(claim, passages)
        or _apart(claim, passages)
        or _contradiction(claim, passages)
    )


def _missing_figure(claim: str, passages: Sequence[Passage]) -> str:
    there = frozenset[str]().union(*(figures(_whole(passage)) | _lengths(passage) for passage in passages))
    return next((f"the figure {figure}" for figure in sorted(figures(claim)) if not stands(figure, there)), "")


def _lengths(passage: Passage) -> frozenset[str]:
    """How many items or rows each list and table of a passage has: "six types" counts them."""
    listed = Counter(s.block for s in statements(passage) if s.shape is not Shape.SENTENCE)
    return frozenset(str(length) for length in listed.values() if length > 1)


def _missing_word(claim: str, passages: Sequence[Passage]) -> str:
    held = frozenset[str]().union(*(_held(passage) for passage in passages))
    names = _names(claim)
    for word in [*names, *_content(claim)]:
        if held.isdisjoint(_alike(word)) and (word in names or not _has_like(word, passages)):
            return f"the {'name' if word in names else 'word'} {word}"
    return ""


def _has_like(word: str, passages: Sequence[Passage]) -> bool:
    return stem(word) not in _EXACT and any(
        likeness(word, other) >= LIKE for passage in passages for other in _vocabulary(passage)
    )


def _other_count(claim: str, passages: Sequence[Passage]) -> str:
    """A number that counts something else there, or an amount for another period."""
    there = [quantity for passage in passages for quantity in quantities(_whole(passage))]
    for said in quantities(claim):
        same = [quantity for quantity in there if quantity.number == said.number]
        if said.unit and same and all(quantity.unit not in ("", said.unit) for quantity in same):
            return f"what {said.number} counts"
        counted = [word for word in said.counts[:2] if word not in TIME_UNITS]
        elsewhere = {word for quantity in there if quantity.number != said.number for word in quantity.counts}
        if counted and same and elsewhere.issuperset(counted) and not any(set(counted) & set(q.counts) for q in same):
            return f"what {said.number} counts"
    periods = {period(text) for text in _clauses(passages) if amounts(text) & amounts(claim)} - {""}
    return "the period of an amount" if period(claim) and periods and period(claim) not in periods else ""


def _other_limit(claim: str, passages: Sequence[Passage]) -> str:
    """A figure that is a lower limit in one and an upper limit in the other."""
    there = [limit for passage in passages for limit in _limits(_whole(passage))]
    for figure, is_least in _limits(claim):
        if (figure, not is_least) in there and (figure, is_least) not in there:
            return f"the limit {figure}"
    return ""


@lru_cache(maxsize=4096)
def _limits(text: str) -> tuple[tuple[str, bool], ...]:
    """The figures of a text that are limits, and whether each is the least."""
    return tuple(
        (figure, bool(found["least"])) for found in _LIMIT.finditer(text) for figure in figures(found["figure"])
    )


def _mixed_up(claim: str, passages: Sequence[Passage]) -> str:
    """Words of one row with those of another, or an amount with the words of another amount's clause."""
    for rows in _tables(passages):
        telling = [word for word in _said(claim) if 0 < sum(word <= row for row in rows) < len(rows)]
        if telling and not any(all(word <= row for word in telling) for row in rows):
            return "rows put together"
    clauses = [text for text in _clauses(passages) if amounts(text)]
    about = frozenset[str]().union(*(_terms(_about(passage)) for passage in passages))
    for part in _one_amount_each(claim):
        own = about.union(*(_terms(text) for text in clauses if amounts(text) & amounts(part)))
        others = frozenset[str]().union(*(_terms(text) for text in clauses if not amounts(text) & amounts(part)))
        if any(not alike & own and alike & others for alike in map(_alike, _content(part))):
            return "clauses put together"
    return ""


def _apart(claim: str, passages: Sequence[Passage]) -> str:
    """A city with another's state, or "X is a Y" of words that never stand in one clause."""
    whole = "\n".join(_whole(passage) for passage in passages)
    if wrong := next(
        (found for found in _PLACE_IN.finditer(claim) if found[2] in whole and found[0] not in whole), None
    ):
        return f"the place {wrong[0]}"
    if not _IS_A.match(claim):
        return ""
    held = frozenset[str]().union(*(_held(passage) for passage in passages))
    telling = [alike for alike in map(_alike, _content(claim)) if alike & held]
    clauses = (_terms(f"{clause} {_about(passage)}") for passage in passages for clause in _clauses_of(passage))
    return "" if any(all(alike & clause for alike in telling) for clause in clauses) else "words put together"


def _about(passage: Passage) -> str:
    return " ".join([passage.guide.title, passage.guide.role, passage.guide.region, *passage.heading])


def _said(claim: str) -> list[frozenset[str]]:
    """The words and numbers of a claim as the terms that a row has to hold."""
    return [frozenset({stem(word)}) for word in words(claim) if not is_function_word(word) and not is_asking_word(word)]


def _tables(passages: Sequence[Passage]) -> Iterator[list[frozenset[str]]]:
    """For each table the terms of its rows, without what all of them hold."""
    for passage in passages:
        blocks: dict[int, list[frozenset[str]]] = {}
        for statement in statements(passage):
            if statement.shape is Shape.ROW:
                blocks.setdefault(statement.block, []).append(_terms(statement.text))
        yield from (rows for rows in blocks.values() if len(rows) > 1)


def _one_amount_each(claim: str) -> Iterator[str]:
    """The parts of a claim that name an amount, at most one each."""
    part = ""
    for piece in _CLAUSE.split(claim):
        if part and amounts(part) and amounts(piece):
            yield part
            part = ""
        part = f"{part} {piece}"
    if amounts(part):
        yield part


def _contradiction(claim: str, passages: Sequence[Passage]) -> str:
    """Whether the nearest clause of the passages says the opposite."""
    near = _nearest(claim, passages)
    if bool(_NEGATION.search(claim)) != any(_NEGATION.search(text) for text in near):
        return "a negation"
    up, down = (any(way.search(text) for text in near) for way in (_UP, _DOWN))
    if (_UP.search(claim) and down and not up) or (_DOWN.search(claim) and up and not down):
        return "the direction of a comparison"
    strong = _ABSOLUTE.search(claim)
    return f"the word {strong[0]}" if strong and not any(_ABSOLUTE.search(text) for text in near) else ""


def _nearest(claim: str, passages: Sequence[Passage]) -> list[str]:
    """The clauses of the passages that share most with a claim."""
    said = [word for word in words(claim) if not is_function_word(word)]
    wanted = [_alike(word) for word in said if not _UP.fullmatch(word) and not _DOWN.fullmatch(word)]

    def shared(clause: str) -> float:
        there = _terms(clause)
        met = sum(1 for alike in wanted if alike & there)
        return met + 0.5 * met / (len(there) or 1)

    scored = [(shared(clause), clause) for clause in _clauses(passages)]
    best = max((score for score, _ in scored), default=0.0)
    return [clause for score, clause in scored if score == best]


def _clauses(passages: Sequence[Passage]) -> list[str]:
    return [clause for passage in passages for clause in _clauses_of(passage)]


@lru_cache(maxsize=2048)
def _clauses_of(passage: Passage) -> tuple[str, ...]:
    return tuple(
        f"{statement.lead} {clause}".strip()
        for statement in statements(passage)
        for clause in _cut(statement.text, statement.shape)
    )


def _cut(text: str, shape: Shape) -> list[str]:
    """The clauses of a sentence: parts of four words or more between its conjunctions; a row is one clause."""
    if shape is Shape.ROW:
        return [text]
    found: list[str] = []
    for part in re.split(r",\s+(?=(?:and|but|or|so|while|whereas|although|though)\s)|;\s+", text):
        if found and len(part.split()) < 4:
            found[-1] += f", {part}"
        else:
            found.append(part)
    return found


@lru_cache(maxsize=4096)
def _terms(text: str) -> frozenset[str]:
    return frozenset(terms(text))


@lru_cache(maxsize=2048)
def _held(passage: Passage) -> frozenset[str]:
    found = words(_whole(passage))
    joined = {stem(a + b) for a, b in pairwise(found)}
    return frozenset(map(stem, found)) | {f"={name}" for name in meanings(found)} | joined


@lru_cache(maxsize=2048)
def _vocabulary(passage: Passage) -> tuple[str, ...]:
    """The words of a passage that a similar word may stand for."""
    found = dict.fromkeys(words(_whole(passage)))
    return tuple(word for word in found if word.isalpha() and not is_function_word(word) and stem(word) not in _EXACT)


def _whole(passage: Passage) -> str:
    guide = passage.guide
    return "\n".join(
        [guide.title, guide.role, guide.region, guide.edition, *passage.heading, without_orders(passage.text)]
    )


@lru_cache(maxsize=8192)
def _alike(word: str) -> frozenset[str]:
    if word in _DEGREES:
        return frozenset({stem(word)})
    root = {stem(word.removesuffix("less"))} if len(word) > 6 else set()  # blameless: without blame
    return frozenset({stem(word), *root, *(f"={name}" for name in meanings([word]))})


def _content(text: str) -> list[str]:
    found = [word for word in words(text) if not is_function_word(word) and not is_asking_word(word)]
    return [word for word in found if stem(word).isalpha() and stem(word) not in _LIGHT | CURRENCIES]


def _names(claim: str) -> list[str]:
    """Words written like names: with a capital inside the sentence, or with digits or signs in them."""
    found: list[str] = []
    for match in re.finditer(r"[^\s,;:()\[\]\"“”]+", claim):
        written = match.group().strip(".!?*_'’`")
        inside = bool(claim[: match.start()].strip(" -*_>"))
        letters = re.sub(r"[^A-Za-zÀ-ÿ]", "", written)
        if len(letters) < 1 or amounts(written) or written == "I":
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
