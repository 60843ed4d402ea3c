"""The button "Fresh answer" under an answer that a mentor confirmed, and the one that shows such an answer to a question like it."""

from dataclasses import replace
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.errors import CareerBotError
from bot.mentoring.confirmed_answers import MODE
from bot.slack.api.limits import RESPONSES
from bot.slack.api.messages import post_ephemeral, thread_of
from bot.slack.api.payloads import pressed_at, value_of
from bot.slack.context import AppContext
from bot.slack.format.blocks import messages, plain_post
from bot.slack.format.confirmed import shown_confirmed
from bot.slack.mentors.confirming.labels import FORGOTTEN, UNREADABLE, confirmable_answer
from knowledge.errors import KnowledgeError

FRESH_THERE = "The fresh answer is there already."
FRESH_COMING = "A fresh answer is on its way."


def fresh_asked(ctx: AppContext):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The listener: the guides answer the question again, in the place of the confirmed answer."""

    async def listener(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        if refusal := await _again(ctx, value_of(action), body["user"]["id"], pressed_at(body)[0]):
            await post_ephemeral(respond, plain_post(refusal), thread_of(body))

    return listener


def confirmed_shown(ctx: AppContext):  # type: ignore[no-untyped-def]
    """The listener: the person who pressed sees what a mentor answered to a question like theirs."""

    async def listener(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        try:
            found = await ctx.confirmed.shown(value_of(action))
        except (CareerBotError, KnowledgeError) as error:
            await post_ephemeral(respond, plain_post(str(error)), thread_of(body))
            return
        told = messages(replace(shown_confirmed(found, "", ()), buttons=())) if found else [plain_post(FORGOTTEN)]
        for message in told[:RESPONSES]:
            await post_ephemeral(respond, message, thread_of(body))

    return listener


async def _again(ctx: AppContext, key: str, person: str, channel: str) -> str:
    """Have a question answered again; what to tell instead where that cannot be."""
    question, receipt = await ctx.records.inbox.find(key), await ctx.records.receipts.find(key)
    if question is None or receipt is None or question.channel != channel:
        return FORGOTTEN
    if receipt["mode"] != MODE:
        return FRESH_THERE
    standing = await confirmable_answer(ctx, question)
    if standing is None or not standing.raw:
        return UNREADABLE
    if again := await ctx.records.inbox.reopen_fresh(key, standing.raw, standing.files):
        await ctx.records.audit_log.record(person, "asked afresh", key)
        ctx.worker.take(again)
        return ""
    return FRESH_COMING
