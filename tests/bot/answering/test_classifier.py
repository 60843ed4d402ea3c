"""Classifiers as `make fit` leaves them: whole, probable, and told apart by what their users ask for."""

from pathlib import Path

import numpy as np
import pytest

from bot.answering.classifier import Classifier, classifier
from bot.answering.hearing import Intent, Message, probabilities
from knowledge.search.encoder import LocalEncoder


@pytest.mark.parametrize(
    ("name", "classes"),
    [("hearing", set(Intent)), ("leaning", {"leaning"}), ("sentence_kinds", {"chatter", "claim", "gap"})],
)
def test_a_fitted_classifier_has_the_classes_that_are_asked_for(name: str, classes: set[str]) -> None:
    assert classes <= set(classifier(name).classes)


def test_hearing_tells_no_kind_that_nothing_is_said_to() -> None:
    assert set(classifier("hearing").classes) == set(Intent)


@pytest.mark.parametrize("name", ["leaning", "sentence_kinds"])
@pytest.mark.parametrize("text", ["What does a baker earn?", "", "🎉" * 500, "給料はいくらですか"])
def test_the_classes_of_any_text_are_together_one(encoder: LocalEncoder, name: str, text: str) -> None:
    told = classifier(name).probabilities(encoder.vector(text))
    assert sum(told.values()) == pytest.approx(1, abs=1e-5)
    assert min(told.values()) >= 0


@pytest.mark.parametrize("text", ["What does a baker earn?", "", "🎉" * 500, "給料はいくらですか", "dziękuję bardzo"])
def test_the_kinds_of_any_message_are_together_one(encoder: LocalEncoder, text: str) -> None:
    told = probabilities(Message.of(text, encoder))
    assert sum(told.values()) == pytest.approx(1, abs=1e-5)
    assert min(told.values()) >= 0


def test_the_class_whose_weights_point_where_the_vector_does_is_the_likeliest() -> None:
    three = Classifier(
        ("up", "down", "aside"), np.array([[4, 0], [-4, 0], [0, 0]], np.float32), np.zeros(3, np.float32)
    )
    up = three.probabilities(np.array([1, 0], np.float32))
    assert up["up"] > up["aside"] > up["down"]


def test_large_logits_are_no_overflow() -> None:
    two = Classifier(("a", "b"), np.array([[900.0], [-900.0]], np.float32), np.zeros(2, np.float32))
    assert two.probabilities(np.array([1], np.float32)) == {"a": 1.0, "b": 0.0}


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
