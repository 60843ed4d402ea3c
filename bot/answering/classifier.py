"""Texts told apart by their vectors: logistic regressions that `make fit` has fitted on labelled examples."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources
from pathlib import Path
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
        with resources.as_file(resources.files("bot.answering").joinpath(f"{name}.npz")) as path:
            return cls.read(path)

    @classmethod
    def read(cls, path: Path) -> "Classifier":
        """What `write` wrote."""
        import numpy as np

        with np.load(path) as told:
            return cls(tuple(map(str, told["classes"])), told["weights"], told["biases"])

    @staticmethod
    def write(path: Path, classes: Sequence[str], weights: "Vector", biases: "Vector") -> None:
        """Write a classifier with three decimals, packed, to `path`, which has no ending: it gets `.npz`."""
        import numpy as np

        rounded = [np.round(values, 3).astype(np.float32) for values in (weights, biases)]
        np.savez_compressed(
            path.with_suffix(".npz"), classes=np.array(list(classes)), weights=rounded[0], biases=rounded[1]
        )

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
