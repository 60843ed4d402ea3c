"""The messages of an answer: the one object that finds, streams, posts, replaces, notes and deletes them."""

import logging
from collections.abc import Sequence

from slack_sdk.errors import SlackApiError

from bot.records.answer_places import AnswerPlaces
from bot.records.inbox import AskedQuestion
from bot.slack.api.clients import SlackClients
from bot.slack.api.errors import code, passing
from bot.slack.api.messages import Block, Post
from bot.slack.api.threads import Message
from bot.slack.questions.answer_calls import STILL_STREAMING, AnswerCalls
from bot.slack.questions.answer_finding import AnswerFinder
from bot.slack.questions.answer_metadata import BROKEN_OFF, is_complete
from bot.slack.questions.answer_progress import AnswerProgress, AnswerState
from bot.slack.questions.clearing import clear_away

UNCHANGEABLE = frozenset(
    {STILL_STREAMING, "message_not_found", "edit_window_closed", "cant_update_message", "msg_not_found"}
)
"""Slack does not let this one message be changed, though it takes others."""

log = logging.getLogger(__name__)


class AnswerMessages:
    """The messages that the answer to one question stands in. Texts are given as they are sent, already escaped.

    They are known from three sources: what this object has done, what the inbox has noted, and the marks in the thread.
    """

    def __init__(self, clients: SlackClients, places: AnswerPlaces, question: AskedQuestion) -> None:
        self._calls = AnswerCalls(clients, question)
        self._bot_user = clients.bot_user
        self._places = places
        self._question = question
        self._progress = AnswerProgress()

    @property
    def state(self) -> AnswerState:
        """How far they have come."""
        return self._progress.state

    @property
    def may_be_streaming(self) -> bool:
        """Whether Slack may still take text for their stream, and lets nobody edit it before it ends."""
        return self.state in (AnswerState.STREAMING, AnswerState.BROKEN_OFF)

    @property
    def ts(self) -> tuple[str, ...]:
        """Their ts, in order."""
        return self._progress.messages

    async def find(self, thread: Sequence[Message]) -> None:
        """Find every message of the answer in its thread; without the thread, what is noted. Raises RecordsUnavailable."""
        self._progress = self._finder.all_in(thread, await self._places.of_others(self._question))

    async def resume(self, thread: Sequence[Message]) -> None:
        """Find what an earlier try or run has left in the thread, to go on from there. Raises RecordsUnavailable."""
        self._resume(self._finder.left_in(thread, await self._places.of_others(self._question)))

    def recall(self) -> None:
        """Find what an earlier try or run has noted in the inbox, to go on from there."""
        self._resume(self._finder.left_in(()))

    def stand_in(self, thread: Sequence[Message]) -> bool:
        """Whether they stand in a thread whole, to the question as it is worded now."""
        return self._finder.stands_in(thread)

    async def note(self) -> None:
        """Note in the inbox which they are."""
        await self._places.note(self._question, self.ts)

    async def start_stream(self, text: str) -> None:
        """Begin the answer as a stream. Raises what Slack raises."""
        self._progress = self._progress.stream(await self._calls.start_stream(text))

    async def arrived(self) -> bool:
        """Wait for a stream that is being begun, also where nobody waits for it any more; False where one may be that is not known."""
        await self._calls.arrived()
        if self._calls.begun and self.state is AnswerState.ABSENT:
            self._progress = self._progress.stream(self._calls.begun)
        return not self._calls.may_have_begun

    async def append(self, text: str) -> None:
        """Append to the stream. Raises StoppedByPerson where the person has stopped it, otherwise what Slack raises."""
        await self._calls.append(self.ts[0], text)

    async def end_stream(self, text: str, blocks: Sequence[Block] = (), session: str | None = None) -> bool:
        """End the stream as the whole answer, with what follows; its session gets that state. False where Slack refuses."""
        if not await self._calls.stop_stream(self.ts[0], text, blocks, of=1, session=session):
            return False
        self._progress = self._progress.end()
        return True

    async def break_off(self, session: str | None = None) -> bool:
        """End the stream in the middle of the answer; False where Slack had none to end."""
        ended = await self._calls.stop_stream(self.ts[0], "", (), of=BROKEN_OFF, session=session)
        self._progress = self._progress.break_off()
        return ended

    async def complete(self, posts: Sequence[Post]) -> None:
        """Complete messages stay as they are; one that was broken off gets the first part, and what is missing is posted."""
        if self.state is AnswerState.BROKEN_OFF and posts:
            await self._overwrite_broken_off(posts)
        await self._post_missing(posts)

    async def replace(self, posts: Sequence[Post]) -> None:
        """Put another answer where one stands: what is left over is deleted, what has no place is posted."""
        there = self.ts
        pairs = enumerate(zip(there, posts, strict=False), 1)
        changed = [await self._put(ts, message, number, len(posts)) for number, (ts, message) in pairs]
        for ts in there[len(posts) :]:
            await self._clear_away(ts)
        if there:
            self._progress = self._progress.overwrite(tuple(changed), len(posts))
        await self._post_missing(posts)

    async def add(self, message: Post) -> None:
        """Post one more message below whatever stands there."""
        self._progress = AnswerProgress(AnswerState.WHOLE, (*self.ts, await self._calls.post(message, 1, 1)))

    async def delete(self) -> None:
        """Delete all of them; one that Slack does not delete stays."""
        for ts in self.ts:
            await self._clear_away(ts)
        self._progress = AnswerProgress()

    async def withdraw(self, thread: Sequence[Message]) -> None:
        """Delete the stream that was begun here, unless the thread shows that another process has made it its answer."""
        if any(message["ts"] == self._calls.begun and not is_complete(message) for message in thread):
            await self._clear_away(self._calls.begun)

    @property
    def _finder(self) -> AnswerFinder:
        noted = self.ts or tuple(self._question.answer_ts.split())
        return AnswerFinder(self._question.ts, self._question.edited, self._bot_user, noted)

    def _resume(self, left: AnswerProgress) -> None:
        """Go on from there, unless this object has posted more, which the thread may not show yet."""
        posted = self.state in (AnswerState.PARTIAL, AnswerState.WHOLE)
        if left.state in (AnswerState.PARTIAL, AnswerState.WHOLE) or (left.messages and not posted):
            self._progress = left

    async def _put(self, ts: str, message: Post, number: int, of: int) -> str:
        """Put a message in the place of another; where Slack does not let that be changed, below it. Returns its ts."""
        try:
            await self._calls.update(ts, message, number, of)
        except SlackApiError as error:
            if code(error) not in UNCHANGEABLE:
                raise
            log.info("A message of the answer cannot be changed (%s); it is posted anew.", code(error))
        else:
            return ts
        new = await self._calls.post(message, number, of)
        await self._clear_away(ts)
        return new

    async def _clear_away(self, ts: str) -> None:
        await clear_away(self._calls, self._places, self._question, ts)

    async def _overwrite_broken_off(self, posts: Sequence[Post]) -> None:
        try:
            await self._calls.update(self.ts[0], posts[0], 1, len(posts))
        except SlackApiError as error:
            if passing(error):
                raise
            await self._clear_away(self.ts[0])
            self._progress = self._progress.give_up()
        else:
            self._progress = self._progress.overwrite(self.ts, len(posts))

    async def _post_missing(self, posts: Sequence[Post]) -> None:
        for number, message in list(enumerate(posts, 1))[len(self.ts) :]:
            self._progress = self._progress.post(await self._calls.post(message, number, len(posts)), len(posts))
