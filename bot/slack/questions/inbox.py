"""The middleware that writes a question to the inbox before Slack is told that it was received."""

import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, Protocol

from slack_bolt import BoltResponse
from slack_bolt.context.async_context import AsyncBoltContext

from bot.answering.addressing import BOT, Command, Line
from bot.errors import RecordsUnavailable
from bot.records.database import now
from bot.records.inbox import TOO_OLD, AskedQuestion
from bot.records.turns import urgently
from bot.slack.api.audience import Audience
from bot.slack.api.people import People
from bot.slack.format.reading import said_in
from bot.slack.questions.addressed import (
    Change,
    asked_through_an_app,
    change_in,
    deleted_message,
    from_a_person,
    is_put_to_the_channel,
    line_of,
    may_follow_up,
    message_in,
    question_in,
    said_to_the_bot,
    without_app,
)
from bot.slack.questions.locks import KeyedLocks
from bot.storage import Records

ACCEPTED_QUESTION = "accepted_question"
"""Where the middleware leaves a question for the listener that runs after it."""

RECENT = dt.timedelta(minutes=30)
"""So long after an answer in a direct message something that leans on it goes on in its thread."""

log = logging.getLogger(__name__)


class Ear(Protocol):
    """What tells who a line is said to; the advisor is one."""

    async def follows_up(self, line: Line) -> bool:
        """Whether a line without a mention goes on asking the bot that has just answered its writer."""

    async def is_asked(self, line: Line) -> bool:
        """Whether a line that names the bot asks it something."""

    async def leans(self, text: str) -> bool:
        """Whether a message is only understood with the answer before it."""

    async def command(self, line: Line) -> Command | None:
        """What a line that is said to the bot tells it to do in its thread."""


def accepting(
    records: Records, people: People, audience: Audience, ear: Ear
) -> Callable[..., Awaitable[BoltResponse | None]]:
    """The middleware. Where the inbox cannot be written, Slack gets no acknowledgement and delivers again."""

    locks, acceptance = KeyedLocks(), Acceptance(records, people, audience, ear)

    async def accept(
        body: dict[str, Any], context: AsyncBoltContext, next_: Callable[[], Awaitable[BoltResponse]]
    ) -> BoltResponse | None:
        event = body.get("event") or {}
        thread = f"{event.get('channel')}:{event.get('thread_ts') or event.get('ts')}"
        try:
            with urgently():
                async with locks.of(thread):  # who spoke before decides who is spoken to
                    question = await acceptance.accepted(
                        event, str(body.get("team_id") or ""), str(context.bot_user_id or "")
                    )
            if question:
                context[ACCEPTED_QUESTION] = question
        except RecordsUnavailable as error:
            log.error("A question was not accepted: %s", error)
            return BoltResponse(status=503, body="")
        return await next_()

    return accept


class Acceptance:
    """Writes down the questions of events. Raises RecordsUnavailable where that cannot be."""

    def __init__(self, records: Records, people: People, audience: Audience, ear: Ear) -> None:
        self._records = records
        self._people = people
        self._audience = audience
        self._ear = ear

    async def accepted(self, event: Mapping[str, Any], team: str, bot_user: str) -> AskedQuestion | None:
        """The question of an event after it was written down; None when there is none, or it is there already."""
        if asked_through_an_app(event, bot_user) and (await self._people.person(str(event["user"]))).is_human:
            event = without_app(event)
        if deleted := deleted_message(event):
            await self._deleted(deleted, team, bot_user)
            return None
        if change := change_in(event, bot_user):
            return await self._changed(change, team, bot_user)
        if question := question_in(event, team, bot_user):
            return await self._asked(question, bot_user)
        if event.get("type") != "message" or not from_a_person(event, bot_user):
            return None
        said = message_in(event, team)
        if event.get("thread_ts"):
            return await self._follow_up(event, said)
        return await self._put_to_the_channel(event, said)

    async def _asked(self, question: AskedQuestion, bot_user: str) -> AskedQuestion | None:
        """A question that was put to the bot; not one that tells others of it, and in a direct message after an answer in its thread."""
        if not question.is_direct:
            line = line_of(question.text, bot_user, self._audience.names)
            asks = not line.text.strip(f" {BOT}") or await self._ear.is_asked(line)
            if not asks:
                await self._overheard(question)
                return None
            return await self._heeded(await self._written(question), bot_user)
        if question.starts_thread and (last := await self._records.inbox.answered_last(question, RECENT)):
            text = said_in(question.text, bot_user).own
            if text and await self._ear.leans(text):
                question = replace(question, thread_ts=last.thread_ts)
        return await self._written(question)

    async def _overheard(self, said: AskedQuestion) -> None:
        """Note that somebody spoke to others in a thread of the bot's."""
        await self._records.threads.overheard(said.thread, said.ts, said.person)

    async def _written(self, question: AskedQuestion) -> AskedQuestion | None:
        return question if await self._records.inbox.accept(question) else None

    async def _heeded(self, question: AskedQuestion | None, bot_user: str) -> AskedQuestion | None:
        """The question; a word in it to keep quiet, or to speak again, holds for what is written after it, also while others are answered."""
        line = said_to_the_bot(question, bot_user) if question else None
        command = await self._ear.command(line) if line else None
        if question and command and not await self._audience.excludes(question.person):
            said = question.edited or question.ts
            await self._records.threads.pause(question.thread, said, paused=command is Command.PAUSE)
        return question

    async def _changed(self, change: Change, team: str, bot_user: str) -> AskedQuestion | None:
        """A question after its change: one that is known, or that the change made one, or whose own event is still to come."""
        said = message_in(change.message, team)
        if await self._records.inbox.find(said.key):
            if not change.reworded:
                return None
            reopened = await self._records.inbox.reopen(said.key, said.text, change.ts, said.files)
            return await self._heeded(reopened, bot_user)
        is_recent = float(said.ts) > (now() - TOO_OLD).timestamp()
        if not is_recent or question_in(change.message, team, bot_user) is None:
            return None
        return await self._asked(replace(said, edited=change.ts), bot_user)

    async def _deleted(self, message: Mapping[str, Any], team: str, bot_user: str) -> None:
        """A message that is gone is not answered any more, also where it is delivered only now."""
        said = message_in(message, team)
        may_come = from_a_person(message, bot_user) and (
            question_in(message, team, bot_user) is not None or await self._records.inbox.thread_state(said) is not None
        )
        await self._records.inbox.deleted(said, may_come=may_come)

    async def _follow_up(self, event: Mapping[str, Any], said: AskedQuestion) -> AskedQuestion | None:
        thread = await self._records.inbox.thread_state(said)
        if thread is None:
            return None
        may = may_follow_up(event, thread) and not await self._records.handovers.at(said.channel, said.thread_ts)
        only_files = bool(said.files) and not said.text
        if may and (only_files or await self._ear.follows_up(line_of(said.text, "", self._audience.names))):
            return await self._written(said)
        await self._overheard(said)
        return None

    async def _put_to_the_channel(self, event: Mapping[str, Any], said: AskedQuestion) -> AskedQuestion | None:
        if not is_put_to_the_channel(event):
            return None
        settings = await self._records.channels.settings(said.team, said.channel)
        return await self._written(replace(said, unasked=True)) if settings.hears_questions(now()) else None
