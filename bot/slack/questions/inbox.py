"""The middleware that writes a question to the inbox before Slack is told that it was received."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.context.async_context import AsyncBoltContext

from bot.errors import RecordsUnavailable
from bot.records.database import now
from bot.records.inbox import AskedQuestion, question_key
from bot.slack.questions.addressed import (
    asks,
    edited_text,
    from_a_person,
    is_put_to_the_channel,
    may_follow_up,
    message_in,
    question_in,
)
from bot.slack.questions.locks import KeyedLocks
from bot.storage import Records

ACCEPTED_QUESTION = "accepted_question"
"""Where the middleware leaves a question for the listener that runs after it."""

log = logging.getLogger(__name__)


Continues = Callable[[str], Awaitable[bool]]
"""Whether a message asks for the last answer in another form."""


def accepting(records: Records, continues: Continues) -> Callable[..., Awaitable[BoltResponse | None]]:
    """The middleware. Where the inbox cannot be written, Slack gets no acknowledgement and delivers again."""

    locks = KeyedLocks()

    async def accept(
        body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        event = body.get("event") or {}
        thread = f"{event.get('channel')}:{event.get('thread_ts') or event.get('ts')}"
        try:
            async with locks.of(thread):  # who spoke before decides who is spoken to
                question = await _accepted(
                    records, continues, event, str(body.get("team_id") or ""), str(context.bot_user_id or "")
                )
            if question:
                context[ACCEPTED_QUESTION] = question
        except RecordsUnavailable as error:
            log.error("A question was not accepted: %s", error)
            return BoltResponse(status=503, body="")
        return await next_()

    return accept


async def _accepted(
    records: Records, continues: Continues, event: dict[str, Any], team: str, bot_user: str
) -> AskedQuestion | None:
    """The question of an event after it was written down; None when there is none, or it is there already."""
    if question := question_in(event, team, bot_user):
        return question if await records.inbox.accept(question) else None
    if (text := edited_text(event, bot_user)) is not None:
        message = event["message"]
        key = question_key(message.get("team") or team, event["channel"], message["ts"])
        return await records.inbox.reopen(key, text, str((message.get("edited") or {}).get("ts") or event["ts"]))
    if event.get("type") != "message" or not from_a_person(event, bot_user):
        return None
    said = message_in(event, team)
    if event.get("thread_ts"):
        return await _follow_up(records, continues, event, said)
    return await _put_to_the_channel(records, event, said)


async def _follow_up(
    records: Records, continues: Continues, event: dict[str, Any], said: AskedQuestion
) -> AskedQuestion | None:
    thread = await records.inbox.thread_state(said)
    if thread is None:
        return None
    follows = may_follow_up(event, thread) and (asks(said.text) or await continues(said.text))
    if follows and not await records.handovers.at(said.channel, said.thread_ts):
        return said if await records.inbox.accept(said) else None
    await records.threads.overheard(said.thread, said.ts, said.person)
    return None


async def _put_to_the_channel(records: Records, event: dict[str, Any], said: AskedQuestion) -> AskedQuestion | None:
    if not is_put_to_the_channel(event):
        return None
    settings = await records.channels.settings(said.team, said.channel)
    unasked = replace(said, unasked=True)
    return unasked if settings.hears_questions(now()) and await records.inbox.accept(unasked) else None
