"""Reads passages with a question in mind: how surely does each statement answer it?

A cross-encoder: question and passage pass through MiniLM together, so that every word of the one meets every word of
the other. Fitted on questions in everyday words with the statements that answer them, and on questions that come close
to what a passage says and are not answered by it.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from knowledge.minilm.model import MiniLM
from knowledge.passages import Guide, Passage
from knowledge.search import word_pieces
from knowledge.statements import statements
from knowledge.words import is_function_word, stem, stems, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TASK = "reading"
UNREAD = -30.0
"""The logit of a statement that is beyond all that is read of a passage."""


class Reader:
    """Safe to use from several threads at once. Not loaded before it is first used."""

    def __init__(self, model: MiniLM | None = None) -> None:
        self._model = model

    def read(self, question: str, passages: Sequence[Passage]) -> list[list[float]]:
        """For each passage the logit of each of its statements, in order; 0 weighs as much as "none of them answers".

        A question that names what the whole guide is about is read without these words, too: they choose the guide and
        decide nothing within it. Of the two logits the larger counts.
        """
        return [
            [
                max(logits)
                for logits in zip(*(self._logits(word_pieces.of_question(one), passage) for one in asked), strict=True)
            ]
            for passage in passages
            for asked in [forms(question, passage.guide)]
        ]

    def _logits(self, asked: Sequence[int], passage: Passage) -> list[float]:
        logits = [UNREAD] * len(statements(passage))
        for pieces in word_pieces.readings(passage):
            spans = word_pieces.shifted(pieces.spans, len(asked))
            for number, logit in self._read_at_once(asked, pieces.ids, spans):
                logits[number] = logit
        return logits

    def _read_at_once(
        self, asked: Sequence[int], ids: Sequence[int], spans: Sequence[word_pieces.Span | None]
    ) -> Iterator[tuple[int, float]]:
        """The numbers of the statements that have spans, with their logits."""
        import numpy as np

        model = self._opened()
        states = model.states([*asked, *ids, word_pieces.LAST])
        question = states[1 : len(asked) - 1].mean(axis=0) if len(asked) > 2 else states[0]
        read = [(number, span) for number, span in enumerate(spans) if span]
        if read:
            means = np.stack([states[begin:end].mean(axis=0) for _, (begin, end) in read])
            judged = _judged(question, means, model).tolist()
            yield from ((number, logit) for (number, _), logit in zip(read, judged, strict=True))

    def _opened(self) -> MiniLM:
        if self._model is None:
            self._model = MiniLM(TASK)
        return self._model


def forms(question: str, guide: Guide) -> list[str]:
    """A question as it was asked and, where it holds words of its guide's role or title, without these."""
    named = {stem(word) for word in words(guide.role or guide.title) if not is_function_word(word)}
    rest = [word for word in question.split() if not named.issuperset(stems(word) or [word])]
    content = [word for one in rest for word in words(one) if not is_function_word(word)]
    return [question, " ".join(rest)] if content and len(rest) < len(question.split()) else [question]


def _judged(question: "NDArray[np.float32]", statements: "NDArray[np.float32]", model: MiniLM) -> "NDArray[np.float32]":
    """The logit of each statement: the scaled cosine with the question, and what a small network sees beside it."""
    import numpy as np

    head = model.head
    lengths = np.linalg.norm(statements, axis=1) * np.linalg.norm(question)
    cosine = statements @ question / np.maximum(lengths, 1e-9)
    seen = np.concatenate([statements, statements * question], axis=1)
    hidden = np.tanh(seen @ head["head.inner.weight"].T + head["head.inner.bias"])
    network = hidden @ head["head.outer.weight"].T + head["head.outer.bias"]
    judged: NDArray[np.float32] = head["head.scale"] * cosine + network[:, 0] - head["head.null"]
    return judged
