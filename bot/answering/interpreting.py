"""What a message is, and what it asks as far as a person's own words go: told by its vector and the turns before it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from bot.answering.addressing import (
    COLLEAGUE,
    Command,
    Line,
    asks_after_a_person,
    asks_the_bot,
    command_in,
    encoded,
    is_said_to_the_bot,
)
from bot.answering.conversation import Conversation
from bot.answering.hearing import Intent, Message, hear, leans_on_earlier
from knowledge.blocks import sentences
from knowledge.search.encoder import LocalEncoder
from knowledge.threads import in_thread

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

T = TypeVar("T")
MOST_QUESTIONS = 4
"""Questions of one message that are answered one by one without a model."""
SHORT_TURN, MOST_TURNS = 6, 3
"""A turn that leans on earlier ones takes the one before with it; a short one up to so many."""


@dataclass(frozen=True)
class Asked:
    """What a conversation asks: the last turn, or the question that a model made of it, and what to search for.

    `joined` is the last turn with those before it that it leans on; empty where it stands alone.
    """

    question: str
    searches: tuple[str, ...]
    joined: str = ""

    @property
    def with_context(self) -> str:
        """The question together with what it leans on."""
        return self.joined or self.question


class Interpreter:
    """Interprets messages. Safe to share between conversations."""

    def __init__(self, encoder: LocalEncoder) -> None:
        self._encoder = encoder

    async def intent(self, conversation: Conversation) -> Intent:
        """What kind of message the last turn is. A wish for another form is a model's business where there is one."""
        if not re.search(r"\w", conversation.question):
            return Intent.GREETING if not conversation.question.strip() else Intent.CHITCHAT
        follows = any(turn.speaker == "bot" for turn in conversation.earlier)
        heard = await in_thread(self._heard, conversation.question, follows)
        if heard is not Intent.QUESTION or COLLEAGUE not in conversation.question:
            return heard
        after = await in_thread(self._told, asks_after_a_person, Line(conversation.question))
        return Intent.COLLEAGUE if after else heard

    async def asked(self, conversation: Conversation) -> Asked:
        """The last turn; where it leans on those before it, both are searched for, and it is answered."""
        said = [turn.text for turn in conversation.turns if turn.speaker == "person"]
        if len(said) == 1:
            return Asked(said[0], (said[0],))
        if not await in_thread(self._leans, said[-1]):
            return Asked(said[-1], (said[-1],))
        turns = said[-2:]
        while len(turns) < min(MOST_TURNS, len(said)) and len(turns[0].split()) <= SHORT_TURN:
            turns = said[-len(turns) - 1 :]
        joined = " ".join(turns)
        return Asked(said[-1], (joined, said[-1]), joined)

    async def follows_up(self, line: Line) -> bool:
        """Whether a line without a mention goes on asking the bot that has just answered its writer."""
        return await in_thread(self._told, is_said_to_the_bot, line)

    async def is_asked(self, line: Line) -> bool:
        """Whether a line that names the bot asks it something."""
        return await in_thread(self._told, asks_the_bot, line)

    async def command(self, line: Line) -> Command | None:
        """What a line that is said to the bot tells it to do in its thread."""
        return await in_thread(self._told, command_in, line)

    async def leans(self, text: str) -> bool:
        """Whether a message is only understood with the answer before it."""
        return await in_thread(self._leans_on_the_answer, text)

    # What is below computes, and the first time reads weights: it is called in threads.

    def _heard(self, text: str, follows: bool) -> Intent:
        return hear(Message.of(text, self._encoder), follows=follows)

    def _leans(self, text: str) -> bool:
        return leans_on_earlier(self._encoder.vector(text))

    def _leans_on_the_answer(self, text: str) -> bool:
        message = Message.of(text, self._encoder)
        heard = hear(message, follows=True)
        return leans_on_earlier(message.vector) if heard is Intent.QUESTION else heard.is_of_the_last_answer

    def _told(self, tell: Callable[[Line, "Vector"], T], line: Line) -> T:
        return tell(line, self._encoder.vector(encoded(line)))


def questions_in(message: str, asked: Asked) -> list[tuple[str, str]]:
    """The questions of a message, each as it was asked and as it stands alone; only one where it leans on earlier turns."""
    parts = sentences(" ".join(message.split()))
    several = [part for part in parts if part.rstrip().endswith(("?", "？"))][:MOST_QUESTIONS]
    if len(several) < 2 or asked.joined or asked.question != message:
        return [(message, asked.question)]
    context = " ".join(part for part in parts if part not in several)
    return [(question, f"{context} {question}".strip()) for question in several]
