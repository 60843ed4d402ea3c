"""The error handler of all listeners: what a person is told when something they pressed or typed did not work."""

import asyncio
import logging
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import CareerBotError
from bot.slack.api.errors import FAILURES, SORRY
from bot.slack.api.messages import Elsewhere, post_ephemeral
from bot.slack.api.payloads import MalformedPayload
from bot.slack.format.blocks import plain_post
from knowledge.errors import KnowledgeError

SEEN_SECONDS = 0.03
"""Bolt looks every 0.01 s whether a listener has acknowledged, and forgets that it has when it fails before the next look."""

log = logging.getLogger(__name__)


async def handle_error(
    error: Exception,
    body: dict[str, Any],
    respond: AsyncRespond,
    client: AsyncWebClient,
    response: BoltResponse | None,
) -> BoltResponse | None:
    """Log what kind of thing happened, and tell the person who pressed or typed something, alone.

    What cannot be read is acknowledged; there is no `response` where that was done already.
    """
    await asyncio.sleep(SEEN_SECONDS)
    what = body.get("type") or body.get("command")
    if isinstance(error, MalformedPayload):
        log.warning("A payload of Slack's was left out: %s has no good %s", what, error.place)
    else:
        frames = None if isinstance(error, FAILURES) else error
        log.error("%s failed with %s", what, type(error).__name__, exc_info=frames)
    sentence = str(error) if isinstance(error, CareerBotError | KnowledgeError) else SORRY
    if respond.response_url:
        await post_ephemeral(respond, plain_post(sentence))
    elif person := str((body.get("user") or {}).get("id") or ""):  # in a window or the Home tab
        await Elsewhere(client, "D", person).say(plain_post(sentence))
    return BoltResponse(status=200) if response and isinstance(error, MalformedPayload) else None
