"""Answers as they are counted: how they were made and how far the guides answer, nothing of what was said."""

from collections.abc import Mapping

from bot.answering.conversation import Answer
from bot.meter import Meter


def count_answer(meter: Meter, answer: Answer | None) -> None:
    """Count what was said to a question; no answer is a sentence instead of one, or nothing."""
    if answer is None:
        meter.unanswered()
    else:
        meter.answered(answer.receipt.mode, answer.coverage, len(answer.receipt.withheld))


def fields_of(answer: Answer) -> Mapping[str, str | int]:
    """How an answer was made and how far the guides answer, for the log and for traces."""
    return {
        "mode": answer.receipt.mode,
        "coverage": answer.coverage.name.lower(),
        "sources": len(answer.citations),
    }
