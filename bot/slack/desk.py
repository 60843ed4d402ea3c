"""Answers accepted questions: reads the thread, asks the advisor, posts, marks as answered. Each exactly once."""

import asyncio
import logging
import uuid
from collections.abc import Sequence
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.advisor import Advisor
from bot.conversation import Answer
from bot.errors import CareerBotError, RecordsUnavailable
from bot.records import Accepted, Records
from bot.slack.blocks import Post, plain_post, posts
from bot.slack.failures import code, passing
from bot.slack.threads import (
    ANSWER_EVENT,
    Message,
    conversation,
    is_whole,
    parts_posted,
    read_thread,
    readable,
)
from knowledge.errors import KnowledgeError

WORKING = "is reading the guide…"
PAUSES = (0.5, 2.0, 8.0)
"""Seconds between the tries to answer a question while Slack cannot be reached."""
_BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})

log = logging.getLogger(__name__)


class Desk:
    """Works on many questions at once; `most` bounds how many are being answered at the same time."""

    def __init__(self, advisor: Advisor, records: Records, client: AsyncWebClient, longest: int, most: int) -> None:
        self._advisor = advisor
        self._records = records
        self._client = client
        self._longest = longest
        self._free = asyncio.Semaphore(most)
        self._work: set[asyncio.Task[None]] = set()
        self.bot_user = ""
        """Who the bot is in the workspace, known once it has connected."""

    def take(self, question: Accepted) -> None:
        """Start answering a question."""
        task = asyncio.create_task(self._finish(question))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    async def idle(self, seconds: float) -> None:
        """Wait until everything taken is answered, but not longer than that; what is left stays in the inbox."""
        if self._work:
            await asyncio.wait(self._work, timeout=seconds)

    async def leave(self) -> None:
        """Stop working at once; what is not answered stays in the inbox."""
        for task in list(self._work):
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)

    async def _finish(self, question: Accepted) -> None:
        """Answer a question, trying again while Slack cannot be reached; what fails for good is recorded."""
        async with self._free:
            try:
                for pause in PAUSES:
                    try:
                        return await self._answer(question)
                    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                        if not passing(error):
                            raise
                        log.warning("Slack cannot be reached for %s; trying again in %g s", question.key, pause)
                        await asyncio.sleep(pause)
                await self._answer(question)
            except SlackApiError as error:
                log.warning("Slack refused the answer to %s: %s", question.key, code(error) or "no answer of Slack's")
                if not passing(error):
                    await self._refuse(question, code(error))
            except (RecordsUnavailable, aiohttp.ClientError, TimeoutError) as error:
                log.error("The question %s stays in the inbox: %s", question.key, type(error).__name__)

    async def _answer(self, question: Accepted) -> None:
        thread = await read_thread(self._client, question)
        if is_whole(thread, question):
            await self._records.answered(question)
            return
        await self._show_working(question)
        answer, messages = await self._composed(question, thread)
        posted = parts_posted(thread, question, self.bot_user)
        for number, post in list(enumerate(messages, 1))[posted:]:
            await self._send(question, post, number, len(messages))
        await self._records.answered(question, answer)

    async def _composed(self, question: Accepted, thread: Sequence[Message]) -> tuple[Answer | None, list[Post]]:
        """The answer and its messages; instead of one that cannot be given, an honest sentence."""
        if len(readable(question.text, self.bot_user)) > self._longest:
            return None, [plain_post(f"That is a lot to read: please ask in at most {self._longest:,} characters.")]
        try:
            answer = await self._advisor.answer(conversation(thread, question, self.bot_user))
        except (CareerBotError, KnowledgeError) as error:
            return None, [plain_post(f"Sorry, I cannot answer just now. {error}")]
        except Exception as error:  # noqa: BLE001  # the person who asked is told, whatever it was
            reference = uuid.uuid4().hex[:8]
            log.error("Answering %s failed with %s (reference %s)", question.key, type(error).__name__, reference)
            sentence = (
                f"Sorry, something went wrong on my side and I have no answer. Reference for my operator: {reference}."
            )
            return None, [plain_post(sentence)]
        return answer, posts(answer)

    async def _send(self, question: Accepted, post: Post, part: int, of: int) -> None:
        payload = {"question": question.ts, "part": part, "of": of}
        common: dict[str, Any] = {
            "channel": question.channel,
            "thread_ts": question.thread_ts,
            "metadata": {"event_type": ANSWER_EVENT, "event_payload": payload},
            "unfurl_links": False,
            "unfurl_media": False,
        }
        try:
            await self._client.chat_postMessage(**common, text=post.text, blocks=post.blocks)
        except SlackApiError as error:
            if code(error) not in _BLOCKS_REFUSED:
                raise
            log.warning("Slack refused the blocks of the answer to %s; it is posted as text", question.key)
            await self._client.chat_postMessage(**common, text=post.text)

    async def _show_working(self, question: Accepted) -> None:
        """Say that the bot is at work. Slack clears it with the next message; failing to say it harms nobody."""
        try:
            await self._client.assistant_threads_setStatus(
                channel_id=question.channel, thread_ts=question.thread_ts, status=WORKING
            )
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            log.debug("The status of %s was not set: %s", question.key, type(error).__name__)

    async def _refuse(self, question: Accepted, reason: str) -> None:
        try:
            await self._records.refused(question, reason)
        except RecordsUnavailable as error:
            log.error("%s", error)
