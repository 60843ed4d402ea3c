"""Which of Slack's events are questions to the bot, and which only tell of one. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from bot.answering.addressing import BOT, Line, is_question_mark, is_unspaced, names_in
from bot.records.inbox import AskedQuestion
from bot.records.threads import ThreadState
from bot.slack.format.handed_files import files_in
from bot.slack.format.message_text import own_text, text_of
from bot.slack.format.reading import mention_of, said_in

_SPOKEN = frozenset({None, "file_share", "thread_broadcast", "me_message"})
"""Subtypes of messages that a person wrote; all others tell of edits, deletions, people joining and the like."""
_SLACKBOT = "USLACKBOT"
_OF_AN_APP = ("bot_id", "bot_profile")
"""What a message has that was posted by an app."""
_ASKED_WORDS = 3
"""A question put to a whole channel has at least so many words; "really?" is none."""


def question_in(event: Mapping[str, Any], team: str, bot_user: str) -> AskedQuestion | None:
    """The question that an event asks the bot, or None when it asks it nothing.

    A mention arrives twice, as app_mention and as a message that names the bot; both give the same question.
    """
    if not from_a_person(event, bot_user) or not _to_the_bot(event, bot_user):
        return None
    return message_in(event, team)


def message_in(event: Mapping[str, Any], team: str) -> AskedQuestion:
    """A person's message as the question that it would be."""
    ts = str(event["ts"])
    return AskedQuestion(
        team=str(event.get("team") or team),
        channel=str(event["channel"]),
        ts=ts,
        thread_ts=str(event.get("thread_ts") or ts),
        person=str(event["user"]),
        text=text_of(event),
        message_id=event.get("client_msg_id"),
        files="\n".join(files_in(event)),
    )


def from_a_person(event: Mapping[str, Any], bot_user: str) -> bool:
    """Whether an event is a message that a person wrote in Slack."""
    return _by_an_account(event, bot_user) and not _through_an_app(event)


def asked_through_an_app(event: Mapping[str, Any], bot_user: str) -> bool:
    """Whether an event is a message to the bot that an app posted for the account it names: a person's, or another bot's."""
    return _by_an_account(event, bot_user) and _through_an_app(event) and _to_the_bot(event, bot_user)


def without_app(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """A person's message through another app as if they had written it in Slack."""
    return {name: value for name, value in event.items() if name not in _OF_AN_APP}


def may_follow_up(event: Mapping[str, Any], thread: ThreadState) -> bool:
    """Whether a message without a mention may go on asking the bot.

    It may when it mentions nobody else and comes from a person who asked in this thread, while nobody else has spoken
    since the bot was last addressed; what follows on somebody's words is said to them.
    """
    in_turn = thread.talk_of in ("", event.get("user"))
    return thread.asked and not thread.paused and in_turn and not _mentions_somebody(own_text(event))


def is_put_to_the_channel(event: Mapping[str, Any]) -> bool:
    """Whether a message is a question to everybody in a channel, outside any thread; in any script."""
    text = own_text(event)
    open_to_all = event.get("channel_type") in ("channel", "group") and not event.get("thread_ts")
    return (
        open_to_all
        and any(map(is_question_mark, text))
        and _words_of(text) >= _ASKED_WORDS
        and not _mentions_somebody(text)
    )


def line_of(text: str, bot_user: str, known: Collection[str] = ()) -> Line:
    """A message as a line that is told to be said to the bot or to people; `known` are first and last names of people of the workspace."""
    said = said_in(mention_of(bot_user).sub(BOT, text), "").own
    return Line(said, names_in(said, known))


def said_to_the_bot(question: AskedQuestion, bot_user: str) -> Line | None:
    """What a mention says to the bot where others read it, which may tell it to keep quiet there."""
    if question.is_direct or not mention_of(bot_user).search(question.text):
        return None
    return Line(said_in(question.text, bot_user).question)


@dataclass(frozen=True)
class Change:
    """A message as it is after a change. `reworded` where it says something else; that the bot is named or not is no word."""

    message: Mapping[str, Any]
    ts: str
    reworded: bool


def change_in(event: Mapping[str, Any], bot_user: str) -> Change | None:
    """The change of a person's message that an event tells of.

    An edit that names the bot arrives twice, as message_changed and as app_mention. Links that Slack unfurls are a change
    only where they show a message.
    """
    if event.get("type") == "app_mention":
        new, old = event, event
    elif event.get("subtype") == "message_changed":
        place = {name: event.get(name) for name in ("channel", "channel_type")}
        new, old = {**(event.get("message") or {}), **place}, event.get("previous_message") or {}
    else:
        return None
    edited = str((new.get("edited") or {}).get("ts") or "")
    reworded = _words(new, bot_user) != _words(old, bot_user)
    if not from_a_person(new, bot_user) or not (edited or reworded):
        return None
    return Change(new, edited or str(event.get("event_ts") or event["ts"]), reworded)


def deleted_ts(event: Mapping[str, Any]) -> str | None:
    """The ts of the message that an event says was deleted.

    Where it began a thread, Slack leaves a tombstone in its place and calls that a change.
    """
    if event.get("subtype") == "message_deleted":
        return str(event["deleted_ts"])
    changed = event.get("message") or {}
    gone = event.get("subtype") == "message_changed" and changed.get("subtype") == "tombstone"
    return str(changed["ts"]) if gone else None


def deleted_message(event: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The message that an event says was deleted, as far as Slack tells what it was."""
    if (ts := deleted_ts(event)) is None:
        return None
    place = {name: event.get(name) for name in ("type", "channel", "channel_type")}
    return {"user": "", **(event.get("previous_message") or {}), **place, "ts": ts}


def _words(message: Mapping[str, Any], bot_user: str) -> list[str]:
    return mention_of(bot_user).sub(" ", text_of(message)).split()


def _mentions_somebody(text: str) -> bool:
    return "<@" in text or "<!" in text


def _words_of(text: str) -> int:
    """How many words a text has; of scripts that set no space between words, two letters count as one."""
    return sum(max(1, len(word) // 2) if is_unspaced(word) else 1 for word in said_in(text, "").own.split())


def _to_the_bot(event: Mapping[str, Any], bot_user: str) -> bool:
    if event.get("type") == "app_mention" or event.get("channel_type") == "im":
        return True
    return mention_of(bot_user).search(own_text(event)) is not None


def _by_an_account(event: Mapping[str, Any], bot_user: str) -> bool:
    spoken = event.get("subtype") in _SPOKEN and not event.get("hidden")
    return spoken and event.get("user") not in (None, bot_user, _SLACKBOT)


def _through_an_app(event: Mapping[str, Any]) -> bool:
    return any(event.get(name) for name in _OF_AN_APP)
