"""`make fit`: fits every number that search, quoting, checking and hearing work with, judged on sources left out.

Writes knowledge/fitted.json and the classifiers beside bot/answering/classifier.py. The weights of MiniLM are trained by
`python -m tests.fitting.train`, which takes hours and torch.
"""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bot.answering.quoting import may_be_claimed
from knowledge.search.encoder import LocalEncoder
from knowledge.search.reader import Reader
from tests.fitting import classifiers, followups, ranking, sentences
from tests.fitting.asked import ask_all
from tests.fitting.labelled import DATA, SHARED
from tests.fitting.ranking import Judgement
from tests.fitting.regression import Matrix

ROOT = Path(__file__).parents[2]
OUT = ROOT / "knowledge" / "fitted.json"
SENTENCES_LEFT_OUT = ("hb", "hp", "rc", "hn")
"""Writers whose sentences the weights of the checker were not trained on: its limits are set on theirs."""
MOST_WRONG = 0.03
"""Of all questions, at most this share may be claimed and wrong."""


def main() -> int:
    """Fit and write everything; says what is missing where the shared evaluation data is not there."""
    if not SHARED.is_dir():
        print(f"Nothing to fit on: {SHARED} is not on this machine.")
        return 0
    encoder = LocalEncoder()
    heard, told = classifiers.fit_all(encoder)
    asked = ask_all(encoder)
    search, found = ranking.fit_search(asked)
    reader = Reader()
    read = ranking.read_all(asked, search, reader)
    share = ranking.fit_search_share(read)
    judged = ranking.judge_all(read, share)
    certainty, left_out, certain = ranking.fit_certainty(judged)
    scored = sentences.scored(sentences.own(SENTENCES_LEFT_OUT), encoder)
    limits = sentences.limits(scored)
    gap_limit, gaps = sentences.gap_limit(encoder)
    quoting = quoting_limits(judged, left_out)
    read_both_ways = followups.read_follow_ups(asked, search, reader)
    joined_share, together = followups.fit_joined_share(read_both_ways, share, certainty, quoting)
    numbers = {
        **heard,
        "search_share": share,
        **quoting,
        "joined_share": joined_share,
        **limits,
        "gap_of_question": gap_limit,
        "near_question": near_question_limit(encoder),
    }
    written = {
        "search": {"weights": search.weights},
        "certainty": {"weights": certainty.weights, "bias": certainty.bias},
        "numbers": numbers,
        "fitted_on": {"sha256": _hash(), "questions": len(asked), "sentences": len(scored)},
        "left_out": {
            "search": found,
            "certainty": certain,
            "quoting": outcomes(judged, left_out, numbers),
            "follow-ups": together,
            "sources": by_source(judged, left_out),
            "classifiers": told,
            "sentences": sentences.figures(scored, limits),
            "gaps": gaps,
            "shared sentences": sentences.figures(sentences.scored(sentences.shared(), encoder), limits),
        },
    }
    OUT.write_text(json.dumps(written, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(written, indent=1, ensure_ascii=False))
    return 0


def quoting_limits(judged: Sequence[Judgement], probabilities: Matrix) -> dict[str, float]:
    """The two limits of certainty, set on probabilities with the source left out.

    `covered` is the lowest under which at most `MOST_WRONG` of the questions are claimed and wrong; `nearest` the one
    under which answers are worth most (`_points`).
    """
    steps = np.round(np.arange(0.02, 0.96, 0.01), 2).tolist()
    covered = min(step for step in steps if _wrong(judged, probabilities, step) <= MOST_WRONG)
    nearest = max(
        (step for step in steps if step <= covered), key=lambda step: _points(judged, probabilities, covered, step)
    )
    return {"covered": covered, "nearest": nearest}


def outcomes(judged: Sequence[Judgement], probabilities: Matrix, limits: Mapping[str, float]) -> dict[str, Any]:
    """What the limits make of each set with the source left out: usefulness, and shares of claims and refusals."""
    figures = {}
    for name in ("guide", "short guides", "corpus"):
        own = [place for place, one in enumerate(judged) if ranking.collection(one.asked) == name]
        some, p = [judged[place] for place in own], probabilities[own]
        claimed = np.array([_is_claimed(one, q, limits["covered"]) for one, q in zip(some, p, strict=True)])
        can = np.array([one.asked.is_answerable for one in some])
        right = np.array([one.right for one in some])
        figures[name] = {
            "usefulness": round(_points(some, p, limits["covered"], limits["nearest"]) / len(some), 3),
            "claimed and right": round(float((claimed & right & can).sum() / can.sum()), 3),
            "claimed and wrong": round(float((claimed & ~right & can).sum() / can.sum()), 3),
            "unanswerable claimed": round(float((claimed & ~can).sum() / (~can).sum()), 3),
            "unanswerable refused": round(float(((p < limits["nearest"]) & ~can).sum() / (~can).sum()), 3),
        }
    return figures


def by_source(judged: Sequence[Judgement], probabilities: Matrix) -> dict[str, Any]:
    """For each source its questions, the share whose first statement is right, and the mean probability of that."""
    figures = {}
    for source in dict.fromkeys(one.asked.source for one in judged):
        own = [place for place, one in enumerate(judged) if one.asked.source == source and one.asked.is_answerable]
        if own:
            right = sum(judged[place].right for place in own) / len(own)
            figures[source] = [len(own), round(right, 3), round(float(probabilities[own].mean()), 3)]
    return figures


def near_question_limit(encoder: LocalEncoder) -> float:
    """The cosine above which a mentor's answer is offered: nine in ten paraphrases of the evaluation data lie above it."""
    pairs = [(one, other) for one, other, same in _question_pairs() if same]
    cosines = [float(encoder.vector(one) @ encoder.vector(other)) for one, other in pairs]
    return round(float(np.quantile(cosines, 0.1)), 3)


def _question_pairs() -> Iterator[tuple[str, str, bool]]:
    groups = yaml.safe_load((DATA / "question_pairs.yaml").read_text(encoding="utf-8"))
    yield from ((one, other, differs == "same") for pairs in groups.values() for differs, one, other in pairs)


def _is_claimed(judged: Judgement, probability: float, covered: float) -> bool:
    return may_be_claimed(judged.features) and bool(probability >= covered)


def _wrong(judged: Sequence[Judgement], probabilities: Matrix, covered: float) -> float:
    return sum(
        _is_claimed(one, p, covered) and not one.right for one, p in zip(judged, probabilities, strict=True)
    ) / len(judged)


def _points(judged: Sequence[Judgement], probabilities: Matrix, covered: float, nearest: float) -> float:
    """What answers are worth, as the shared scorer weighs them: an offered passage counts as right where its first statement is."""
    points = 0.0
    for one, p in zip(judged, probabilities, strict=True):
        if _is_claimed(one, p, covered):
            points += 1.0 if one.right else -1.0
        elif p >= nearest:
            points += (0.8 if one.right_near else 0.0) if one.asked.is_answerable else 0.6
        else:
            points += 0.0 if one.asked.is_answerable else 1.0
    return points


def _hash() -> str:
    """A hash of everything that is fitted on."""
    files = [*sorted(path for path in DATA.rglob("*") if path.is_file()), SHARED / "train" / "questions.jsonl"]
    told = hashlib.sha256()
    for path in files:
        told.update(path.read_bytes())
    return told.hexdigest()[:16]


if __name__ == "__main__":
    sys.exit(main())
