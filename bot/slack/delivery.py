"""How one answer gets into its thread: as a stream of checked sentences, or as messages."""

import logging
import time
from collections.abc import Sequence
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.records import Accepted, Records
from bot.slack.blocks import Post
from bot.slack.failures import code
from bot.slack.limits import STREAM_MARKDOWN, TITLE
from bot.slack.markdown import as_text, escaped
from bot.slack.threads import ANSWER_EVENT

WORKING = "is reading the guides…"
LOADING = ("Reading the guides…", "Looking for the passage that answers…", "Checking every sentence…")
"""Lines that Slack rotates while the bot is at work."""
STOPPED = "_Stopped._"
FLUSH_AFTER = 400
"""Characters that wait before they are appended to a stream: 120 words then cost one call beside start and stop."""
FLUSH_SECONDS = 2.0
"""A sentence waits no longer than this when another one comes."""
BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})

log = logging.getLogger(__name__)


class Delivery:
    """Says that the bot is at work, streams what it hears, and ends with the whole answer in the thread.

    Streaming is a courtesy: where Slack refuses it, the answer is posted or the started message is edited. No
    sentence is lost by that. `streams` tells whether the answer may come piece by piece.
    """

    def __init__(self, client: AsyncWebClient, records: Records, question: Accepted, *, streams: bool) -> None:
        self._client = client
        self._records = records
        self._question = question
        self._streams = streams
        self._heard = ""
        self._sent = 0
        self._sent_at = 0.0
        self.stream_ts = "" if question.edited else question.answer_ts
        """The message that the answer is streamed into; empty while there is none."""
        if self.stream_ts:  # of a run that ended in the middle: its message is edited, no second one is begun
            self._streams = False

    async def begin(self) -> None:
        """Say that the bot is at work, with a stop button where the answer streams. Failing to say it harms nobody."""
        place = {"channel_id": self._question.channel, "thread_ts": self._question.thread_ts}
        if self._question.starts_thread or not self._streams:
            await self._courtesy("assistant.threads.setStatus", **place, status=WORKING, loading_messages=list(LOADING))
        if self._streams:
            title = {"title": self._question.text[:TITLE]} if self._question.starts_thread else {}
            await self._courtesy("agents.sessions.setStatus", **place, status="processing", **title)

    async def hear(self, piece: str) -> None:
        """A checked piece of the answer."""
        self._heard += piece
        if not self._streams or len(self._heard) > STREAM_MARKDOWN:
            return
        waited = time.monotonic() - self._sent_at > FLUSH_SECONDS and self._question.starts_thread
        if not self.stream_ts or len(self._heard) - self._sent >= FLUSH_AFTER or waited:
            await self._flush()

    async def finish(self, posts: Sequence[Post], text: str, posted: int = 0) -> None:
        """End with the whole answer: what is streamed already stays, what is missing follows, then the sources.

        `posted` messages of it stand in the thread already, from a run that ended in the middle.
        """
        if self.stream_ts and not posted:
            if not await self._end_stream(posts[0], text, len(posts)):
                await self._replace(self.stream_ts, posts[0], 1, len(posts))
            posted = 1
        for number, post in list(enumerate(posts, 1))[posted:]:
            await self.post(post, number, len(posts))

    async def stopped(self) -> None:
        """The person pressed stop: what was said stays, marked as stopped."""
        post = Post(f"{self._heard.strip()} {STOPPED}".strip(), [])
        if not self.stream_ts:
            await self._courtesy(
                "agents.sessions.setStatus",
                channel_id=self._question.channel,
                thread_ts=self._question.thread_ts,
                status="active",
            )
            await self.post(Post(STOPPED, [{"type": "markdown", "text": STOPPED}]), 1, 1)
        elif not await self._stop(f"{self._heard[self._sent :]}\n\n{STOPPED}", [], 1):
            await self._replace(
                self.stream_ts, Post(as_text(post.text), [{"type": "markdown", "text": escaped(post.text)}]), 1, 1
            )

    async def post(self, post: Post, part: int, of: int) -> None:
        """One message of the answer; as plain text where Slack refuses the blocks."""
        common = self._common(part, of) | {
            "thread_ts": self._question.thread_ts,
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            await self._client.chat_postMessage(**common, text=post.text, blocks=post.blocks)
        except SlackApiError as error:
            if code(error) not in BLOCKS_REFUSED:
                raise
            log.warning("Slack refused the blocks of the answer to %s; it is posted as text", self._question.key)
            await self._client.chat_postMessage(**common, text=post.text)

    async def edit(self, ts: str, post: Post, part: int, of: int) -> None:
        """Put a message of the answer in the place of one of an earlier answer."""
        await self._replace(ts, post, part, of)

    async def _flush(self) -> None:
        piece = escaped(self._heard[self._sent :])
        try:
            if self.stream_ts:
                await self._client.chat_appendStream(
                    channel=self._question.channel, ts=self.stream_ts, markdown_text=piece
                )
            else:
                started = await self._client.chat_startStream(
                    channel=self._question.channel,
                    thread_ts=self._question.thread_ts,
                    recipient_team_id=self._question.team,
                    recipient_user_id=self._question.person,
                    markdown_text=piece.lstrip(),
                )
                self.stream_ts = str(started["ts"])
                await self._records.standing(self._question, self.stream_ts)
            self._sent, self._sent_at = len(self._heard), time.monotonic()
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            self._streams = False
            log.info("Streaming the answer to %s ended early: %s", self._question.key, type(error).__name__)

    async def _end_stream(self, post: Post, text: str, of: int) -> bool:
        """Stop the stream with what is missing and the sources; False where it has to be edited instead."""
        if not text.startswith(self._heard.strip()) or not self._streams or of > 1:
            return False
        rest = text[len(self._heard[: self._sent].strip()) :]
        return await self._stop(rest, [block for block in post.blocks if block["type"] != "markdown"], of)

    async def _stop(self, rest: str, blocks: list[dict[str, Any]], of: int) -> bool:
        try:
            await self._client.chat_stopStream(
                **self._common(1, of),
                ts=self.stream_ts,
                markdown_text=escaped(rest) or None,
                blocks=blocks or None,
                session_status="active",
            )
        except SlackApiError as error:
            log.info("The stream of %s could not be stopped: %s", self._question.key, code(error))
            return False
        return True

    async def _replace(self, ts: str, post: Post, part: int, of: int) -> None:
        common = self._common(part, of)
        try:
            await self._client.chat_update(**common, ts=ts, text=post.text, blocks=post.blocks)
        except SlackApiError as error:
            if code(error) not in BLOCKS_REFUSED:
                raise
            await self._client.chat_update(**common, ts=ts, text=post.text)

    def _common(self, part: int, of: int) -> dict[str, Any]:
        payload = {"question": self._question.ts, "part": part, "of": of}
        return {"channel": self._question.channel, "metadata": {"event_type": ANSWER_EVENT, "event_payload": payload}}

    async def _courtesy(self, method: str, **arguments: Any) -> None:
        try:
            await self._client.api_call(method, json=arguments)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.debug("%s for %s failed: %s", method, self._question.key, type(error).__name__)
