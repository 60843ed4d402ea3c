"""A chat model's reply as far as it has come: the pieces that are complete, and whether it has said enough. Pure."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.answering.model_output import Piece, Reading, line_key, read_reply
from knowledge.passages import Passage

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

MOST_PIECES = 60
"""Sentences, items and rows of a reply that are judged; the model is asked for four sentences, a long table has some 40."""
MOST_REPEATED = 6
"""Pieces that a reply may say a second time before it is taken to go round in circles."""

_ENDED = re.compile(r"[.!?:。]\S{0,8}\s{0,8}(?:\[[\d, ]{1,30}\]\s{0,8}){0,4}$")
"""What a text ends with where the next word begins a sentence."""
_ENDS = re.compile(r"[.!?:。\n]")


class IncomingReply:
    """Hears a reply piece by piece and hands out each of its pieces once.

    `messages` and `passages` are what the model was sent: lines of theirs that it repeats are no answer.
    """

    def __init__(self, messages: "Sequence[BaseMessage]", passages: Sequence[Passage]) -> None:
        self._prompted = _PromptedLines(messages, passages)
        self._heard = ""
        self._handed_out = 0
        self._reading = Reading(())

    @property
    def coverage(self) -> str:
        """What the reply says of how far the passages answer."""
        return self._reading.coverage

    @property
    def has_enough(self) -> bool:
        """Whether nothing more of the reply is wanted: it is longer than any answer, or repeats itself."""
        return self._handed_out >= MOST_PIECES or self._reading.repeated > MOST_REPEATED

    def hear(self, text: str) -> bool:
        """Add a piece of the reply's text; whether another of its own pieces may be complete now."""
        begins = _ENDED.search(self._heard[-40:])
        self._heard += text
        return bool(begins or _ENDS.search(text))

    def complete(self) -> Sequence[Piece]:
        """The pieces that are complete and were not handed out yet. Takes some milliseconds: call it in a thread."""
        return self._taken_apart(whole=False)

    def rest(self, *, cut: bool) -> Sequence[Piece]:
        """The pieces at the end of the reply; `cut` tells that it is not whole."""
        return self._taken_apart(whole=True, cut=cut)

    def _taken_apart(self, *, whole: bool, cut: bool = False) -> Sequence[Piece]:
        self._reading = read_reply(self._heard, self._prompted.in_reply(self._heard), whole=whole, cut=cut)
        new = self._reading.pieces[self._handed_out : MOST_PIECES]
        self._handed_out += len(new)
        return new


class _PromptedLines:
    """The lines that a model was sent, as `model_output.line_key` folds them."""

    def __init__(self, messages: "Sequence[BaseMessage]", passages: Sequence[Passage]) -> None:
        sent = {line_key(line) for message in messages for line in str(message.content).splitlines()}
        quoted = {line_key(line) for passage in passages for line in passage.text.splitlines()}
        headings = tuple(line_key(" > ".join(passage.heading)) for passage in passages)
        self._headed = {key for key in sent if key.endswith(headings)}
        self._echoed = frozenset(sent - {""})
        self._not_quoted = frozenset(sent - quoted - {""})

    def in_reply(self, reply: str) -> frozenset[str]:
        """The lines that are no answer where a reply repeats them.

        Lines of the passages count only where the reply repeats the headings above them: otherwise it quotes them.
        """
        echoes = any(line_key(line) in self._headed for line in reply.splitlines())
        return self._echoed if echoes else self._not_quoted
