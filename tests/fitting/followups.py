"""Fits how much a last turn that leans on earlier ones is read together with them, judged on sources left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.answering.conversation import Coverage
from bot.answering.quoting import READ_TOGETHER, blended, certainty_features, compared, given, may_be_claimed, nearest
from knowledge.fitted import Logistic
from knowledge.search.reader import Reader
from knowledge.search.searcher import Hit, by_distance
from tests.evals.__main__ import shared_scorer
from tests.fitting.asked import Asked
from tests.fitting.ranking import ranked

STEPS = tuple(np.round(np.arange(0, 1.01, 0.1), 1).tolist())

Judge = Callable[[Mapping[str, Any], Mapping[str, str]], tuple[str, float]]
"""The shared scorer: a question and an answer to it; how it was taken, and its points."""


@dataclass(frozen=True)
class FollowUp:
    """A question of several turns with its best passages, as its last turn and all together are read."""

    asked: Asked
    hits: Sequence[Hit]
    alone: Sequence[Sequence[float]]
    joined: Sequence[Sequence[float]]


def read_follow_ups(asked: Sequence[Asked], search: Logistic, reader: Reader) -> list[FollowUp]:
    """The questions of several turns, read both ways."""
    return [_read(one, search, reader) for one in asked if len(one.label["turns"]) > 1]


def fit_joined_share(
    read: Sequence[FollowUp], search_share: float, certainty: Logistic, limits: dict[str, float]
) -> tuple[float, dict[str, Any]]:
    """The share of the joined reading under which answers are worth most, and what answers are worth with the source left out.

    Beside it stand what they are worth read joined alone, and the last turn alone.
    """
    judge: Judge = shared_scorer().judge
    points = np.array(
        [[_points(one, share, search_share, certainty, limits, judge) for share in STEPS] for one in read]
    )  # a row for each question
    sources = np.array([one.asked.source for one in read])
    left_out = np.zeros(len(read))
    for source in dict.fromkeys(sources.tolist()):
        best = int(points[sources != source].mean(axis=0).argmax())
        left_out[sources == source] = points[sources == source, best]
    figures = {
        "questions": len(read),
        "usefulness": round(float(left_out.mean()), 3),
        "read joined": round(float(points[:, -1].mean()), 3),
        "read alone": round(float(points[:, 0].mean()), 3),
    }
    return STEPS[int(points.mean(axis=0).argmax())], figures


def _read(one: Asked, search: Logistic, reader: Reader) -> FollowUp:
    found = [ranked(one.hits, search), ranked(one.hits_of_last_turn, search)]
    hits = by_distance(found)[:READ_TOGETHER]
    passages = [hit.passage for hit in hits]
    return FollowUp(one, hits, reader.read(one.label["turns"][-1], passages), reader.read(one.text, passages))


def _points(
    one: FollowUp, share: float, search_share: float, certainty: Logistic, limits: dict[str, float], judge: Judge
) -> float:
    """What the answer to one is worth to the shared scorer."""
    judged = compared(one.hits, blended(one.alone, one.joined, share), search_share)
    features = certainty_features(one.asked.label["turns"][-1], one.hits, judged)
    probability = certainty.probability(features)
    answer = {"coverage": Coverage.NOT_COVERED, "answer": ""}
    if may_be_claimed(features) and probability >= limits["covered"]:
        answer = {"coverage": Coverage.COVERED, "answer": given(judged)}
    elif probability >= limits["nearest"]:
        answer = {"coverage": Coverage.NEAREST, "answer": nearest(judged)}
    return judge(one.asked.label, answer)[1]
