"""Questions that the guides do not answer go to mentors, and their answers come back."""

import asyncio
import logging
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.mentoring.handovers import Handover, HandoverState
from bot.records.threads import ThreadAddress
from bot.slack.api.errors import FAILURES
from bot.slack.api.mentors import ONLY_MENTORS
from bot.slack.api.messages import Block, Post, post, post_ephemeral, thread_of
from bot.slack.api.payloads import value_of
from bot.slack.api.threads import Message, read_thread
from bot.slack.api.windows import open_window, show
from bot.slack.context import AppContext
from bot.slack.format.blocks import plain_post
from bot.slack.format.escaping import visible
from bot.slack.format.message_text import text_of
from bot.slack.format.modals import note_modal
from bot.slack.format.reading import said_in
from bot.slack.mentors.confirming import views as confirmation_views
from bot.slack.mentors.handover import views
from bot.slack.mentors.handover.edits import follow_pressed, offer_to_follow
from bot.slack.mentors.handover.service import (
    Carried,
    carry,
    keep_confirmed,
    post_card,
    redraw,
)
from bot.slack.questions.addressed import from_a_person, question_in
from bot.slack.questions.button_listeners import Offer
from bot.slack.questions.buttons import ASK_MENTOR

ACK_SECONDS = 2.0
"""How long a window waits to say that its question has reached the mentors; Slack closes it after three seconds."""
READING = "Looking for your question…"
NOT_YOURS = "Only the person who asked can hand this question over. Ask me yourself, then you can ask a mentor, too."
NO_MENTORS = "There are no mentors to ask here just now."
FORGOTTEN = "I keep no record of this answer any more. Ask again, then you can ask a mentor."
EMPTY = "Write your question."
CHOOSE = "Choose one."
SENT = "Sent to the mentors. {where}"
TO_THREAD = "The answer will come back to this thread."
TO_DIRECT = "The answer will come to your direct messages."
KEPT = "Your question is kept, but I cannot reach the mentors' channel just now. I go on trying; you need not send it again."
NOT_FOUND = "I do not find a message of yours with words in it. Write your answer in the thread of the question."
CARRIED = {
    Carried.SENT: "Sent to the asker.",
    Carried.LATER: "Slack does not take it just now. I have your answer and go on trying; you need not send it again.",
    Carried.UNREACHABLE: "I cannot reach the asker, so your answer was not sent. You still have the question.",
}
SENDING = "Sending your answer…"

log = logging.getLogger(__name__)

OnOtherMessage = Callable[[Mapping[str, Any]], Awaitable[None]]


def listen_to_handovers(app: AsyncApp, ctx: AppContext) -> None:
    """What people press to ask a mentor, and what mentors press and write to answer."""
    asking, answering = AskerListeners(ctx), MentorListeners(ctx)
    app.action(ASK_MENTOR)(asking.pressed)
    app.view(views.ASK_VIEW)(asking.submitted)
    app.action(views.TAKE)(answering.taken)
    app.action(views.GIVE_BACK)(answering.given_back)
    app.action(views.OFFER)(answering.offered)
    app.action(views.SEND)(answering.sent)
    app.action(views.SEND_AND_KEEP)(answering.sent_and_kept)
    app.action(views.FOLLOW)(follow_pressed(ctx))


def offer_to_ask(ctx: AppContext) -> Offer:
    """What adds to a window that a mentor can be asked, for whoever asked the question, where there are mentors to ask."""

    async def offer(view: Block, key: str, person: str) -> Block:
        is_asker = bool(ctx.mentors.channel) and await _asker(ctx, key) == person
        return views.offering(view, key) if is_asker else view

    return offer


def answer_written(ctx: AppContext) -> OnOtherMessage:
    """What hears the messages that ask the bot nothing: those of a mentor in the thread of a question they took, and their edits."""

    async def heard(event: Mapping[str, Any]) -> None:
        await offer_to_follow(ctx, event)
        channel, thread_ts, ts = (str(event.get(name) or "") for name in ("channel", "thread_ts", "ts"))
        if not thread_ts or channel != ctx.mentors.channel or not _is_talk(event, ctx.clients.bot_user):
            return
        handover = await ctx.records.handovers.at(channel, thread_ts)
        if handover is None or handover.state is not HandoverState.CLAIMED or handover.mentor != event["user"]:
            return
        if visible(text_of(event)) and await ctx.records.handovers.hear(handover.id, ts):
            message = _offer(handover, event)
            await ctx.client.chat_postEphemeral(
                channel=channel, user=handover.mentor, thread_ts=thread_ts, text=message.text, blocks=message.blocks
            )

    return heard


class AskerListeners:
    """What the asker presses."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx

    async def pressed(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond) -> None:
        """The button "Ask a mentor", under an answer or in the window after a thumbs-down."""
        await ack()
        key, person, client = value_of(action), body["user"]["id"], self._ctx.client
        refusal = await self._refusal(key, person)
        if refusal and not body.get("view"):
            return await post_ephemeral(respond, plain_post(refusal), thread_of(body))
        window = (body.get("view") or {}).get("id") or await self._open(body)
        if refusal:
            await show(client, window, note_modal(views.TITLE, refusal))
        else:
            await show(client, window, views.ask_window(key, await self._question(key, person)))
        return None

    async def submitted(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """The window was sent: the question is kept first, and then posted."""
        key, person = str(view["private_metadata"]), body["user"]["id"]
        question, named = views.filled_in(view)
        if not visible(question) or named is None:
            missing = {views.NAMED: CHOOSE} if visible(question) else {views.QUESTION: EMPTY}
            await ack(response_action="errors", errors=missing)
            return
        if refusal := await self._refusal(key, person):
            await self._say(ack, refusal)
            return
        team = str(body["team"]["id"])
        handover = await self._handover(team, key, person, question, named=named)
        if not await self._ctx.records.handovers.add(handover):
            await self._say(ack, await self._refusal(key, person) or FORGOTTEN)
            return
        posting = asyncio.create_task(self._post(handover))
        done, _ = await asyncio.wait([posting], timeout=ACK_SECONDS)
        where = TO_THREAD if handover.channel else TO_DIRECT
        await self._say(ack, SENT.format(where=where) if done and await posting else KEPT)
        await posting

    async def _refusal(self, key: str, person: str) -> str:
        """Why a person cannot hand over the question of an answer; empty where they can."""
        asker = await _asker(self._ctx, key)
        if not self._ctx.mentors.channel:
            return NO_MENTORS
        if not asker:
            return FORGOTTEN
        if asker != person:
            return NOT_YOURS
        earlier = await self._ctx.records.handovers.of(key)
        return views.told_asker(earlier) if earlier else ""

    async def _open(self, body: Mapping[str, Any]) -> str:
        view = note_modal(views.TITLE, READING)
        opened = await self._ctx.client.views_open(trigger_id=body["trigger_id"], view=view)
        return str(opened["view"]["id"])

    async def _question(self, key: str, person: str) -> str:
        """What was asked, as it stands in Slack, or else as it was noted that the guides do not answer it."""
        records = self._ctx.records
        if draft := await records.drafts.find(key, person):
            return draft.question
        if asked := await records.inbox.find(key):
            thread = await read_thread(self._ctx.client, asked.thread)
            text = next((text_of(message) for message in thread if message["ts"] == asked.ts), "")
            if visible(said := said_in(text, self._ctx.clients.bot_user).question):
                return said
        return next((str(gap["text"]) for gap in await records.receipts.gaps() if gap["key"] == key), "")

    async def _handover(self, team: str, key: str, person: str, question: str, *, named: bool) -> Handover:
        """Where others read the thread, the answer to somebody without a name would give them away there."""
        asked = await self._ctx.records.inbox.find(key)
        back = asked if asked and (named or asked.is_direct) else None
        place = (back.channel, back.thread_ts) if back else ("", "")
        team = asked.team if asked else team
        return Handover(uuid.uuid4().hex, key, team, person, question, named, *place)

    async def _post(self, handover: Handover) -> bool:
        await self._ctx.records.audit_log.record(
            handover.person if handover.named else "", "asked mentors", handover.id
        )
        return await post_card(self._ctx, handover)

    async def _say(self, ack: AsyncAck, text: str) -> None:
        await ack(response_action="update", view=note_modal(views.TITLE, text))


class MentorListeners:
    """What mentors press."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx
        self._handovers = ctx.records.handovers

    async def taken(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond) -> None:
        """The button "I take it": of two who press it one has the question, the other learns who."""
        await ack()
        key, mentor = value_of(action), body["user"]["id"]
        if not await self._ctx.mentors.include(mentor):
            return await post_ephemeral(respond, plain_post(ONLY_MENTORS), thread_of(body))
        if not await self._handovers.claim(key, mentor):
            return await self._tell(respond, body, key)
        await self._ctx.records.audit_log.record(mentor, "took", key)
        if handover := await self._handovers.find(key):
            await redraw(self._ctx, handover)
            await self._explain(handover)
        return None

    async def _explain(self, handover: Handover) -> None:
        """A message for all in the thread, since what only one sees does not show before somebody has replied."""
        hint = views.said(f"<@{handover.mentor}>, you have taken this question. {views.HOW_TO}")
        try:
            await post(self._ctx.client, handover.card_channel, hint, thread_ts=handover.card_ts)
        except FAILURES as error:
            log.info("How to answer the handover %s was not told: %s", handover.id, type(error).__name__)

    async def given_back(
        self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond
    ) -> None:
        """The button "Give it back" works for whoever took the question, also if they are no mentor any more."""
        await ack()
        key, mentor = value_of(action), body["user"]["id"]
        if not await self._handovers.release(key, mentor):
            if not await self._ctx.mentors.include(mentor):
                return await post_ephemeral(respond, plain_post(ONLY_MENTORS), thread_of(body))
            return await self._tell(respond, body, key)
        await self._ctx.records.audit_log.record(mentor, "gave back", key)
        if handover := await self._handovers.find(key):
            await redraw(self._ctx, handover)
        return None

    async def offered(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond) -> None:
        """The button "Send my answer" asks about the newest message of the mentor's, since what only they see is easily lost."""
        await ack()
        handover = await self._taken_by(respond, body, value_of(action))
        if handover is None:
            return
        named = f"<@{self._ctx.clients.bot_user}"  # what is said to the bot is no answer
        thread = await self._thread(handover)
        written = [m for m in thread if _is_by(m, handover) and named not in text_of(m)]
        message = _offer(handover, written[-1]) if written else plain_post(NOT_FOUND)
        await post_ephemeral(respond, message, handover.card_ts)

    async def sent(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond) -> None:
        """The button "Send" under the offer."""
        await ack()
        await self._send(respond, body, value_of(action))

    async def sent_and_kept(
        self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond
    ) -> None:
        """The button "Send and keep as a confirmed answer": what is kept is looked at once more, in a window."""
        await ack()
        handover = await self._taken_by(respond, body, value_of(action).partition(" ")[0])
        if handover is None:
            return
        window = await open_window(self._ctx.client, body, confirmation_views.note(SENDING))
        sent, text = await self._send(respond, body, value_of(action))
        view = await keep_confirmed(self._ctx, sent) if sent else note_modal(views.TITLE, text)
        await show(self._ctx.client, window, view)

    async def _send(self, respond: AsyncRespond, body: Mapping[str, Any], value: str) -> tuple[Handover | None, str]:
        """Carry what the message says now; the handover that was sent, if it was, and what the mentor was told."""
        key, _, ts = value.partition(" ")
        handover = await self._taken_by(respond, body, key)
        if handover is None:
            return None, views.told_mentor(await self._handovers.find(key), body["user"]["id"])
        thread = await self._thread(handover)
        text = next((text_of(m) for m in thread if m["ts"] == ts and _is_by(m, handover)), "")
        if not text or len(text) > views.LONGEST_ANSWER:
            return None, await self._tell_privately(respond, body, views.TOO_LONG if text else NOT_FOUND)
        if not await self._handovers.answer(key, handover.mentor, text, ts):
            await self._tell(respond, body, key)
            return None, views.told_mentor(await self._handovers.find(key), handover.mentor)
        sending = replace(handover, state=HandoverState.ANSWERING, answer=text)
        carried = await carry(self._ctx, sending)
        if carried is not Carried.UNREACHABLE:
            await respond(text=CARRIED[carried], delete_original=True)
        await self._tell_privately(respond, body, CARRIED[carried])
        return (None if carried is Carried.UNREACHABLE else sending), CARRIED[carried]

    async def _taken_by(self, respond: AsyncRespond, body: Mapping[str, Any], key: str) -> Handover | None:
        """The question that the mentor who presses has taken; without one they are told how things stand."""
        mentor = body["user"]["id"]
        if not await self._ctx.mentors.include(mentor):
            await post_ephemeral(respond, plain_post(ONLY_MENTORS), thread_of(body))
            return None
        handover = await self._handovers.find(key)
        if handover and handover.state is HandoverState.CLAIMED and handover.mentor == mentor:
            return handover
        await self._tell(respond, body, key)
        return None

    async def _thread(self, handover: Handover) -> list[Message]:
        card = ThreadAddress(handover.team, handover.card_channel, handover.card_ts)
        return await read_thread(self._ctx.client, card)

    async def _tell(self, respond: AsyncRespond, body: Mapping[str, Any], key: str) -> None:
        told = views.told_mentor(await self._handovers.find(key), body["user"]["id"])
        await post_ephemeral(respond, views.said(told), thread_of(body))

    async def _tell_privately(self, respond: AsyncRespond, body: Mapping[str, Any], text: str) -> str:
        await post_ephemeral(respond, plain_post(text), thread_of(body))
        return text


async def _asker(ctx: AppContext, key: str) -> str:
    """Who asked what an answer answers; empty where nothing is known of it."""
    receipt, asked = await ctx.records.receipts.find(key), await ctx.records.inbox.find(key)
    return str((receipt and receipt["person"]) or (asked and asked.person) or "")


def _offer(handover: Handover, message: Mapping[str, Any]) -> Post:
    text, files = text_of(message), bool(message.get("files"))
    return views.offer(handover, str(message["ts"]), text, files=files)


def _is_by(message: Message, handover: Handover) -> bool:
    written = message.get("user") == handover.mentor and not message.get("bot_id")
    return written and visible(text_of(message))


def _is_talk(event: Mapping[str, Any], bot_user: str) -> bool:
    """Whether a person wrote something that is not said to the bot."""
    return from_a_person(event, bot_user) and question_in(event, "", bot_user) is None
