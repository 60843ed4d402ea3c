"""The ways between an asker and the mentors: posting a question's card, carrying the answer back, reminding.

Whatever a step of these is cut off by, the next `resume` goes on with it. Before something is posted a second time,
the place where it belongs is read, since Slack does not say whether a call without an answer has arrived: the mentors'
channel for the card and the asker's thread for the answer, where both carry the handover's id. Direct messages need no
reading: their message is noted while it only quotes the question, and the answer is then put into it.
"""

import datetime as dt
import logging
import uuid
from dataclasses import replace
from enum import Enum, auto

from slack_sdk.errors import SlackApiError

from bot.mentoring.confirmations import Confirmation
from bot.mentoring.handovers import Handover, HandoverState
from bot.records.database import now
from bot.records.threads import ThreadAddress
from bot.slack.api.errors import FAILURES, NO_ENTRY, code, passing
from bot.slack.api.limits import THREAD_PAGE
from bot.slack.api.messages import Block, post, update
from bot.slack.api.threads import Message, read_thread
from bot.slack.context import AppContext
from bot.slack.format.blocks import plain_post
from bot.slack.mentors.confirming import views as confirmation_views
from bot.slack.mentors.handover import views

GONE = NO_ENTRY | {"thread_not_found", "message_not_found", "cannot_reply_to_message"}
"""An answer cannot go there; it goes to the asker's direct messages."""
CLAIMED_FACTOR = 3
"""A mentor who took a question has so many times the hours that it may stay open."""
SOURCE = "A mentor's own answer; the guides do not say this"

log = logging.getLogger(__name__)


class Carried(Enum):
    """What became of an answer on its way to the asker."""

    SENT = auto()
    LATER = auto()
    UNREACHABLE = auto()


async def resume(ctx: AppContext, moment: dt.datetime | None = None) -> None:
    """Go on with everything that was cut off or that Slack did not take: cards, answers, and what cards show.

    What another process may still be sending is left alone for some minutes.
    """
    moment = moment or now()
    for handover in await ctx.records.handovers.unfinished(moment):
        try:
            await _go_on(ctx, handover, moment)
        except FAILURES as error:
            log.warning("The handover %s is not finished: %s", handover.id, _told(error))


async def remind(ctx: AppContext, hours: float, moment: dt.datetime) -> int:
    """Remind of what waits: mentors of open questions, and whoever took one of it. How many reminders went out."""
    period = dt.timedelta(hours=hours)
    sent = 0
    for state, patience in ((HandoverState.OPEN, period), (HandoverState.CLAIMED, CLAIMED_FACTOR * period)):
        for handover in await ctx.records.handovers.waiting(state, moment - patience):
            if await ctx.records.handovers.remind(handover, moment - patience, moment):
                sent += await _remind(ctx, handover)
    return sent


async def post_card(ctx: AppContext, handover: Handover) -> bool:
    """Show a question to the mentors; False where Slack does not take it now. It is kept for the next time."""
    try:
        channel, ts = await post(
            ctx.client, ctx.mentors.channel, views.card(handover), metadata=views.card_metadata(handover)
        )
    except FAILURES as error:
        log.warning("The handover %s is not in the mentors' channel: %s", handover.id, _told(error))
        await ctx.records.handovers.leave(handover.id)
        return False
    await _stands(ctx, handover, channel, ts)
    return True


async def redraw(ctx: AppContext, handover: Handover) -> None:
    """Let a card show how things stand, also if that changes meanwhile. What Slack does not take is done later."""
    latest: Handover | None = handover
    try:
        while latest:
            await _draw(ctx, latest)
            if await ctx.records.handovers.drawn(latest):
                return
            latest = await ctx.records.handovers.find(handover.id)
        await _draw(ctx, replace(handover, state=HandoverState.WITHDRAWN))
    except FAILURES as error:
        log.warning("The card of the handover %s is out of date: %s", handover.id, _told(error))


async def carry(ctx: AppContext, handover: Handover) -> Carried:
    """Bring an answer to the asker, once, and let the card say so."""
    try:
        await _deliver(ctx, handover)
    except FAILURES as error:
        log.warning("The answer of the handover %s is not delivered: %s", handover.id, _told(error))
        if passing(error):
            await ctx.records.handovers.leave(handover.id)
            return Carried.LATER
        await ctx.records.handovers.unsent(handover.id)
        await redraw(ctx, replace(handover, state=HandoverState.CLAIMED))
        return Carried.UNREACHABLE
    if await ctx.records.handovers.answered(handover.id):
        await ctx.records.audit_log.record(handover.mentor, "answered", handover.id)
    await redraw(ctx, replace(handover, state=HandoverState.ANSWERED))
    return Carried.SENT


async def keep_confirmed(ctx: AppContext, handover: Handover) -> Block:
    """The window in which a mentor keeps their answer as a confirmed one, when they have taken names out of it."""
    draft = Confirmation(
        uuid.uuid4().hex,
        handover.team,
        handover.id,
        "",
        views.as_markdown(handover.answer),
        (SOURCE,),
        (),
        handover.mentor,
    )
    await ctx.records.confirmations.draft(draft)
    return confirmation_views.window(draft, handover.question, editable=True)


async def _go_on(ctx: AppContext, handover: Handover, moment: dt.datetime) -> None:
    handovers = ctx.records.handovers
    if handover.card_ts and handover.state is not HandoverState.ANSWERING:
        return await redraw(ctx, handover)
    if not await handovers.take_up(handover, moment):
        return None
    if handover.state is HandoverState.ANSWERING:
        await carry(ctx, handover)
    elif not ctx.mentors.channel:
        await handovers.leave(handover.id)
    elif standing := await _standing_card(ctx, handover):
        await _stands(ctx, handover, ctx.mentors.channel, standing)
    elif handover.state is HandoverState.WITHDRAWN:
        await handovers.drawn(handover)
    else:
        await post_card(ctx, handover)
    return None


async def _stands(ctx: AppContext, handover: Handover, channel: str, ts: str) -> None:
    """Note where a card stands, and change it at once if its question was taken back on the way."""
    await ctx.records.handovers.posted(handover.id, channel, ts)
    standing = replace(handover, state=HandoverState.OPEN, card_channel=channel, card_ts=ts)
    if not await ctx.records.handovers.drawn(standing):
        latest = await ctx.records.handovers.find(handover.id)
        await redraw(ctx, latest or replace(standing, state=HandoverState.WITHDRAWN))


async def _standing_card(ctx: AppContext, handover: Handover) -> str:
    """The ts of a card that a run which was cut off has posted; empty without one.

    Only the newest messages are read: what was cut off is gone on with after minutes, not days.
    """
    try:
        page = await ctx.client.conversations_history(
            channel=ctx.mentors.channel, limit=THREAD_PAGE, include_all_metadata=True
        )
    except SlackApiError as error:
        if passing(error):
            await ctx.records.handovers.leave(handover.id)
            raise
        return ""  # where the bot may not read, it cannot have posted, or a second card is better than none
    return next((str(m["ts"]) for m in page["messages"] if handover_of(m) == handover.id), "")


async def _draw(ctx: AppContext, handover: Handover) -> None:
    place = handover.card_channel, handover.card_ts
    try:
        await update(ctx.client, *place, views.card(handover), views.card_metadata(handover))
    except SlackApiError as error:
        if passing(error):
            raise
        log.warning("The card of the handover %s cannot be changed: %s", handover.id, code(error))


async def _deliver(ctx: AppContext, handover: Handover) -> None:
    if not handover.direct_ts and handover.channel:
        thread = await read_thread(ctx.client, ThreadAddress(handover.team, handover.channel, handover.thread_ts))
        if any(handover_of(message) == handover.id for message in thread):
            return
        if thread and thread[0].get("subtype") != "tombstone" and await _deliver_in_thread(ctx, handover):
            return
    await _deliver_directly(ctx, handover)


async def _deliver_in_thread(ctx: AppContext, handover: Handover) -> bool:
    message, metadata = views.answer(handover, quoted=False), views.answer_metadata(handover, quoted=False)
    try:
        await post(ctx.client, handover.channel, message, thread_ts=handover.thread_ts, metadata=metadata)
    except SlackApiError as error:
        if code(error) not in GONE:
            raise
        return False
    return True


async def _deliver_directly(ctx: AppContext, handover: Handover) -> None:
    channel, ts = handover.direct_channel, handover.direct_ts
    if not ts:
        channel, ts = await post(ctx.client, handover.person, views.answer_begun(handover))
        await ctx.records.handovers.begun(handover.id, channel, ts)
    message, metadata = views.answer(handover, quoted=True), views.answer_metadata(handover, quoted=True)
    await update(ctx.client, channel, ts, message, metadata)


async def _remind(ctx: AppContext, handover: Handover) -> bool:
    """Whether somebody was reminded; a question of somebody who is no mentor any more is open again instead."""
    try:
        if handover.state is HandoverState.OPEN:
            place, ts = handover.card_channel, handover.card_ts
            await post(ctx.client, place, plain_post(views.STILL_OPEN), thread_ts=ts)
        elif await ctx.mentors.may_include(handover.mentor):
            await post(ctx.client, handover.mentor, views.claimer_reminder(handover))
        else:
            if await ctx.records.handovers.release(handover.id, handover.mentor):
                await redraw(ctx, replace(handover, state=HandoverState.OPEN, mentor=""))
            return False
    except FAILURES as error:
        log.warning("Nobody was reminded of the handover %s: %s", handover.id, _told(error))
        return False
    return True


def handover_of(message: Message) -> str:
    """The id of the handover that a message of the bot's belongs to; empty for any other message."""
    metadata = message.get("metadata") or {}
    return str((metadata.get("event_payload") or {}).get("handover") or "")


def _told(error: Exception) -> str:
    return code(error) if isinstance(error, SlackApiError) and code(error) else type(error).__name__
