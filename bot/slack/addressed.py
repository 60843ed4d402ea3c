"""Which of Slack's events are questions to the bot. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from bot.records import Accepted

_SPOKEN = frozenset({None, "file_share", "thread_broadcast"})
"""Subtypes of messages that a person wrote; all others tell of edits, deletions, people joining and the like."""
_SLACKBOT = "USLACKBOT"


def question_in(event: Mapping[str, Any], team: str, bot_user: str) -> Accepted | None:
    """The question that an event asks the bot, or None when it asks it nothing.

    A mention arrives twice, as app_mention and as a message that names the bot; both give the same question.
    """
    if not _from_a_person(event, bot_user) or not _to_the_bot(event, bot_user):
        return None
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


def _from_a_person(event: Mapping[str, Any], bot_user: str) -> bool:
    if event.get("bot_id") or event.get("bot_profile") or event.get("edited") or event.get("hidden"):
        return False
    return event.get("subtype") in _SPOKEN and event.get("user") not in (None, bot_user, _SLACKBOT)


def _to_the_bot(event: Mapping[str, Any], bot_user: str) -> bool:
    if event.get("type") == "app_mention" or event.get("channel_type") == "im":
        return True
    return re.search(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>", str(event.get("text") or "")) is not None
