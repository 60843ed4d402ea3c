"""Do two questions ask for the same? Certainly, where they have the same words; perhaps, where their vectors are near.

What is certain may share an answer. What is only near is offered to the person who asks, never decided: vectors cannot
tell "general manager" from "case manager", or finding clients from keeping them. A chat model, where there is one, may
decide for a near one.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.answering.composing import Composer
from bot.answering.hearing import leans_on_earlier
from bot.errors import ModelUnavailable
from knowledge.fitted import number
from knowledge.search.encoder import LocalEncoder
from knowledge.threads import in_thread
from knowledge.words import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

ARTICLES = frozenset(["a", "an", "the"])
KEPT = 2_000
"""Questions whose vectors are kept at hand."""


def identical(one: str, other: str) -> bool:
    """Whether two questions have the same words, but for articles, capitals and punctuation, in the same order.

    Two halves may have changed places ("in Boston, what does it pay?"). Any other order may turn the meaning round: from
    analyst to engineer is not from engineer to analyst.
    """
    first, second = ([word for word in words(text) if word not in ARTICLES] for text in (one, other))
    if len(first) != len(second) or not first:
        return False
    return any(first[place:] + first[:place] == second for place in range(len(first)))


class SameQuestions:
    """Compares questions with each other. Safe to share."""

    def __init__(self, encoder: LocalEncoder, composer: Composer | None = None) -> None:
        self._encoder = encoder
        self._composer = composer
        self._vectors: dict[str, Vector] = {}

    async def stands_alone(self, question: str) -> bool:
        """Whether a question can be understood without a conversation before it."""
        return not leans_on_earlier(await self._vector(question))

    async def near(self, question: str, known: Sequence[str]) -> list[int]:
        """The places of the known questions that may ask for the same, the nearest first."""
        asked = await self._vector(question)
        similar = [(float(asked @ await self._vector(one)), place) for place, one in enumerate(known)]
        return [
            place for cosine, place in sorted(similar, key=lambda one: -one[0]) if cosine >= number("near_question")
        ]

    async def decided(self, question: str, known: str) -> bool:
        """Whether the chat model says that two questions ask for the same; no where there is none, or it fails."""
        if self._composer is None:
            return False
        try:
            return await self._composer.same_question(question, known)
        except ModelUnavailable:
            return False

    async def groups(self, questions: Sequence[str]) -> list[list[int]]:
        """The places of questions that are near to the first of their group, the largest group first."""
        groups: list[list[int]] = []
        for place, question in enumerate(questions):
            firsts = [questions[group[0]] for group in groups]
            if found := await self.near(question, firsts):
                groups[found[0]].append(place)
            else:
                groups.append([place])
        return sorted(groups, key=lambda group: (-len(group), group[0]))

    async def _vector(self, question: str) -> "Vector":
        vector = self._vectors.get(question)
        if vector is None:
            if len(self._vectors) >= KEPT:
                self._vectors.clear()
            vector = self._vectors[question] = await in_thread(self._encoder.vector, question)
        return vector
