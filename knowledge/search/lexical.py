"""The lexical half of search: BM25 over passages, over their statements and over their headings."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from knowledge.passages import Passage
from knowledge.statements import Statement, statements
from knowledge.words import is_function_word, stem, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float32]

HEADING_WEIGHT = 2
"""How often the heading path counts among a passage's words; 2 was the best of 0, 1, 2, 3 on the development corpus."""


class Bm25:
    """BM25 (Lucene's variant, k1 = 1.5, b = 0.75) over texts given as lists of terms."""

    def __init__(self, scorer: Any, frequencies: Mapping[str, int], texts: int) -> None:
        self._scorer = scorer
        self._frequencies = frequencies
        self._texts = texts

    @classmethod
    def build(cls, texts: Sequence[Sequence[str]]) -> Self:
        """Index texts, which may be none."""
        frequencies = Counter(term for terms_ in texts for term in set(terms_))
        scorer = _library().BM25(method="lucene", k1=1.5, b=0.75)
        if frequencies:
            scorer.index([list(terms_) for terms_ in texts], show_progress=False)
        return cls(scorer, frequencies, len(texts))

    def save(self, folder: Path) -> None:
        """Write the index into `folder`, which is created."""
        folder.mkdir(parents=True, exist_ok=True)
        if self._frequencies:
            self._scorer.save(str(folder), show_progress=False)
        meta = {"texts": self._texts, "frequencies": dict(self._frequencies)}
        (folder / "frequencies.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read an index written by `save`. Raises OSError or ValueError when it is missing or damaged."""
        meta = json.loads((folder / "frequencies.json").read_text(encoding="utf-8"))
        scorer = _library().BM25.load(str(folder)) if meta["frequencies"] else None
        return cls(scorer, meta["frequencies"], meta["texts"])

    def scores(self, asked: Iterable[str]) -> "Scores":
        """The score of every text for some terms, as a share of what the terms could bring together: 0 to below 1."""
        import math

        import numpy as np

        total = np.zeros(self._texts, dtype=np.float32)
        most = 0.0
        for term in dict.fromkeys(asked):
            frequency = self._frequencies.get(term, 0)
            most += math.log(1 + (self._texts - frequency + 0.5) / (frequency + 0.5))
            if frequency:
                total += self._scorer.get_scores_from_ids([self._scorer.vocab_dict[term]])
        return total / np.float32(most or 1.0)


@dataclass(frozen=True, eq=False)
class LexicalScores:
    """How well each passage meets the words of a question: by itself, by its best statement, by its headings."""

    passages: "Scores"
    statements: "Scores"
    headings: "Scores"


class LexicalIndex:
    """The words of one index version. `statement_of` gives for each statement the number of its passage."""

    def __init__(
        self,
        passages: Bm25,
        statements_: Bm25,
        headings: Bm25,
        statement_of: "NDArray[np.int32]",
        vocabulary: Mapping[str, int],
    ) -> None:
        self._passages = passages
        self._statements = statements_
        self._headings = headings
        self.statement_of = statement_of
        self.vocabulary = vocabulary
        """Folded, unstemmed words of the passages and the number of passages that hold each."""

    @classmethod
    def build(cls, passages: Sequence[Passage]) -> Self:
        """Index the passages, which may be none."""
        import numpy as np

        told = [(number, one) for number, passage in enumerate(passages) for one in statements(passage)]
        return cls(
            Bm25.build([_passage_terms(passage) for passage in passages]),
            Bm25.build([_statement_terms(one) for _, one in told]),
            Bm25.build([terms(f"{' '.join(passage.heading)} {passage.guide.path}") for passage in passages]),
            np.array([number for number, _ in told], dtype=np.int32),
            Counter(word for passage in passages for word in set(words(_all(passage)))),
        )

    def save(self, folder: Path) -> None:
        """Write everything into `folder`, which is created."""
        import numpy as np

        for name, index in self._parts().items():
            index.save(folder / name)
        np.save(folder / "statement_of.npy", self.statement_of)
        (folder / "vocabulary.json").write_text(json.dumps(dict(self.vocabulary), ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what `save` wrote. Raises OSError or ValueError when it is missing or damaged."""
        import numpy as np

        passages, of_statements, headings = (
            Bm25.load(folder / name) for name in ("passages", "statements", "headings")
        )
        vocabulary = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        return cls(passages, of_statements, headings, np.load(folder / "statement_of.npy"), vocabulary)

    def scores(self, question: str) -> LexicalScores:
        """How well every passage meets the words of a question."""
        asked = terms(question)
        passages = self._passages.scores(asked)
        return LexicalScores(
            passages, self.best_of(self._statements.scores(asked), len(passages)), self._headings.scores(asked)
        )

    def best_of(self, of_statements: "Scores", passages: int) -> "Scores":
        """For each passage the best score of its statements; 0 where it has none."""
        import numpy as np

        best = np.zeros(passages, dtype=np.float32)
        np.maximum.at(best, self.statement_of, of_statements)
        return best

    def _parts(self) -> dict[str, Bm25]:
        return {"passages": self._passages, "statements": self._statements, "headings": self._headings}


def terms(text: str) -> list[str]:
    """What a text is indexed under: the stems of its words."""
    return [stem(word) for word in words(text) if not is_function_word(word)]


def _library() -> Any:
    import logging

    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG when imported
    return bm25s


def _passage_terms(passage: Passage) -> list[str]:
    return terms(" ".join(passage.heading)) * HEADING_WEIGHT + terms(passage.guide.path) + terms(passage.text)


def _statement_terms(statement: Statement) -> list[str]:
    return terms(f"{' '.join(statement.passage.heading)} {statement.lead} {statement.text}")


def _all(passage: Passage) -> str:
    return " ".join([*passage.heading, passage.guide.path, passage.text])
