"""The figures of an evaluation, computed from questions and answers as they stand in their files."""

import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

Question = Mapping[str, Any]
Given = Mapping[str, Any]
"""One line of an answers file."""

SPAN_SHARE = 0.9
"""A passage holds a span when it has this share of the span's words; converters may join or mark up a few."""


def scores(
    questions: Sequence[Question], answers: Mapping[str, Given], judge: Callable[..., list[str]]
) -> dict[str, Any]:
    """Passed of asked by kind and together, and why the others failed."""
    failures = {q["id"]: judge(q, answers.get(q["id"], {}).get("answer")) for q in questions}
    asked = Counter(q["kind"] for q in questions)
    passed = Counter(q["kind"] for q in questions if not failures[q["id"]])
    return {
        "passed": sum(passed.values()),
        "asked": len(questions),
        "by_kind": {kind: [passed[kind], asked[kind]] for kind in asked},
        "failures": {key: why for key, why in failures.items() if why},
    }


def retrieval(questions: Sequence[Question], answers: Mapping[str, Given]) -> dict[str, float]:
    """hit@1, hit@3, hit@5 and the mean reciprocal rank over the questions that name where the answer stands."""
    ranks = [_rank(q, answers[q["id"]]["retrieved"]) for q in questions if _stands_somewhere(q) and q["id"] in answers]
    found = len(ranks) or 1
    hits = {f"hit@{k}": sum(1 for rank in ranks if rank and rank <= k) / found for k in (1, 3, 5)}
    return hits | {"mrr": sum(1 / rank for rank in ranks if rank) / found, "questions": len(ranks)}


def coverage_auc(questions: Sequence[Question], answers: Mapping[str, Given]) -> float:
    """Area under the ROC curve of `coverage` as a judge of answerable or partial against unanswerable questions."""
    worth = {"covered": 1.0, "partly covered": 0.5, "not covered": 0.0}
    by_kind: defaultdict[bool, list[float]] = defaultdict(list)
    for q in questions:
        if q["id"] in answers:
            by_kind[q["kind"] != "unanswerable"].append(worth[answers[q["id"]]["coverage"]])
    pairs = [(yes > no) + 0.5 * (yes == no) for yes in by_kind[True] for no in by_kind[False]]
    return statistics.fmean(pairs) if pairs else float("nan")


def lengths(answers: Iterable[Given]) -> dict[str, int]:
    """Words per answer: median, 90th percentile, longest."""
    words = sorted(len(a["answer"].split()) for a in answers)
    return {"median": words[len(words) // 2], "p90": words[int(len(words) * 0.9)], "longest": words[-1]}


def milliseconds(answers: Iterable[Given]) -> dict[str, float]:
    """Time per answer: median and longest."""
    times = [a["ms"] for a in answers]
    return {"median": statistics.median(times), "longest": max(times)}


def uncited_amounts(answers: Iterable[Given], amounts: Callable[[str], set[float | None]]) -> list[str]:
    """The answers (by id) that hold an amount of money which no passage they cite holds."""
    return [
        a["id"]
        for a in answers
        if amounts(a["answer"]) - {x for c in a["citations"] for x in amounts(c["heading"] + " " + c["text"])}
    ]


def _stands_somewhere(question: Question) -> bool:
    return bool(question.get("span") or (question.get("section") and question["kind"] != "unanswerable"))


def _rank(question: Question, retrieved: Sequence[Mapping[str, str]]) -> int | None:
    return next((n for n, passage in enumerate(retrieved, 1) if _holds(passage, question)), None)


def _holds(passage: Mapping[str, str], question: Question) -> bool:
    if not question.get("span"):
        sections = question.get("sections") or [question["section"]]
        return any(_plain(section) in _plain(passage["heading"]) for section in sections)
    files = {name.removeprefix("docs/") for name in [question["file"], *question.get("also_in", [])]}
    return passage["guide"] in files and _holds_span(passage["heading"] + " " + passage["text"], question["span"])


def _holds_span(text: str, span: str) -> bool:
    wanted, there = _tokens(span), set(_tokens(text))
    return _plain(span) in _plain(text) or sum(w in there for w in wanted) >= SPAN_SHARE * len(wanted)


def _tokens(text: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"\]\([^)]*\)|(?<=\d),(?=\d)", " ", text.casefold())) or [_plain(text)]


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())
