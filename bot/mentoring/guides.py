"""What Slack shows of the guides beside answers."""

from collections.abc import Sequence
from typing import Protocol

from knowledge.passages import Guide, Passage
from knowledge.search import Hit


class GuideIndex(Protocol):
    """The guides and passages of the current index."""

    def guides(self) -> Sequence[Guide]:
        """The guides, in the order of their paths."""

    def passage(self, key: str) -> Passage | None:
        """A passage by its id, if it is still there."""

    async def search(self, question: str, k: int = 10) -> Sequence[Hit]:
        """The best passages for a question."""
