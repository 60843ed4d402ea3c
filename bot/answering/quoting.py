"""An answer in the guides' own words, without a chat model: the statements that answer, or the passages that come nearest.

A reader (knowledge.search.reader) says of each statement of the passages found how surely it answers. A regression fitted on
labelled questions (`make fit`) turns that and the scores of the search into the probability that the best statement
is right, and two fitted limits tell three outcomes apart: covered, nearest, not covered.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.answering.conversation import Coverage
from bot.answering.excerpts import by_itself, quotation, told, words
from bot.answering.figures import figures, stands
from bot.answering.names import names, stands_in
from bot.answering.spans import contradicts
from knowledge.fitted import Logistic, number
from knowledge.passages import Passage
from knowledge.search.reader import Reader
from knowledge.search.searcher import Hit
from knowledge.statements import Shape, Statement, statements
from knowledge.words import stem

READ = 3
"""Passages that are read with the question in mind."""
READ_TOGETHER = 5
"""The same of a question that leans on earlier ones: it is searched for alone and together with them."""
LIST_WORDS = 50
"""A list or table of at most so many words is quoted whole."""
LIKELIER_THAN_NOT = 0.5
LARGEST = 5.0
"""A feature of certainty counts as this where it is larger; what lies beyond has been seen too rarely to be fitted."""


@dataclass(frozen=True)
class Judged:
    """A statement, the place of its passage among the hits, and the logit of its answering the question, among all read."""

    statement: Statement
    hit: int
    logit: float


@dataclass(frozen=True)
class Quote:
    """What is quoted to a question.

    `text` cites hits by their place from 1; `probability` is how surely the best statement answers; `is_probable` tells
    whether passages that come nearest answer more often than not: of 96 such labelled questions, sources left out, 67 were.
    """

    coverage: Coverage
    text: str
    probability: float
    is_probable: bool = False


@dataclass(frozen=True)
class Size:
    """How much is quoted: so many words of so many passages, until the statements hold this share of the probability of
    all that were read.
    """

    words: int
    passages: int
    share: float


GIVEN = Size(words=80, passages=2, share=0.95)
"""What is given as the answer. Where the reader is sure, one statement holds nearly everything."""
NEAREST = Size(words=120, passages=3, share=0.99)
"""What is offered in doubt. The likeliest statements held the answer more often than what stands around the best one."""


@dataclass(frozen=True)
class Extract:
    """What is quoted of one passage: the place of its hit from 1, and the statements in their order."""

    hit: int
    statements: tuple[Statement, ...]

    @property
    def passage(self) -> Passage:
        """The passage it is taken from."""
        return self.statements[0].passage


class Quoter:
    """Quotes passages that were found for a question. Reading takes some milliseconds a passage: call it in a thread."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._certainty = Logistic.named("certainty")

    def quote(self, question: str, hits: Sequence[Hit], joined: str = "") -> Quote:
        """The quote that answers a question, or comes nearest; without text where nothing is near.

        `joined` is the question with the turns before it that it leans on.
        """
        judged = self.judged(question, hits, joined)
        if not judged:
            return Quote(Coverage.NOT_COVERED, "", 0.0)
        features = certainty_features(question, hits, judged)
        probability = self._certainty.probability(features)
        may = may_be_claimed(features)
        if may and probability >= number("covered"):
            return Quote(Coverage.COVERED, given(judged), probability)
        if probability >= number("nearest"):
            return Quote(
                Coverage.NEAREST, nearest(judged, question), probability, may and probability >= LIKELIER_THAN_NOT
            )
        return Quote(Coverage.NOT_COVERED, "", probability)

    def best(self, question: str, hits: Sequence[Hit]) -> str:
        """The single best statement, however sure."""
        judged = self.judged(question, hits)
        return f"{by_itself(judged[0].statement)} [{judged[0].hit}]" if judged else ""

    def more(self, question: str, judged: Sequence[Judged]) -> str:
        """What stands in the passages found for a question beside their best statements."""
        return nearest(judged[1:] or judged, question)

    def judged(self, question: str, hits: Sequence[Hit], joined: str = "") -> list[Judged]:
        """Every statement of the best passages, the surest first."""
        read = [hit.passage for hit in hits[: READ_TOGETHER if joined else READ]]
        logits: Sequence[Sequence[float]] = self._reader.read(question, read)
        if joined:
            logits = blended(logits, self._reader.read(joined, read), number("joined_share"))
        return compared(hits, logits, number("search_share"))


def blended(
    alone: Sequence[Sequence[float]], joined: Sequence[Sequence[float]], joined_share: float
) -> list[list[float]]:
    """The logits of a last turn read alone and joined with the turns that it leans on, as one.

    Joined it holds the earlier question, too, which the passage may answer all the better; alone it may lack what "and in
    Berlin?" asks for.
    """
    return [
        [joined_share * together + (1 - joined_share) * by_itself for by_itself, together in zip(*pair, strict=True)]
        for pair in zip(alone, joined, strict=True)
    ]


def compared(hits: Sequence[Hit], logits: Sequence[Sequence[float]], search_share: float) -> list[Judged]:
    """Every statement of the passages that were read, the surest first.

    Logits of different passages are compared after what search thinks of them: the distance of a passage's score from
    the best one's, times `search_share`, is added. A question that the passage itself asks is no answer: what follows it is.
    """
    found = [
        Judged(statement, place, logit + search_share * (hit.score - hits[0].score))
        for place, (hit, of_passage) in enumerate(zip(hits, logits, strict=False), 1)
        for statement, logit in _answering(statements(hit.passage), of_passage)
    ]
    return sorted(found, key=lambda one: -one.logit)


def _answering(there: Sequence[Statement], logits: Sequence[float]) -> Iterator[tuple[Statement, float]]:
    """The statements that can answer, with their logits; one that stands after a question is as likely as that, too."""
    asked = -math.inf
    for place, (statement, own) in enumerate(zip(there, logits, strict=True)):
        logit = max(own, asked)
        asks = statement.text.rstrip("*_ ").endswith(("?", "？", "؟"))
        asked = logit if asks else -math.inf
        if not asks or place + 1 == len(there):
            yield statement, logit


def may_be_claimed(features: Mapping[str, float]) -> bool:
    """Whether a quote may count as the answer at all: not where a name of the question stands nowhere in its passage, or the
    reader finds it likelier that nothing answers.
    """
    return not features["names_missing"] and features["answered"] >= 0.5


def certainty_features(question: str, hits: Sequence[Hit], judged: Sequence[Judged]) -> Mapping[str, float]:
    """What tells how surely the best statement answers: the reader's logits, the search's scores, and the names and
    figures of the question that its passage lacks.
    """
    best = judged[0]
    hit = hits[best.hit - 1]
    passage = " ".join([hit.passage.guide.title, *hit.passage.heading, hit.passage.text])
    others = [one.logit for one in judged[1:] if not _belongs(one.statement, best.statement)]
    mass = sum(math.exp(min(one.logit, 30.0)) for one in judged)
    return {
        "logit": max(-LARGEST, min(LARGEST, best.logit)),
        "answered": mass / (1 + mass),
        "margin": min(LARGEST, best.logit - max(others, default=best.logit - LARGEST)),
        "rank": float(best.hit == 1),
        "dense": hit.dense,
        "statement": hit.statement,
        "lexical": hit.lexical,
        "names_missing": float(sum(not stands_in(name, passage) for name in names(question))),
        "figures_missing": float(any(not stands(figure, figures(passage)) for figure in figures(question))),
        "lead": min(LARGEST, hits[0].score - hits[1].score) if len(hits) > 1 else 0.0,
    }


def _belongs(one: Statement, other: Statement) -> bool:
    """Whether two statements are parts of one list or table."""
    return one.passage is other.passage and one.block == other.block and one.shape is not Shape.SENTENCE


def given(judged: Sequence[Judged]) -> str:
    """The likeliest statements as the answer, each passage with its citation."""
    return "\n\n".join(told(one.statements, one.hit) for one in extracts(judged, GIVEN))


def extracts(judged: Sequence[Judged], size: Size) -> list[Extract]:
    """The likeliest statements, by passage: the passage of the likeliest first, lists and tables whole where they are short."""
    chosen: dict[int, dict[int, Statement]] = {}
    left = size.words
    for one in _likeliest(judged, size.share):
        there = chosen.get(one.hit, {})
        for unit in (_unit(one.statement, judged), [one.statement]):
            taken = _in_order([*there.values(), *unit])
            needed = words(list(taken.values())) - words(list(there.values()))
            if not chosen or (needed <= left and (there or len(chosen) < size.passages)):
                chosen[one.hit] = taken
                left -= needed
                break
    return [Extract(hit, tuple(there.values())) for hit, there in chosen.items()]


def _in_order(some: Sequence[Statement]) -> dict[int, Statement]:
    """Statements of a passage by their places, in order, each once."""
    return {one.position: one for one in sorted(some, key=lambda one: one.position)}


def _likeliest(judged: Sequence[Judged], share: float) -> Iterator[Judged]:
    """The first of the statements, the surest first, that together hold a share of the probability."""
    weights = [math.exp(one.logit - judged[0].logit) for one in judged]
    wanted, held = share * sum(weights), 0.0
    for one, weight in zip(judged, weights, strict=True):
        yield one
        held += weight
        if held >= wanted:
            return


def _unit(statement: Statement, judged: Sequence[Judged]) -> Sequence[Statement]:
    """What is quoted together with a statement: a short list or table whole, and what a sentence leads up to, of a long
    one the likeliest.
    """
    there = statements(statement.passage)
    if statement.shape is Shape.SENTENCE:
        led = [one for one in there if _leads(statement, one)]
        return [statement, *(led if words(led) <= LIST_WORDS else _as_much(_by_probability(led, judged)))]
    whole = [one for one in there if one.block == statement.block]
    return whole if words(whole) <= LIST_WORDS else [statement]


def _leads(sentence: Statement, other: Statement) -> bool:
    """Whether a sentence introduces the list or table that another statement is in."""
    return other.block == sentence.block + 1 and bool(other.lead) and other.lead.startswith(sentence.text)


def _by_probability(led: Sequence[Statement], judged: Sequence[Judged]) -> list[Statement]:
    """Statements, the likeliest first."""
    places = {id(one.statement): place for place, one in enumerate(judged)}
    return sorted(led, key=lambda one: places.get(id(one), len(judged)))


def _as_much(led: Sequence[Statement]) -> Sequence[Statement]:
    """The first of some statements, as much as a short list has; one in any case."""
    fits = [count for count in range(1, len(led) + 1) if words(list(_in_order(led[:count]).values())) <= LIST_WORDS]
    return led[: max(fits, default=1)]


def nearest(judged: Sequence[Judged], question: str = "") -> str:
    """The statements that come nearest, quoted under the headings of their passages, one that stands out in bold.

    One of other figures than the question's, as another band of pay, never stands out.
    """
    bold = {hit: one for hit, one in _outstanding(judged).items() if not contradicts(question, one)}
    found = extracts(judged, NEAREST)
    return "\n\n".join(
        f"*{place}* [{extract.hit}]\n{quotation(extract.statements, bold.get(extract.hit))}"
        for extract, place in zip(found, _places([extract.passage for extract in found]), strict=True)
    )


def _outstanding(judged: Sequence[Judged]) -> Mapping[int, Statement]:
    """By the place of its hit the statement that is likelier than all others of its passage together, where there is one.

    In passages that hold the answer (394 labelled questions) it was right 81 times in 100, the likeliest of others 38 times.
    """
    weights: dict[int, list[float]] = {}
    for one in judged:
        weights.setdefault(one.hit, []).append(math.exp(one.logit - judged[0].logit))
    surest = {one.hit: one.statement for one in reversed(judged)}
    return {hit: surest[hit] for hit, there in weights.items() if there[0] > sum(there[1:])}


def _places(passages: Sequence[Passage]) -> list[str]:
    """Where passages stand, each told from those of other guides: by headings, else with the guide's title, else with its path."""
    headings = [" › ".join(passage.heading[1:]) or passage.heading[0] for passage in passages]
    titled = [" › ".join(dict.fromkeys([passage.guide.title, *passage.heading])) for passage in passages]
    named = [f"{title} ({passage.guide.path})" for title, passage in zip(titled, passages, strict=True)]
    places = list(headings)
    for longer in (titled, named):
        guides = [{p.guide for p, place in zip(passages, places, strict=True) if place == own} for own in places]
        places = [more if len(there) > 1 else place for place, more, there in zip(places, longer, guides, strict=True)]
    return places


def unknown_names(question: str, vocabulary: Mapping[str, int]) -> list[str]:
    """The names in a question that stand nowhere in the guides, not even as another form of the word."""
    stems = {stem(word) for word in vocabulary}
    return [name for name in names(question) if name not in vocabulary and stem(name) not in stems]
