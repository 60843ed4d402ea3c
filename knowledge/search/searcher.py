"""Questions to passages: vectors and words side by side, one fitted sum of their scores."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, Self

from knowledge.editions import Editions, left_out
from knowledge.errors import GuidesGone, IndexUnreachable
from knowledge.fitted import Logistic
from knowledge.passages import Guide, Passage
from knowledge.search.encoder import Encoder, Question
from knowledge.search.lexical import LexicalIndex
from knowledge.search.spelling import corrections, mend
from knowledge.threads import in_thread
from knowledge.words import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float32]

CANDIDATES = 60
"""Passages that each of the scores brings into the sum; more changed nothing on the development questions."""
NEAREST = 240
"""Passages whose exact cosine Chroma is asked for."""
SELECTIONS = 64
"""Choices of guides whose passages are kept at hand."""
OPENING = 120.0
"""Seconds that opening a version of the index may take."""
FEATURES = ("dense", "statement", "lexical", "lexical_statement", "lexical_heading")


class Unread(Protocol):
    """What was not read, a sentence as a string: the path of the file, the reason, and whether it is whole pages."""

    @property
    def path(self) -> str:
        """The path of the file below its folder."""

    @property
    def reason(self) -> str:
        """What is not read and why."""

    @property
    def has_pages(self) -> bool:
        """Whether what was not read are whole pages."""


class Snapshot(Protocol):
    """One version of the index, as search needs it."""

    @property
    def passages(self) -> Sequence[Passage]:
        """All passages; their place is their number in the other parts."""

    @property
    def guides(self) -> Sequence[Guide]:
        """The guides of the passages."""

    @property
    def skipped(self) -> Sequence[Unread]:
        """What was not read."""

    @property
    def editions(self) -> Sequence[Editions]:
        """The guides of which there are several editions."""

    @property
    def numbers(self) -> Mapping[str, int]:
        """The number of each passage by its id."""

    @property
    def lexical(self) -> LexicalIndex:
        """The words of the passages."""

    @property
    def statement_vectors(self) -> "Scores":
        """The vector of each statement of all passages, in order."""

    def nearest(self, vector: Sequence[float], k: int, among: Sequence[str] = ()) -> Mapping[str, float]:
        """The ids of the k passages nearest to a vector, of all or among some, each with its cosine similarity."""


class Reader(Protocol):
    """Where the current version of the index comes from."""

    def snapshot(self) -> Snapshot:
        """The current version of the index."""


@dataclass(frozen=True)
class Held:
    """A reader that stays with one version."""

    held: Snapshot

    def snapshot(self) -> Snapshot:
        """That version."""
        return self.held


@dataclass(frozen=True)
class Hit:
    """A passage found for a question.

    `score` is the fitted sum; the others are its parts: the cosine of the passage and of its best statement with the
    question, and how far its words, those of its best statement and those of its headings meet the question's.
    """

    passage: Passage
    score: float
    dense: float
    statement: float
    lexical: float
    lexical_statement: float
    lexical_heading: float


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


class Searcher:
    """Finds passages in the current index. Cheap to build; safe to share between conversations.

    A view of some guides (`within`) raises GuidesGone when none of them is in the index any more.
    """

    def __init__(self, reader: Reader, encoder: Encoder) -> None:
        self._reader = reader
        self._encoder = encoder
        self._weights = Logistic.named("search")
        self._within = frozenset[str]()
        self._selections: dict[frozenset[str], Selection] = {}

    def within(self, guides: frozenset[str]) -> "Searcher":
        """A view of some guides alone, given by their paths; of all when none is given. Unknown paths are ignored."""
        if not guides:
            return self
        view = Searcher(self._reader, self._encoder)
        view._within, view._selections = guides, self._selections
        return view

    async def pinned(self, guides: frozenset[str] = frozenset()) -> "Searcher":
        """A view of some guides (of all when none is given) over the version of the index that is current now.

        It stays with that version, so that everything that belongs to one question sees the same, and reads nothing but
        what is in memory already. Raises the reader's error when there is no index.
        """
        held = Held(await in_thread(self._reader.snapshot, seconds=OPENING))
        view = Searcher(held, self._encoder)
        view._within, view._selections = guides, self._selections
        return view

    def guides(self) -> Sequence[Guide]:
        """The guides of the current index, in the order of their paths."""
        there = self._reader.snapshot().guides
        return [guide for guide in there if guide.path in self._within] if self._within else there

    def unread(self) -> Sequence[str]:
        """The files and parts of files that are not in the current index, a sentence each with the reason."""
        return [str(skipped) for skipped in self._reader.snapshot().skipped]

    def unread_pages(self, path: str) -> Sequence[str]:
        """Which pages of a guide are not in the current index, with the reason."""
        return [one.reason for one in self._reader.snapshot().skipped if one.path == path and one.has_pages]

    def editions(self) -> Sequence[Editions]:
        """The guides of the current index of which there are several editions."""
        return self._reader.snapshot().editions

    def sample(self, count: int) -> Sequence[Passage]:
        """Some passages of the current index, spread evenly over it."""
        passages = self._reader.snapshot().passages
        return passages[:: max(1, len(passages) // count)][:count]

    def vocabulary(self) -> Mapping[str, int]:
        """The folded words of the passages and the number of passages that hold each."""
        snapshot = self._reader.snapshot()
        selection = self._selection(snapshot, self._within)
        return selection.vocabulary if selection else snapshot.lexical.vocabulary

    def passage(self, key: str) -> Passage | None:
        """A passage of the current index by its id."""
        snapshot = self._reader.snapshot()
        number = snapshot.numbers.get(key)
        return None if number is None else snapshot.passages[number]

    async def search(self, question: str, k: int = 10) -> list[Hit]:
        """The k best passages for a question that stands alone, best first, found in a thread.

        Raises the reader's error when there is no index, and the encoder's.
        """
        mended = await in_thread(self._mended, question, seconds=OPENING)
        asked = await self._encoder.question(mended)
        return await in_thread(self._ranked, asked, k)

    async def search_all(self, questions: Sequence[str], k: int = 10, *, in_turn: bool = True) -> list[Hit]:
        """The best passages for several questions, which take turns; or by how near each comes to the best of its question."""
        found = [await self.search(question, k) for question in dict.fromkeys(questions)]
        return (merged(found) if in_turn else by_distance(found))[:k]

    def _mended(self, question: str) -> str:
        """The question without slips of the keyboard, as far as the guides' words tell."""
        return mend(question, corrections(words(question), self.vocabulary()))

    def _ranked(self, asked: Question, k: int) -> list[Hit]:
        snapshot = self._reader.snapshot()
        guides = self._within
        if out := left_out(snapshot.editions, asked.text, guides):
            guides = (guides or frozenset(guide.path for guide in snapshot.guides)) - out
        return rank(snapshot, asked, self._weights, self._selection(snapshot, guides))[:k]

    def _selection(self, snapshot: Snapshot, guides: frozenset[str]) -> Selection | None:
        """The passages of some guides, found once for each version of the index; None for all."""
        if not guides:
            return None
        selection = self._selections.get(guides)
        if selection is None or selection.snapshot is not snapshot:
            if len(self._selections) >= SELECTIONS:
                self._selections.clear()
            selection = self._selections[guides] = Selection.of(snapshot, guides)
        return selection


def rank(snapshot: Snapshot, asked: Question, weights: Logistic, selection: Selection | None = None) -> list[Hit]:
    """The candidates by the weighted sum of their scores; with a selection only its passages are candidates."""
    import numpy as np

    count = len(snapshot.passages)
    if not count:
        return []
    scores = _scores(snapshot, asked, selection)
    allowed = selection.chosen if selection else np.ones(count, dtype=bool)
    candidates = _candidates(scores, allowed)
    total = scores[candidates] @ np.array(weights.vector(FEATURES), dtype=np.float32)
    order = candidates[np.argsort(-total, kind="stable")]
    return [
        Hit(snapshot.passages[i], float(value), *map(float, scores[i]))
        for i, value in zip(order, -np.sort(-total, kind="stable"), strict=True)
    ]


def merged(found: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The hits of several questions, the best of each first, no passage twice."""
    longest = max(map(len, found), default=0)
    in_turn = [hits[place] for place in range(longest) for hits in found if place < len(hits)]
    first: dict[str, Hit] = {}
    for hit in in_turn:
        first.setdefault(hit.passage.id, hit)
    return list(first.values())


def by_distance(found: Sequence[Sequence[Hit]]) -> list[Hit]:
    """The hits of several questions by how little their scores lie below the best of their question, no passage twice.

    Scores count from the best of the first question.
    """
    best: dict[str, Hit] = {}
    for hits in found:
        for hit in hits:
            moved = replace(hit, score=hit.score - hits[0].score + found[0][0].score) if found[0] else hit
            if hit.passage.id not in best or best[hit.passage.id].score < moved.score:
                best[hit.passage.id] = moved
    return sorted(best.values(), key=lambda hit: -hit.score)


def _scores(snapshot: Snapshot, asked: Question, selection: Selection | None) -> "Scores":
    """The features of every passage, in the order of FEATURES."""
    import numpy as np

    count = len(snapshot.passages)
    of_statements = snapshot.statement_vectors @ asked.for_statements
    try:
        dense = _dense(snapshot, asked, selection)
    except IndexUnreachable:
        dense = _dense_of_statements(snapshot, of_statements)
    statement = snapshot.lexical.best_of(of_statements, count)
    lexical = snapshot.lexical.scores(asked.text)
    return np.stack([dense, statement, lexical.passages, lexical.statements, lexical.headings], axis=1)


def _dense(snapshot: Snapshot, asked: Question, selection: Selection | None) -> "Scores":
    """The cosine of every passage with a question; passages beyond the nearest count as the last of them."""
    import numpy as np

    near = snapshot.nearest(asked.for_passages.tolist(), NEAREST, selection.ids if selection else ())
    dense = np.full(len(snapshot.passages), min(near.values(), default=0.0), dtype=np.float32)
    for key, similarity in near.items():
        dense[snapshot.numbers[key]] = similarity
    return dense


def _dense_of_statements(snapshot: Snapshot, of_statements: "Scores") -> "Scores":
    """Nearly the same without the passages' own vectors: the cosine with the sum of each passage's statements."""
    import numpy as np

    of, vectors = snapshot.lexical.statement_of, snapshot.statement_vectors
    count = len(snapshot.passages)
    if not len(of):
        return np.zeros(count, dtype=np.float32)
    begins = np.flatnonzero(np.diff(of, prepend=-1))  # the statements of a passage stand together
    lengths = np.ones(count, dtype=np.float32)
    lengths[of[begins]] = np.linalg.norm(np.add.reduceat(vectors, begins, axis=0), axis=1)
    totals = np.bincount(of, weights=of_statements, minlength=count)
    return (totals / np.maximum(lengths, 1e-9)).astype(np.float32)


def _candidates(scores: "Scores", allowed: "NDArray[np.bool_]") -> "NDArray[np.int64]":
    """The numbers of the allowed passages that are among the best by one of the scores."""
    import numpy as np

    masked = np.where(allowed[:, None], scores, -1.0)
    best = min(CANDIDATES, int(allowed.sum()))
    chosen = {int(i) for column in masked.T for i in np.argpartition(-column, best - 1)[:best]}
    return np.array(sorted(i for i in chosen if allowed[i]), dtype=np.int64)
