"""Questions to ranked passages: dense and lexical search side by side, merged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from knowledge.lexical import LexicalIndex, terms
from knowledge.passages import Passage
from knowledge.spelling import corrections
from knowledge.words import is_asking_word, words

if TYPE_CHECKING:
    import numpy as np
    from langchain_core.embeddings import Embeddings
    from numpy.typing import NDArray

CANDIDATES = 100
"""How many passages each half hands to the merge."""
DENSE_SHARE = 0.4
"""Weight of the dense half after both are scaled to 0..1; 0.6 lexical was the best mix on the development corpus."""
EARLIER_WEIGHT = 0.3
"""Weight of the words of earlier turns beside those of the question."""
ASKING_WEIGHT = 0.4
"""Weight of words that shape a question more than they say what about."""
MENDED_WEIGHT = 0.9
"""Weight of a mended word beside the word as it was typed, which is searched too."""


class Snapshot(Protocol):
    """One version of the index, as search needs it."""

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages; their place is their number in the lexical index."""

    @property
    def lexical(self) -> LexicalIndex:
        """BM25 over the passages."""

    def nearest(self, vector: Sequence[float], k: int) -> Mapping[str, float]:
        """The ids of the k passages nearest to a vector, each with its cosine similarity."""


class Reader(Protocol):
    """Where the current version of the index comes from."""

    def snapshot(self) -> Snapshot:
        """The current version of the index."""


@dataclass(frozen=True)
class Hit:
    """A passage found: its merged score, its cosine similarity to the question and its BM25 score, 0 if not found."""

    passage: Passage
    score: float
    dense: float
    lexical: float


@dataclass(frozen=True)
class Query:
    """A question as search sees it: the text to embed and the weighted terms to look up."""

    text: str
    terms: Mapping[str, float]


class Searcher:
    """Finds passages in the current index. Cheap to build; safe to share between conversations."""

    def __init__(self, reader: Reader, embeddings: "Embeddings") -> None:
        self._reader = reader
        self._embeddings = embeddings

    async def search(self, question: str, earlier: Sequence[str] = (), k: int = 10) -> list[Hit]:
        """The k best passages for a question, best first.

        `earlier` are the person's earlier messages, oldest first; they help a follow-up find its subject.
        Raises the reader's error when there is no readable index.
        """
        snapshot = self._reader.snapshot()
        query = read_query(question, earlier, snapshot.lexical.vocabulary)
        vector = await self._embeddings.aembed_query(query.text)
        return rank(snapshot, query, vector)[:k]

    def vocabulary(self) -> Mapping[str, int]:
        """The words of the guides and the number of passages that hold each. Raises as search does."""
        return self._reader.snapshot().lexical.vocabulary


def read_query(question: str, earlier: Sequence[str], vocabulary: Mapping[str, int]) -> Query:
    """What to search for: the question with its slips mended, and as it was typed."""
    mended = corrections(words(question), vocabulary)
    asking = [word for word in words(question) if is_asking_word(word)]
    weighted = dict.fromkeys(terms(" ".join(earlier)), EARLIER_WEIGHT)
    weighted |= dict.fromkeys(terms(" ".join(mended.values())), MENDED_WEIGHT)
    weighted |= dict.fromkeys(terms(question), 1.0)
    weighted |= dict.fromkeys(terms(" ".join(asking)), ASKING_WEIGHT)
    return Query(text=" ".join([*earlier[-1:], _mend(question, mended)]), terms=weighted)


def rank(snapshot: Snapshot, query: Query, vector: Sequence[float]) -> list[Hit]:
    """Every candidate of both halves, by the weighted sum of their scaled scores."""
    import numpy as np

    if not snapshot.passages:
        return []
    lexical = snapshot.lexical.scores(query.terms)
    similar = snapshot.nearest(vector, CANDIDATES)
    dense = np.array([similar.get(passage.id, 0.0) for passage in snapshot.passages], dtype=np.float32)
    merged = DENSE_SHARE * _scaled(dense, positive=True) + (1 - DENSE_SHARE) * _scaled(lexical, positive=False)
    best = np.argsort(-merged, kind="stable")[:CANDIDATES]
    return [
        Hit(snapshot.passages[i], float(merged[i]), float(dense[i]), float(lexical[i])) for i in best if merged[i] > 0
    ]


def _scaled(scores: "NDArray[np.float32]", *, positive: bool) -> "NDArray[np.float32]":
    """Min-max over the candidates: the best becomes 1, the worst candidate (of dense search) or none (lexical) 0."""
    found = scores[scores > 0]
    if not len(found):
        return scores
    low = float(found.min()) if positive and len(found) > 1 else 0.0
    return ((scores - low).clip(0) / max(float(found.max()) - low, 1e-9)).astype(scores.dtype)


def _mend(question: str, mended: Mapping[str, str]) -> str:
    from re import IGNORECASE, escape, sub

    for word, meant in mended.items():
        question = sub(rf"\b{escape(word)}\b", meant, question, flags=IGNORECASE)
    return question
