"""The calls to Slack that an answer's messages take, each leaving the mark by which the message is found again."""

import asyncio
import logging
from collections.abc import Sequence

from slack_sdk.errors import SlackApiError

from bot.flight_recorder import waiting
from bot.records.inbox import AskedQuestion
from bot.slack.api.clients import SlackClients
from bot.slack.api.errors import FAILURES, code, passing
from bot.slack.api.messages import Block, Metadata, Post, post, update
from bot.slack.questions.answer_metadata import BROKEN_OFF, answer_metadata

STOPPED_BY_PERSON = "stopped_by_user"
STILL_STREAMING = "streaming_state_conflict"
"""A message that is still being streamed can neither be changed nor deleted."""
CONFLICTS = frozenset({STILL_STREAMING, "cant_delete_message"})
"""Refusals behind which a stream may be that is still open."""

log = logging.getLogger(__name__)


class StoppedByPerson(Exception):
    """The person who asked pressed the stop button."""


class AnswerCalls:
    """The calls for the answer to one question. Every method raises what Slack raises."""

    def __init__(self, clients: SlackClients, question: AskedQuestion) -> None:
        self.begun = ""
        """The ts of the stream that was begun; empty where there is none."""
        self.may_have_begun = False
        """Whether a stream may have been begun of which Slack's word was lost."""
        self._clients = clients
        self._question = question
        self._starting: asyncio.Task[str] | None = None

    async def start_stream(self, text: str) -> str:
        """Begin a stream with a text that is escaped already; its ts. The call goes on where nobody waits for it any more."""
        self._starting = asyncio.create_task(self._start_stream(text))
        async with waiting():
            return await asyncio.shield(self._starting)

    async def arrived(self) -> None:
        """Wait until Slack has told what became of a stream that is being begun."""
        if self._starting:
            await asyncio.wait([self._starting])

    async def append(self, ts: str, text: str) -> None:
        """Append to a stream. Raises StoppedByPerson where the person has stopped it."""
        append = self._clients.single_try.chat_appendStream
        try:
            await append(channel=self._question.channel, ts=ts, markdown_text=text)
        except SlackApiError as error:
            if code(error) == STOPPED_BY_PERSON:
                raise StoppedByPerson from None
            raise

    async def stop_stream(self, ts: str, text: str, blocks: Sequence[Block], *, of: int, session: str | None) -> bool:
        """End a stream with text and blocks; False where Slack has ended it already or refuses the blocks.

        `of` is how many parts the answer has with it, `session` the state that its session gets.
        """
        try:
            await self._clients.retrying.chat_stopStream(
                channel=self._question.channel,
                ts=ts,
                metadata=self._mark(1, of),
                markdown_text=text or None,
                blocks=list(blocks) or None,
                session_status=session,
            )
        except SlackApiError as error:
            if passing(error):
                raise
            log.info("The stream of %s could not be ended: %s", self._question.key, code(error))
            return False
        return True

    async def post(self, message: Post, part: int, of: int) -> str:
        """Post one message of the answer in its thread; its ts."""
        place, thread_ts = self._question.channel, self._question.thread_ts
        mark = self._mark(part, of)
        _, ts = await post(self._clients.retrying, place, message, thread_ts=thread_ts, metadata=mark)
        return ts

    async def update(self, ts: str, message: Post, part: int, of: int) -> None:
        """Put a message in the place of one of the answer's; a stream that is still open there is ended first."""
        mark = self._mark(part, of)
        try:
            await update(self._clients.retrying, self._question.channel, ts, message, mark)
        except SlackApiError as error:
            await self._end_conflict(ts, error)
            await update(self._clients.retrying, self._question.channel, ts, message, mark)

    async def delete(self, ts: str) -> None:
        """Delete a message of the answer's; a stream that is still open there is ended first."""
        try:
            await self._clients.retrying.chat_delete(channel=self._question.channel, ts=ts)
        except SlackApiError as error:
            await self._end_conflict(ts, error)
            await self._clients.retrying.chat_delete(channel=self._question.channel, ts=ts)

    async def _start_stream(self, text: str) -> str:
        try:
            started = await self._clients.single_try.chat_startStream(
                channel=self._question.channel,
                thread_ts=self._question.thread_ts,
                recipient_team_id=self._clients.audience.team_of(self._question.person) or self._question.team,
                recipient_user_id=self._question.person,
                markdown_text=text,
            )
        except FAILURES as error:
            self.may_have_begun = not isinstance(error, SlackApiError)
            raise
        self.begun = str(started["ts"])
        return self.begun

    def _mark(self, part: int, of: int) -> Metadata:
        return answer_metadata(self._question.ts, part, of, self._question.edited)

    async def _end_conflict(self, ts: str, error: SlackApiError) -> None:
        """End the stream that keeps a message from being changed. Raises the error where that was not the reason."""
        if code(error) not in CONFLICTS or not await self.stop_stream(ts, "", (), of=BROKEN_OFF, session=None):
            raise error
