"""Who may share which answer, and posting it, once."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.mentoring.shares import Share, ShareState
from bot.records.threads import ThreadAddress
from bot.slack.api.errors import FAILURES, SORRY, code, passing
from bot.slack.api.membership import members_among
from bot.slack.api.refusals import why
from bot.slack.api.threads import read_thread
from bot.slack.context import AppContext
from bot.slack.mentors.sharing.reading_back import ShareableAnswer, answer_at
from bot.slack.mentors.sharing.targets import Misfilled, Target, Targets, Unshareable
from bot.slack.mentors.sharing.texts import (
    CHANGED,
    CHANGED_MEANWHILE,
    FORGOTTEN,
    GONE,
    NO_ANSWER,
    NO_GUIDE,
    NOT_HERE,
    NOT_YOURS,
    OUTSIDE,
    POSTED,
    PRIVATE,
    REFUSED,
    SHARED,
    UNDER_WAY,
    UNSURE,
)
from bot.slack.mentors.sharing.views import CHANNEL, QUESTION, Chosen, as_shown, head, lead, made, sources_in
from bot.slack.questions.detached import DetachedQuestion, post_detached


@dataclass(frozen=True)
class Pressed:
    """A message in a thread, by its ts, and the person who wants to share what stands in it."""

    thread: ThreadAddress
    ts: str
    person: str


class SharingService:
    """Opens shares and posts them. Everything is read from Slack and the records; a payload only says which message is meant."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx
        self._records = ctx.records
        self._targets = Targets(ctx)

    async def open(self, place: Pressed) -> tuple[Share, str]:
        """Begin to share the answer that a message belongs to; the share, and what was asked. Raises Unshareable."""
        answer = await self._answer(place)
        return await self._open(place, answer), answer.question

    async def share(self, key: str, person: str, chosen: Chosen) -> str:
        """Post the card of a share, at most once; what to tell the sharer. Raises Unshareable and Misfilled."""
        share = await self._records.shares.find(key)
        if share is None or share.sharer != person:
            raise Unshareable(GONE)
        if share.state is not ShareState.OPEN:
            raise Unshareable(POSTED if share.state is ShareState.POSTED else UNDER_WAY)
        try:
            await self._check_rights(person, share.asker, share.source)
            if share.sources != self._sources(await self._receipt(share.key)):
                raise Unshareable(CHANGED_MEANWHILE)
            target = await self._targets.resolve(person, chosen)
            await self._targets.check_words(share, chosen)
        except FAILURES:
            raise Misfilled(QUESTION, SORRY) from None
        if not await self._records.shares.claim(share.id, target.id):
            raise Unshareable(UNDER_WAY)
        await self._post(share, target, chosen)
        return SHARED.format(where=target.told)

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
        if await self._ctx.clients.channel_kinds.is_confidential(channel):
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

    async def _post(self, share: Share, target: Target, chosen: Chosen) -> None:
        """Post what was claimed. What Slack refuses can be sent again; where Slack does not answer, nothing is."""
        if not await self._records.receipts.copy(share.key, share.id, share.sharer):
            raise Unshareable(FORGOTTEN)
        asked = DetachedQuestion(share.team, target.id, "", share.sharer, chosen.question)
        above, told = head(share.sharer, chosen), lead(share.sharer, chosen)
        try:
            place = await post_detached(
                self._ctx.client,
                self._records,
                asked,
                as_shown(share),
                owned=self._records.shares.holding(share.id),
                head=above,
                lead=told,
            )
        except SlackApiError as error:
            if passing(error):
                raise Unshareable(UNSURE) from None
            await self._records.receipts.drop(share.id)
            await self._records.shares.release(share.id)
            entry = target.field == CHANNEL and code(error) in {"not_in_channel", "channel_not_found"}
            raise Misfilled(target.field, NOT_HERE if entry else REFUSED.format(why=why(code(error)))) from None
        except (aiohttp.ClientError, TimeoutError):
            raise Unshareable(UNSURE) from None
        if await self._records.shares.posted(share.id, *place):
            await self._records.audit_log.record(share.sharer, "shared", share.key)
