"""A fitted classifier is read as it was written."""

from pathlib import Path

import numpy as np

from bot.answering.classifier import Classifier, classifier


def test_what_is_written_is_read_with_three_decimals(tmp_path: Path) -> None:
    weights = np.array([[0.12345, -2.0], [0.0, 1.5]], dtype=np.float32)
    Classifier.write(tmp_path / "kinds", ("one", "other"), weights, np.array([0.25, 0.0], dtype=np.float32))
    read = Classifier.read(tmp_path / "kinds.npz")
    assert read.classes == ("one", "other")
    shares = read.probabilities(np.array([1.0, 1.0], dtype=np.float32))
    assert abs(shares["one"] - 1 / (1 + np.exp(1.5 - (0.123 - 2.0 + 0.25)))) < 1e-6
    assert abs(sum(shares.values()) - 1) < 1e-6


def test_every_classifier_of_the_bot_is_there() -> None:
    for name in ("hearing", "hearing_foreign", "following", "mentioning", "naming", "steering", "leaning", "sentence_kinds"):  # fmt: skip
        assert len(classifier(name).classes) > 1
