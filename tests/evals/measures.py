"""The figures of an evaluation, computed from questions and answers as they stand in their files."""

import re
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Question = Mapping[str, Any]
Given = Mapping[str, Any]
"""One line of an answers file."""

RIGHT = 0.4
"""Points from which on the shared scorer counts an answer as right, at least by half."""
SPAN_SHARE = 0.9
"""A passage holds a span when it has this share of the span's words; converters may join or mark up a few."""


def usefulness(
    questions: Sequence[Question], answers: Mapping[str, Given], judge: Callable[..., tuple[str, float]]
) -> dict[str, Any]:
    """What the answers are worth on average, and how often each outcome came for each kind of question."""
    judged = [(q["kind"], *judge(q, answers[q["id"]])) for q in questions if q["id"] in answers]
    outcomes = Counter(f"{kind} {way}{_rightness(kind, way, points)}" for kind, way, points in judged)
    return {
        "usefulness": round(statistics.fmean(points for *_, points in judged), 3) if judged else 0.0,
        "asked": len(judged),
        "outcomes": dict(sorted(outcomes.items())),
    }


def _rightness(kind: str, way: str, points: float) -> str:
    if kind == "unanswerable" or way == "abstained":
        return ""
    return " right" if points >= RIGHT else " wrong"


def calibration(
    pairs: Sequence[tuple[Sequence[Question], Mapping[str, Given]]], right: Callable[[Question, str], float]
) -> list[tuple[float, float, int]]:
    """For each fifth of probability: its beginning, the share of answers that were right, and their number."""
    judged = [
        (answers[q["id"]]["probability"], q["kind"] != "unanswerable" and right(q, answers[q["id"]]["answer"]) >= RIGHT)
        for questions, answers in pairs
        for q in questions
        if answers.get(q["id"], {}).get("probability") is not None and answers[q["id"]]["coverage"] != "not covered"
    ]
    table = []
    for fifth in range(5):
        own = [good for probability, good in judged if fifth / 5 <= probability < (fifth + 1) / 5 + (fifth == 4)]
        if own:
            table.append((fifth / 5, sum(own) / len(own), len(own)))
    return table


def withheld(answers: Iterable[Given]) -> dict[str, Any]:
    """How many sentences of the model were withheld, in how many answers, and why."""
    told = [a["withheld"] for a in answers]
    reasons = Counter(re.sub("“[^”]*”", "“…”", one["why"]) for every in told for one in every)
    return {"sentences": sum(map(len, told)), "answers": sum(map(bool, told)), "why": dict(reasons.most_common(5))}


def retrieval(questions: Sequence[Question], answers: Mapping[str, Given]) -> dict[str, float]:
    """hit@1, hit@3, hit@8 and the mean reciprocal rank over the questions that name where the answer stands."""
    ranks = [_rank(q, answers[q["id"]]["retrieved"]) for q in questions if _stands_somewhere(q) and q["id"] in answers]
    found = len(ranks) or 1
    hits = {f"hit@{k}": sum(1 for rank in ranks if rank and rank <= k) / found for k in (1, 3, 8)}
    return hits | {"mrr": sum(1 / rank for rank in ranks if rank) / found, "questions": len(ranks)}


def lengths(answers: Iterable[Given]) -> dict[str, int]:
    """Words per answer: median, 90th percentile, longest."""
    words = sorted(len(a["answer"].split()) for a in answers)
    return {"median": words[len(words) // 2], "p90": words[int(len(words) * 0.9)], "longest": words[-1]}


def milliseconds(answers: Iterable[Given]) -> dict[str, float]:
    """Time per answer: median and longest."""
    times = [a["ms"] for a in answers]
    return {"median": statistics.median(times), "longest": max(times)}


def _stands_somewhere(question: Question) -> bool:
    return bool(_spans(question) or (question.get("section") and question["kind"] != "unanswerable"))


def _rank(question: Question, retrieved: Sequence[Mapping[str, str]]) -> int | None:
    return next((n for n, passage in enumerate(retrieved, 1) if _holds(passage, question)), None)


def _holds(passage: Mapping[str, str], question: Question) -> bool:
    spans = _spans(question)
    if not spans:
        sections = question.get("sections") or [question["section"]]
        return any(_plain(section) in _plain(passage["heading"]) for section in sections)
    names = [question.get("file", ""), *(question.get("also_in") or [])]
    files = {name.removeprefix("docs/").removeprefix("guides/") for name in names if name}
    there = not files or passage["guide"] in files
    return there and any(_holds_span(passage["heading"] + " " + passage["text"], span) for span in spans)


def _spans(question: Question) -> list[str]:
    return [span for span in question.get("spans") or [question.get("span")] if span]


def _holds_span(text: str, span: str) -> bool:
    wanted, there = _tokens(span), set(_tokens(text))
    return _plain(span) in _plain(text) or sum(w in there for w in wanted) >= SPAN_SHARE * len(wanted)


def _tokens(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"\]\([^)]*\)|(?<=\d),(?=\d)", " ", text.casefold())) or [_plain(text)]


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
