"""Numbers that `make fit` has fitted on labelled questions: read from fitted.json, which says on what and how well."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any, Self


@dataclass(frozen=True)
class Logistic:
    """A logistic regression over named features."""

    weights: Mapping[str, float]
    bias: float

    @classmethod
    def named(cls, name: str) -> Self:
        """A regression of the fitted file."""
        entry = _fitted()[name]
        return cls(entry["weights"], entry.get("bias", 0.0))

    def logit(self, features: Mapping[str, float]) -> float:
        """The weighted sum of features."""
        return self.bias + sum(weight * features[name] for name, weight in self.weights.items())

    def probability(self, features: Mapping[str, float]) -> float:
        """The logit as a probability."""
        import math

        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.logit(features)))))

    def vector(self, names: Sequence[str]) -> list[float]:
        """The weights in the order of some names."""
        return [self.weights[name] for name in names]


def number(name: str) -> float:
    """A single fitted number, such as a threshold."""
    return float(_fitted()["numbers"][name])


@lru_cache(maxsize=1)
def _fitted() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(resources.files("knowledge").joinpath("fitted.json").read_text("utf-8"))
    return loaded
