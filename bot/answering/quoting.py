"""An answer in the guides' own words, without a chat model: the statements that answer, or the passages that come nearest.

A reader (knowledge.reader) says of each statement of the passages found how surely it answers. A regression fitted on
labelled questions (`make fit`) turns that and the scores of the search into the probability that the best statement
is right, and two fitted limits tell three outcomes apart: covered, nearest, not covered.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.answering.conversation import Coverage
from bot.answering.names import names
from knowledge.fitted import Logistic, number
from knowledge.passages import Passage
from knowledge.reader import Reader
from knowledge.search import Hit
from knowledge.statements import Shape, Statement, statements
from knowledge.words import stem

READ = 3
"""Passages that are read with the question in mind."""
WINDOWS = 2
"""Passages shown where none surely answers."""
NEAREST_WORDS = 120
"""Words of the passages shown together where none surely answers."""
LONGEST_LIST = 15
"""Items of a list that are given; a longer one says that it goes on."""
LIST_SHARE = 0.25
"""A list is given whole where no item has more than this share of what all its items have, so that none answers alone."""
_RELATIVE_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?!https?:)[^()]*\)")


@dataclass(frozen=True)
class Judged:
    """A statement, the place of its passage among the hits, and the logit of its answering the question."""

    statement: Statement
    hit: int
    logit: float


@dataclass(frozen=True)
class Quote:
    """What is quoted to a question.

    `text` cites hits by their place from 1; `probability` is how surely the best statement answers.
    """

    coverage: Coverage
    text: str
    probability: float


class Quoter:
    """Quotes passages that were found for a question. Reading takes some milliseconds a passage: call it in a thread."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._certainty = Logistic.named("certainty")

    def quote(self, question: str, hits: Sequence[Hit]) -> Quote:
        """The quote that answers a question, or comes nearest; without text where nothing is near."""
        judged = self.judged(question, hits)
        if not judged:
            return Quote(Coverage.NOT_COVERED, "", 0.0)
        features = certainty_features(question, hits, judged)
        probability = self._certainty.probability(features)
        if probability >= number("covered"):
            return Quote(Coverage.COVERED, given(judged), probability)
        if probability >= number("nearest"):
            return Quote(Coverage.NEAREST, nearest(judged), probability)
        return Quote(Coverage.NOT_COVERED, "", probability)

    def best(self, question: str, hits: Sequence[Hit]) -> str:
        """The single best statement, however sure."""
        judged = self.judged(question, hits)
        return _sentence(judged[0]) if judged else ""

    def more(self, judged: Sequence[Judged]) -> str:
        """What stands in the passages found beside their best statements."""
        return nearest(judged[1:] or judged)

    def judged(self, question: str, hits: Sequence[Hit]) -> list[Judged]:
        """Every statement of the best passages, the surest first."""
        read = [hit.passage for hit in hits[:READ]]
        logits = self._reader.read(question, read)
        found = [
            Judged(statement, place, logit)
            for place, (passage, of_passage) in enumerate(zip(read, logits, strict=True), 1)
            for statement, logit in zip(statements(passage), of_passage, strict=True)
        ]
        return sorted(found, key=lambda one: -one.logit)


def certainty_features(question: str, hits: Sequence[Hit], judged: Sequence[Judged]) -> Mapping[str, float]:
    """What tells how surely the best statement answers: the reader's logits and the search's scores."""
    best = judged[0]
    hit = hits[best.hit - 1]
    others = [one.logit for one in judged[1:] if not _belongs(one.statement, best.statement)]
    return {
        "logit": best.logit,
        "mass": math.log(sum(math.exp(min(one.logit, 30.0)) for one in judged) + 1e-9),
        "margin": best.logit - max(others, default=best.logit - 5.0),
        "rank": float(best.hit == 1),
        "dense": hit.dense,
        "statement": hit.statement,
        "lexical": hit.lexical,
        "lexical_statement": hit.lexical_statement,
        "lead": hits[0].score - (hits[1].score if len(hits) > 1 else hits[0].score - 2.0),
        "words": math.log(1 + len(question.split())),
        "listed": float(best.statement.shape is not Shape.SENTENCE),
    }


def _belongs(one: Statement, other: Statement) -> bool:
    """Whether two statements are parts of one list or table."""
    return one.passage is other.passage and one.block == other.block and one.shape is not Shape.SENTENCE


def given(judged: Sequence[Judged]) -> str:
    """The statements that answer, in their order: the best one with what is as sure beside it, or its whole list."""
    best = judged[0]
    if best.statement.shape is Shape.SENTENCE:
        beside = [one for one in judged[1:3] if _is_beside(one, best)]
        told = sorted([best, *beside], key=lambda one: one.statement.position)
        return " ".join(_sentence(one) for one in told)
    block = [one for one in judged if _belongs(one.statement, best.statement)]
    weights = [math.exp(min(one.logit, 30.0)) for one in block]
    if len(block) > 2 and max(weights) <= max(LIST_SHARE, 1.5 / len(block)) * sum(weights):
        return _listed(sorted(block, key=lambda one: one.statement.position))
    if len(block) > 1 and best.statement.shape is Shape.ITEM and sorted(weights)[-2] > 0.5 * max(weights):
        near = [one for one, weight in zip(block, weights, strict=True) if weight > 0.3 * max(weights)]
        return _listed(sorted(near, key=lambda one: one.statement.position))
    return _sentence(best)


def _is_beside(one: Judged, best: Judged) -> bool:
    """Whether a sentence answers nearly as surely as the best and stands next to it."""
    near = one.statement.passage is best.statement.passage and one.statement.shape is Shape.SENTENCE
    return (
        near and abs(one.statement.position - best.statement.position) == 1 and one.logit > max(0.0, best.logit - 1.0)
    )


def _listed(block: Sequence[Judged]) -> str:
    first = block[0].statement
    shown = [f"- {tidy(one.statement.text)}" for one in block[:LONGEST_LIST]]
    more = [f"- … and {len(block) - LONGEST_LIST} more"] if len(block) > LONGEST_LIST else []
    lead = tidy(first.lead) if first.shape is Shape.ITEM else ""
    return "\n".join([f"{(lead or first.passage.heading[-1]).rstrip(':：')} [{block[0].hit}]:", *shown, *more])


def _sentence(one: Judged) -> str:
    """A statement by itself: an item with what it hangs from, a row with its column names."""
    statement = one.statement
    lead = tidy(statement.lead) if statement.shape is Shape.ITEM and len(statement.lead.split()) <= 25 else ""
    return f"{lead} {tidy(statement.text)} [{one.hit}]".strip()


def nearest(judged: Sequence[Judged]) -> str:
    """The passages that come nearest: each with its headings and what stands around its best statement, which is bold."""
    best: dict[str, Judged] = {}
    for one in judged:
        best.setdefault(one.statement.passage.id, one)
    chosen = list(best.values())[:WINDOWS]
    room = NEAREST_WORDS // len(chosen)
    return "\n\n".join(f"*{_place(one.statement.passage)}* [{one.hit}]\n{_window(one, room)}" for one in chosen)


def _window(one: Judged, room: int) -> str:
    """What stands around a statement, in whole statements and at most so many words; dots where the passage goes on."""
    there = statements(one.statement.passage)
    first = last = one.statement.position
    used = len(one.statement.text.split())
    while True:
        after = last + 1 < len(there) and used + len(there[last + 1].text.split()) <= room
        before = not after and first > 0 and used + len(there[first - 1].text.split()) <= room
        if not (after or before):
            break
        first, last = (first, last + 1) if after else (first - 1, last)
        used += len(there[last if after else first].text.split())
    lines = list(_lines(there[first : last + 1], one.statement))
    return "\n".join([*(["> …"] if first else []), *lines, *(["> …"] if last + 1 < len(there) else [])])


def _lines(shown: Sequence[Statement], best: Statement) -> Iterator[str]:
    """Statements as quoted Markdown: sentences of a paragraph on one line, items and rows as a list under their lead."""
    block, lead, open_line = -1, "", ""
    for statement in shown:
        text = tidy(statement.text).replace("**", "")
        text = f"**{text}**" if statement is best else text
        if statement.shape is Shape.SENTENCE and statement.block == block:
            open_line = f"{open_line} {text}"
            continue
        if open_line:
            yield f"> {open_line}"
        open_line = text if statement.shape is Shape.SENTENCE else ""
        if statement.shape is not Shape.SENTENCE:
            if statement.shape is Shape.ITEM and statement.lead and statement.lead != lead and statement.block != block:
                yield f"> {tidy(statement.lead)}"
            yield f"> - {text}"
            lead = statement.lead
        block = statement.block
    if open_line:
        yield f"> {open_line}"


def _place(passage: Passage) -> str:
    """A passage's headings in its guide, with the guide's title where there is no other."""
    return " › ".join(passage.heading[1:]) or passage.heading[0]


def unknown_names(question: str, vocabulary: Mapping[str, int]) -> list[str]:
    """The names in a question that stand nowhere in the guides, not even as another form of the word."""
    stems = {stem(word) for word in vocabulary}
    return [name for name in names(question) if name not in vocabulary and stem(name) not in stems]


def tidy(text: str) -> str:
    """A statement as it is shown: links that lead nowhere outside the guide become their text."""
    return _RELATIVE_LINK.sub(r"\1", text).strip()
