"""Sharing an answer with a person or a channel, under one's own name and with a note."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import CareerBotError
from bot.mentoring.shares import Share, ShareState
from bot.records.threads import ThreadAddress
from bot.slack.api.errors import FAILURES, NO_ENTRY, SORRY, code, passing
from bot.slack.api.membership import members_among
from bot.slack.api.messages import Block
from bot.slack.api.threads import read_thread
from bot.slack.context import AppContext
from bot.slack.format.modals import note_modal
from bot.slack.mentors.sharing.reading_back import ShareableAnswer, answer_at
from bot.slack.mentors.sharing.views import (
    CHANNEL,
    NOTE,
    PERSON,
    QUESTION,
    SHARE_VIEW,
    TITLE,
    Chosen,
    as_shown,
    chosen_in,
    head,
    lead,
    made,
    share_modal,
    sources_in,
)
from bot.slack.private.drafting import Asked, post_asked
from bot.slack.questions.buttons import SHARE
from knowledge.errors import KnowledgeError

SHARE_SHORTCUT = "share_answer_of"
READING = "Reading the answer…"
NO_ANSWER = "Only answers of mine can be shared, and this message is none."
NO_GUIDE = "Only answers that rest on a guide can be shared, and this one does not."
FORGOTTEN = "I keep no record of this answer any more, so it cannot be shared. Ask again, then share the new answer."
CHANGED = "The guide has changed since this answer. Ask again, then share the new answer."
CHANGED_MEANWHILE = "The guide has changed since you opened this window. Open Share again to see what it says now."
NOT_YOURS = "You can share answers to your own questions. Answers to other people's are shared by mentors."
PRIVATE = "This answer stands in a direct message. Nobody but the person it is for can share it."
OUTSIDE = "This answer stands in a channel that you are not in, so you cannot share it."
GONE = "This window is too old, or its answer is gone. Open Share again under the answer."
POSTED = "You have shared this already; nothing was posted a second time."
UNDER_WAY = "This is being shared already. If you do not find it there, open Share again under the answer."
UNSURE = "Slack did not tell me whether it was posted. Look for it there before you share it again."
CHOOSE, CHOOSE_ONE = "Choose a person or a channel.", "Choose either a person or a channel, not both."
NO_PERSON = "I can share only with people, and this is an app or nobody who is still here."
NO_CHANNEL = "I can share only in channels."
NOT_HERE = "I am no member of this channel. Invite me there with /invite, then share it."
NOT_THERE = "You are not a member of this channel; share it where you are."
NO_QUESTION = "Say what was asked."
NAMES_ASKER = "This names the person who asked. Leave the name out."
ANSWER_NAMES_ASKER = "This answer names the person who asked, so nobody else can share it."
REFUSED = "Slack does not let me post there."
SHARED = "Shared {where}."
SLACKBOT = "USLACKBOT"
"""Slack's own bot, which its profile does not call one."""


class Unshareable(Exception):
    """An answer cannot be shared, or not any more; the message says why and can be shown."""


class Misfilled(Exception):
    """Something in the window has to be filled in otherwise."""

    def __init__(self, name: str, told: str) -> None:
        super().__init__(told)
        self.field = name


@dataclass(frozen=True)
class Target:
    """Who gets a share: a person or channel by id, the field they were chosen in, and how to speak of them."""

    id: str
    field: str
    told: str


@dataclass(frozen=True)
class Pressed:
    """A message in a thread, by its ts, and the person who wants to share what stands in it."""

    thread: ThreadAddress
    ts: str
    person: str


def listen_to_sharing(app: AsyncApp, ctx: AppContext) -> None:
    """What people press to share an answer."""
    sharing = Sharing(ctx)
    app.action(SHARE)(sharing.asked_for)
    app.shortcut(SHARE_SHORTCUT)(sharing.asked_for)
    app.view(SHARE_VIEW)(sharing.submitted)
    app.view_closed(SHARE_VIEW)(sharing.closed)


class Sharing:
    """The window in which an answer is shared, and who may share what where.

    Everything is read from Slack and the records; a payload only says which message is meant.
    """

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx
        self._records = ctx.records

    async def asked_for(self, ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        """The button under an answer, and the message shortcut: a window opens at once, and is filled when it is ready."""
        await ack()
        opened = await client.views_open(trigger_id=body["trigger_id"], view=note_modal(TITLE, READING))
        view = await self._window(_place(body))
        try:
            await client.views_update(view_id=opened["view"]["id"], view=view)
        except SlackApiError as error:
            if code(error) != "not_found":
                raise
            await self._records.shares.discard(str(view.get("private_metadata") or ""))  # closed in the meantime

    async def submitted(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """The window's button "Share"."""
        try:
            told = await self._share(str(view["private_metadata"]), body["user"]["id"], chosen_in(view))
        except Misfilled as error:
            await ack(response_action="errors", errors={error.field: str(error)})
        except (CareerBotError, KnowledgeError) as error:
            await ack(response_action="errors", errors={QUESTION: str(error)})
        except Unshareable as refusal:
            await ack(response_action="update", view=note_modal(TITLE, str(refusal)))
        else:
            await ack(response_action="update", view=note_modal(TITLE, told))

    async def closed(self, ack: AsyncAck, view: dict[str, Any]) -> None:
        """The window was closed: what it showed is forgotten."""
        await ack()
        await self._records.shares.discard(str(view["private_metadata"]))

    async def _window(self, place: Pressed) -> Block:
        """The window for a person who wants to share the answer that a message belongs to, or why they cannot."""
        try:
            answer = await self._answer(place)
            share = await self._open(place, answer)
        except (Unshareable, CareerBotError, KnowledgeError) as refusal:
            return note_modal(TITLE, str(refusal))
        except FAILURES:
            return note_modal(TITLE, SORRY)
        return share_modal(share, answer.question)

    async def _answer(self, place: Pressed) -> ShareableAnswer:
        answer = answer_at(await read_thread(self._ctx.client, place.thread), place.ts, self._ctx.clients.bot_user)
        if answer is None:
            raise Unshareable(NO_ANSWER)
        if not answer.key:
            raise Unshareable(NO_GUIDE)
        return answer

    async def _open(self, place: Pressed, answer: ShareableAnswer) -> Share:
        receipt = await self._receipt(answer.key)
        question = await self._records.inbox.find(answer.key)
        asker = question.person if question else receipt["person"]
        await self._check_rights(place.person, asker, place.thread.channel)
        share = Share(
            id=uuid.uuid4().hex,
            team=place.thread.installation,
            key=answer.key,
            asker=asker,
            sharer=place.person,
            source=place.thread.channel,
            text=answer.text,
            sources=self._sources(receipt),
            made=made(answer.notes, receipt["answered_at"], asker),
        )
        await self._records.shares.open(share)
        return share

    async def _check_rights(self, person: str, asker: str, channel: str) -> None:
        """People share their own answers, mentors also those of others from channels that they are in. Raises Unshareable."""
        if person == asker:
            return
        if not await self._ctx.mentors.include(person):
            raise Unshareable(NOT_YOURS)
        if channel.startswith("D"):
            raise Unshareable(PRIVATE)
        if person not in await members_among(self._ctx.client, channel, {person}):
            raise Unshareable(OUTSIDE)

    async def _receipt(self, key: str) -> Any:
        receipt = await self._records.receipts.find(key)
        if receipt is None:
            raise Unshareable(FORGOTTEN)
        return receipt

    def _sources(self, receipt: Mapping[str, Any]) -> tuple[str, ...]:
        sources = sources_in(receipt["passages"], self._ctx.guide_index.passage)
        if not sources:
            raise Unshareable(CHANGED)
        return sources

    async def _share(self, key: str, person: str, chosen: Chosen) -> str:
        """Post the card, once; what to tell the sharer. Raises Unshareable and Misfilled."""
        share = await self._records.shares.find(key)
        if share is None or share.sharer != person:
            raise Unshareable(GONE)
        if share.state is not ShareState.OPEN:
            raise Unshareable(POSTED if share.state is ShareState.POSTED else UNDER_WAY)
        try:
            await self._check_rights(person, share.asker, share.source)
            if share.sources != self._sources(await self._receipt(share.key)):
                raise Unshareable(CHANGED_MEANWHILE)
            target = await self._target(person, chosen)
            await self._check_words(share, chosen)
        except FAILURES:
            raise Misfilled(QUESTION, SORRY) from None
        if not await self._records.shares.claim(share.id, target.id):
            raise Unshareable(UNDER_WAY)
        await self._post(share, target, chosen)
        return SHARED.format(where=target.told)

    async def _target(self, person: str, chosen: Chosen) -> Target:
        if chosen.person and chosen.channel:
            raise Misfilled(CHANNEL, CHOOSE_ONE)
        if chosen.person:
            return await self._person(chosen.person)
        if chosen.channel:
            return await self._channel(person, chosen.channel)
        raise Misfilled(PERSON, CHOOSE)

    async def _person(self, user: str) -> Target:
        profile = await self._profile(user)
        no_human = profile.get("is_bot") or profile.get("deleted") or user in {SLACKBOT, self._ctx.clients.bot_user}
        if not profile or no_human:
            raise Misfilled(PERSON, NO_PERSON)
        return Target(user, PERSON, f"with {next(iter(_names(profile)), 'the person you chose')}")

    async def _channel(self, person: str, channel: str) -> Target:
        if not channel.startswith(("C", "G")):
            raise Misfilled(CHANNEL, NO_CHANNEL)
        me = self._ctx.clients.bot_user
        there = await members_among(self._ctx.client, channel, {person, me})
        if me not in there:
            raise Misfilled(CHANNEL, NOT_HERE)
        if person not in there:
            raise Misfilled(CHANNEL, NOT_THERE)
        return Target(channel, CHANNEL, "in the channel you chose")

    async def _check_words(self, share: Share, chosen: Chosen) -> None:
        """Nothing on the card may name somebody else's asker. Raises Misfilled, and Unshareable where the answer does."""
        if not chosen.question:
            raise Misfilled(QUESTION, NO_QUESTION)
        if share.asker in {"", share.sharer}:
            return
        names = [share.asker, *_names(await self._profile(share.asker))]
        named = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
        for name, text in ((QUESTION, chosen.question), (NOTE, chosen.note)):
            if named.search(text):
                raise Misfilled(name, NAMES_ASKER)
        if named.search(share.text):
            raise Unshareable(ANSWER_NAMES_ASKER)

    async def _profile(self, user: str) -> Mapping[str, Any]:
        """A person's profile, empty where there is none."""
        try:
            told = await self._ctx.client.users_info(user=user)
        except SlackApiError as error:
            if passing(error):
                raise
            return {}
        return dict(told["user"])

    async def _post(self, share: Share, target: Target, chosen: Chosen) -> None:
        """Post what was claimed. What Slack refuses can be sent again; where Slack does not answer, nothing is."""
        if not await self._records.receipts.copy(share.key, share.id, share.sharer):
            raise Unshareable(FORGOTTEN)
        asked = Asked(share.team, target.id, "", share.sharer, chosen.question)
        above, told = head(share.sharer, chosen), lead(share.sharer, chosen)
        try:
            place = await post_asked(self._ctx.client, self._records, asked, as_shown(share), head=above, lead=told)
        except SlackApiError as error:
            if passing(error):
                raise Unshareable(UNSURE) from None
            await self._records.receipts.drop(share.id)
            await self._records.shares.release(share.id)
            entry = target.field == CHANNEL and code(error) in NO_ENTRY
            raise Misfilled(target.field, NOT_HERE if entry else REFUSED) from None
        except (aiohttp.ClientError, TimeoutError):
            raise Unshareable(UNSURE) from None
        await self._records.shares.posted(share.id, *place)
        await self._records.audit_log.record(share.sharer, "shared", share.key)


def _place(body: Mapping[str, Any]) -> Pressed:
    """The message that was pressed under or chosen, and who did."""
    message, container = body.get("message") or {}, body.get("container") or {}
    ts = str(message.get("ts") or container.get("message_ts") or "")
    channel = str((body.get("channel") or {}).get("id") or container.get("channel_id") or "")
    thread_ts = str(message.get("thread_ts") or container.get("thread_ts") or ts)
    thread = ThreadAddress(str((body.get("team") or {}).get("id") or ""), channel, thread_ts)
    return Pressed(thread, ts, body["user"]["id"])


def _names(profile: Mapping[str, Any]) -> list[str]:
    """What a person is called in Slack, the name that is shown first."""
    shown = profile.get("profile") or {}
    names = [shown.get("display_name"), profile.get("real_name"), shown.get("real_name")]
    first = [str(name).split()[0] for name in names if name]
    return [name for name in dict.fromkeys([*filter(None, map(str, filter(None, names))), *first]) if len(name) > 1]
