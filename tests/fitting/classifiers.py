"""Fits what tells texts apart by their vectors: kinds of messages, questions that lean on earlier ones, kinds of sentences."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from bot.answering.classifier import Classifier
from bot.answering.hearing import Message, is_foreign
from bot.answering.letters import letters
from knowledge.search.encoder import LocalEncoder
from tests.fitting.labelled import SETS, Text, lines, messages, questions, reply_sentences, shared_questions
from tests.fitting.regression import Matrix, multinomial

OUT = Path(__file__).parents[2] / "bot" / "answering"
SENSITIVE = ("self_harm", "harassment", "discrimination", "violence", "burnout", "lost_job")
TROUBLED = (*SENSITIVE, "discontent")
QUESTIONS_OF = "questions of "
"""How the writer of a set of questions is called."""
WRITERS = ("a", "b", "c", "d1", "d2", "d3", "e1", "e2", "e3", "f1", "f2", "g1", "g2")
"""Writers of messages of every kind, each left out once; those whose questions were written to be mistaken are not judged."""
MISTAKEN = {
    "hearing_troubled": 0.015,
    "hearing_self_harm": 0.01,
    "hearing_other": 0.01,
    "hearing_foreign_troubled": 0.03,
    "hearing_foreign_self_harm": 0.02,
    "hearing_foreign_other": 0.05,
    "leaning": 0.05,
    "chatter": 0.012,
    "gap": 0.005,
}
"""The share of questions that may be taken for a message of another kind or for a follow-up, and of claims for chatter or gaps."""
MISTAKEN_KINDS = 0.025
"""The share of thanks, complaints and whatever else is no question and no trouble that may be taken for trouble."""
EXAGGERATED = {"hearing_need": 0.1, "hearing_self_harm": 0.05}
"""The share of discontent that may be taken for need: a crisis line is no answer to "I feel stuck in my career".

With a writer left out a third of all that is known of discontent is missing: on others the share is lower.
"""
SENTENCE_KINDS = {"faithful": "claim", "false": "claim", "lead": "chatter", "chatter": "chatter", "refusal": "chatter", "gap": "gap", "gapfalse": "gap"}  # fmt: skip


@dataclass(frozen=True)
class Fit:
    """Labels of texts, and what a fit on the other folds says of each."""

    labels: list[str]
    classes: list[str]
    left_out: Matrix
    """The probability of each class for each text, by a fit without the text's fold; rows of NaN where not judged."""

    def judged(self) -> Matrix:
        """Which texts were judged by a fit that had not seen their writer."""
        return ~np.isnan(self.left_out[:, 0])


def fit_all(encoder: LocalEncoder) -> tuple[dict[str, float], dict[str, Any]]:
    """Fit and write the classifiers: the limits from which on they are believed, and the figures of writers left out."""
    texts = _hearing_texts()
    whole = _fit("hearing", texts, lambda text: Message.of(text, encoder).features, penalty=2e-5, fold=_hearing_fold)
    hearing, foreign = _of_readers(texts, whole)
    leaning = _fit(
        "leaning",
        _leaning_texts(),
        encoder.vector,
        penalty=1e-4,
        fold=lambda writer: writer if writer == "shared" else "",
    )
    kinds = _fit("sentence_kinds", _sentence_texts(), encoder.vector, penalty=1e-4, fold=lambda writer: writer)
    others = tuple(name for name in hearing.classes if name not in (*TROUBLED, "question"))
    limits = {
        **limits_of_trouble(hearing, "hearing"),
        **limits_of_trouble(foreign, "hearing_foreign"),
        "hearing_other": _limit(hearing, others, "question", MISTAKEN["hearing_other"]),
        "hearing_foreign_other": _limit(foreign, others, "question", MISTAKEN["hearing_foreign_other"]),
        "leaning": _limit(leaning, ("leaning",), "standing", MISTAKEN["leaning"]),
        "chatter": _limit(kinds, ("chatter",), "claim", MISTAKEN["chatter"]),
        "gap": _limit(kinds, ("gap",), "claim", MISTAKEN["gap"]),
    }
    found = {
        "in English": shares_of_trouble(hearing, limits, "hearing"),
        "in other languages": shares_of_trouble(foreign, limits, "hearing_foreign"),
        "hearing_other": _share_found(hearing, others, limits["hearing_other"]),
        "leaning": _share_found(leaning, ("leaning",), limits["leaning"]),
        "chatter": _share_found(kinds, ("chatter",), limits["chatter"]),
        "gap": _share_found(kinds, ("gap",), limits["gap"]),
    }
    figures = {
        "hearing": _figures(hearing),
        "hearing_foreign": _figures(foreign),
        "leaning": _figures(leaning),
        "sentence_kinds": _figures(kinds),
    }
    return limits, figures | {"found at the limits": found}


def limits_of_trouble(hearing: Fit, name: str) -> dict[str, float]:
    """From which probabilities on a message is troubled, and from which it is more than discontent."""
    others = tuple(kind for kind in hearing.classes if kind not in (*TROUBLED, "question"))
    troubled = max(
        _limit(hearing, TROUBLED, "question", MISTAKEN[f"{name}_troubled"], together=True),
        _limit(hearing, TROUBLED, others, MISTAKEN_KINDS, together=True),
    )
    own = hearing.judged() & (np.array(hearing.labels) == "discontent")
    need = float(np.quantile(_need(hearing, troubled)[own], 1 - EXAGGERATED["hearing_need"]))
    questions = _limit(hearing, ("self_harm",), "question", MISTAKEN[f"{name}_self_harm"])
    discontent = _limit(hearing, ("self_harm",), "discontent", EXAGGERATED["hearing_self_harm"])
    return {
        f"{name}_troubled": troubled,
        f"{name}_need": round(need, 3),
        f"{name}_self_harm": max(questions, discontent),
    }


def shares_of_trouble(hearing: Fit, limits: Mapping[str, float], name: str) -> dict[str, Any]:
    """Of what people in need write, of discontent and of the rest, the shares that get the answer to need, and to need or discontent."""
    troubled = _score(hearing, TROUBLED, together=True) >= limits[f"{name}_troubled"]
    in_need = troubled & (_need(hearing, limits[f"{name}_troubled"]) >= limits[f"{name}_need"])
    in_need |= _score(hearing, ("self_harm",), together=True) >= limits[f"{name}_self_harm"]
    labels, judged = np.array(hearing.labels), hearing.judged()
    groups = {"need": SENSITIVE, "self_harm": ("self_harm",), "discontent": ("discontent",), "question": ("question",)}
    groups["other kinds"] = tuple(kind for kind in hearing.classes if kind not in (*TROUBLED, "question"))
    shares = {}
    for group, kinds in groups.items():
        own = judged & np.isin(labels, kinds)
        shares[group] = [round(float(found[own].mean()), 3) for found in (in_need, in_need | troubled)]
    return {"answered as need, and as need or discontent": shares}


def _need(hearing: Fit, troubled: float) -> Matrix:
    """The share of need in the trouble of each text; nothing where there is less trouble than the limit."""
    need, both = (_score(hearing, kinds, together=True) for kinds in (SENSITIVE, TROUBLED))
    result: Matrix = np.where(both >= troubled, need / both, 0.0)
    return result


def _limit(
    fit: Fit, classes: Sequence[str], spared: str | Sequence[str], mistaken: float, *, together: bool = False
) -> float:
    """The probability of some classes above which at most a share `mistaken` of the texts of another class, or of others, lies."""
    score = _score(fit, classes, together=together)
    own = fit.judged() & np.isin(fit.labels, [spared] if isinstance(spared, str) else spared)
    return round(float(np.quantile(score[own], 1 - mistaken)), 3)


def _share_found(fit: Fit, classes: Sequence[str], limit: float, *, together: bool = False) -> float:
    """The share of the texts of some classes that is found at a limit."""
    own = fit.judged() & np.isin(fit.labels, classes)
    return round(float((_score(fit, classes, together=together)[own] >= limit).mean()), 3)


def _score(fit: Fit, classes: Sequence[str], *, together: bool) -> Matrix:
    columns = fit.left_out[:, [fit.classes.index(name) for name in classes]]
    result: Matrix = columns.sum(axis=1) if together else columns.max(axis=1)
    return result


def _hearing_texts() -> list[Text]:
    """Messages of every kind, and what people ask of guides: nearly all that the bot will hear is that."""
    return messages() + [Text(q["turns"][-1], "question", f"{QUESTIONS_OF}{name}") for name, q in questions()]


def _hearing_fold(writer: str) -> str:
    """With each writer of messages of every kind some of the sets of questions are left out; other texts are not judged."""
    if writer.startswith(QUESTIONS_OF):
        return WRITERS[SETS.index(writer.removeprefix(QUESTIONS_OF)) % len(WRITERS)]
    return writer if writer in WRITERS else ""


def _leaning_texts() -> list[Text]:
    told = [(name, q) for name, q in questions()]
    told += [("shared", q) for q in shared_questions("train/questions.jsonl")]
    texts = [Text(q["turns"][-1], "leaning", name) for name, q in told if len(q["turns"]) > 1]
    # One of several guides' questions often leaves out the role; what stands alone is told by questions to many guides.
    texts += [
        Text(q["turns"][0], "standing", name) for name, q in told if name == "shared" or len(q["turns"][0].split()) > 6
    ]
    return texts + [
        Text(m["text"], "leaning", "w")
        for m in lines(Path(__file__).parent / "data/messages/w.jsonl")
        if m["intent"] != "question"
    ]


def _sentence_texts() -> list[Text]:
    return [
        Text(t.text, SENTENCE_KINDS[t.label], t.writer)
        for t in reply_sentences()
        if t.label != "lead" or t.text.endswith(":")
    ]


def _of_readers(texts: Sequence[Text], whole: Fit) -> tuple[Fit, Fit]:
    """What the encoder reads, and the rest with what the letters say of it beside it, as the bot hears both."""
    unread = np.array([is_foreign(text.text) for text in texts])
    foreign = [text for text, own in zip(texts, unread, strict=True) if own]
    beside = _fit("hearing_foreign", foreign, letters, penalty=1e-4, fold=_hearing_fold)
    columns = [beside.classes.index(kind) if kind in beside.classes else -1 for kind in whole.classes]
    both = whole.left_out[unread] * np.hstack([beside.left_out, np.zeros((len(foreign), 1))])[:, columns]
    both /= both.sum(axis=1, keepdims=True)
    labels = np.array(whole.labels)
    return (
        Fit(labels[~unread].tolist(), whole.classes, whole.left_out[~unread]),
        Fit(labels[unread].tolist(), whole.classes, both),
    )


def _fit(
    name: str,
    texts: Sequence[Text],
    vector: Callable[[str], Matrix],
    penalty: float,
    fold: Callable[[str], str],
) -> Fit:
    """Fit on everything, and for each fold on all the others. Texts of the fold "" are not judged."""
    # a text has few of all runs of letters
    vectors = sparse.vstack([sparse.csr_matrix(vector(text.text)) for text in texts]).tocsr()
    labels, folds = [text.label for text in texts], np.array([fold(text.writer) for text in texts])
    classes = sorted(set(labels))
    left_out = np.full((len(texts), len(classes)), np.nan)
    for one in sorted({*folds.tolist()} - {""}):
        own = folds == one
        told = [label for label, mine in zip(labels, own, strict=True) if not mine]
        weights, biases = multinomial(vectors[~own], classes, told, penalty)
        left_out[own] = _shares(vectors[own] @ weights.T + biases)
    weights, biases = multinomial(vectors, classes, labels, penalty)
    Classifier.write(OUT / name, classes, weights, biases)
    return Fit(labels, classes, left_out)


def _shares(logits: Matrix) -> Matrix:
    shares = np.exp(logits - logits.max(axis=1, keepdims=True))
    result: Matrix = shares / shares.sum(axis=1, keepdims=True)
    return result


def _figures(fit: Fit) -> dict[str, Any]:
    """Texts judged and the share that was right, together and by class, with the writer left out."""
    judged = fit.judged()
    best = np.array(fit.classes)[np.nan_to_num(fit.left_out).argmax(axis=1)]
    labels = np.array(fit.labels)
    found = {
        name: round(float((best[judged & (labels == name)] == name).mean()), 3)
        for name in fit.classes
        if (judged & (labels == name)).any()
    }
    return {"judged": int(judged.sum()), "right": round(float((best == labels)[judged].mean()), 3), "found": found}
