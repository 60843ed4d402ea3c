"""Fits what the checker lets through: labelled sentences of models, each with the passages of its guide."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from bot.answering.checking import EVIDENCE, LOOKED_AT, Checker, lacking, plain
from bot.answering.classifier import classifier
from bot.answering.model_output import read_reply
from knowledge.documents.reading import GuideFile, read
from knowledge.passages import Document, Passage, split
from knowledge.search.encoder import LocalEncoder
from tests.fitting.labelled import DATA, REPLIES_ABOUT, SETS, SHARED, lines, shared_questions
from tests.fitting.regression import area_under_curve

TRUE = ("faithful", "gap")
JUDGED = (*TRUE, "false", "gapfalse")
GUIDES_OF_SHARED = {
    "shipped guide": ("../../main/knowledge/guides/senior-backend-software-engineer.md",),
    "documents": (
        "corpus/zenika/paths/architecture.md",
        "corpus/bls-ooh/html/database-administrators.txt",
        "corpus/tts-handbook/pages/travel-and-leave/paid-parental-leave.md",
        "corpus/tech-interview-handbook/understanding-compensation.md",
    ),
}
"""As the README of the shared sentences names them."""


@dataclass(frozen=True)
class Labelled:
    """A sentence that a model wrote to a question, with the passages it was given; `kind` is the writer's own word."""

    text: str
    question: str
    passages: tuple[Passage, ...]
    is_true: bool
    is_gap: bool
    kind: str
    writer: str


def own(writers: Sequence[str] = ()) -> Iterator[Labelled]:
    """The sentences of our sets, of some writers or of all."""
    for name in SETS:
        written = DATA / name / "sentences.jsonl"
        if written.exists() and (not writers or name in writers):
            for s in lines(written):
                yield _labelled(
                    s, s["label"], s["question"], passages_of(DATA / name / "guides" / s["file"]), s["kind"], name
                )
    for name, about in REPLIES_ABOUT.items():
        if not writers or name in writers:
            for reply in lines(DATA / "replies" / f"{name}.jsonl"):
                there = passages_of(DATA / about / "guides" / reply["file"])
                for s in reply["sentences"]:
                    if s["label"] in JUDGED and len(plain(s["text"]).split()) > 1:
                        yield _labelled(s, s["label"], reply["question"], there, s["label"], name)


def shared() -> Iterator[Labelled]:
    """The shared sentences, which nothing is fitted on; nothing where they are missing."""
    for s in shared_questions("sentences/sentences.jsonl"):
        there = tuple(p for path in GUIDES_OF_SHARED[s["guide"]] for p in passages_of((SHARED / path).resolve()))
        label = "gap" if s["kind"] == "notcov" else s["label"]
        yield _labelled(s, label, s["question"], there, s["kind"], "shared")


@lru_cache(maxsize=512)
def passages_of(path: Path) -> tuple[Passage, ...]:
    """The passages of a file."""
    found = read(GuideFile(path.parent, path))
    assert isinstance(found, Document)
    return tuple(split(found))


def _labelled(
    s: Mapping[str, Any], label: str, question: str, passages: tuple[Passage, ...], kind: str, writer: str
) -> Labelled:
    return Labelled(s["text"], question, passages, label in TRUE, label.startswith("gap"), kind, writer)


@dataclass(frozen=True)
class Scored:
    """A sentence with what the checker sees in it."""

    sentence: Labelled
    support: float
    gap: float
    lacks: str
    far: str


def scored(sentences: Iterator[Labelled], encoder: LocalEncoder) -> list[Scored]:
    """Sentences as the checker sees them, the marks of a reply taken off."""
    checker = Checker(encoder)
    return [_scored(one, checker, encoder) for one in sentences]


def limits(judged: Sequence[Scored]) -> dict[str, float]:
    """The logits from which on a claim is shown, is likelier true than not, and is looked at a second time.

    `supported` lets one in ten false claims pass, `likely` withholds one in twelve true ones, and below `doubtful`
    lie one in fifty true ones: there a second look would not be worth its time.
    """
    claims = [one for one in judged if not one.sentence.is_gap and not one.lacks]
    true = np.array([one.support for one in claims if one.sentence.is_true])
    false = np.array([one.support for one in claims if not one.sentence.is_true])
    told = {
        "supported": np.quantile(false, 0.9),
        "likely": np.quantile(true, 0.08),
        "doubtful": np.quantile(true, 0.02),
    }
    return {name: round(float(value), 3) for name, value in told.items()}


def gap_limit(encoder: LocalEncoder) -> tuple[float, dict[str, float]]:
    """The cosine with the question from which on a gap is shown as it was written, and what it makes of others.

    One in ten gaps of other writers, in answers to other questions about other guides, lies above it. The figures are
    the shares of gaps above a limit that was set without their writer: their own and those of others.
    """
    gaps = [one for one in own() if one.is_gap]
    texts = np.array([encoder.vector(plain(one.text)) for one in gaps])
    questions = np.array([encoder.vector(one.question) for one in gaps])
    writers, true = np.array([one.writer for one in gaps]), np.array([one.is_true for one in gaps])
    cosines = texts @ questions.T
    strange = writers[:, None] != writers[None, :]
    kept, passed = [], []
    for writer in dict.fromkeys(writers.tolist()):
        is_own = writers == writer
        limit = np.quantile(cosines[strange & ~is_own[:, None] & ~is_own[None, :]], 0.9)
        kept += (np.diag(cosines)[is_own & true] >= limit).tolist()
        passed += (cosines[is_own][:, ~is_own] >= limit).ravel().tolist()
    told = {"kept": round(float(np.mean(kept)), 3), "of other questions": round(float(np.mean(passed)), 3)}
    return round(float(np.quantile(cosines[strange], 0.9)), 3), told


def figures(judged: Sequence[Scored], told: Mapping[str, float]) -> dict[str, Any]:
    """What becomes of true and of false claims: shares shown at once, looked at again, withheld; and the area under the curve."""
    claims = [one for one in judged if not one.sentence.is_gap]
    figures: dict[str, Any] = {}
    for name, chosen in (("true", True), ("false", False)):
        some = [one for one in claims if one.sentence.is_true == chosen]
        shown = [_shown(one, told) for one in some]
        figures[name] = {
            "sentences": len(some),
            **{way: round(shown.count(way) / len(some), 3) for way in ("shown", "likely", "unlikely", "withheld")},
        }
    clean = [one for one in claims if not one.lacks]
    figures["area under the curve"] = round(
        area_under_curve(np.array([one.support for one in clean]), np.array([one.sentence.is_true for one in clean])), 3
    )
    return figures


def _shown(one: Scored, told: Mapping[str, float]) -> str:
    """What becomes of a claim: shown, in doubt and likely true, in doubt and unlikely, withheld."""
    if one.lacks or one.support < told["doubtful"]:
        return "withheld"
    if one.support >= told["supported"]:
        return "likely" if one.far else "shown"
    return "likely" if one.support >= told["likely"] and not one.far else "unlikely"


def _scored(one: Labelled, checker: Checker, encoder: LocalEncoder) -> Scored:
    text = plain(" ".join(piece.text for piece in read_reply(one.text).pieces) or one.text)
    nearest = checker.nearest(text, one.passages)
    near, around = [evidence.text for evidence in nearest], [evidence.statement.passage.text for evidence in nearest]
    gap = classifier("sentence_kinds").probabilities(encoder.vector(text))["gap"]
    support = checker.support(text, nearest[:EVIDENCE])
    return Scored(one, support, gap, lacking(text, near, around), lacking(text, near[:LOOKED_AT], around, spelled=True))
