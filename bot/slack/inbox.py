"""The middleware that writes a question to the inbox before Slack is told that it was received."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.context.async_context import AsyncBoltContext

from bot.errors import RecordsUnavailable
from bot.records import Records
from bot.slack.addressed import question_in

ACCEPTED_QUESTION = "accepted_question"
"""Where the middleware leaves a question for the listener that runs after it."""

log = logging.getLogger(__name__)


def accepting(records: Records) -> Callable[..., Awaitable[BoltResponse | None]]:
    """The middleware. Where the inbox cannot be written, Slack gets no acknowledgement and delivers again."""

    async def accept(
        body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        event = body.get("event") or {}
        question = question_in(event, str(body.get("team_id") or ""), str(context.bot_user_id or ""))
        if question:
            try:
                if await records.accept(question):
                    context[ACCEPTED_QUESTION] = question
            except RecordsUnavailable as error:
                log.error("A question was not accepted: %s", error)
                return BoltResponse(status=503, body="")
        return await next_()

    return accept
