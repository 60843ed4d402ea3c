"""The event app_home_opened, and what people press in the Home tab."""

import logging
import re
from collections.abc import Callable, Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.answering.hearing import examples
from bot.mentoring.shares import Card
from bot.records.inbox import AskedQuestion
from bot.slack.api.errors import code
from bot.slack.api.lesser_blocks import lesser
from bot.slack.api.limits import MODAL_BLOCKS, TITLE
from bot.slack.api.mentors import MentorsUnknown
from bot.slack.api.messages import Block, Post, post
from bot.slack.api.payloads import value_of
from bot.slack.context import AppContext
from bot.slack.format.blocks import context, markdown, plain_post
from bot.slack.format.modals import section
from bot.slack.format.mrkdwn import as_text
from bot.slack.home.mentors_part import mentors_part
from bot.slack.home.views import ASK_EXAMPLE, DELETE_DATA, home, roles_of
from bot.slack.mentors.handover.service import resume
from bot.slack.questions.conversation import QUESTION_EVENT
from bot.slack.questions.worker import QuestionWorker
from bot.storage import Records
from knowledge.errors import KnowledgeError
from knowledge.passages import Guide

log = logging.getLogger(__name__)

DELETED = "Done: what I kept of you is deleted ({questions} questions, with their answers, your feedback and drafts)."
PRESSED = "You pressed this example in my Home tab."


def listen_at_home(app: AsyncApp, ctx: AppContext, mode: str, trouble: Callable[[], str]) -> None:
    """The Home and Messages tabs; `mode` says how answers are made, `trouble` why the chat model is not asked just now."""
    app.event("app_home_opened")(home_opened(ctx, mode, trouble))
    app.action(re.compile(f"^{ASK_EXAMPLE}_"))(example_asked(ctx.records, ctx.worker))
    app.action(DELETE_DATA)(data_deleted(ctx))


def home_opened(ctx: AppContext, mode: str, trouble: Callable[[], str]):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The listener of the event: the Home tab is drawn, the Messages tab gets suggested prompts. Mentors see trouble with the model."""

    async def listener(event: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
        guides: Sequence[Guide]
        try:
            guides, told = ctx.guide_index.guides(), mode
        except KnowledgeError as error:
            guides, told = [], str(error)
        if event.get("tab") == "home":
            view = home(guides, told)
            await _publish(
                client, event["user"], view, await _for_mentors(ctx, event["user"], str(body["team_id"]), trouble)
            )
        else:  # with a thread_ts the call silently fails for agents
            prompts = [{"title": example[:TITLE], "message": example} for example in examples(roles_of(guides))]
            await client.assistant_threads_setSuggestedPrompts(channel_id=event["channel"], prompts=prompts)

    return listener


async def _for_mentors(ctx: AppContext, person: str, team: str, trouble: Callable[[], str]) -> list[Block]:
    try:
        if not await ctx.mentors.include(person):
            return []
    except MentorsUnknown as error:
        return [section(str(error))]
    return [*(section(told) for told in [trouble()] if told), *await mentors_part(ctx, team)]


async def _publish(client: AsyncWebClient, person: str, view: Block, more: Sequence[Block]) -> None:
    """The tab with what mentors see; where Slack refuses some of it, with as much as it takes."""
    whole = [*view["blocks"], *more][:MODAL_BLOCKS]
    for blocks in (whole, *lesser(whole, ""), view["blocks"]):
        try:
            await client.views_publish(user_id=person, view=view | {"blocks": blocks})
            return
        except SlackApiError as error:
            if code(error) not in {"invalid_arguments", "invalid_blocks", "view_too_large"}:
                raise
            log.warning("Slack refused blocks of the Home tab (%s)", code(error))


def example_asked(records: Records, worker: QuestionWorker):  # type: ignore[no-untyped-def]
    """An example in the Home tab starts a conversation in the direct messages."""

    async def listener(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        person, text = body["user"]["id"], value_of(action)
        message = Post(as_text(text), [markdown(text), context(PRESSED)])
        metadata = {"event_type": QUESTION_EVENT, "event_payload": {}}
        channel, ts = await post(client, person, message, metadata=metadata)
        question = AskedQuestion(str(body["team"]["id"]), channel, ts, ts, person, text)
        if await records.inbox.accept(question):
            worker.take(question)

    return listener


def data_deleted(ctx: AppContext):  # type: ignore[no-untyped-def]
    """The button "Delete my data"."""

    async def listener(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        person = body["user"]["id"]
        cards = await ctx.records.shares.cards_of(person)
        questions = await ctx.records.forget(person)
        await resume(ctx)  # cards of questions to mentors say that they are gone
        for card in cards:
            await _delete(client, card)
        await post(client, person, plain_post(DELETED.format(questions=questions)))

    return listener


async def _delete(client: AsyncWebClient, card: Card) -> None:
    try:
        await client.chat_delete(channel=card.channel, ts=card.ts)
    except SlackApiError as error:
        log.info("A shared card was not deleted: %s", code(error))
