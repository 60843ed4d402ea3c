"""A mentor who edits an answer after it was carried to the asker is asked whether what was carried shall follow."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError

from bot.mentoring.handovers import Handover, HandoverState
from bot.records.threads import ThreadAddress
from bot.slack.api.errors import code
from bot.slack.api.mentors import ONLY_MENTORS
from bot.slack.api.messages import post_ephemeral, thread_of, update
from bot.slack.api.refusals import why
from bot.slack.api.threads import Message, read_thread
from bot.slack.context import AppContext
from bot.slack.format.blocks import plain_post
from bot.slack.format.escaping import visible
from bot.slack.format.message_text import text_of
from bot.slack.mentors.handover import views
from bot.slack.mentors.handover.service import handover_of
from bot.slack.questions.addressed import change_in

FOLLOWED = "The asker's copy says what yours says now."
NOT_THERE = "I do not find your answer any more, so the asker's copy stays as it is."
CARRIED_GONE = "The asker's copy is not there any more."
REFUSED = "I cannot change the asker's copy: {why}."

log = logging.getLogger(__name__)


async def offer_to_follow(ctx: AppContext, event: Mapping[str, Any]) -> None:
    """Ask the mentor privately, once for each edit, if an event tells that they edited what was carried to an asker."""
    change = change_in(event, ctx.clients.bot_user)
    if change is None or not change.reworded or event.get("channel") != ctx.mentors.channel:
        return
    message = change.message
    handover = await ctx.records.handovers.at(ctx.mentors.channel, str(message.get("thread_ts") or ""))
    if handover is None or not _is_carried(handover, message) or not visible(text_of(message)):
        return
    if await ctx.records.handovers.hear(handover.id, change.ts, HandoverState.ANSWERED):
        offer = views.offer_to_follow(handover)
        await ctx.client.chat_postEphemeral(
            channel=handover.card_channel,
            user=handover.mentor,
            thread_ts=handover.card_ts,
            text=offer.text,
            blocks=offer.blocks,
        )


def follow_pressed(ctx: AppContext):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The listener of the button "Change the asker's copy": it says then what the mentor's message says now."""

    async def listener(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        told = await _follow(ctx, str(action["value"]), body["user"]["id"])
        await respond(text=told, delete_original=True)
        await post_ephemeral(respond, plain_post(told), thread_of(body))

    return listener


async def _follow(ctx: AppContext, key: str, mentor: str) -> str:
    """Change what was carried; what to tell the mentor."""
    if not await ctx.mentors.include(mentor):
        return ONLY_MENTORS
    handover = await ctx.records.handovers.find(key)
    if handover is None or handover.state is not HandoverState.ANSWERED or handover.mentor != mentor:
        return views.told_mentor(handover, mentor)
    written = await read_thread(ctx.client, ThreadAddress(handover.team, handover.card_channel, handover.card_ts))
    text = next((text_of(message) for message in written if _is_carried(handover, message)), "")
    if not visible(text) or len(text) > views.LONGEST_ANSWER:
        return views.TOO_LONG if visible(text) else NOT_THERE
    try:
        return await _change(ctx, replace(handover, answer=text))
    except SlackApiError as error:
        log.info("The answer of the handover %s was not changed: %s", key, code(error))
        return REFUSED.format(why=why(code(error)))


async def _change(ctx: AppContext, handover: Handover) -> str:
    direct = bool(handover.direct_ts)
    place = (handover.direct_channel, handover.direct_ts) if direct else (handover.channel, handover.thread_ts)
    messages = await read_thread(ctx.client, ThreadAddress(handover.team, *place))
    carried = next((message for message in messages if handover_of(message) == handover.id), None)
    if carried is None:
        return CARRIED_GONE
    asked = str(((carried.get("metadata") or {}).get("event_payload") or {}).get("asked") or "")
    said = replace(handover, question=asked)
    metadata = views.answer_metadata(said, quoted=direct)
    await update(ctx.client, place[0], str(carried["ts"]), views.answer(said, quoted=direct), metadata)
    await ctx.records.audit_log.record(handover.mentor, "changed an answer", handover.id)
    return FOLLOWED


def _is_carried(handover: Handover, message: Message) -> bool:
    """Whether a message is the one of the mentor's that was carried to the asker."""
    own = bool(handover.mentor) and message.get("user") == handover.mentor
    return own and handover.state is HandoverState.ANSWERED and str(message.get("ts")) == handover.answer_ts
