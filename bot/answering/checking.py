"""Is a piece of a model's reply supported by the passages it was given?

Facts that harm when they are wrong are compared strictly and without a model: amounts with their currency and period,
percentages, dates, numbers with their unit and limit, names. Wording is judged by MiniLM, fitted on sentences that
models wrote, faithful and false (`make fit`): sentence and passages pass through it together. Between two fitted
limits it does not decide, and the chat model is asked a second time.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING

from bot.answering.classifier import classifier
from bot.answering.figures import Figure, Kind, amounts, figures, implied, period, stands
from bot.answering.language import language_of
from bot.answering.model_output import Form, Piece, line_key
from bot.answering.names import names, stands_in
from knowledge.bare_figures import with_currency
from knowledge.fitted import number
from knowledge.minilm.model import MiniLM
from knowledge.passages import Passage
from knowledge.search import word_pieces
from knowledge.search.encoder import LocalEncoder
from knowledge.statements import Statement, statements

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

TASK = "checking"
EVIDENCE = 6
"""Statements that a sentence is read together with."""
PASSAGE_SHARE = 0.3
"""Weight of the passage's own vector beside its statement's when evidence is chosen."""
LOOKED_AT = 12
"""Statements among which the figures and names of a sentence stand if it says of them what the passages say."""
LONGEST_SENTENCE, LONGEST_STATEMENT, LONGEST_LEAD, LONGEST_EVIDENCE = 70, 80, 24, 200
"""Word pieces that are read of a sentence, of a statement, of a heading or lead, and of all evidence together."""
SEMICOLON = 1025
"""The word piece that ends a statement."""
LARGEST_LOGIT = 30.0
PASSAGES_KEPT = 512
"""Passages whose vectors are kept at hand."""
MOST_CITED = 3
UNSUPPORTED, UNTRUE = "the passages do not say it", "the passages do say something on it"
FEWEST_WORDS = 3
"""A shorter clause claims nothing of its own."""
_CLAUSE = re.compile(r"[;:–—.]\s|,\s")


class Standing(StrEnum):
    """What becomes of a piece."""

    SUPPORTED = "supported"
    DOUBTFUL = "doubtful"
    UNSUPPORTED = "unsupported"
    GAP = "gap"
    CHATTER = "chatter"


_RANK = (Standing.UNSUPPORTED, Standing.DOUBTFUL, Standing.SUPPORTED)


@dataclass(frozen=True)
class Verdict:
    """What becomes of a piece, and why.

    `cited` are the numbers of the passages that it rests on; `evidence` the statements it was compared with, for a
    second look; `likely` tells what stands where a doubt cannot be settled; `is_gap` marks a sentence on what the
    guides do not say, `is_of_question` that it speaks of what was asked; `above` are the pieces that lead it;
    `language` is the language of its passages.
    """

    standing: Standing
    cited: tuple[int, ...] = ()
    why: str = ""
    evidence: tuple[str, ...] = ()
    likely: bool = False
    is_gap: bool = False
    is_of_question: bool = True
    above: tuple[Piece, ...] = ()
    language: str = ""


@dataclass(frozen=True)
class Evidence:
    """A statement that a sentence may rest on, and the number of its passage in the prompt."""

    statement: Statement
    number: int

    @property
    def text(self) -> str:
        """The statement with its headings and what it hangs from, which say of whom, of what and in which currency it speaks."""
        passage, lead = self.statement.passage, self.statement.lead
        told = with_currency(self.statement.text, [passage.guide.title, *passage.heading, lead])
        return f"{' > '.join(passage.heading[-2:])}: {lead} {told}"


class Checker:
    """Judges pieces of replies. Safe to use from several threads; takes some 20 ms a sentence: call it in a thread."""

    def __init__(self, encoder: LocalEncoder, model: MiniLM | None = None) -> None:
        self._encoder = encoder
        self._model = model
        self._encoded = lru_cache(maxsize=PASSAGES_KEPT)(lambda passage: encoder.encode([passage])[0])

    def judge(self, piece: Piece, passages: Sequence[Passage], question: str = "") -> Verdict:
        """What becomes of a piece of a reply to a question that was given these passages, numbered from 1."""
        text = plain(piece.text)
        vector = self._encoder.vector(text)
        kinds = classifier("sentence_kinds").probabilities(vector)
        said = piece.form is Form.SENTENCE
        if said and kinds["chatter"] >= number("chatter"):
            return Verdict(Standing.CHATTER)
        near = self._nearest(vector, passages)
        if said and kinds["gap"] >= number("gap"):
            nearness = float(vector @ self._encoder.vector(question)) if question else 1.0
            about = nearness >= number("gap_of_question")
            return replace(self._gap(text, near, passages, question), is_of_question=about)
        return self._claim(piece, text, near)

    def misled(self, piece: Piece, passages: Sequence[Passage]) -> str:
        """What a heading, a lead-in or a table's header claims that the passages lack, in words; empty for nothing."""
        near = self.nearest(plain(piece.text), passages)
        return lacking(piece.text, [one.text for one in near], [one.statement.passage.text for one in near])

    def _claim(self, piece: Piece, text: str, near: Sequence[Evidence]) -> Verdict:
        """What becomes of a piece that says something, given the statements by how near they are to it."""
        evidence, everything = near[:EVIDENCE], [one.text for one in near]
        told, around = tuple(everything[:EVIDENCE]), [one.statement.passage.text for one in near]
        if harm := lacking(text, everything, around):
            return Verdict(Standing.UNSUPPORTED, (), harm, told)
        if quoted := [one for one in evidence if _is_quoted(text, one.statement.text)]:
            return Verdict(Standing.SUPPORTED, _cited(piece, quoted), "", told, likely=True, language=_spoken(quoted))
        support = self.support(text, evidence)
        standing, likely, why = _standing(support), support >= number("likely"), UNSUPPORTED
        if far := lacking(text, everything[:LOOKED_AT], around, spelled=True):
            standing, likely, why = (
                min(standing, Standing.DOUBTFUL, key=_RANK.index),
                support >= number("supported"),
                far,
            )
        return Verdict(standing, _cited(piece, evidence), why, told, likely, language=_spoken(evidence))

    def _gap(self, text: str, near: Sequence[Evidence], passages: Sequence[Passage], question: str) -> Verdict:
        """What becomes of a sentence on what the guides do not say: it may name what was asked for, and claim nothing else."""
        told = tuple(one.text for one in near[:EVIDENCE])
        around = [one.statement.passage.text for one in near]
        harm = lacking(text, [*(one.text for one in near), question], around) or self._smuggled(text, passages)
        standing = Standing.UNSUPPORTED if harm else Standing.DOUBTFUL
        return Verdict(standing, (), harm or UNTRUE, told, likely=not harm, is_gap=True)

    def _smuggled(self, text: str, passages: Sequence[Passage]) -> str:
        """The clause of a sentence on what the guides do not say that claims something all the same, and unsupported."""
        for clause in _CLAUSE.split(text):
            if len(clause.split()) >= FEWEST_WORDS:
                vector = self._encoder.vector(clause)
                claims = classifier("sentence_kinds").probabilities(vector)["claim"] >= number("gap")
                if claims and self.support(clause, self._nearest(vector, passages)[:EVIDENCE]) < number("supported"):
                    return f"“{clause.strip()}”: {UNSUPPORTED}"
        return ""

    def support(self, text: str, evidence: Sequence[Evidence]) -> float:
        """The logit of a sentence being supported by statements; 0 is even odds on the sentences it was fitted on."""
        import numpy as np

        sentence = word_pieces.of_text(text)[:LONGEST_SENTENCE]
        if not sentence or not evidence:
            return -LARGEST_LOGIT
        model = self._opened()
        ids = [word_pieces.FIRST, *sentence, word_pieces.LAST, *evidence_pieces(evidence), word_pieces.LAST]
        states = model.states(ids)
        said, head = states[1 : len(sentence) + 1], model.head
        weak = said @ head["head.token.weight"][0] + head["head.token.bias"][0]
        # One word without support is enough: the tokens' own logits are joined by a soft maximum.
        weakest = weak.max() + np.log(np.exp(weak - weak.max()).mean())
        seen = np.concatenate([said.mean(axis=0), states[0]])
        hidden = np.tanh(head["head.inner.weight"] @ seen + head["head.inner.bias"])
        return float(head["head.outer.weight"][0] @ hidden + head["head.outer.bias"][0] - weakest)

    def nearest(self, text: str, passages: Sequence[Passage]) -> list[Evidence]:
        """The statements of passages by how likely a sentence rests on them."""
        return self._nearest(self._encoder.vector(text), passages)

    def _nearest(self, vector: "Vector", passages: Sequence[Passage]) -> list[Evidence]:
        scored: list[tuple[float, Evidence]] = []
        for place, passage in enumerate(passages, 1):
            encoded = self._encoded(passage)
            shared = PASSAGE_SHARE * float(encoded.passage @ vector)
            scores = (encoded.statements @ vector).tolist()
            scored += [
                (score + shared, Evidence(statement, place))
                for statement, score in zip(statements(passage), scores, strict=True)
            ]
        return [one for _, one in sorted(scored, key=lambda pair: -pair[0])]

    def _opened(self) -> MiniLM:
        if self._model is None:
            self._model = MiniLM(TASK)
        return self._model


def plain(text: str) -> str:
    """A piece's words without the marks of Markdown."""
    return re.sub(r"[*_`|]+", " ", text).strip()


def _is_quoted(text: str, statement: str) -> bool:
    """Whether a sentence stands word for word in a statement."""
    return line_key(text) in line_key(statement)


def _spoken(evidence: Sequence[Evidence]) -> str:
    return language_of(evidence[0].statement.text) or "en" if evidence else ""


def _standing(support: float) -> Standing:
    if support >= number("supported"):
        return Standing.SUPPORTED
    return Standing.DOUBTFUL if support >= number("doubtful") else Standing.UNSUPPORTED


def _cited(piece: Piece, evidence: Sequence[Evidence]) -> tuple[int, ...]:
    """The passages that a piece cites and rests on; where it cites none of them, the nearest."""
    numbers = list(dict.fromkeys(one.number for one in evidence))
    own = [cited for cited in dict.fromkeys(piece.cited) if cited in numbers]
    return tuple((own or numbers[:1])[:MOST_CITED])


def evidence_pieces(evidence: Sequence[Evidence]) -> list[int]:
    """Evidence in the order of the guide, each passage under its headings and each list under its lead."""
    ids: list[int] = []
    passage: Passage | None = None
    lead = ""
    for one in sorted(evidence, key=lambda one: (one.number, one.statement.position)):
        statement = one.statement
        if statement.passage is not passage:
            passage, lead = statement.passage, ""
            ids += [*word_pieces.of_text(" > ".join(passage.heading[-2:]))[:LONGEST_LEAD], word_pieces.COMMA]
        if statement.lead and statement.lead != lead:
            lead = statement.lead
            ids += word_pieces.of_text(lead)[:LONGEST_LEAD]
        ids += [*word_pieces.of_text(statement.text)[:LONGEST_STATEMENT], SEMICOLON]
    return ids[:LONGEST_EVIDENCE]


def lacking(text: str, evidence: Sequence[str], around: Sequence[str] = (), *, spelled: bool = False) -> str:
    """Which figure or name of a sentence is not in its evidence, in words for the mentors; empty where all are.

    `around` are the passages of the first pieces of evidence: what an amount is for (a year, an hour) may be said there.

    Numbers in words that count no time ("two things") are looked at only with `spelled`: a writer may have counted.
    """
    language = language_of(text) or "en"
    there = _distinct(figure for one in evidence for figure in (*figures(one, language), *implied(one)))
    for figure in _distinct(figures(text, language)):
        if _is_spelled_count(figure, text) and not spelled:
            continue
        if not stands(figure, there):
            return f"“{figure.written}” is not in the passages"
        if _turned(figure, there):
            return f"“{figure.written}” has another limit in the passages"
    if wrong := _wrong_period(text, evidence, around):
        return wrong
    held = " \n ".join(evidence)
    missing = next((name for name in names(text) if not stands_in(name, held)), "")
    return f"“{missing}” is not in the passages" if missing else ""


def _distinct(figures: Iterable[Figure]) -> list[Figure]:
    """Figures without those that say the same, so that a thousand alike cost no more than one."""
    return list({(f.kind, f.value, f.currencies, f.unit, f.limit): f for f in figures}.values())


def _is_spelled_count(figure: Figure, text: str) -> bool:
    return figure.kind is Kind.NUMBER and not figure.unit and figure.written not in text


def _turned(figure: Figure, there: Sequence[Figure]) -> bool:
    """Whether a figure is a limit to one side here and to the other side everywhere in the evidence."""
    limits = {other.limit for other in there if figure.same_value(other)}
    return bool(figure.limit) and bool(limits) and all(limit and limit != figure.limit for limit in limits)


def _wrong_period(text: str, evidence: Sequence[str], around: Sequence[str]) -> str:
    """Whether an amount is for another period (a year, an hour) than everywhere in the evidence."""
    said = period(text)
    for amount in amounts(text) if said else ():
        told = {
            period(one) or period(passage)
            for one, passage in zip_longest(evidence, around, fillvalue="")
            if stands(amount, amounts(one))
        }
        if told and "" not in told and said not in told:
            return f"“{amount.written}” is for another period in the passages"
    return ""
