"""The middleware that writes a question to the inbox before Slack is told that it was received."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.context.async_context import AsyncBoltContext

from bot.errors import RecordsUnavailable
from bot.records.database import now
from bot.records.inbox import TOO_OLD, AskedQuestion
from bot.records.turns import urgently
from bot.slack.api.people import People
from bot.slack.questions.addressed import (
    Change,
    asked_through_an_app,
    asks,
    change_in,
    from_a_person,
    is_put_to_the_channel,
    may_follow_up,
    message_in,
    question_in,
    without_app,
)
from bot.slack.questions.locks import KeyedLocks
from bot.storage import Records

ACCEPTED_QUESTION = "accepted_question"
"""Where the middleware leaves a question for the listener that runs after it."""

log = logging.getLogger(__name__)


Continues = Callable[[str], Awaitable[bool]]
"""Whether a message asks for the last answer in another form."""


def accepting(records: Records, people: People, continues: Continues) -> Callable[..., Awaitable[BoltResponse | None]]:
    """The middleware. Where the inbox cannot be written, Slack gets no acknowledgement and delivers again."""

    locks, acceptance = KeyedLocks(), Acceptance(records, people, continues)

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

    def __init__(self, records: Records, people: People, continues: Continues) -> None:
        self._records = records
        self._people = people
        self._continues = continues

    async def accepted(self, event: Mapping[str, Any], team: str, bot_user: str) -> AskedQuestion | None:
        """The question of an event after it was written down; None when there is none, or it is there already."""
        if asked_through_an_app(event, bot_user) and (await self._people.person(str(event["user"]))).is_human:
            event = without_app(event)
        if change := change_in(event, bot_user):
            return await self._changed(change, team, bot_user)
        if question := question_in(event, team, bot_user):
            return await self._written(question)
        if event.get("type") != "message" or not from_a_person(event, bot_user):
            return None
        said = message_in(event, team)
        if event.get("thread_ts"):
            return await self._follow_up(event, said)
        return await self._put_to_the_channel(event, said)

    async def _written(self, question: AskedQuestion) -> AskedQuestion | None:
        return question if await self._records.inbox.accept(question) else None

    async def _changed(self, change: Change, team: str, bot_user: str) -> AskedQuestion | None:
        """A question after its change: one that is known, or that the change made one, or whose own event is still to come."""
        said = message_in(change.message, team)
        if await self._records.inbox.find(said.key):
            if not change.reworded:
                return None
            return await self._records.inbox.reopen(said.key, said.text, change.ts)
        is_recent = float(said.ts) > (now() - TOO_OLD).timestamp()
        if not is_recent or question_in(change.message, team, bot_user) is None:
            return None
        return await self._written(replace(said, edited=change.ts))

    async def _follow_up(self, event: Mapping[str, Any], said: AskedQuestion) -> AskedQuestion | None:
        thread = await self._records.inbox.thread_state(said)
        if thread is None:
            return None
        follows = may_follow_up(event, thread) and (asks(said.text) or await self._continues(said.text))
        if follows and not await self._records.handovers.at(said.channel, said.thread_ts):
            return await self._written(said)
        await self._records.threads.overheard(said.thread, said.ts, said.person)
        return None

    async def _put_to_the_channel(self, event: Mapping[str, Any], said: AskedQuestion) -> AskedQuestion | None:
        if not is_put_to_the_channel(event):
            return None
        settings = await self._records.channels.settings(said.team, said.channel)
        return await self._written(replace(said, unasked=True)) if settings.hears_questions(now()) else None
