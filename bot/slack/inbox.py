"""The middleware that writes a question to the inbox before Slack is told that it was received."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.context.async_context import AsyncBoltContext

from bot.errors import RecordsUnavailable
from bot.records import Accepted, Records
from bot.slack.addressed import edited_text, from_a_person, is_follow_up, message_in, question_in

ACCEPTED_QUESTION = "accepted_question"
"""Where the middleware leaves a question for the listener that runs after it."""

log = logging.getLogger(__name__)


def accepting(records: Records) -> Callable[..., Awaitable[BoltResponse | None]]:
    """The middleware. Where the inbox cannot be written, Slack gets no acknowledgement and delivers again."""

    async def accept(
        body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        event = body.get("event") or {}
        try:
            if question := await _accepted(
                records, event, str(body.get("team_id") or ""), str(context.bot_user_id or "")
            ):
                context[ACCEPTED_QUESTION] = question
        except RecordsUnavailable as error:
            log.error("A question was not accepted: %s", error)
            return BoltResponse(status=503, body="")
        return await next_()

    return accept


async def _accepted(records: Records, event: dict[str, Any], team: str, bot_user: str) -> Accepted | None:
    """The question of an event after it was written down; None when there is none, or it is there already."""
    if question := question_in(event, team, bot_user):
        return question if await records.accept(question) else None
    if (text := edited_text(event, bot_user)) is not None:
        message = event["message"]
        key = f"{message.get('team') or team}:{event['channel']}:{message['ts']}"
        return await records.reopen(key, text, str((message.get("edited") or {}).get("ts") or event["ts"]))
    if event.get("type") == "message" and event.get("thread_ts") and from_a_person(event, bot_user):
        said = message_in(event, team)
        thread = await records.thread(said.thread, said.person)
        if thread and is_follow_up(event, thread) and await records.accept(said):
            return said
    return None
