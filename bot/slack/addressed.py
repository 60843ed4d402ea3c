"""Which of Slack's events are questions to the bot, and which only tell of one. Pure."""

import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Any

from bot.records import Accepted, Thread
from bot.requests import Form, form_of

_SPOKEN = frozenset({None, "file_share", "thread_broadcast"})
"""Subtypes of messages that a person wrote; all others tell of edits, deletions, people joining and the like."""
_SLACKBOT = "USLACKBOT"
_ASKS = re.compile(
    r"[?？]\s*$|^(?:and|or|what|which|how|where|who|when|why|is|are|do|does|did|can|could|should|would|just|only|also|tell|give|show|list|name|compare)\b",
    re.I,
)


class Command(Enum):
    """What a mention can tell the bot to do in a thread."""

    PAUSE = auto()
    RESUME = auto()


def question_in(event: Mapping[str, Any], team: str, bot_user: str) -> Accepted | None:
    """The question that an event asks the bot, or None when it asks it nothing.

    A mention arrives twice, as app_mention and as a message that names the bot; both give the same question.
    """
    if not from_a_person(event, bot_user) or not _to_the_bot(event, bot_user):
        return None
    return message_in(event, team)


def message_in(event: Mapping[str, Any], team: str) -> Accepted:
    """A person's message as the question that it would be."""
    ts = str(event["ts"])
    return Accepted(
        team=str(event.get("team") or team),
        channel=str(event["channel"]),
        ts=ts,
        thread_ts=str(event.get("thread_ts") or ts),
        person=str(event["user"]),
        text=str(event.get("text") or ""),
        message_id=event.get("client_msg_id"),
    )


def from_a_person(event: Mapping[str, Any], bot_user: str) -> bool:
    """Whether an event is a new message that a person wrote."""
    if event.get("bot_id") or event.get("bot_profile") or event.get("edited") or event.get("hidden"):
        return False
    return event.get("subtype") in _SPOKEN and event.get("user") not in (None, bot_user, _SLACKBOT)


def is_follow_up(event: Mapping[str, Any], thread: Thread) -> bool:
    """Whether a message without a mention goes on asking the bot.

    It does when it reads like a question, names nobody else, and comes from a person who asked in this thread, while no
    other person has spoken since; a message after somebody else's is taken for an answer to them.
    """
    text, person = str(event.get("text") or "").strip(), event.get("user")
    if thread.paused or not thread.asked_by_person or thread.last_speaker != person or "<@" in text:
        return False
    return _ASKS.search(text) is not None or form_of(text) is not Form.AS_IT_IS


def command_in(text: str) -> Command | None:
    """What a message tells the bot to do in its thread, if it is nothing but that."""
    said = text.strip(" .!").casefold()
    if said in {"pause", "be quiet", "quiet", "mute", "stop"}:
        return Command.PAUSE
    return Command.RESUME if said in {"resume", "unmute", "go on"} else None


def edited_text(event: Mapping[str, Any], bot_user: str) -> str | None:
    """The new text of an edited message of a person, if it really changed; unfurled links are no change."""
    new, old = event.get("message") or {}, event.get("previous_message") or {}
    changed = event.get("subtype") == "message_changed" and new.get("text") != old.get("text")
    own = new.get("bot_id") or new.get("user") in (None, bot_user)
    return str(new.get("text") or "") if changed and not own else None


def _to_the_bot(event: Mapping[str, Any], bot_user: str) -> bool:
    if event.get("type") == "app_mention" or event.get("channel_type") == "im":
        return True
    return re.search(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>", str(event.get("text") or "")) is not None
