"""Questions and answers as lines of JSON, for scripts and evaluations."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.answering.conversation import Conversation
from bot.errors import SettingsError
from bot.private_files import as_usual

if TYPE_CHECKING:
    from bot.answering.advisor import Advisor
    from bot.answering.conversation import Answer, Citation


async def answer_all(advisor: "Advisor", asked: Sequence[tuple[str, list[str]]], path: Path) -> None:
    """Answer questions, given as id and turns, and write a line of JSON for each."""
    with as_usual():
        file = path.open("w", encoding="utf-8")
    with file:
        for key, turns in asked:
            given = await advisor.answer(Conversation.of(turns))
            file.write(json.dumps({"id": key, **as_object(given)}, ensure_ascii=False) + "\n")


def read_questions(path: Path) -> list[tuple[str, list[str]]]:
    """The questions of a file as id and turns. Raises SettingsError with the number of a line that is none."""
    asked: list[tuple[str, list[str]]] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            turns = [str(turn) for turn in entry["turns"]]
            turns[-1]  # a question has at least one turn
            asked.append((str(entry["id"]), turns))
        except (ValueError, KeyError, TypeError, IndexError):
            raise SettingsError(f"Line {number} of {path} is not an object with `id` and `turns`.") from None
    return asked


def as_object(answer: "Answer") -> dict[str, Any]:
    """An answer with its citations, for scripts."""
    return {
        "answer": answer.text,
        "citations": [_citation(citation) for citation in answer.citations],
        "retrieved": [_citation(citation) for citation in answer.retrieved],
        "coverage": answer.coverage.value,
        "probability": answer.receipt.probability,
        "withheld": [{"text": one.text, "why": one.why} for one in answer.receipt.withheld],
        "notice": answer.receipt.notice,
        "mode": answer.receipt.mode,
        "ms": answer.receipt.milliseconds,
    }


def _citation(citation: "Citation") -> dict[str, Any]:
    passage = citation.passage
    return {
        "guide": passage.guide.path,
        "heading": " > ".join(passage.heading),
        "text": passage.text,
        "score": round(citation.score, 4),
    }
