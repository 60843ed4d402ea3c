"""Do two questions ask for the same? Certainly, where they are written alike; perhaps, where their vectors are near.

What is certain may share an answer. What is only near is offered to the person who asks, never decided: vectors cannot
tell "general manager" from "case manager", or finding clients from keeping them, and a chat model may be wrong.
"""

import string
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.answering.hearing import leans_on_earlier
from knowledge.fitted import number
from knowledge.search.encoder import LocalEncoder
from knowledge.threads import in_thread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

ARTICLES = frozenset(["a", "an", "the"])
KEPT = 2_000
"""Questions whose vectors are kept at hand."""
_QUOTATION_MARKS = str.maketrans("‘’‚‛“”„‟", "''''\"\"\"\"")
_CLOSING = f"{string.whitespace}.?!…？！。"


def written_alike(one: str, other: str) -> bool:
    """Whether two questions have the same words, figures and signs in the same order.

    Articles, spaces, the shape of quotation marks, the sign that ends them and capitals may differ, but for words that are
    capitals throughout: IT is not it. Anything else may turn the meaning round: do and don't, < 5 and > 5, grade and grade A.
    """
    return bool(_as_written(one)) and _as_written(one) == _as_written(other)


def _as_written(question: str) -> str:
    plain = unicodedata.normalize("NFC", question).translate(_QUOTATION_MARKS)
    words = [_kept(word, first=not place) for place, word in enumerate(plain.rstrip(_CLOSING).split())]
    return " ".join(word for word in words if word not in ARTICLES)


def _kept(word: str, *, first: bool) -> str:
    """A word in small letters, unless its capitals make another word of it: IT, or the A of a grade."""
    single = word == "I" or (len(word) == 1 and first)
    return word if word.isupper() and not single else word.casefold()


class SameQuestions:
    """Compares questions with each other. Safe to share."""

    def __init__(self, encoder: LocalEncoder) -> None:
        self._encoder = encoder
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
