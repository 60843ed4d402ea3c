"""The lexical half of search: BM25 over passages, their headings and the places of their files."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from knowledge.passages import Passage
from knowledge.words import is_function_word, meanings, stem, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HEADING_WEIGHT = 2
"""How often the heading path counts; 2 was the best of 0, 1, 2, 3 on the development corpus."""


class LexicalIndex:
    """BM25 (Lucene's variant, k1 = 1.5, b = 0.75) over the passages of one index version, in their order."""

    def __init__(self, bm25: Any, vocabulary: Mapping[str, int], passages: int) -> None:
        self._bm25 = bm25
        self.vocabulary = vocabulary
        """Folded, unstemmed words of the passages and the number of passages that hold each."""
        self.passages = passages

    @classmethod
    def build(cls, passages: Sequence[Passage]) -> Self:
        """Index the passages. An empty sequence is allowed and finds nothing."""
        bm25s = _library()
        seen = [list(dict.fromkeys(_all_words(passage))) for passage in passages]
        vocabulary = Counter(word for found in seen for word in found)
        bm25 = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
        if passages:
            bm25.index([_index_terms(passage) for passage in passages], show_progress=False)
        return cls(bm25, vocabulary, len(passages))

    def save(self, folder: Path) -> None:
        """Write the index into `folder`, which is created."""
        folder.mkdir(parents=True, exist_ok=True)
        if self.passages:
            self._bm25.save(str(folder), show_progress=False)
        meta = {"passages": self.passages, "vocabulary": dict(self.vocabulary)}
        (folder / "vocabulary.json").write_text(json.dumps(meta, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read an index written by `save`. Raises OSError or ValueError when it is missing or damaged."""
        bm25s = _library()
        meta = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
        bm25 = bm25s.BM25.load(str(folder)) if meta["passages"] else bm25s.BM25()
        return cls(bm25, meta["vocabulary"], meta["passages"])

    def scores(self, terms: Mapping[str, float]) -> "NDArray[np.float32]":
        """The weighted BM25 score of every passage for the given terms, in the passages' order."""
        import numpy as np

        total = np.zeros(self.passages, dtype=np.float32)
        if not self.passages:
            return total
        for term, weight in terms.items():
            if (term_id := self._bm25.vocab_dict.get(term)) is not None:
                total += weight * self._bm25.get_scores_from_ids([term_id])
        return total


def _library() -> Any:
    import logging

    import bm25s

    logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG when imported
    return bm25s


def terms(text: str) -> list[str]:
    """What a text is indexed under: the stems of its words, and the meanings of those in the thesaurus."""
    found = words(text)
    return [stem(word) for word in found if not is_function_word(word)] + [f"={name}" for name in meanings(found)]


def pairs(text: str) -> list[str]:
    """Neighbouring content words of a text, as stems."""
    content = [stem(word) for word in words(text) if not is_function_word(word)]
    return list(dict.fromkeys(f"{one} {next_}" for one, next_ in pairwise(content)))


def _index_terms(passage: Passage) -> list[str]:
    heading = terms(" ".join(passage.heading))
    return heading * HEADING_WEIGHT + terms(passage.guide.path) + terms(passage.text)


def _all_words(passage: Passage) -> list[str]:
    return words(" ".join([*passage.heading, passage.guide.path, passage.text]))
