"""The plain data that passes between the layers: what was said, what was found, what is answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from knowledge.passages import Passage


class Coverage(StrEnum):
    """How far the guides answer a question: wholly, in part, perhaps (the nearest passage is shown), or not."""

    COVERED = "covered"
    PARTLY_COVERED = "partly covered"
    NEAREST = "nearest"
    NOT_COVERED = "not covered"

    @property
    def claims(self) -> bool:
        """Whether the answer claims to answer at least a part of the question."""
        return self in (Coverage.COVERED, Coverage.PARTLY_COVERED)


@dataclass(frozen=True)
class Turn:
    """One message of a conversation, as plain text."""

    speaker: Literal["person", "bot"]
    text: str


@dataclass(frozen=True)
class Conversation:
    """A thread: its turns, oldest first. The last turn is the question to answer.

    `guides` are the guides that may answer here, by their paths (all when there is none); `locale` is the person's, as
    a BCP 47 tag like "de-DE".
    """

    turns: tuple[Turn, ...]
    guides: frozenset[str] = frozenset()
    locale: str = ""

    @classmethod
    def of(cls, texts: Sequence[str]) -> "Conversation":
        """The conversation of one person's messages, without the answers between them."""
        return cls(tuple(Turn("person", text) for text in texts))

    @property
    def question(self) -> str:
        """The text of the last turn."""
        return self.turns[-1].text

    @property
    def earlier(self) -> tuple[Turn, ...]:
        """The turns before the question."""
        return self.turns[:-1]


@dataclass(frozen=True)
class Citation:
    """A passage that an answer rests on, under the number its text cites it by ([1] is number 1)."""

    number: int
    passage: Passage
    score: float


QUOTED, SAID = "quoted", "said"
"""The modes of answers that no chat model wrote: in the guides' words, in the bot's own."""


@dataclass(frozen=True)
class Withheld:
    """A sentence that a chat model wrote and nobody was shown, and what it lacks."""

    text: str
    why: str


@dataclass(frozen=True)
class Receipt:
    """What an answer was made from: `mode` is the chat model's name or one of those above; `prompt` its prompt's hash.

    `notice` says why no model wrote it, where one should have; `withheld` are the model's sentences that were not
    shown; `probability` is how surely a quoted answer is right, 0 to 1; `model_failed` tells that the guides are quoted
    because the chat model could not be asked or broke off.
    """

    mode: str
    prompt: str
    milliseconds: int
    notice: str = ""
    withheld: tuple[Withheld, ...] = ()
    probability: float | None = None
    model_failed: bool = False


@dataclass(frozen=True)
class Answer:
    """A checked answer.

    `text` is Markdown that cites its passages as [1], [2]; `citations` hold those passages in that order;
    `retrieved` are the ten best passages in order, cited or not, as citations numbered by rank; `gaps` are the
    questions, or parts of one, that the guides do not answer. `personal` marks the reply to somebody who needs a
    person: it is kept nowhere and offered to nobody else.
    """

    text: str
    coverage: Coverage
    citations: tuple[Citation, ...]
    retrieved: tuple[Citation, ...]
    receipt: Receipt
    gaps: tuple[str, ...] = ()
    personal: bool = False
