"""Fits the weights of search and the certainty of a quote, judged on sources left out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bot.answering.quoting import READ, Judged, certainty_features, compared, given, nearest
from knowledge.fitted import Logistic
from knowledge.search.reader import Reader
from knowledge.search.searcher import FEATURES, Hit
from knowledge.statements import statements
from tests.fitting.asked import Asked, answers, features, holds_answer
from tests.fitting.regression import Matrix, area_under_curve, binary, listwise

LACKS = frozenset({"names_missing", "figures_missing"})
"""Features that speak against an answer; all others speak for it."""


@dataclass(frozen=True)
class Read:
    """A question with its best passages, and the reader's logits of their statements."""

    asked: Asked
    hits: Sequence[Hit]
    logits: Sequence[Sequence[float]]


@dataclass(frozen=True)
class Judgement:
    """What the reader makes of a question: features of certainty, whether what it would quote as the answer holds one,
    and whether the nearest passages do.
    """

    asked: Asked
    features: Mapping[str, float]
    right: bool
    right_near: bool


def fit_search(asked: Sequence[Asked]) -> tuple[Logistic, dict[str, Any]]:
    """The weights of search's scores, and its figures on sources left out."""
    ranks: dict[str, list[int]] = {}
    for fitted_on, judged in folds(asked, lambda one: one.source):
        weights = _weights(fitted_on)
        for one in judged:
            if any(one.right):
                order = np.argsort(-(one.features @ weights), kind="stable")
                rank = next(place for place, i in enumerate(order, 1) if one.right[i])
                ranks.setdefault(collection(one), []).append(rank)
            elif one.is_answerable:
                ranks.setdefault(collection(one), []).append(10**6)
    figures = {name: _found(np.array(found)) for name, found in ranks.items()}
    return Logistic(dict(zip(FEATURES, np.round(_weights(asked), 3).tolist(), strict=True)), 0.0), figures


def read_all(asked: Sequence[Asked], weights: Logistic, reader: Reader) -> list[Read]:
    """Each question with its best passages by the fitted weights, read."""
    return [_read(one, weights, reader) for one in asked]


def fit_search_share(read: Sequence[Read]) -> float:
    """What the distance between two passages' search scores weighs beside the reader's logits."""
    groups = []
    for one in read:
        rows, right = [], []
        for hit, logits in zip(one.hits, one.logits, strict=False):
            for statement, logit in zip(statements(hit.passage), logits, strict=True):
                rows.append([logit, hit.score - one.hits[0].score])
                right.append(answers(statement, one.asked.label))
        groups.append((np.array(rows), np.array(right, dtype=bool)))
    logit, score = listwise(groups)
    return round(float(score / logit), 3)


def judge_all(read: Sequence[Read], search_share: float) -> list[Judgement]:
    """Each question as the quoter judges it."""
    return [_judgement(one, compared(one.hits, one.logits, search_share)) for one in read]


def ranked(hits: Sequence[Hit], weights: Logistic) -> list[Hit]:
    """Hits by their fitted sum under these weights."""
    scores = features(hits) @ np.array(weights.vector(FEATURES))
    return [replace(hits[i], score=float(scores[i])) for i in np.argsort(-scores, kind="stable")]


def _read(one: Asked, weights: Logistic, reader: Reader) -> Read:
    hits = ranked(one.hits, weights)[:READ]
    return Read(one, hits, reader.read(one.text, [hit.passage for hit in hits]))


def _judgement(one: Read, judged: Sequence[Judged]) -> Judgement:
    label = one.asked.label
    told, near = holds_answer(given(judged), label), holds_answer(nearest(judged), label)
    return Judgement(one.asked, certainty_features(one.asked.text, one.hits, judged), told, near)


def fit_certainty(judged: Sequence[Judgement]) -> tuple[Logistic, Matrix, dict[str, Any]]:
    """The regression, what it says of each question with its source left out, and its figures."""
    left_out = np.full(len(judged), np.nan)
    places = {id(one): place for place, one in enumerate(judged)}
    for fitted_on, others in folds(judged, lambda one: one.asked.source):
        fitted = _certainty(fitted_on)
        for one in others:
            left_out[places[id(one)]] = fitted.probability(one.features)
    right = np.array([one.right for one in judged])
    names = np.array([collection(one.asked) for one in judged])
    figures = {
        str(name): {
            "given is right": round(
                float(right[(names == name) & np.array([one.asked.is_answerable for one in judged])].mean()), 3
            ),
            "area under the curve": round(area_under_curve(left_out[names == name], right[names == name]), 3),
        }
        for name in dict.fromkeys(names)
    }
    return _certainty(judged), left_out, figures


def folds(things: Sequence[Any], source: Callable[[Any], str]) -> Iterator[tuple[list[Any], list[Any]]]:
    """Each source once left out: the things to fit on, and those to judge."""
    for name in dict.fromkeys(map(source, things)):
        yield [one for one in things if source(one) != name], [one for one in things if source(one) == name]


def collection(asked: Asked) -> str:
    """Which of the sets of guides a question is about."""
    name = str(asked.label["file"])
    return "guide" if name == "career-guide.txt" else "short guides" if name.startswith("guides/") else "corpus"


def _weights(asked: Sequence[Asked]) -> Matrix:
    return listwise([(one.features, np.array(one.right)) for one in asked])


def _certainty(judged: Sequence[Judgement]) -> Logistic:
    """The regression, without features that would count the wrong way: what speaks for an answer never speaks against it."""
    used, right = list(judged[0].features), np.array([float(one.right) for one in judged])
    while True:
        features = np.array([[one.features[name] for name in used] for one in judged])
        weights, bias = binary(features, right)
        wrong = {name for name, weight in zip(used, weights, strict=True) if (weight > 0) == (name in LACKS)}
        if not wrong:
            return Logistic(dict(zip(used, np.round(weights, 4).tolist(), strict=True)), round(bias, 4))
        used = [name for name in used if name not in wrong]


def _found(ranks: Matrix) -> dict[str, float]:
    return {
        "questions": len(ranks),
        "@1": round(float((ranks <= 1).mean()), 3),
        "@8": round(float((ranks <= 8).mean()), 3),
        "@14": round(float((ranks <= 14).mean()), 3),
        "MRR": round(float((1 / ranks).mean()), 3),
    }
