"""What the evaluation says of answers."""

from tests.evals.measures import Given, calibration

QUESTIONS = [
    {"id": "pay", "kind": "answerable"},
    {"id": "hours", "kind": "answerable"},
    {"id": "moon", "kind": "unanswerable"},
    {"id": "hello", "kind": "answerable"},
    {"id": "silent", "kind": "answerable"},
]
ANSWERS: dict[str, Given] = {
    "pay": {"answer": "100 [1]", "coverage": "covered", "probability": 0.9},
    "hours": {"answer": "none", "coverage": "nearest", "probability": 0.85},
    "moon": {"answer": "100", "coverage": "nearest", "probability": 0.1},
    "hello": {"answer": "Hello!", "coverage": "covered", "probability": None},
    "silent": {"answer": "", "coverage": "not covered", "probability": 0.05},
}


def test_calibration_counts_the_answers_that_have_a_probability_by_how_sure_they_were() -> None:
    def right(_: object, answer: str) -> float:
        return float(answer.startswith("100"))

    assert calibration([(QUESTIONS, ANSWERS)], right) == [(0.0, 0.0, 1), (0.8, 0.5, 2)]
