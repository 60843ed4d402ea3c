"""Which statements of all guides meet the words of a question: inverted lists over statements, read all at once.

BM25 tells which passages are about the words; this tells whether one sentence, item or row holds them together.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Self

from knowledge.lexical import pairs, terms
from knowledge.matching import BESIDE, HEADING, OWN, PLACE, TYPED, is_right_kind, subject
from knowledge.passages import Passage
from knowledge.questions import Ask, Word
from knowledge.statements import Statement, statements

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CONTEXT_WEIGHT = 0.1
"""What the words of earlier turns add to a statement's share of the question."""
KIND_WEIGHT = 0.15
"""What holding the wanted kind of thing (an amount, a percentage …) adds."""
PAIRS_WEIGHT = 0.4
"""What holding the question's neighbouring words next to each other adds; 0.4 was the best of 0 to 0.4 in tenths."""


@dataclass(frozen=True)
class Postings:
    """For each key (a term's hash) the numbers of the things that hold the term, ascending."""

    keys: "NDArray[np.uint64]"
    starts: "NDArray[np.int64]"
    numbers: "NDArray[np.int32]"

    @classmethod
    def build(cls, things: Iterable[Iterable[str]]) -> Self:
        """Postings of things, numbered from 0, by the terms that each holds."""
        import numpy as np

        pairs = [(_key(term), number) for number, held in enumerate(things) for term in set(held)]
        all_keys = np.array([key for key, _ in pairs], dtype=np.uint64)
        numbers = np.array([number for _, number in pairs], dtype=np.int32)
        order = np.lexsort((numbers, all_keys))
        keys, starts = np.unique(all_keys[order], return_index=True)
        return cls(keys, np.append(starts, len(order)).astype(np.int64), numbers[order])

    def holding(self, any_of: Iterable[str], count: int) -> "NDArray[np.bool_]":
        """For each of `count` things whether it holds any of the terms."""
        import numpy as np

        held = np.zeros(count, dtype=bool)
        for term in any_of:
            key = np.uint64(_key(term))
            place = int(np.searchsorted(self.keys, key))
            if place < len(self.keys) and self.keys[place] == key:
                held[self.numbers[self.starts[place] : self.starts[place + 1]]] = True
        return held


@dataclass(frozen=True)
class Evidence:
    """The statements of one index version, by the terms of their own, of their headings, places, passages and roles."""

    own: Postings
    headings: Postings
    places: Postings
    bodies: Postings
    subjects: Postings
    kinds: Postings
    passage_of: "NDArray[np.int32]"
    passages: int

    @classmethod
    def build(cls, passages: Sequence[Passage]) -> Self:
        """Index the statements of the passages."""
        import numpy as np

        told = [(number, statement) for number, passage in enumerate(passages) for statement in statements(passage)]
        return cls(
            own=Postings.build(_own_terms(statement) for _, statement in told),
            headings=Postings.build(terms(p.heading[-1]) for p in passages),
            places=Postings.build(terms(place_text(p)) for p in passages),
            bodies=Postings.build(terms(p.text) for p in passages),
            subjects=Postings.build(subject(p.guide).terms for p in passages),
            kinds=Postings.build([w.name for w in TYPED if is_right_kind(w, s.text)] for _, s in told),
            passage_of=np.array([number for number, _ in told], dtype=np.int32),
            passages=len(passages),
        )

    def best_shares(self, ask: Ask) -> "NDArray[np.float32]":
        """For each passage how well its best statement meets a question, in the passages' order.

        Mostly between 0 and 1; neighbouring words, context and the wanted kind add up to 0.65.
        """
        import numpy as np

        shares = self._shares(ask.words)
        if ask.context:
            shares += CONTEXT_WEIGHT * self._shares(ask.context)
        if ask.wanted in TYPED:
            shares += KIND_WEIGHT * self.kinds.holding([ask.wanted.name], len(shares))
        if found := pairs(ask.text):
            shares += PAIRS_WEIGHT * sum(self._holding(pair) for pair in found) / len(found)
        best = np.zeros(self.passages, dtype=np.float32)
        np.maximum.at(best, self.passage_of, shares)
        return best

    def _holding(self, pair: str) -> "NDArray[np.bool_]":
        """For each statement whether it holds two neighbouring words, or its whole guide is about both."""
        one, other = (self.subjects.holding([word], self.passages) for word in pair.split(" "))
        return self.own.holding([pair], len(self.passage_of)) | (one & other)[self.passage_of]

    def _shares(self, asked: Sequence[Word]) -> "NDArray[np.float32]":
        import numpy as np

        total = np.zeros(len(self.passage_of), dtype=np.float32)
        for word in asked:
            total += word.weight * self._credit(word)
        return total / np.float32(sum(word.weight for word in asked) or 1.0)

    def _credit(self, word: Word) -> "NDArray[np.float32]":
        """How well each statement meets a word: by itself or its guide's role, by its heading, place or neighbours."""
        import numpy as np

        around = np.zeros(self.passages, dtype=np.float32)
        for postings, worth in (
            (self.bodies, BESIDE),
            (self.places, PLACE),
            (self.headings, HEADING),
            (self.subjects, OWN),
        ):
            around[postings.holding(word.alike, self.passages)] = worth
        credit = around[self.passage_of]
        credit[self.own.holding(word.alike, len(credit))] = OWN
        return credit

    def save(self, path: Path) -> None:
        """Write everything into one file."""
        import numpy as np

        arrays = {f"{name}_{part}": getattr(getattr(self, name), part) for name in _FIELDS for part in _PARTS}
        np.savez(path, passage_of=self.passage_of, passages=self.passages, **arrays)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote. Raises OSError, KeyError or ValueError when it is missing or damaged."""
        import numpy as np

        with np.load(path) as stored:
            postings = {name: Postings(*(stored[f"{name}_{part}"] for part in _PARTS)) for name in _FIELDS}
            return cls(**postings, passage_of=stored["passage_of"], passages=int(stored["passages"]))


_FIELDS = ("own", "headings", "places", "bodies", "subjects", "kinds")
_PARTS = ("keys", "starts", "numbers")


def place_text(passage: Passage) -> str:
    """Where a passage stands: the headings above its own, its guide's title, file, role and region."""
    guide = passage.guide
    return " ".join([*passage.heading[:-1], guide.title, guide.path, guide.role, guide.region])


def _own_terms(statement: Statement) -> Iterator[str]:
    text = f"{statement.lead} {statement.text}"
    yield from terms(text)
    yield from pairs(text)
    yield from pairs(statement.passage.heading[-1])


@lru_cache(maxsize=200_000)
def _key(term: str) -> int:
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest())
