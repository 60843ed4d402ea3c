"""What the measurement of written questions computes."""

import numpy as np

from tests.evals.written_questions import WRITTEN, Judged, added, before, best_of_both, figures, ranks
from tests.fitting.labelled import lines


def one(source: str, right: int, question: list[float]) -> Judged:
    """A question over three passages that search scores alike."""
    scores = np.full((3, 5), 0.1)
    answers = np.arange(3) == right
    return Judged(source, scores, np.array(question), np.zeros(3), answers)


EVERY = [one("a", 2, [0.1, 0.2, 0.9]), one("b", 1, [0.1, 0.8, 0.3]), one("c", 1, [0.2, 0.7, 0.1])]


def test_what_a_written_question_tells_moves_the_passage_up() -> None:
    without = ranks(before(EVERY), EVERY)
    assert without.tolist() == [3, 2, 2]
    for way in (best_of_both, added("question")):
        assert ranks(way(EVERY), EVERY).tolist() == [1, 1, 1]
    assert "@1 1.000" in figures(np.ones(3), without)
    assert "3 better, 0 worse" in figures(np.ones(3), without)


def test_every_passage_of_a_guide_has_questions_and_a_sentence_of_context() -> None:
    written = lines(WRITTEN)
    for guide in {entry["guide"] for entry in written}:
        positions = sorted(entry["position"] for entry in written if entry["guide"] == guide)
        assert positions == list(range(len(positions)))
    assert all(entry["questions"] and entry["context"].endswith(".") for entry in written)
