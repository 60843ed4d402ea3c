"""Where the answer to a question stands, told from its thread and from what was noted of it. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bot.slack.api.threads import Message
from bot.slack.questions.answer_metadata import (
    answers_edition,
    is_complete,
    is_last,
    marked_for_others,
    open_stream,
    parts_of,
)
from bot.slack.questions.answer_progress import AnswerProgress, AnswerState


@dataclass(frozen=True)
class AnswerFinder:
    """Finds the messages of the answer to the question with this ts, as it was `edited` at a time, if it was; `noted` are
    those, by ts, that are known already.
    """

    question: str
    edited: str
    bot_user: str
    noted: tuple[str, ...]

    def all_in(self, thread: Sequence[Message], taken: Collection[str] = ()) -> AnswerProgress:
        """Every message of the answer, complete or not, or its stream that a run left open; without the thread, those that were noted.

        `taken` are messages, by ts, that were noted as the answers to other questions.
        """
        parts = parts_of(thread, self.question, self.bot_user)
        known = {str(part["ts"]) for part in parts}.union(self._noted_in(thread))
        known = known or set(open_stream(thread, self.question, self.bot_user, taken))
        there = tuple(ts for ts in (str(message["ts"]) for message in thread) if ts in known)
        found = there if thread else self.noted
        whole = any(map(_ends, parts)) or not parts
        return _progress(found, AnswerState.WHOLE if whole else AnswerState.PARTIAL)

    def left_in(self, thread: Sequence[Message], taken: Collection[str] = ()) -> AnswerProgress:
        """What an earlier try has left to go on from: its complete messages, or one that was broken off.

        `taken` are messages, by ts, that were noted as the answers to other questions.
        """
        parts = parts_of(thread, self.question, self.bot_user)
        if complete := tuple(str(part["ts"]) for part in parts if is_complete(part)):
            return _progress(complete, AnswerState.WHOLE if any(map(_ends, parts)) else AnswerState.PARTIAL)
        broken_off = tuple(str(part["ts"]) for part in parts)
        begun = self._noted_in(thread) or broken_off or open_stream(thread, self.question, self.bot_user, taken)
        return _progress(begun[:1], AnswerState.BROKEN_OFF)

    def stands_in(self, thread: Sequence[Message]) -> bool:
        """Whether the whole answer stands in the thread, to the question as it is worded now."""
        parts = parts_of(thread, self.question, self.bot_user)
        current = all(is_complete(part) and answers_edition(part, self.edited) for part in parts)
        return current and any(map(_ends, parts))

    def _noted_in(self, thread: Sequence[Message]) -> tuple[str, ...]:
        """What was noted, but for what the thread shows to be another question's."""
        others = marked_for_others(thread, self.question)
        return tuple(ts for ts in self.noted if ts not in others)


def _progress(messages: tuple[str, ...], state: AnswerState) -> AnswerProgress:
    return AnswerProgress(state, messages) if messages else AnswerProgress()


def _ends(part: Message) -> bool:
    return is_complete(part) and is_last(part)
