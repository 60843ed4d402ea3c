"""How far the messages of an answer have come: a state machine. Pure."""

from dataclasses import dataclass
from enum import Enum


class AnswerState(Enum):
    """The states of an answer in its thread."""

    ABSENT = "absent"
    """No message of it is there."""
    STREAMING = "streaming"
    """It is one message, and Slack takes more text for it."""
    BROKEN_OFF = "broken off"
    """It is one message that ended in the middle, or whose stream was left open by a run that was cut off."""
    PARTIAL = "partial"
    """Some of its messages are complete, the others are not there."""
    WHOLE = "whole"
    """All of its messages are there."""


class IllegalTransition(Exception):
    """Something was done to an answer that its state does not allow: a programming error."""


@dataclass(frozen=True)
class AnswerProgress:
    """The state of an answer and the ts of its messages, in their order. Every method gives the progress after a step.

        ABSENT ──stream──▸ STREAMING ──end──▸ WHOLE
           │                   │ break_off      ▴
           │ post              ▾                │ post, overwrite
           ├──▸ PARTIAL ◂── BROKEN_OFF ─────────┤
           └────────┴───────────────────────────┘

    From BROKEN_OFF an answer can also be given up, which leaves nothing to go on with, and ends like a stream.
    """

    state: AnswerState = AnswerState.ABSENT
    messages: tuple[str, ...] = ()

    def stream(self, ts: str) -> "AnswerProgress":
        """A message was begun that takes more text."""
        self._check(AnswerState.ABSENT)
        return AnswerProgress(AnswerState.STREAMING, (ts,))

    def end(self) -> "AnswerProgress":
        """The stream ended with the whole answer."""
        self._check(AnswerState.STREAMING, AnswerState.BROKEN_OFF)
        return AnswerProgress(AnswerState.WHOLE, self.messages)

    def break_off(self) -> "AnswerProgress":
        """The stream ended in the middle of the answer."""
        self._check(AnswerState.STREAMING, AnswerState.BROKEN_OFF)
        return AnswerProgress(AnswerState.BROKEN_OFF, self.messages)

    def give_up(self) -> "AnswerProgress":
        """A message that was broken off can be neither ended nor changed; the answer starts anew below it."""
        self._check(AnswerState.BROKEN_OFF)
        return AnswerProgress()

    def overwrite(self, messages: tuple[str, ...], of: int) -> "AnswerProgress":
        """Complete messages, so many in all, have taken the place of what stood there."""
        self._check(AnswerState.BROKEN_OFF, AnswerState.PARTIAL, AnswerState.WHOLE)
        if not messages:
            return AnswerProgress()
        return AnswerProgress(AnswerState.WHOLE if len(messages) == of else AnswerState.PARTIAL, messages)

    def post(self, ts: str, of: int) -> "AnswerProgress":
        """One more complete message was posted, of so many."""
        self._check(AnswerState.ABSENT, AnswerState.PARTIAL)
        messages = (*self.messages, ts)
        return AnswerProgress(AnswerState.WHOLE if len(messages) >= of else AnswerState.PARTIAL, messages)

    def _check(self, *allowed: AnswerState) -> None:
        if self.state not in allowed:
            raise IllegalTransition(self.state.value)
