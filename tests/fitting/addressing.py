"""Fits who a line is said to, and whether it tells the bot to keep quiet. `python -m tests.fitting.addressing`.

Judged on writers left out, several at a time; writes the classifiers that bot/answering/addressing.py asks.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from scipy import sparse

from bot.answering.addressing import (
    BOT,
    NEIGHBOURS,
    OTHERWISE,
    PAIRS,
    PIECES,
    Command,
    Line,
    encoded,
    features,
    names_in,
)
from bot.answering.classifier import Classifier
from knowledge.minilm.model import WIDTH
from knowledge.search.encoder import LocalEncoder
from tests.fitting.labelled import DATA, messages, questions
from tests.fitting.regression import Matrix, logistic, multinomial

OUT = Path(__file__).parents[2] / "bot" / "answering"
SCALES = (3.0, 7.0, 5.0, 3.0, 0.3)
"""How much the vector, the pieces, the pairs of words, the words beside mentions and the form (of one spread) weigh against each other."""
PENALTY = 1e-3
FOLDS = 8
"""Into so many groups writers are divided, each of which is left out once."""
OTHER_WEIGHT = 0.3
"""What one of the messages that were written for other classifiers weighs."""
OTHERS = 500
"""So many of those are taken."""
STEERING = (*(command.value for command in Command), OTHERWISE)
MISTAKEN = 0.04
"""The share of other lines that may be taken for a word to keep quiet or to speak again."""
MISSED = {"following": None, "mentioning": 0.05, "naming": 0.05}
"""The share of lines to the bot that may be missed: a mention is a question in doubt. Without one, either mistake weighs the same."""
_OTHER = {
    "shorter": "bot",
    "form": "bot",
    "more": "bot",
    "source": "bot",
    "thanks": "people",
    "goodbye": "people",
    "chitchat": "people",
}


@dataclass(frozen=True)
class Said:
    """A labelled line: `to` is "bot" or "people"; the writer of lines that are not judged is empty."""

    line: Line
    to: str
    writer: str


def main() -> int:
    """Fit and write all; print the shares that are wrong with the writer left out."""
    encoder = LocalEncoder()
    parts = {"following": following(), "mentioning": mentioning(), "naming": written("naming")}
    told = {name: _fit(name, lines, encoder, MISSED[name]) for name, lines in parts.items()}
    told["steering"] = fit_steering(steering(), encoder)
    print(json.dumps(told, indent=1))
    return 0


def written(folder: str) -> list[Said]:
    """The lines of the writers of one folder."""
    found = []
    for path in sorted((DATA / "addressing" / folder).glob("*.yaml")):
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        known = {name.casefold() for full in told["names"] for name in full.split()}
        for to in ("bot", "people"):
            found += [Said(Line(text, names_in(text, known)), to, path.stem) for text in map(str, told[to])]
    return found


def steering() -> list[Said]:
    """Lines that tell the bot to keep quiet or to speak again, and others; `to` is which, and messages for other classifiers are others."""
    found = []
    for path in sorted((DATA / "addressing" / "steering").glob("*.yaml")):
        told = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [Said(Line(text), label, path.stem) for label in STEERING for text in map(str, told[label])]
    texts = [m.text for m in messages()] + [q["turns"][-1] for _, q in questions()]
    chosen = np.random.default_rng(1).permutation(len(texts))[: 2 * OTHERS]
    return [*found, *(Said(Line(texts[place]), OTHERWISE, "") for place in chosen)]


def following() -> list[Said]:
    """Lines after an answer, and some of what was written for other classifiers."""
    others = [Said(Line(m.text), _OTHER[m.label], "") for m in messages() if m.label in _OTHER]
    others += [Said(Line(q["turns"][-1]), "bot", "") for _, q in questions() if len(q["turns"]) > 1]
    chosen = np.random.default_rng(1).permutation(len(others))[:OTHERS]
    return [*written("following"), *(others[place] for place in chosen)]


def mentioning() -> list[Said]:
    """Lines that name the bot, and messages for other classifiers as people begin or end them with its name."""
    texts = [m.text for m in messages()]
    chosen = [texts[place] for place in np.random.default_rng(1).permutation(len(texts))[:OTHERS]]
    others = [f"{text} {BOT}" if place % 5 == 0 else f"{BOT} {text}" for place, text in enumerate(chosen)]
    others += [f"{BOT} {one.line.text}" for one in steering() if one.writer]
    return [*written("mentioning"), *(Said(Line(text), "bot", "") for text in others)]


def _fit(name: str, said: list[Said], encoder: LocalEncoder, missed: float | None) -> dict[str, Any]:
    raw = np.stack([features(one.line, encoder.vector(encoded(one.line))) for one in said])
    scale, centre = _scaling(raw)
    rows = sparse.csr_matrix((raw - centre) * scale, dtype=np.float32)  # of the pieces of words a line has few
    labels = np.array([one.to == "bot" for one in said], dtype=float)
    writers = np.array([one.writer or "" for one in said])
    importance = np.where(writers == "", OTHER_WEIGHT, 1.0)
    scores = np.full(len(said), np.nan)
    names = sorted({*writers.tolist()} - {""})
    if len(names) == 1:  # one writer: every fifth line is left out
        writers = np.array([writer and str(place % 5) for place, writer in enumerate(writers)])
        names = sorted({*writers.tolist()} - {""})
    for fold in range(FOLDS):
        own = np.isin(writers, names[fold::FOLDS])
        if not own.any():
            continue
        weights, bias = logistic(rows[~own], labels[~own], importance[~own], PENALTY)
        scores[own] = rows[own] @ weights + bias
    weights, bias = logistic(rows, labels, importance, PENALTY)
    if missed is not None:
        shift = float(np.quantile(scores[~np.isnan(scores) & (labels == 1)], missed))
        scores, bias = scores - shift, bias - shift
    scaled = weights * scale
    both = np.stack([scaled, np.zeros_like(scaled)])
    Classifier.write(OUT / name, ("bot", "people"), both, np.array([bias - float(centre @ scaled), 0.0]))
    return _figures(scores, labels, writers, names)


def fit_steering(said: list[Said], encoder: LocalEncoder) -> dict[str, Any]:
    """Fit and write what tells words to keep quiet, and to speak again, from all others; the shares that are wrong with the writer left out."""
    raw = np.stack([features(one.line, encoder.vector(encoded(one.line))) for one in said])
    scale, centre = _scaling(raw)
    rows = sparse.csr_matrix((raw - centre) * scale, dtype=np.float32)
    labels = np.array([one.to for one in said])
    writers = np.array([one.writer for one in said])
    logits = np.full((len(said), len(STEERING)), np.nan)
    names = sorted({*writers.tolist()} - {""})
    for fold in range(FOLDS):
        own = np.isin(writers, names[fold::FOLDS])
        weights, biases = multinomial(rows[~own], STEERING, labels[~own].tolist(), PENALTY)
        logits[own] = rows[own] @ weights.T + biases
    judged = writers != ""
    ahead = logits[:, :-1].max(axis=1) - logits[:, -1]
    shift = float(np.quantile(ahead[judged & (labels == OTHERWISE)], 1 - MISTAKEN))
    weights, biases = multinomial(rows, STEERING, labels.tolist(), PENALTY)
    scaled = weights * scale
    Classifier.write(OUT / "steering", STEERING, scaled, biases - scaled @ centre + np.array([0.0, 0.0, shift]))
    logits[:, -1] += shift
    right = np.array(STEERING)[np.nan_to_num(logits).argmax(axis=1)] == labels
    return {
        f"{writer} {label}": round(float(right[(writers == writer) & (labels == label)].mean()), 3)
        for writer in sorted({*writers.tolist()} - {""})
        for label in STEERING
    }


def _scaling(raw: Matrix) -> tuple[Matrix, Matrix]:
    """What every feature is multiplied with, and what is taken from it before: only the form has units of its own."""
    plain = WIDTH + PIECES + PAIRS + NEIGHBOURS
    form = raw[:, plain:]
    *scales, shape = SCALES
    scale = np.concatenate([np.repeat(scales, (WIDTH, PIECES, PAIRS, NEIGHBOURS)), shape / (form.std(axis=0) + 1e-9)])
    scale[-form.shape[1] :][form.std(axis=0) == 0] = 0
    return scale, np.concatenate([np.zeros(plain), form.mean(axis=0)])


def _figures(scores: Matrix, labels: Matrix, writers: Matrix, folds: list[str]) -> dict[str, Any]:
    def wrong(own: Matrix) -> dict[str, float]:
        asked, other = own & (labels == 1), own & (labels == 0)
        return {
            "missed": round(float((scores[asked] < 0).mean()), 3),
            "answered": round(float((scores[other] >= 0).mean()), 3),
        }

    judged = ~np.isnan(scores)
    return {"lines": int(judged.sum()), **wrong(judged), "writers": {one: wrong(writers == one) for one in folds}}


if __name__ == "__main__":
    sys.exit(main())
