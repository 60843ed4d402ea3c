"""How messages of answers are marked in Slack, so that they are found again after a crash. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot.slack.api.messages import Metadata
from bot.slack.api.payloads import is_timestamp
from bot.slack.api.threads import Message, sent_at

ANSWER_EVENT = "career_answer"
"""The type of the metadata that every answer carries.

Where the answer stands without its question's message, the payload holds what was asked.
"""
BROKEN_OFF = 0
"""How many parts an answer has that ended in the middle: none of it counts as posted."""


def answer_metadata(question: str, part: int, of: int, edited: str = "") -> Metadata:
    """The mark of one message of an answer, whose question has this ts and was edited then, if it was."""
    edition = {"edited": edited} if edited else {}
    return {"event_type": ANSWER_EVENT, "event_payload": {"question": question, "part": part, "of": of, **edition}}


def detached_metadata(asked: str) -> Metadata:
    """The mark of an answer that stands without its question's message: what was asked."""
    return {"event_type": ANSWER_EVENT, "event_payload": {"asked": asked}}


def payload(message: Message) -> Mapping[str, Any]:
    """What the metadata of a message of an answer holds; nothing for any other message."""
    metadata = message.get("metadata") or {}
    told: Mapping[str, Any] = metadata.get("event_payload") or {}
    is_ours = metadata.get("event_type") == ANSWER_EVENT and is_timestamp(told.get("question", "0.0"))
    return told if is_ours else {}


def is_answer(message: Message) -> bool:
    """Whether a message is marked as one of an answer."""
    return (message.get("metadata") or {}).get("event_type") == ANSWER_EVENT


def parts_of(thread: Sequence[Message], question: str, bot_user: str) -> list[Message]:
    """The bot's messages in a thread that answer the question with this ts, in order."""
    own = (message for message in thread if message.get("user") == bot_user)
    return [message for message in own if payload(message).get("question") == question]


def is_complete(part: Message) -> bool:
    """Whether a message of an answer was not broken off."""
    return bool(payload(part).get("of"))


def is_last(part: Message) -> bool:
    """Whether a message of an answer is the last of it."""
    return payload(part).get("part") == payload(part).get("of")


def answers_edition(part: Message, edited: str) -> bool:
    """Whether a message answers its question as it was worded by an edit at this time, or as it was asked where that is empty."""
    return str(payload(part).get("edited", "")) == edited


def marked_for_others(thread: Sequence[Message], question: str) -> set[str]:
    """The messages of a thread, by ts, that are marked as answers to other questions than the one with this ts."""
    return {str(message["ts"]) for message in thread if payload(message).get("question", question) != question}


def open_stream(thread: Sequence[Message], question: str, bot_user: str, taken: Collection[str]) -> tuple[str, ...]:
    """The ts of a stream that was begun after a question and not ended when the bot was cut off, if there is one.

    It is the only kind of message that the bot sends without a mark, beside files. `taken` are those, by ts, that are
    known to answer other questions.
    """
    own = (m for m in thread if m.get("user") == bot_user and sent_at(m) > float(question) and m["ts"] not in taken)
    return tuple(str(message["ts"]) for message in own if not message.get("metadata") and not message.get("files"))[:1]
