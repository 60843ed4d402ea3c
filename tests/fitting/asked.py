"""Labelled questions asked of an index of their guides, as search and the reader see them before anything is fitted."""

import asyncio
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.documents.reading import GuideFolders
from knowledge.index.store import IndexReader, IndexStore
from knowledge.index.syncing import sync
from knowledge.passages import Passage
from knowledge.search.encoder import LocalEncoder
from knowledge.search.searcher import FEATURES, Hit, Searcher
from knowledge.statements import Statement, statements
from tests.fitting.labelled import SHARED, shared_questions
from tests.fitting.regression import Matrix

INDEXES = Path(__file__).parents[2] / "data" / "fitting"
CANDIDATES = 60
SHARE = 0.9
"""A text holds a span when it has this share of the span's words; converters join or mark up a few."""


@dataclass(frozen=True)
class Asked:
    """A question with the candidates that search weighs: their features, and which of them hold the answer.

    `source` is what is left out together: the folder of the corpus, or the guide.
    """

    label: Mapping[str, Any]
    source: str
    text: str
    hits: Sequence[Hit]
    right: Sequence[bool]
    hits_of_last_turn: Sequence[Hit] = ()
    """What the last of several turns finds alone."""

    @property
    def features(self) -> Matrix:
        """A row of search's scores for each candidate."""
        return features(self.hits)

    @property
    def is_answerable(self) -> bool:
        """Whether the guides answer it, at least in part."""
        return bool(self.label["kind"] != "unanswerable")


def features(hits: Sequence[Hit]) -> Matrix:
    """A row of search's scores for each hit."""
    return np.array([[getattr(hit, name) for name in FEATURES] for hit in hits])


def ask_all(encoder: LocalEncoder) -> list[Asked]:
    """The shared labelled questions, each asked of its own guides; nothing where they are missing."""
    return [asked for name, folder, told in _collections() for asked in _ask(name, folder, told, encoder)]


def ask_guides(encoder: LocalEncoder) -> list[Asked]:
    """Those of them that are asked of a guide alone."""
    every = _collections()
    return [asked for name, path, told in every if name != "corpus" for asked in _ask(name, path, told, encoder)]


def holds(text: str, span: str) -> bool:
    """Whether a text holds a span, but for markup and a word or two."""
    if _flat(span) and _flat(span) in _flat(text):
        return True
    wanted, there = _tokens(span), set(_tokens(text))
    return len(wanted) >= 4 and sum(word in there for word in wanted) >= SHARE * len(wanted)


def answers(statement: Statement, label: Mapping[str, Any]) -> bool:
    """Whether a statement is, or holds, or is most of one of the spans that answer a question."""
    said = f"{statement.lead} {statement.text}"
    return any(
        holds(statement.text, span)
        or holds(said, span)
        or (len(_flat(statement.text)) > 12 and _flat(statement.text) in _flat(span))
        or (len(_tokens(statement.text)) >= 5 and holds(span, statement.text))
        for span in [*_spans(label), *label.get("also", [])]
    )


def holds_answer(text: str, label: Mapping[str, Any]) -> bool:
    """Whether a text holds one of the spans that answer a question."""
    return any(holds(text, span) for span in [*_spans(label), *label.get("also", [])])


def _collections() -> Iterator[tuple[str, Path, list[dict[str, Any]]]]:
    told: dict[str, list[dict[str, Any]]] = {}
    for question in shared_questions("train/questions.jsonl"):
        name = question["file"]
        guide = "guide" if name == "career-guide.txt" else Path(name).stem if name.startswith("guides/") else "corpus"
        told.setdefault(guide, []).append(question)
    for name, asked in told.items():
        place = {"corpus": "corpus", "guide": "career-guide.txt"}.get(name, f"train/guides/{name}.md")
        yield name, SHARED / place, asked


def _ask(name: str, path: Path, told: Sequence[dict[str, Any]], encoder: LocalEncoder) -> Iterator[Asked]:
    store = IndexStore(INDEXES / name)
    sync(store, GuideFolders((path if path.is_dir() else _alone(path),)), encoder)
    searcher = Searcher(IndexReader(store), encoder)
    for label in told:
        text = " ".join(label["turns"][-2:])
        hits = asyncio.run(searcher.search(text, CANDIDATES))
        right = [_is_right(hit.passage, label, everywhere=name != "corpus") for hit in hits]
        source = label["file"].split("/")[0] if name == "corpus" else name
        last = label["turns"][-1]
        alone = asyncio.run(searcher.search(last, CANDIDATES)) if last != text else hits
        yield Asked(label, source, text, hits, right, alone)


def _alone(path: Path) -> Path:
    """A folder that holds nothing but a copy of a file: links out of a folder of guides are not followed."""
    folder = INDEXES / "guides" / path.stem
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / path.name
    if copy.is_symlink() or not copy.exists() or copy.read_bytes() != path.read_bytes():
        copy.unlink(missing_ok=True)
        shutil.copy2(path, copy)
    return folder


def _is_right(passage: Passage, label: Mapping[str, Any], *, everywhere: bool) -> bool:
    files = {label["file"].removeprefix("guides/"), *label.get("also_in", [])}
    there = everywhere or passage.guide.path in files
    return there and any(answers(statement, label) for statement in statements(passage))


def _spans(label: Mapping[str, Any]) -> list[str]:
    return [span for span in label.get("spans") or [label.get("span")] if span]


def _tokens(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"\]\([^)]*\)|(?<=\d),(?=\d)", " ", text.casefold()))


def _flat(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
