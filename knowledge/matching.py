"""Does a statement answer what was asked: are the words that carry the question met, and is it the right kind of answer?"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.lexical import terms
from knowledge.passages import Passage
from knowledge.questions import Ask, Wanted, Word
from knowledge.statements import Statement, statements

OWN, HEADING, PLACE, BESIDE = 1.0, 0.95, 0.85, 0.6
"""What it counts when a word is met by the statement itself (with its lead), by its heading, by the rest of its
place (title, file, upper headings), or only by its neighbours in the passage."""

_UNIT = r"(?:years?|yrs?|months?|weeks?|days?|hours?|hrs?|minutes?|mins?|pay periods?|quarters?|sprints?)"
_COUNT = r"(?:\d+(?:[.,]\d+)?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|ninety|an?|half|couple of)"
MONEY = re.compile(
    r"(?:US\$|[$£€¥₹]|\b(?:USD|GBP|EUR|CHF|LKR|INR|CAD|AUD)\b)\s?\d|\d[\d.,]*\s?[kK]?\s?(?:dollars|euros|pounds|USD|GBP|EUR|€|£|\$)",
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

_KIND: dict[Wanted, tuple[re.Pattern[str], ...]] = {
    Wanted.MONEY: (MONEY,),
    Wanted.PERCENT: (PERCENT,),
    Wanted.DURATION: (DURATION, VAGUE_DURATION),
    Wanted.NUMBER: (NUMBER,),
    Wanted.FREQUENCY: (FREQUENCY, DURATION),
}


TYPED = frozenset(_KIND)
"""The kinds of things that have a form of their own."""


@dataclass(frozen=True)
class Match:
    """A statement weighed against a question.

    `credit` tells for each carrying word of the question how well it is met, 0 to 1; `share` is their weighted mean;
    `right_kind` whether the statement holds the kind of thing that was asked for.
    """

    statement: Statement
    credit: tuple[float, ...]
    context: float
    share: float
    right_kind: bool
    passage_score: float
    similarity: float = 0.0

    @property
    def score(self) -> float:
        """What statements of one question are ranked by."""
        return (
            self.share
            + 0.15 * self.context
            + 0.25 * self.passage_score
            + 0.35 * self.similarity
            + (0.25 if self.right_kind else 0.0)
        )


def weigh(ask: Ask, passages: Sequence[tuple[Passage, float]]) -> list[Match]:
    """Every statement of the passages against the question, best first. The scores are the passages' own, 0 to 1."""
    matches = [_weigh(ask, statement, score) for passage, score in passages for statement in statements(passage)]
    return sorted(matches, key=lambda match: -match.score)


def unmet(ask: Ask, matches: Iterable[Match]) -> list[Word]:
    """The carrying words of a question that none of the statements meets."""
    best = [max(of_word, default=0.0) for of_word in zip(*(match.credit for match in matches), strict=True)]
    return [word for word, credit in zip(ask.words, best or [0.0] * len(ask.words), strict=True) if credit == 0.0]


def _weigh(ask: Ask, statement: Statement, passage_score: float) -> Match:
    own, heading, place, beside = _surroundings(statement)
    layers = ((own, OWN), (heading, HEADING), (place, PLACE), (beside, BESIDE))
    credit = tuple(_credit(word, layers) for word in ask.words)
    context = _mean([_credit(word, layers) for word in ask.context], [word.weight for word in ask.context])
    share = _mean(credit, [word.weight for word in ask.words])
    return Match(statement, credit, context, share, is_right_kind(ask.wanted, statement.text), passage_score)


def is_right_kind(wanted: Wanted, text: str) -> bool:
    """Whether a text holds the kind of thing that is wanted; kinds without a form of their own always do."""
    return any(pattern.search(text) for pattern in _KIND[wanted]) if wanted in _KIND else True


def _credit(word: Word, layers: Sequence[tuple[frozenset[str], float]]) -> float:
    return next((worth for there, worth in layers if not word.alike.isdisjoint(there)), 0.0)


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    return sum(v * w for v, w in zip(values, weights, strict=True)) / (sum(weights) or 1.0)


@lru_cache(maxsize=8192)
def _surroundings(
    statement: Statement,
) -> tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]:
    passage = statement.passage
    guide = passage.guide
    place = " ".join([*passage.heading[:-1], guide.title, guide.path, guide.role, guide.region])
    return (
        frozenset(terms(f"{statement.lead} {statement.text}")),
        frozenset(terms(passage.heading[-1] if passage.heading else "")),
        frozenset(terms(place)),
        frozenset(terms(passage.text)),
    )
