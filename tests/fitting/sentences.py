"""Fits what the checker lets through: labelled sentences of models, each with the passages of its guide."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from bot.answering.checking import Checker, plain
from bot.answering.classifier import classifier
from knowledge.documents import Document, GuideFile, read
from knowledge.encoder import LocalEncoder
from knowledge.passages import Passage, split
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
        if not writers or name in writers:
            for s in lines(DATA / name / "sentences.jsonl"):
                yield _labelled(s, s["label"], s["question"], passages_of(DATA / name / "guides" / s["file"]), s["kind"], name)
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


def _labelled(s: Mapping[str, Any], label: str, question: str, passages: tuple[Passage, ...], kind: str, writer: str) -> Labelled:
    return Labelled(s["text"], question, passages, label in TRUE, label.startswith("gap"), kind, writer)
