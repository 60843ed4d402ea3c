"""Does a statement answer what was asked: are the words that carry the question met, and is it the right kind of answer?"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

from knowledge.lexical import pairs, terms
from knowledge.passages import Guide, Passage
from knowledge.questions import ATTRIBUTES, CARRYING_WEIGHT, ROLE_NOUNS, Ask, Wanted, Word
from knowledge.statements import Shape, Statement, statements
from knowledge.words import concepts, is_function_word, meanings, stem, words

OWN, HEADING, PLACE, BESIDE = 1.0, 0.95, 0.85, 0.6
"""What it counts when a word is met by the statement itself (with its lead), by its heading, by the rest of its
place (title, file, upper headings), or only by its neighbours in the passage."""

TOGETHER_WEIGHT = 0.2
"""What it counts when all neighbouring words of a question are neighbours in a statement."""

ABOUT_WEIGHT = 0.1
"""What it counts when all that carries a question names the role of the statement's guide."""

LONG, OFF_PER_WORD, LONGEST_OFF = 20, 0.005, 0.1
"""From how many words on a statement is long, what each further one takes from it, and the most that all take."""

_UNIT = r"(?:years?|yrs?|months?|weeks?|days?|hours?|hrs?|minutes?|mins?|pay periods?|quarters?|sprints?)"
_COUNT = r"(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|ninety|an?|half|couple of)"
MONEY = re.compile(
    r"(?:US\$|R\$|[$£€¥₹]|\b(?:USD|GBP|EUR|CHF|LKR|INR|CAD|AUD|SEK|NOK|DKK|PLN|JPY|BRL)\b)\s?\d"
    r"|\d[\d.,]*\s?[kK]?\s?(?:(?:US|Canadian|Australian) )?(?:dollars|euros|pounds|kron(?:or|er)|francs|rupees|yen|zloty|reais|USD|GBP|EUR|CHF|SEK|NOK|DKK|PLN|JPY|INR|CAD|€|£|\$|円|万円)",
    re.IGNORECASE,
)
PERCENT = re.compile(r"\d\s?(?:%|percent|per cent)", re.I)
DURATION = re.compile(rf"\b{_COUNT}\s?\+?(?:\s?(?:-|–|to|or|and)\s?{_COUNT}\+?)?[\s-]{_UNIT}\b", re.I)
VAGUE_DURATION = re.compile(rf"\b(?:several|some|a few|many|multiple|a number of)\s(?:more )?{_UNIT}\b", re.I)
NUMBER = re.compile(rf"\d|\b{_COUNT.replace('|an?|half|couple of', '')}\b", re.I)
FREQUENCY = re.compile(
    r"\b(?:every|each|once|twice|daily|weekly|fortnightly|bi-?weekly|monthly|quarterly|quarter|yearly|annual(?:ly)?|per (?:day|week|month|quarter|year)|a (?:day|week|month|quarter|year))\b|毎|四半期|chaque",
    re.I,
)
RANKS = re.compile(
    r"\b(?:most|more|highest|best|lowest|least|better|fewer|higher|lower|top|bottom|largest|smallest|less|increasingly|popular)\b|\w+est\b",
    re.I,
)

TIME = re.compile(
    rf"{DURATION.pattern}|{FREQUENCY.pattern}|\b(?:19|20)\d\d\b|\b(?:january|february|march|april|may|june|july|august|september|october|november|december)\b|\b\d{{1,2}}(?:st|nd|rd|th)\b"
    r"|\b(?:after|before|until|within|once|as soon as|during|upon|by the|when(?:ever)?)\b|\bat the (?:start|end|beginning)\b",
    re.I,
)

REASON = re.compile(
    r"\b(?:because|since|due to|owing to|as a result|so that|in order to|therefore|thus|reasons?|otherwise|ensures?|helps?|allows?|enables?|why|leads? to|means that)\b", re.I
)  # fmt: skip

_KIND: dict[Wanted, tuple[re.Pattern[str], ...]] = {
    Wanted.MONEY: (MONEY,),
    Wanted.PERCENT: (PERCENT,),
    Wanted.DURATION: (DURATION, VAGUE_DURATION),
    Wanted.NUMBER: (NUMBER,),
    Wanted.FREQUENCY: (FREQUENCY, DURATION),
    Wanted.TIME: (TIME,),
}


TYPED = frozenset(_KIND)
"""The kinds of things that have a form of their own."""
_DEFINES = re.compile(r"\b(?:is|are|means?|refers? to|stands? for|defines?|describes?|known as|called)\b", re.I)
_EMPTY_HEADING = re.compile(
    r"(?:[\divx]+[.)]\s+)?(?:in |the |an? )?(?:conclusions?|concluding (?:remarks|thoughts)|closing (?:remarks|thoughts|words)|final (?:thoughts|words)|intro(?:duction)?|summary|overview|preface|foreword|wrapping up|to sum up)\W*",
    re.IGNORECASE,
)
LEVELS = frozenset(
    map(stem, ["senior", "staff", "principal", "junior", "lead", "associate", "distinguished", "chief", "sr", "jr"])
)
"""Stems of the words that make another role of a role when they stand before it."""


@dataclass(frozen=True)
class Match:
    """A statement weighed against a question.

    `credit` tells for each carrying word of the question how well it is met, 0 to 1; `share` is their weighted mean;
    `kind` how far the statement holds the kind of thing that was asked for, 0 to 1; `together` the share of the
    question's neighbouring words that are neighbours in it too; `off` what speaks against it; `about` how much of the question
    names the role that its whole guide is about.
    """

    statement: Statement
    credit: tuple[float, ...]
    context: float
    share: float
    kind: float
    together: float
    off: float
    passage_score: float
    about: float = 0.0

    @property
    def right_kind(self) -> bool:
        """Whether the statement holds the kind of thing that was asked for at all."""
        return self.kind > 0

    @property
    def answers(self) -> float:
        """How well the statement answers by itself."""
        meant = 0.15 * self.context + ABOUT_WEIGHT * self.about
        return self.share + meant + 0.25 * self.kind + TOGETHER_WEIGHT * self.together - self.off

    @property
    def score(self) -> float:
        """What statements of one question are ranked by."""
        return self.answers + 0.25 * self.passage_score


def weigh(ask: Ask, passages: Sequence[tuple[Passage, float]]) -> list[Match]:
    """Every statement of the passages against the question, best first. The scores are the passages' own, 0 to 1."""
    readings = {
        guide: _Reading.of(ask, guide, [passage for passage, _ in passages if passage.guide == guide])
        for guide in {passage.guide for passage, _ in passages}
    }
    matches = [
        _weigh(readings[passage.guide], statement, score)
        for passage, score in passages
        for statement in statements(passage)
    ]
    return sorted(matches, key=lambda match: -match.score)


@dataclass(frozen=True)
class _Reading:
    """A question as it is put to one guide, whose statements are all about its role.

    `named` tells which words of the question name that role: every statement meets them. Where the guide says itself
    that this is its role, they have no `weights` among its statements, and `about` is their share of what carries the
    question. `pairs` are the question's neighbouring words, neither of which names the role; of `given` both do.
    """

    ask: Ask
    named: tuple[bool, ...]
    weights: tuple[float, ...]
    pairs: tuple[str, ...]
    given: int = 0
    about: float = 0.0

    @classmethod
    def of(cls, ask: Ask, guide: Guide, found: Sequence[Passage]) -> Self:
        """A question as it is put to a guide of which passages were found.

        One that names nothing but the guide's role is put as it is, and so is one that only asks what they do, where
        no passage tells it.
        """
        role = subject(guide)
        named = tuple(role.names(word) for word in ask.words)
        weights = _weights(ask.words, named, bool(guide.role))
        telling = [word for word, weight in zip(ask.words, weights, strict=True) if weight]
        if all(word.weight < CARRYING_WEIGHT and " " in word.text for word in telling):
            there = {term for passage in found for term in terms(f"{passage.heading[-1]} {passage.text}")}
            weights = tuple(weight * any(word.alike & there for word in telling) for weight in weights)
        if not any(named) or not any(weights):
            return cls(ask, (False,) * len(named), tuple(word.weight for word in ask.words), tuple(pairs(ask.text)))
        naming = {term for word, is_named in zip(ask.words, named, strict=True) if is_named for term in word.alike}
        neighbours = pairs(ask.text)
        others = tuple(pair for pair in neighbours if naming.isdisjoint(pair.split(" ")))
        given = sum(naming.issuperset(pair.split(" ")) for pair in neighbours)
        return cls(ask, named, weights, others, given, (1.0 - _left(ask.words, named)) if guide.role else 0.0)


def _weights(asked: Sequence[Word], named: Sequence[bool], declared: bool) -> tuple[float, ...]:
    """The weights of a question's words beside those that name the role; none where there is nothing else in it.

    Words that people ask with keep their share of the question; in one like "how do I become …" they carry it.
    """
    told = list(zip(asked, named, strict=True))
    left = _left(asked, named)
    if not left:
        return tuple(CARRYING_WEIGHT if word.alike & _ASKED_FOR and not is_named else 0.0 for word, is_named in told)
    if not declared:
        return tuple(word.weight for word in asked)
    return tuple(
        0.0 if is_named else word.weight if word.weight >= CARRYING_WEIGHT else word.weight * left
        for word, is_named in told
    )


def _left(asked: Sequence[Word], named: Sequence[bool]) -> float:
    """How much of what carries a question does not name the role."""
    carrying = [is_named for word, is_named in zip(asked, named, strict=True) if word.weight >= CARRYING_WEIGHT]
    return carrying.count(False) / (len(carrying) or 1)


def _weigh(reading: _Reading, statement: Statement, passage_score: float) -> Match:
    ask = reading.ask
    layers = _surroundings(statement)
    credit = tuple(
        OWN if named else _credit(word, layers) for word, named in zip(ask.words, reading.named, strict=True)
    )
    context = _mean([_credit(word, layers) for word in ask.context], [word.weight for word in ask.context])
    share = _mean(credit, reading.weights)
    together = _together(reading, layers[0])
    kind, off = _kind(ask, statement), _off(ask, statement)
    return Match(statement, credit, context, share, kind, together, off, passage_score, reading.about)


def _together(reading: _Reading, own: "_Layer") -> float:
    held = reading.given + sum(pair in own.pairs for pair in reading.pairs)
    return held / ((reading.given + len(reading.pairs)) or 1)


def _kind(ask: Ask, statement: Statement) -> float:
    """1 for what was asked for, less for what only comes near it, 0 for something else."""
    text = statement.text
    if ask.wanted is Wanted.DURATION and not DURATION.search(text):
        return 0.4 if VAGUE_DURATION.search(text) else 0.0
    if ask.wanted is Wanted.DEFINITION:
        return 1.0 if _defines(ask, statement) else 0.5
    if ask.wanted is Wanted.LIST and ask.listed:
        return 1.0 if _is_listed(ask, statement) else 0.3
    if ask.wanted is Wanted.REASON and not REASON.search(text):
        return 0.5 if any(word.weight >= 1.0 for word in ask.words[:1]) and len(ask.text.split()) > 2 else 0.0
    return 1.0 if is_right_kind(ask.wanted, text) else 0.0


def _is_listed(ask: Ask, statement: Statement) -> bool:
    """Whether a statement is one of a list of what the question wants listed."""
    above = f"{statement.passage.heading[-1]} {statement.lead}"
    return statement.shape is not Shape.SENTENCE and not ask.listed.isdisjoint(terms(above))


def _defines(ask: Ask, statement: Statement) -> bool:
    """Whether a statement says what the first carrying word of a question is."""
    term = next((word for word in ask.words if word.weight >= 1.0), None)
    verb = _DEFINES.search(statement.text)
    return term is not None and verb is not None and not term.alike.isdisjoint(terms(statement.text))


def says_what_is_below(heading: str) -> bool:
    """Whether a heading says what stands below it; a conclusion only says again what other sections tell."""
    return not _EMPTY_HEADING.fullmatch(heading.strip())


def _off(ask: Ask, statement: Statement) -> float:
    """What speaks against a statement: it asks itself, says nothing new or again, or is about another level of the role."""
    empty = ask.wanted not in TYPED and _says_nothing_new(ask, statement)
    asks = 0.3 if statement.text.rstrip("*_ ").endswith(("?", "？")) else 0.0
    wordy = min(LONGEST_OFF, OFF_PER_WORD * max(0, len(statement.text.split()) - LONG))
    again = 0.05 * (not says_what_is_below(statement.passage.heading[-1]))
    return asks + wordy + again + 0.1 * empty + 0.05 * _other_level(ask, statement)


def _says_nothing_new(ask: Ask, statement: Statement) -> bool:
    """Whether all words of a statement but one stand in the question already, as in a label."""
    asked = {term for word in ask.words for term in word.alike}
    said = {stem(word) for word in words(statement.text) if not is_function_word(word)}
    return sum(1 for word in said if word not in asked and asked.isdisjoint(f"={m}" for m in meanings([word]))) < 2


def _other_level(ask: Ask, statement: Statement) -> bool:
    asked = {term for word in ask.words for term in word.alike}
    there = {*pairs(statement.text), *pairs(statement.passage.heading[-1])}
    return any(
        first in LEVELS and second in asked and asked.isdisjoint({first, *(f"={name}" for name in concepts(first))})
        for first, second in (pair.split(" ") for pair in there)
    )


def is_right_kind(wanted: Wanted, text: str) -> bool:
    """Whether a text holds the kind of thing that is wanted; kinds without a form of their own always do."""
    return any(pattern.search(text) for pattern in _KIND[wanted]) if wanted in _KIND else True


@dataclass(frozen=True)
class _Layer:
    """The words of a part of a statement's surroundings, and what it counts when they meet one of the question.

    In a loose layer a word is met wherever it stands: a folder is called by the company's name alone.
    """

    terms: frozenset[str]
    pairs: frozenset[str]
    worth: float
    loose: bool

    def meets(self, word: Word) -> bool:
        """Whether the layer holds a word, next to what it has to stand next to."""
        met = word.alike & self.terms
        if not met or not word.beside or self.loose or any(term.startswith("=") for term in met):
            return bool(met)
        return any(
            f"{one} {near}" in self.pairs or f"{near} {one}" in self.pairs for one in met for near in word.beside
        )

    def names(self, word: Word) -> bool:
        """Whether the layer holds a word of a script that tells words apart."""
        return self.meets(word) and not _UNSPACED.search(word.text)


def _credit(word: Word, layers: Sequence[_Layer]) -> float:
    if layers[-1].names(word):
        return layers[-1].worth
    return next((layer.worth for layer in layers if layer.meets(word)), 0.0)


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(v * w for v, w in zip(values, weights, strict=True)) / (sum(weights) or 1.0)


@lru_cache(maxsize=8192)
def _surroundings(statement: Statement) -> tuple[_Layer, ...]:
    passage = statement.passage
    guide = passage.guide
    above = " ".join([*passage.heading[:-1], guide.title, guide.role, guide.region])
    return (
        _layer(f"{statement.lead} {statement.text}", OWN),
        _layer(passage.heading[-1] if passage.heading else "", HEADING),
        _layer(above, PLACE),
        _layer(guide.path, PLACE, loose=True),
        _layer(passage.text, BESIDE),
        _common(passage.heading[-1] if passage.heading else ""),
    )


@lru_cache(maxsize=8192)
def _layer(text: str, worth: float, *, loose: bool = False) -> _Layer:
    return _Layer(frozenset(terms(text)), frozenset(pairs(text)), worth, loose)


_ALTERNATIVES = re.compile(r"\s*(?:[,;/&+]|\b(?:and|or)\b)\s*", re.IGNORECASE)


_ASKED_FOR = frozenset(f"={name}" for name in [*ATTRIBUTES, "become"])
_UNSPACED = re.compile("[\u2e80-\ud7af]")


@lru_cache(maxsize=4096)
def subject(guide: Guide) -> _Layer:
    """The role that a whole guide is about: what it says is its role, with its title in full, which may say more of it.

    The title of a guide without a role may name a topic, of which each statement tells another part, or a role. What
    a question can ask for by itself (pay, skills) is no part of a role's title.
    """
    if not guide.role and stem(next(reversed(words(guide.title)), "")) not in ROLE_NOUNS:
        return _common("")
    telling = " ".join(word for word in guide.title.split() if ATTRIBUTES.isdisjoint(meanings(words(word))))
    role, title = _common(guide.role), _common(telling)
    return _Layer(role.terms | title.terms, role.pairs | title.pairs, OWN, loose=False)


@lru_cache(maxsize=8192)
def _common(name: str) -> _Layer:
    """What all below a name is about: of "duties and responsibilities" duties, of "pay and benefits" neither."""
    parts = [frozenset(terms(part)) for part in _ALTERNATIVES.split(name) if part.strip()]
    return _Layer(frozenset.intersection(*parts) if parts else frozenset(), frozenset(pairs(name)), OWN, loose=False)
