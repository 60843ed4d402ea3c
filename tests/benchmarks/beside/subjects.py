"""The documents and questions that contestants are measured on."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.beside.environments import cache
from tests.evals.__main__ import HELD_OUT, SHARED

ROOT = Path(__file__).parents[3]
EVERY = 3
"""Of the many questions of a held-out set one in so many is asked."""
FEW = 6
"""Questions of a small run."""


@dataclass(frozen=True)
class Subject:
    """Guides and questions about them; of the `thorough` one everything is measured, of others what answers are worth."""

    name: str
    guides: Path
    questions: Sequence[Mapping[str, Any]]
    thorough: bool = False

    @property
    def plain(self) -> list[Mapping[str, Any]]:
        """The questions that stand alone and are answered by the guides."""
        return [one for one in self.questions if len(one["turns"]) == 1 and one["kind"] == "answerable"]


def subjects(*, small: bool, part: int = 0) -> list[Subject]:
    """What is asked: the shared corpus with its questions, where it is there, and the two held-out sets of the project's own.

    A `part` is so many files of the corpus, of those that questions are about, with these questions.
    """
    own = [
        Subject(f"held-out-{path.parent.name}", path.parent / "guides", _read(path)[::EVERY])
        for path in sorted(HELD_OUT.glob("*/questions.jsonl"))
    ]
    corpus = Subject("corpus", SHARED / "corpus", _read(SHARED / "corpus-questions.jsonl")) if SHARED.is_dir() else None
    if part and corpus:
        return [part_of(corpus, part, cache() / "data" / f"corpus-{part}-guides")]
    if small:
        first = own[0]
        return [Subject(first.name, first.guides, first.questions[:FEW], thorough=True)]
    if corpus is None:
        print(f"{SHARED} is not on this machine: the project's held-out guides are used, and no usefulness is told.")
        return [Subject(own[0].name, own[0].guides, own[0].questions, thorough=True), *own[1:]]
    return [Subject(corpus.name, corpus.guides, corpus.questions, thorough=True), *own]


def part_of(subject: Subject, count: int, folder: Path) -> Subject:
    """A part of a subject, spread evenly over the files that its questions are about; the files are copied into a folder."""
    files = {one["id"]: (one.get("file") or "").removeprefix("docs/") for one in subject.questions}
    named = sorted(set(files.values()))
    chosen = [name for name in named if (subject.guides / name).is_file()]
    chosen = chosen[:: max(1, len(chosen) // count)][:count]
    shutil.rmtree(folder, ignore_errors=True)
    for name in chosen:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(subject.guides / name, folder / name)
    asked = [one for one in subject.questions if files[one["id"]] in chosen]
    others = [one for one in subject.questions if one["kind"] == "unanswerable"][: max(1, len(asked) // 3)]
    return Subject(f"{subject.name}-{len(chosen)}", folder, [*asked, *others], thorough=True)


def _read(path: Path) -> list[Mapping[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
