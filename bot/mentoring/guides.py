"""The guides as they are read beside answering: to list them, to show passages, to compare what was confirmed."""

from collections.abc import Sequence
from typing import Protocol

from knowledge.passages import Guide, Passage
from knowledge.search.searcher import Hit


class GuideIndex(Protocol):
    """The current index of guides. Every method raises KnowledgeError where it cannot be read."""

    def guides(self) -> Sequence[Guide]:
        """The guides, in the order of their paths."""

    def unread(self) -> Sequence[str]:
        """The files and parts of files that are not in the index, a sentence each with the reason."""

    def passage(self, key: str) -> Passage | None:
        """A passage by its id, if it is still there."""

    async def search(self, question: str, k: int = 10) -> Sequence[Hit]:
        """The best passages for a question."""
