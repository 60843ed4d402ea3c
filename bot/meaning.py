"""Whether two questions mean the same: same role, level, place and topic, in whatever words."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """What a question asks, so that it can be compared with others."""

    question: str


class Meanings:
    """Reads questions so that they can be compared."""

    async def of(self, question: str) -> Meaning:
        """What a question means."""
        return Meaning(question)

    async def groups(self, questions: Sequence[str]) -> list[list[int]]:
        """The places of questions that mean the same, largest group first."""
        raise NotImplementedError


def same(one: Meaning, other: Meaning) -> bool:
    """Whether two questions mean the same."""
    return one == other
