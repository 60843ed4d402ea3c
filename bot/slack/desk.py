"""Answers accepted questions: reads the thread, asks the advisor, delivers, marks as answered. Each exactly once."""

import asyncio
import logging
import uuid
from collections.abc import Sequence

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.advisor import Advisor
from bot.conversation import Answer
from bot.errors import CareerBotError, RecordsUnavailable
from bot.records import Accepted, Records
from bot.slack.addressed import Command, command_in
from bot.slack.blocks import Post, plain_post, posts
from bot.slack.delivery import Delivery
from bot.slack.failures import code, passing
from bot.slack.threads import (
    Message,
    answers_to,
    conversation,
    is_whole,
    nobody_replied,
    parts_posted,
    read_thread,
    readable,
)
from knowledge.errors import KnowledgeError

PAUSES = (0.5, 2.0, 8.0)
"""Seconds between the tries to answer a question while Slack cannot be reached."""
_TOLD = {
    Command.PAUSE: "I stay quiet in this thread until somebody mentions me. Mention me with *resume* to have follow-ups answered again.",
    Command.RESUME: "I answer follow-ups in this thread again.",
}

log = logging.getLogger(__name__)


class Desk:
    """Works on many questions at once; `most` bounds how many are being answered at the same time."""

    def __init__(self, advisor: Advisor, records: Records, client: AsyncWebClient, longest: int, most: int) -> None:
        self._advisor = advisor
        self._records = records
        self._client = client
        self._longest = longest
        self._free = asyncio.Semaphore(most)
        self._work: dict[asyncio.Task[None], Accepted] = {}
        self._stopped: set[str] = set()
        self.bot_user = ""
        """Who the bot is in the workspace, known once it has connected."""

    def take(self, question: Accepted, *, again: bool = False) -> None:
        """Start answering a question; `again` after a restart, when a part of its answer may stand in the thread."""
        task = asyncio.create_task(self._finish(question, again=again))
        self._work[task] = question
        task.add_done_callback(lambda done: self._work.pop(done, None))

    def stop(self, channel: str, thread_ts: str) -> None:
        """Break off what is being answered in a thread; what was said stays and is marked as stopped."""
        for task, question in list(self._work.items()):
            if (question.channel, question.thread_ts) == (channel, thread_ts):
                self._stopped.add(question.key)
                task.cancel()

    async def withdraw(self, question: Accepted) -> None:
        """A question was deleted: its answer goes with it, if nobody replied."""
        for task, taken in list(self._work.items()):
            if taken.key == question.key:
                task.cancel()
        await self._refuse(question, "deleted")
        thread = await read_thread(self._client, question)
        if nobody_replied(thread, question, self.bot_user):
            for ts in answers_to(thread, question, self.bot_user):
                await self._client.chat_delete(channel=question.channel, ts=ts)

    async def idle(self, seconds: float) -> None:
        """Wait until everything taken is answered, but not longer than that; what is left stays in the inbox."""
        if self._work:
            await asyncio.wait(self._work, timeout=seconds)

    async def leave(self) -> None:
        """Stop working at once; what is not answered stays in the inbox."""
        tasks = list(self._work)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _finish(self, question: Accepted, *, again: bool) -> None:
        """Answer a question, trying again while Slack cannot be reached; what fails for good is recorded."""
        async with self._free:
            try:
                for pause in PAUSES:
                    try:
                        return await self._answer(question, again=again)
                    except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
                        if not passing(error):
                            raise
                        log.warning("Slack cannot be reached for %s; trying again in %g s", question.key, pause)
                        again = True
                        await asyncio.sleep(pause)
                await self._answer(question, again=again)
            except SlackApiError as error:
                log.warning("Slack refused the answer to %s: %s", question.key, code(error) or "no answer of Slack's")
                if not passing(error):
                    await self._refuse(question, code(error))
            except (RecordsUnavailable, aiohttp.ClientError, TimeoutError) as error:
                log.error("The question %s stays in the inbox: %s", question.key, type(error).__name__)

    async def _answer(self, question: Accepted, *, again: bool) -> None:
        delivery = Delivery(
            self._client, self._records, question, streams=self._advisor.streams and not question.edited
        )
        begun = asyncio.create_task(delivery.begin())
        try:
            thread = [] if question.starts_thread and not again else await read_thread(self._client, question)
            if again and not question.edited and is_whole(thread, question):
                await self._records.answered(question)
                return
            answer, messages = await self._composed(question, thread, delivery)
            if question.edited and (standing := answers_to(thread, question, self.bot_user) or _noted(question)):
                await self._in_place(question, delivery, standing, messages)
            else:
                posted = parts_posted(thread, question, self.bot_user) if again else 0
                await delivery.finish(messages, answer.text if answer else "", posted)
            await self._records.answered(question, answer)
        except asyncio.CancelledError:
            if question.key not in self._stopped:
                raise
            self._stopped.discard(question.key)
            await delivery.stopped()
            await self._records.answered(question)
        finally:
            await begun

    async def _in_place(
        self, question: Accepted, delivery: Delivery, standing: Sequence[str], messages: Sequence[Post]
    ) -> None:
        """The new answer where the old one stands: what is left over is deleted, what has no place is posted."""
        for number, (ts, post) in enumerate(zip(standing, messages, strict=False), 1):
            await delivery.edit(ts, post, number, len(messages))
        for ts in standing[len(messages) :]:
            await self._client.chat_delete(channel=question.channel, ts=ts)
        for number, post in list(enumerate(messages, 1))[len(standing) :]:
            await delivery.post(post, number, len(messages))

    async def _composed(
        self, question: Accepted, thread: Sequence[Message], delivery: Delivery
    ) -> tuple[Answer | None, list[Post]]:
        """The answer and its messages; instead of one that cannot be given, an honest sentence."""
        text = readable(question.text, self.bot_user)
        if len(text) > self._longest:
            return None, [plain_post(f"That is a lot to read: please ask in at most {self._longest:,} characters.")]
        if command := command_in(text):
            await self._records.pause(question.thread, paused=command is Command.PAUSE)
            return None, [plain_post(_TOLD[command])]
        try:
            answer = await self._advisor.answer(conversation(thread, question, self.bot_user), delivery.hear)
        except (CareerBotError, KnowledgeError) as error:
            return None, [plain_post(f"Sorry, I cannot answer just now. {error}")]
        except Exception as error:  # noqa: BLE001  # the person who asked is told, whatever it was
            reference = uuid.uuid4().hex[:8]
            log.error("Answering %s failed with %s (reference %s)", question.key, type(error).__name__, reference)
            sentence = (
                f"Sorry, something went wrong on my side and I have no answer. Reference for my operator: {reference}."
            )
            return None, [plain_post(sentence)]
        return answer, posts(answer, question.key)

    async def _refuse(self, question: Accepted, reason: str) -> None:
        try:
            await self._records.refused(question, reason)
        except RecordsUnavailable as error:
            log.error("%s", error)


def _noted(question: Accepted) -> list[str]:
    return [question.answer_ts] if question.answer_ts else []
