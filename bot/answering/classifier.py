"""Texts told apart by their vectors: logistic regressions that `make fit` has fitted on labelled examples."""

import json
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]


class Classifier:
    """A multinomial logistic regression over the vectors of `knowledge.search.encoder`."""

    def __init__(self, classes: tuple[str, ...], weights: "Vector", biases: "Vector") -> None:
        self.classes = classes
        self._weights = weights
        self._biases = biases

    @classmethod
    def named(cls, name: str) -> "Classifier":
        """One of the fitted classifiers beside this module, by its file's name."""
        import numpy as np

        told = json.loads(resources.files("bot.answering").joinpath(f"{name}.json").read_text(encoding="utf-8"))
        weights, biases = (np.array(told[key], dtype=np.float32) for key in ("weights", "biases"))
        return cls(tuple(told["classes"]), weights, biases)

    def probabilities(self, vector: "Vector") -> Mapping[str, float]:
        """How probable each class is, together 1."""
        import numpy as np

        logits = self._weights @ vector + self._biases
        shares = np.exp(logits - logits.max())
        return dict(zip(self.classes, (shares / shares.sum()).tolist(), strict=True))


@lru_cache(maxsize=8)
def classifier(name: str) -> Classifier:
    """A fitted classifier, read once."""
    return Classifier.named(name)
