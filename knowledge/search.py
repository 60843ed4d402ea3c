"""Questions to ranked passages: dense and lexical search side by side, merged, and weighed by their best statement."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, Self

from knowledge.errors import GuidesGone
from knowledge.evidence import Evidence
from knowledge.lexical import LexicalIndex
from knowledge.matching import Match, weigh
from knowledge.passages import Guide, Passage
from knowledge.questions import Ask, read
from knowledge.words import words

if TYPE_CHECKING:
    import numpy as np
    from langchain_core.embeddings import Embeddings
    from numpy.typing import NDArray

CANDIDATES = 100
"""How many passages dense search hands to the merge."""
DENSE_SHARE = 0.4
"""Weight of the dense half after both are scaled to 0..1; 0.6 lexical was the best mix on the development corpus."""
EVIDENCE_WEIGHT = 2.0
"""Weight of the best statement beside the merged score; 1 and 3 were no better on the development corpus."""
RERANKED = 20
"""Passages whose statements are weighed one by one."""
STATEMENT_WEIGHT = 0.6
"""Weight of how well a passage's best statement answers beside its score; 0.6 was the best of 0.3, 0.6, 1, 2 and 4."""
CONTEXT_WEIGHT = 0.3
"""Weight of the words around a question beside its own in BM25."""
MEANING_WEIGHT = 0.4
"""Weight of a word's meaning in the thesaurus beside the word itself in BM25."""
SELECTIONS = 64
"""Choices of guides whose passages are kept at hand."""


class Snapshot(Protocol):
    """One version of the index, as search needs it."""

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages; their place is their number in the lexical index and in the evidence."""

    @property
    def guides(self) -> Sequence[Guide]:
        """The guides of the passages."""

    @property
    def numbers(self) -> Mapping[str, int]:
        """The number of each passage by its id."""

    @property
    def lexical(self) -> LexicalIndex:
        """BM25 over the passages."""

    @property
    def evidence(self) -> Evidence:
        """The statements of the passages."""

    def nearest(self, vector: Sequence[float], k: int, among: Sequence[str] = ()) -> Mapping[str, float]:
        """The ids of the k passages nearest to a vector, of all or among some, each with its cosine similarity."""


class Reader(Protocol):
    """Where the current version of the index comes from."""

    def snapshot(self) -> Snapshot:
        """The current version of the index."""


@dataclass(frozen=True)
class Hit:
    """A passage found: its merged score, cosine similarity, BM25 score, and how its best statement meets the question."""

    passage: Passage
    score: float
    dense: float
    lexical: float
    evidence: float


@dataclass(frozen=True)
class Found:
    """What was found for one question: the passages, best first, and every statement in them, best first."""

    hits: tuple[Hit, ...]
    matches: tuple[Match, ...]


@dataclass(frozen=True, eq=False)
class Selection:
    """The passages of some guides in one version of the index: which they are, and the words in them."""

    snapshot: Snapshot
    chosen: "NDArray[np.bool_]"
    ids: tuple[str, ...]
    vocabulary: Mapping[str, int]

    @classmethod
    def of(cls, snapshot: Snapshot, guides: frozenset[str]) -> Self:
        """The passages of guides given by their paths. Raises GuidesGone when there is none."""
        import numpy as np

        chosen = np.array([passage.guide.path in guides for passage in snapshot.passages], dtype=bool)
        passages = [passage for passage in snapshot.passages if passage.guide.path in guides]
        if not passages:
            raise GuidesGone("None of the guides chosen for this channel is there any more; choose others.")
        held = [{*words(" ".join([*p.heading, p.guide.path, p.text]))} for p in passages]
        vocabulary = Counter(word for found in held for word in found)
        return cls(snapshot, chosen, tuple(passage.id for passage in passages), vocabulary)


class Knowledge(Protocol):
    """What those who answer ask of search."""

    def within(self, guides: frozenset[str]) -> "Knowledge":
        """The same, but of some guides alone, given by their paths; of all when none is given."""

    def read(self, message: str, earlier: Sequence[str] = ()) -> list[Ask]:
        """The questions of a message."""

    async def weigh(self, ask: Ask) -> Found:
        """The best passages for a question and the statements in them."""


class Searcher:
    """Finds passages in the current index. Cheap to build; safe to share between conversations.

    A view of some guides (`within`) raises GuidesGone when none of them is in the index any more.
    """

    def __init__(self, reader: Reader, embeddings: "Embeddings") -> None:
        self._reader = reader
        self._embeddings = embeddings
        self._within = frozenset[str]()
        self._selections: dict[frozenset[str], Selection] = {}

    def within(self, guides: frozenset[str]) -> "Searcher":
        """A view of some guides alone, given by their paths; of all when none is given. Unknown paths are ignored."""
        if not guides:
            return self
        view = Searcher(self._reader, self._embeddings)
        view._within, view._selections = guides, self._selections
        return view

    def read(self, message: str, earlier: Sequence[str] = ()) -> list[Ask]:
        """The questions of a message, in the words of the guides; `earlier` are the person's messages before it."""
        snapshot = self._reader.snapshot()
        selection = self._selection(snapshot)
        return read(message, earlier, selection.vocabulary if selection else snapshot.lexical.vocabulary)

    def guides(self) -> Sequence[Guide]:
        """The guides of the current index, in the order of their paths."""
        there = self._reader.snapshot().guides
        return [guide for guide in there if guide.path in self._within] if self._within else there

    def passage(self, key: str) -> Passage | None:
        """A passage of the current index by its id."""
        snapshot = self._reader.snapshot()
        number = snapshot.numbers.get(key)
        return None if number is None else snapshot.passages[number]

    async def find(self, ask: Ask, k: int = 10) -> list[Hit]:
        """The k best passages for one question, best first. Raises the reader's error when there is no index."""
        snapshot = self._reader.snapshot()
        selection = self._selection(snapshot)
        vector = await self._embeddings.aembed_query(ask.meant)
        return rank(snapshot, ask, vector, selection)[:k]

    def _selection(self, snapshot: Snapshot) -> Selection | None:
        """The passages of this view's guides, found once for each version of the index; None for all."""
        if not self._within:
            return None
        selection = self._selections.get(self._within)
        if selection is None or selection.snapshot is not snapshot:
            if len(self._selections) >= SELECTIONS:
                self._selections.clear()
            selection = self._selections[self._within] = Selection.of(snapshot, self._within)
        return selection

    async def weigh(self, ask: Ask) -> Found:
        """The best passages for one question, put in order by their best statement too."""
        hits = await self.find(ask, RERANKED)
        best = hits[0].score if hits else 1.0
        matches = weigh(ask, [(hit.passage, hit.score / best) for hit in hits])
        return Found(tuple(reranked(hits, matches)), tuple(matches))

    async def search(self, message: str, earlier: Sequence[str] = (), k: int = 10) -> list[Hit]:
        """The k best passages for a message with one or more questions."""
        return merged([(await self.weigh(ask)).hits for ask in self.read(message, earlier)])[:k]


def rank(snapshot: Snapshot, ask: Ask, vector: Sequence[float], selection: Selection | None = None) -> list[Hit]:
    """The candidates, by the weighted sum of their scaled dense and lexical scores and their best statement.

    With a selection only its passages are candidates, and scores are scaled among them.
    """
    import numpy as np

    if not snapshot.passages:
        return []
    lexical = snapshot.lexical.scores(_weighted_terms(ask))
    dense = np.zeros(len(snapshot.passages), dtype=np.float32)
    for key, similarity in snapshot.nearest(vector, CANDIDATES, selection.ids if selection else ()).items():
        dense[snapshot.numbers[key]] = similarity
    evidence = snapshot.evidence.best_shares(ask)
    if selection:
        lexical, evidence = lexical * selection.chosen, evidence * selection.chosen
    merged = DENSE_SHARE * _scaled(dense, above_least=True) + (1 - DENSE_SHARE) * _scaled(lexical, above_least=False)
    total = (merged + EVIDENCE_WEIGHT * evidence) / (1 + EVIDENCE_WEIGHT)
    best = np.argsort(-total, kind="stable")[:CANDIDATES]
    return [
        Hit(snapshot.passages[i], float(total[i]), float(dense[i]), float(lexical[i]), float(evidence[i]))
        for i in best
        if total[i] > 0
    ]


def reranked(hits: Sequence[Hit], matches: Sequence[Match]) -> list[Hit]:
    """The hits by their score and by how well the best statement of each answers."""
    answers: dict[str, float] = {}
    for match in matches:
        answers.setdefault(match.statement.passage.id, match.answers)
    best = hits[0].score if hits else 1.0
    return sorted(hits, key=lambda hit: -(hit.score / best + STATEMENT_WEIGHT * answers.get(hit.passage.id, 0.0)))


def merged(found: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The hits of several questions, the best of each first, no passage twice."""
    longest = max(map(len, found), default=0)
    in_turn = [hits[place] for place in range(longest) for hits in found if place < len(hits)]
    first: dict[str, Hit] = {}
    for hit in in_turn:
        first.setdefault(hit.passage.id, hit)
    return list(first.values())


def _weighted_terms(ask: Ask) -> dict[str, float]:
    weighted: dict[str, float] = {}
    for share, asked in ((CONTEXT_WEIGHT, ask.context), (1.0, ask.words)):
        for word in asked:
            for term in word.alike:
                weighted[term] = share * word.weight * (MEANING_WEIGHT if term.startswith("=") else 1.0)
    return weighted


def _scaled(scores: "NDArray[np.float32]", *, above_least: bool) -> "NDArray[np.float32]":
    """Scores as a share of the best; of dense search, above the least of the candidates."""
    found = scores[scores > 0]
    if not len(found):
        return scores
    low = float(found.min()) if above_least and len(found) > 1 else 0.0
    return ((scores - low).clip(0) / max(float(found.max()) - low, 1e-9)).astype(scores.dtype)
