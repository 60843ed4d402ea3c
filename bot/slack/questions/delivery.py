"""How one answer gets into its thread: as a stream of checked sentences, or as messages."""

import asyncio
import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.records.inbox import AskedQuestion
from bot.slack.api.errors import FAILURES, code, passing, retry_after
from bot.slack.api.limits import MARKDOWN_BLOCK, MESSAGE_MARKDOWN, PART_BLOCKS, STATUS_SECONDS, TITLE
from bot.slack.api.people import People
from bot.slack.api.posting import post, update
from bot.slack.api.threads import ANSWER_EVENT, readable
from bot.slack.format.blocks import Post, plain_post
from bot.slack.format.escaping import escaped
from bot.slack.format.markdown import split, streamable
from bot.storage import Records

WORKING = "is reading the guides…"
LOADING = ("Looking for the passage that answers…", "Reading it closely…", "Checking every sentence…")
"""Lines that Slack rotates while the bot is at work."""
STOPPED = "_Stopped._"
FLUSH_AFTER = 800
"""Characters that wait before they are appended to a stream: about 120 words then cost no call beside start and stop."""
FLUSH_SECONDS = 3.0
"""A sentence waits no longer than this when another one comes."""
BROKEN_OFF = 0
"""How many parts an answer has that ended in the middle: none of it counts as posted."""
STOPPED_BY_PERSON = "stopped_by_user"

log = logging.getLogger(__name__)


class StoppedByPerson(Exception):
    """The person who asked pressed the stop button."""


class SlackClients:
    """How to reach Slack: `patient` waits as long as a rate limit says, `hasty` does without what is refused.

    `people` are those who write. Slack lets an app begin about 20 streams a minute; while it refuses more, answers are
    posted in one piece.
    """

    def __init__(self, retrying: AsyncWebClient, single_try: AsyncWebClient, people: People) -> None:
        self.retrying = retrying
        self.single_try = single_try
        self.people = people
        self._streams_from = 0.0

    @property
    def streams(self) -> bool:
        """Whether Slack takes new streams at this moment, as far as is known."""
        return time.monotonic() >= self._streams_from

    def refused_stream(self, seconds: float) -> None:
        """Slack takes no new stream for so many seconds."""
        self._streams_from = time.monotonic() + seconds


@dataclass
class _Stream:
    """A message that is being streamed: how much of what was heard Slack has, and since when."""

    ts: str
    sent: int
    sent_at: float


class Delivery:
    """Says that the bot is at work, streams what it hears, and ends with the whole answer in the thread.

    Streaming is a courtesy: where Slack refuses it, the answer is posted or the started message is edited. No
    sentence is lost by that. `streams` tells whether the answer may come piece by piece, `standing` the message that
    an earlier try has streamed into.
    """

    def __init__(
        self,
        line: SlackClients,
        records: Records,
        question: AskedQuestion,
        bot_user: str,
        *,
        streams: bool,
        standing: str = "",
    ) -> None:
        self._clients = line
        self._records = records
        self._question = question
        self._title = readable(question.text, bot_user)[:TITLE] if question.starts_thread else ""
        self._streams = streams
        self._heard = ""
        self._full = False
        self._stream: _Stream | None = None
        self._messages: list[str] = []
        self._busy = False
        self._said = False
        self._beginning: asyncio.Future[list[None]] | None = None
        self._status: asyncio.Task[None] | None = None
        self.take_up(standing)

    @property
    def messages(self) -> list[str]:
        """The ts of the messages that the answer stands in so far."""
        return self._messages

    def begin(self) -> None:
        """Say that the bot is at work, with a stop button where the answer streams. Failing to say it harms nobody."""
        if self._question.unasked:
            return
        beginning = [self._open_session()]
        if self._question.starts_thread or not self._streams:
            beginning.append(self._say_busy())
            self._status = asyncio.create_task(self._keep_status())
        self._beginning = asyncio.gather(*beginning)

    def take_up(self, ts: str) -> None:
        """Go on in a message that an earlier run has begun to stream, where there is one."""
        if ts and not self._messages:
            self._streams, self._stream, self._messages = False, _Stream(ts, 0, 0.0), [ts]

    async def hear(self, piece: str) -> None:
        """A checked piece of the answer. Raises StoppedByPerson when Slack says that the stream was stopped."""
        self._heard += piece
        self._full = self._full or not _fits_one_message(self._heard)
        if not self._streams or self._full or not streamable(self._heard):
            return
        if self._stream is None:
            await self._start()
        elif len(self._heard) - self._stream.sent >= FLUSH_AFTER or self._waited() > FLUSH_SECONDS:
            await self._append(self._stream)

    async def finish(self, posts: Sequence[Post], text: str, posted: Sequence[str] = ()) -> None:
        """End with the whole answer: what is streamed already stays, what is missing follows, then the sources.

        `posted` are the messages of it that stand in the thread already, from a run that ended in the middle.
        """
        await self._begun()
        self._messages = list(posted) or self._messages
        if self._stream and not posted:
            await self._end_stream(self._stream, posts[0], text, len(posts))
        await self._post_rest(posts)

    async def replace(self, standing: Sequence[str], posts: Sequence[Post]) -> None:
        """The new answer where an old one stands: what is left over is deleted, what has no place is posted."""
        await self._begun()
        for number, (ts, message) in enumerate(zip(standing, posts, strict=False), 1):
            await self._update(ts, message, number, len(posts))
        for ts in standing[len(posts) :]:
            await self._clients.retrying.chat_delete(channel=self._question.channel, ts=ts)
        self._messages = list(standing[: len(posts)])
        await self._post_rest(posts)

    async def stopped(self) -> None:
        """The person pressed stop: what was said stays, marked as stopped."""
        await self._begun()
        said = plain_post(f"{self._heard.strip()} {STOPPED}".strip())
        if self._stream is None:
            await self._post(said, 1, 1)
        elif not await self._stop(self._stream, f"{self._heard[self._stream.sent :]} {STOPPED}", [], 1):
            await self.abandon()
            await self._update(self._stream.ts, said, 1, 1)

    async def abandon(self) -> None:
        """The question is gone or has changed: a stream ends as it is, and is edited or deleted later."""
        if self._stream:
            await self._stop(self._stream, "", [], BROKEN_OFF)

    async def close(self) -> None:
        """Leave nothing that says the bot is still at work, whatever happened."""
        await self._begun()
        if self._status:
            self._status.cancel()
            with suppress(asyncio.CancelledError):
                await self._status
            if not self._said:
                await self._courtesy("assistant.threads.setStatus", status="")
        if self._busy:
            await self._courtesy("agents.sessions.setStatus", status="active")
            self._busy = False

    async def _post_rest(self, posts: Sequence[Post]) -> None:
        for number, message in list(enumerate(posts, 1))[len(self._messages) :]:
            await self._post(message, number, len(posts))

    async def _keep_status(self) -> None:
        """Slack takes a status away after two minutes; while the work lasts it is said again."""
        while True:
            await asyncio.sleep(STATUS_SECONDS)
            await self._say_busy()

    async def _say_busy(self) -> None:
        await self._courtesy("assistant.threads.setStatus", status=WORKING, loading_messages=list(LOADING))

    async def _open_session(self) -> None:
        title = {"title": self._title} if self._title else {}
        if self._streams:
            self._busy = True
            await self._courtesy("agents.sessions.setStatus", status="processing", **title)
        elif title and self._question.is_direct:
            await self._courtesy("agents.sessions.setStatus", status="active", **title)

    async def _begun(self) -> None:
        """What reaches Slack last wins: a status that comes after the answer would stay."""
        if self._beginning:
            await self._beginning

    def _waited(self) -> float:
        return time.monotonic() - self._stream.sent_at if self._stream else 0.0

    async def _start(self) -> None:
        if not self._clients.streams:
            self._streams = False
            return
        try:
            started = await self._clients.single_try.chat_startStream(
                channel=self._question.channel,
                thread_ts=self._question.thread_ts,
                recipient_team_id=self._question.team,
                recipient_user_id=self._question.person,
                markdown_text=escaped(self._heard.lstrip()),
            )
        except FAILURES as error:
            self._streams = False
            if seconds := retry_after(error):
                self._clients.refused_stream(seconds)
            log.info("The answer to %s is not streamed: %s", self._question.key, _told(error))
            return
        self._stream = _Stream(str(started["ts"]), len(self._heard), time.monotonic())
        self._messages, self._said = [self._stream.ts], True
        await self._records.inbox.note_answer_messages(self._question, self._messages)

    async def _append(self, stream: _Stream) -> None:
        piece = escaped(self._heard[stream.sent :])
        try:
            await self._clients.single_try.chat_appendStream(
                channel=self._question.channel, ts=stream.ts, markdown_text=piece
            )
        except FAILURES as error:
            if isinstance(error, SlackApiError) and code(error) == STOPPED_BY_PERSON:
                raise StoppedByPerson from None
            stream.sent_at = time.monotonic() + retry_after(error)
            self._streams = retry_after(error) > 0
            log.info("Streaming the answer to %s was interrupted: %s", self._question.key, _told(error))
            return
        stream.sent, stream.sent_at = len(self._heard), time.monotonic()

    async def _end_stream(self, stream: _Stream, message: Post, text: str, of: int) -> None:
        """Stop the stream with what is missing and the sources; where that cannot be, put the whole in its place."""
        heard = self._heard[: stream.sent].strip()
        if self._streams and of == 1 and heard and text.startswith(heard) and len(escaped(text)) <= MARKDOWN_BLOCK:
            below = [block for block in message.blocks if block["type"] != "markdown"]
            if await self._stop(stream, text[len(heard) :], below, of):
                return
        await self.abandon()  # Slack lets nobody edit a message that is still being streamed
        try:
            await self._update(stream.ts, message, 1, of)
        except SlackApiError as error:
            if passing(error):
                raise
            self._messages = []  # the whole answer is posted below what cannot be edited

    async def _stop(self, stream: _Stream, rest: str, blocks: list[dict[str, Any]], of: int) -> bool:
        """End the stream and the work on its session; False where Slack has ended it already or refuses the blocks."""
        try:
            await self._clients.retrying.chat_stopStream(
                channel=self._question.channel,
                ts=stream.ts,
                metadata=self._metadata(1, of),
                markdown_text=escaped(rest) or None,
                blocks=blocks or None,
                session_status="active" if self._busy else None,
            )
        except SlackApiError as error:
            if passing(error):
                raise
            log.info("The stream of %s could not be ended: %s", self._question.key, code(error))
            return False
        self._busy = False
        return True

    async def _post(self, message: Post, part: int, of: int) -> None:
        """One more message of the answer."""
        place, thread = self._question.channel, self._question.thread_ts
        _, ts = await post(self._clients.retrying, place, message, thread_ts=thread, metadata=self._metadata(part, of))
        self._said = True
        self._messages.append(ts)

    async def _update(self, ts: str, message: Post, part: int, of: int) -> None:
        await update(self._clients.retrying, self._question.channel, ts, message, self._metadata(part, of))
        self._said = True

    def _metadata(self, part: int, of: int) -> dict[str, Any]:
        return {"event_type": ANSWER_EVENT, "event_payload": {"question": self._question.ts, "part": part, "of": of}}

    async def _courtesy(self, method: str, **arguments: Any) -> None:
        place = {"channel_id": self._question.channel, "thread_ts": self._question.thread_ts}
        try:
            await self._clients.single_try.api_call(method, json=place | arguments)
        except FAILURES as error:
            log.debug("%s for %s failed: %s", method, self._question.key, _told(error))


def _told(error: Exception) -> str:
    return code(error) if isinstance(error, SlackApiError) else type(error).__name__


def _fits_one_message(markdown: str) -> bool:
    """Whether a text fits; one of a few lines surely does, whatever its marks."""
    surely = len(markdown) < MESSAGE_MARKDOWN // 6 and markdown.count("\n") < PART_BLOCKS // 2
    return surely or len(split(markdown, MESSAGE_MARKDOWN)) == 1
