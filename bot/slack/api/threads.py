"""A Slack thread read as a conversation."""

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.answering.conversation import Conversation, Turn
from bot.records.inbox import AskedQuestion
from bot.records.threads import ThreadAddress
from bot.slack.api.errors import code
from bot.slack.api.limits import THREAD_PAGE

ANSWER_EVENT = "career_answer"
"""The type of the metadata that every answer carries, so that it is found again after a crash.

Where the answer stands without its question's message, the payload holds what was asked.
"""
QUESTION_EVENT = "career_question"
"""The type of the metadata of a question that the bot posted for a person who pressed it."""
TURNS_READ = 20
"""Turns before the question that make the conversation; earlier ones are left out."""
_UNREADABLE = frozenset({"missing_scope", "not_in_channel", "thread_not_found", "no_permission", "channel_not_found"})

Message = Mapping[str, Any]


async def read_thread(client: AsyncWebClient, thread: ThreadAddress) -> list[Message]:
    """The messages of a thread, oldest first; only none when Slack does not let the bot read it."""
    messages: list[Message] = []
    cursor = None
    try:
        while True:
            page = await client.conversations_replies(
                channel=thread.channel,
                ts=thread.ts,
                limit=THREAD_PAGE,
                cursor=cursor,
                include_all_metadata=True,
            )
            messages += page["messages"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return messages
    except SlackApiError as error:
        if code(error) in _UNREADABLE:
            return []
        raise


def answers_to(messages: Sequence[Message], question: AskedQuestion, bot_user: str) -> list[str]:
    """The ts of the messages of the answer to a question, in order."""
    return [str(message["ts"]) for message in _parts(messages, question.ts, bot_user)]


def parts_posted(messages: Sequence[Message], question: str, bot_user: str) -> list[str]:
    """The ts of those messages of an answer that are complete; one that was broken off is of none."""
    return [str(message["ts"]) for message in _parts(messages, question, bot_user) if _payload(message).get("of")]


def unfinished(messages: Sequence[Message], question: AskedQuestion, bot_user: str) -> str:
    """The ts of a stream that was begun for a question and not ended when the bot was cut off; empty without one."""
    own = [message for message in messages if message.get("user") == bot_user and _time(message) > float(question.ts)]
    return next((str(message["ts"]) for message in own if not _payload(message)), "")


def _parts(messages: Sequence[Message], question: str, bot_user: str) -> list[Message]:
    own = [message for message in messages if message.get("user") == bot_user]
    return [message for message in own if _payload(message).get("question") == question]


def nobody_replied(messages: Sequence[Message], question: AskedQuestion, bot_user: str) -> bool:
    """Whether no person has written in the thread since the question."""
    return not any(_time(m) > float(question.ts) and m.get("user") != bot_user for m in messages)


def is_whole(messages: Sequence[Message], question: AskedQuestion) -> bool:
    """Whether the answer in the thread has all its messages."""
    return any(p.get("question") == question.ts and p.get("part") == p.get("of") for p in map(_payload, messages))


def conversation(messages: Sequence[Message], question: AskedQuestion, bot_user: str) -> Conversation:
    """The turns up to and with the question, as plain text.

    Somebody who names the bot in a thread of people and says nothing else asks it what was said last.
    """
    before = [
        m for m in messages if _time(m) < float(question.ts) and (m.get("user") == bot_user or _says_something(m))
    ]
    turns = [turn for message in before[-TURNS_READ:] for turn in _turns(message, bot_user) if turn.text]
    asked = Turn("person", readable(question.text, bot_user))
    if not asked.text and turns and turns[-1].speaker == "person":
        return Conversation(tuple(turns))
    return Conversation((*turns, asked))


def readable(text: str, bot_user: str) -> str:
    """Slack's text as a person reads it: without mentions of people, links as their label, nothing escaped."""
    text = re.sub(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>", " ", text) if bot_user else text
    text = re.sub(r"<[#!][^>|]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"<!([a-z]+)[^>]*>|<[@#][^>]*>", " ", text)
    text = re.sub(r"<((?:https?|mailto):[^>|]*)(?:\|([^>]*))?>", lambda link: link[2] or link[1], text)
    return html.unescape(re.sub(r"[ \t]+", " ", text)).strip()


def _turns(message: Message, bot_user: str) -> list[Turn]:
    own = message.get("user") == bot_user
    said = readable(str(message.get("text") or ""), bot_user)
    asked = str(_payload(message).get("asked") or "")
    pressed = (message.get("metadata") or {}).get("event_type") == QUESTION_EVENT
    return [*([Turn("person", asked)] if own and asked else []), Turn("bot" if own and not pressed else "person", said)]


def _says_something(message: Message) -> bool:
    return not message.get("bot_id") and bool(message.get("text"))


def _time(message: Message) -> float:
    return float(message["ts"])


def _payload(message: Message) -> Mapping[str, Any]:
    metadata = message.get("metadata") or {}
    return (metadata.get("event_payload") or {}) if metadata.get("event_type") == ANSWER_EVENT else {}
