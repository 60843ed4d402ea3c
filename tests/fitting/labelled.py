"""The labelled data: what is in tests/fitting/data, and the shared evaluation data where it is present."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"
SHARED = Path(__file__).parents[3] / "shared" / "eval"
SETS = tuple(sorted(path.name for path in DATA.iterdir() if (path / "questions.jsonl").exists()))
REPLIES_ABOUT = {"ra": "hi", "rb": "hl", "rc": "hn", "rd": "ha", "re": "hm", "rf": "ho"}
"""Which set of guides the replies of each writer are about."""


@dataclass(frozen=True)
class Text:
    """A text with its label, and the writer it is from, who is left out together."""

    text: str
    label: str
    writer: str


def messages() -> list[Text]:
    """What people send to a bot, with its intent."""
    told = []
    for path in sorted((DATA / "messages").glob("*.jsonl")):
        told += [Text(m["text"], m["intent"], m.get("writer") or path.stem) for m in lines(path)]
    return told


def questions() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every question of our own sets, with its set."""
    for name in SETS:
        yield from ((name, question) for question in lines(DATA / name / "questions.jsonl"))


def reply_sentences() -> list[Text]:
    """The sentences of replies of chat models, with their labels."""
    told = []
    for path in sorted((DATA / "replies").glob("*.jsonl")):
        told += [
            Text(s["text"], s["label"], path.stem)
            for reply in lines(path)
            for s in reply["sentences"]
            if s["text"].strip()
        ]
    return told


def shared_questions(name: str) -> list[dict[str, Any]]:
    """A file of the shared evaluation data; nothing where it is missing."""
    path = SHARED / name
    return lines(path) if path.exists() else []


def lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file with one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
