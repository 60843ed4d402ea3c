"""Fits what tells texts apart by their vectors: kinds of messages, questions that lean on earlier ones, kinds of sentences."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.encoder import LocalEncoder
from tests.fitting.labelled import Text, lines, messages, questions, reply_sentences, shared_questions
from tests.fitting.regression import Matrix, multinomial

OUT = Path(__file__).parents[2] / "bot" / "answering"
SENSITIVE = ("self_harm", "harassment", "discrimination", "violence", "burnout", "lost_job")
QUESTIONS_TAKEN = 1200
"""Questions of our sets that are taken as examples of the class "question"."""
SENTENCE_KINDS = {"faithful": "claim", "false": "claim", "lead": "chatter", "chatter": "chatter", "refusal": "chatter", "gap": "gap", "gapfalse": "gap"}  # fmt: skip


@dataclass(frozen=True)
class Fit:
    """Texts as vectors with their labels and writers, and what a fit on the other writers says of each."""

    labels: list[str]
    writers: list[str]
    vectors: Matrix
    classes: list[str]
    left_out: Matrix
    """The probability of each class for each text, by a fit without the text's writer; rows of NaN where not judged."""

    def judged(self) -> Matrix:
        """Which texts were judged by a fit that had not seen their writer."""
        return ~np.isnan(self.left_out[:, 0])


def fit_all(encoder: LocalEncoder) -> dict[str, Any]:
    """Fit and write everything; the figures of writers left out, and the limits that they lead to."""
    hearing = _fit("hearing", _hearing_texts(), encoder, penalty=2e-5, judged=lambda writer: writer in {"a", "b", "c"})
    leaning = _fit("leaning", _leaning_texts(), encoder, penalty=1e-4, judged=lambda writer: writer == "shared")
    kinds = _fit("sentence_kinds", _sentence_texts(), encoder, penalty=1e-4, judged=lambda _: True)
    return {"hearing": _hearing_figures(hearing), "leaning": _figures(leaning), "sentence_kinds": _figures(kinds)}


def _hearing_texts() -> list[Text]:
    asked = [Text(q["turns"][0], "question", f"questions of {name}") for name, q in questions() if len(q["turns"]) == 1]
    return messages() + asked[:: max(1, len(asked) // QUESTIONS_TAKEN)]


def _leaning_texts() -> list[Text]:
    told = [(name, q) for name, q in questions()]
    told += [("shared", q) for q in shared_questions("train/questions.jsonl")]
    texts = [Text(q["turns"][-1], "leaning", name) for name, q in told if len(q["turns"]) > 1]
    # One of several guides' questions often leaves out the role; what stands alone is told by questions to many guides.
    texts += [Text(q["turns"][0], "standing", name) for name, q in told if name == "shared" or len(q["turns"][0].split()) > 6]
    return texts + [Text(m["text"], "leaning", "w") for m in lines(Path(__file__).parent / "data/messages/w.jsonl") if m["intent"] != "question"]


def _sentence_texts() -> list[Text]:
    return [Text(t.text, SENTENCE_KINDS[t.label], t.writer) for t in reply_sentences() if t.label != "lead" or t.text.endswith(":")]


def _fit(name: str, texts: Sequence[Text], encoder: LocalEncoder, penalty: float, judged: Callable[[str], bool]) -> Fit:
    vectors = np.stack([encoder.vector(text.text) for text in texts])
    labels, writers = [text.label for text in texts], [text.writer for text in texts]
    classes = sorted(set(labels))
    left_out = np.full((len(texts), len(classes)), np.nan)
    for writer in filter(judged, dict.fromkeys(writers)):
        own = np.array([one == writer for one in writers])
        weights, biases = multinomial(vectors[~own], classes, [label for label, mine in zip(labels, own, strict=True) if not mine], penalty)
        left_out[own] = _shares(vectors[own] @ weights.T + biases)
    weights, biases = multinomial(vectors, classes, labels, penalty)
    told = {"classes": classes, "weights": np.round(weights, 3).tolist(), "biases": np.round(biases, 3).tolist()}
    (OUT / f"{name}.json").write_text(json.dumps(told, separators=(",", ":")) + "\n", encoding="utf-8")
    return Fit(labels, writers, vectors, classes, left_out)


def _shares(logits: Matrix) -> Matrix:
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Matrix = shares / shares.sum(axis=1, keepdims=True)
    return result


def _figures(fit: Fit) -> dict[str, Any]:
    """Texts judged and the share that was right, together and by class, with the writer left out."""
    judged = fit.judged()
    best = np.array(fit.classes)[np.nan_to_num(fit.left_out).argmax(axis=1)]
    labels = np.array(fit.labels)
    found = {name: round(float((best[judged & (labels == name)] == name).mean()), 3) for name in fit.classes if (judged & (labels == name)).any()}
    return {"judged": int(judged.sum()), "right": round(float((best == labels)[judged].mean()), 3), "found": found}


def _hearing_figures(fit: Fit) -> dict[str, Any]:
    """As `_figures`, and what the limits that `hear` works with make of questions and of people in need."""
    judged, labels = fit.judged(), np.array(fit.labels)
    sensitive = fit.left_out[:, [fit.classes.index(name) for name in SENSITIVE]].sum(axis=1)
    asked, need = judged & (labels == "question"), judged & np.isin(labels, SENSITIVE)
    figures = _figures(fit)
    for limit in (0.3, 0.4, 0.5, 0.6):
        figures[f"sensitive at {limit}"] = [round(float((sensitive[need] >= limit).mean()), 3), round(float((sensitive[asked] >= limit).mean()), 3)]
    other = 1 - fit.left_out[:, fit.classes.index("question")]
    best = np.where(np.arange(len(fit.classes)) == fit.classes.index("question"), 0, np.nan_to_num(fit.left_out)).max(axis=1)
    rest = judged & ~np.isin(labels, [*SENSITIVE, "question"])
    for limit in (0.4, 0.5, 0.6, 0.7):
        figures[f"other at {limit}"] = [round(float((best[rest] >= limit).mean()), 3), round(float((best[asked] >= limit).mean()), 3)]
    figures["other"] = round(float(other[asked].mean()), 3)
    return figures
