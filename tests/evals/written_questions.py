"""Would questions that a model writes for each passage help search? What search finds without them and with them, in one run.

python -m tests.evals.written_questions

The questions and a sentence of context for each passage of four guides stand in `written/guides.jsonl`: a language model wrote them
from the passages alone, without the questions that people ask. Those are the shared training questions. Weights that are fitted here
are fitted on the other guides. See docs/decisions/0033-no-written-questions.md.
"""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.fitted import Logistic
from knowledge.search.encoder import LocalEncoder
from knowledge.search.searcher import FEATURES
from tests.fitting.asked import Asked, ask_guides
from tests.fitting.labelled import SHARED, lines
from tests.fitting.ranking import folds
from tests.fitting.regression import Matrix, listwise

WRITTEN = Path(__file__).parent / "written" / "guides.jsonl"
NAMES = {"guide": "career-guide"}
"""What a guide is called here, where the fitting calls it otherwise."""
RESAMPLED = 4000
"""Draws of questions from which the interval of a difference is told."""


@dataclass(frozen=True)
class Judged:
    """A question with the scores of its passages: search's, and the cosine of the best written question and of the context."""

    source: str
    scores: Matrix
    question: Matrix
    context: Matrix
    right: Matrix


Way = Callable[[Sequence[Judged]], list[Matrix]]
"""Gives each question's passages a score."""


def judged(encoder: LocalEncoder) -> list[Judged]:
    """The answerable questions on the four guides, asked of each guide alone."""
    written = {(one["guide"], one["position"]): one for one in lines(WRITTEN)}
    questions = {key: np.array([encoder.vector(text) for text in one["questions"]]) for key, one in written.items()}
    contexts = {key: encoder.vector(one["context"])[None] for key, one in written.items()}

    def of(one: Asked) -> Judged:
        vector = encoder.vector(one.text)
        keys = [(NAMES.get(one.source, one.source), hit.passage.position) for hit in one.hits]
        best = [np.array([float((told[key] @ vector).max()) for key in keys]) for told in (questions, contexts)]
        return Judged(one.source, one.features, best[0], best[1], np.array(one.right))

    return [of(one) for one in ask_guides(encoder) if one.is_answerable and any(one.right)]


def before(every: Sequence[Judged]) -> list[Matrix]:
    """Search's own sum."""
    return [one.scores @ _weights() for one in every]


def best_of_both(every: Sequence[Judged]) -> list[Matrix]:
    """A written question counts as a statement of its passage; the best statement counts, as it does now."""
    column = FEATURES.index("statement")
    replaced = [one.scores.copy() for one in every]
    for scores, one in zip(replaced, every, strict=True):
        scores[:, column] = np.maximum(scores[:, column], one.question)
    return [scores @ _weights() for scores in replaced]


def added(*names: str) -> Way:
    """What was written has a weight of its own beside search's sum, fitted on the other guides."""

    def rows(one: Judged) -> Matrix:
        return np.column_stack([one.scores @ _weights(), *(getattr(one, name) for name in names)])

    def way(every: Sequence[Judged]) -> list[Matrix]:
        told: dict[int, Matrix] = {}
        for others, own in folds(every, lambda one: one.source):
            weights = listwise([(rows(one), one.right) for one in others])
            told |= {id(one): rows(one) @ weights for one in own}
        return [told[id(one)] for one in every]

    return way


def ranks(scores: Sequence[Matrix], every: Sequence[Judged]) -> Matrix:
    """The rank of the first passage that answers, of each question."""
    orders = [np.argsort(-values, kind="stable") for values in scores]
    return np.array([1 + int(np.argmax(one.right[order])) for one, order in zip(every, orders, strict=True)])


def figures(found: Matrix, without: Matrix) -> str:
    """hit@1, hit@8 and the mean reciprocal rank, and how they differ from what is found without what was written."""
    difference = 1 / found - 1 / without
    chance = np.random.default_rng(1)
    means = [chance.choice(difference, len(difference)).mean() for _ in range(RESAMPLED)]
    low, high = np.quantile(means, [0.025, 0.975])
    return (
        f"@1 {(found <= 1).mean():.3f}  @8 {(found <= 8).mean():.3f}  MRR {(1 / found).mean():.3f}  "
        f"({(found < without).sum()} better, {(found > without).sum()} worse, {difference.mean():+.3f}, 95 % {low:+.3f} to {high:+.3f})"
    )


def _weights() -> Matrix:
    return np.array(Logistic.named("search").vector(FEATURES))


def main() -> int:
    """Print the figures; 0 also where the shared questions are missing, which is said."""
    if not SHARED.is_dir():
        print(f"Nothing to ask: {SHARED} is not on this machine.")
        return 0
    every = judged(LocalEncoder())
    is_guide = np.array([one.source == "guide" for one in every])
    ways: dict[str, Way] = {
        "before": before,
        "best of statements and questions": best_of_both,
        "weight for questions": added("question"),
        "weight for context": added("context"),
        "weights for both": added("question", "context"),
    }
    without = ranks(before(every), every)
    for name, way in ways.items():
        found = ranks(way(every), every)
        for of, some in (("guide", is_guide), ("short guides", ~is_guide), ("all", is_guide | ~is_guide)):
            print(f"{name:34}{of:14}{some.sum():4} {figures(found[some], without[some])}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
