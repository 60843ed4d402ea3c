"""Answers accepted questions: reads the thread, asks the advisor, delivers, marks as answered. Each exactly once."""

import asyncio
import logging
from collections.abc import Sequence

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.errors import RecordsUnavailable
from bot.records.inbox import AskedQuestion
from bot.slack.api.errors import FAILURES, code, passing
from bot.slack.api.threads import (
    answers_to,
    is_whole,
    nobody_replied,
    parts_posted,
    read_thread,
    unfinished,
)
from bot.slack.questions.delivery import Delivery, SlackClients, StoppedByPerson
from bot.slack.questions.locks import KeyedLocks
from bot.slack.questions.replying import Replies
from bot.storage import Records

PAUSES = (0.5, 2.0, 8.0)
"""Seconds between the tries to answer a question while Slack cannot be reached."""
FAREWELL_SECONDS = 2.0
"""How long broken-off work may take to leave its message in order."""

log = logging.getLogger(__name__)


class QuestionWorker:
    """Works on at most `most` questions at once, on those of one thread in their order.

    `streams` tells whether answers come sentence by sentence.
    """

    def __init__(self, records: Records, line: SlackClients, replies: Replies, *, streams: bool, most: int) -> None:
        self._records = records
        self._clients = line
        self._replies = replies
        self._streams = streams
        self._free = asyncio.Semaphore(most)
        self._turns = KeyedLocks()
        self._work: dict[asyncio.Task[None], AskedQuestion] = {}
        self._errands: set[asyncio.Task[None]] = set()
        self._deliveries: dict[str, Delivery] = {}
        self._stopped: set[str] = set()
        self.bot_user = ""
        """Who the bot is in the workspace, known once it has connected."""

    def take(self, question: AskedQuestion, *, again: bool = False) -> None:
        """Start answering a question; `again` after a restart, when a part of its answer may stand in the thread."""
        older = [task for task, taken in self._work.items() if taken.key == question.key]
        task = asyncio.create_task(self._attend(question, older, again=again))
        self._work[task] = question
        task.add_done_callback(lambda done: self._work.pop(done, None))

    def stop(self, channel: str, thread_ts: str) -> None:
        """Break off what is being answered in a thread; what was said stays and is marked as stopped."""
        for task, question in list(self._work.items()):
            if (question.channel, question.thread_ts) == (channel, thread_ts):
                self._stopped.add(question.key)
                task.cancel()

    def withdraw(self, key: str) -> None:
        """A question was deleted: its answer goes with it, if nobody replied."""
        task = asyncio.create_task(self._withdraw(key))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _withdraw(self, key: str) -> None:
        await _ended([task for task, taken in self._work.items() if taken.key == key])
        try:
            await self._clear_away(key)
        except (*FAILURES, RecordsUnavailable) as error:
            log.error("The answer to the deleted question %s may stay: %s", key, type(error).__name__)

    async def _clear_away(self, key: str) -> None:
        question = await self._records.inbox.find(key)
        if question is None:
            return
        await self._refuse(question, "deleted")
        thread = await read_thread(self._clients.retrying, question.thread)
        if thread and nobody_replied(thread, question, self.bot_user):
            for ts in dict.fromkeys([*question.answer_ts.split(), *answers_to(thread, question, self.bot_user)]):
                await self._delete(question, ts)

    async def idle(self, seconds: float) -> None:
        """Wait until everything taken is answered, but not longer than that; what is left stays in the inbox."""
        if doing := [*self._work, *self._errands]:
            await asyncio.wait(doing, timeout=seconds)

    async def leave(self) -> None:
        """Stop working at once; what is not answered stays in the inbox."""
        await _ended([*self._work, *self._errands])

    async def _attend(self, question: AskedQuestion, older: Sequence[asyncio.Task[None]], *, again: bool) -> None:
        """Answer a question when its turn comes; work on an earlier text of it ends first."""
        await _ended(older)
        try:
            async with self._turns.of(question.thread.key), self._free:
                await self._finish(question, again=again)
        except asyncio.CancelledError:
            await self._break_off(question)
            raise
        finally:
            self._deliveries.pop(question.key, None)
            self._stopped.discard(question.key)

    async def _finish(self, question: AskedQuestion, *, again: bool) -> None:
        """Answer a question, trying again while Slack cannot be reached; what fails for good is recorded."""
        try:
            for pause in PAUSES:
                try:
                    return await self._answer(question, again=again)
                except FAILURES as error:
                    if not passing(error):
                        raise
                    log.warning("Slack cannot be reached for %s; trying again in %g s", question.key, pause)
                    again = True
                    await asyncio.sleep(pause)
            await self._answer(question, again=again)
        except StoppedByPerson:
            await self._say_stopped(question)
        except SlackApiError as error:
            log.warning("Slack refused the answer to %s: %s", question.key, code(error) or "no answer of Slack's")
            if not passing(error):
                await self._refuse(question, code(error))
        except (RecordsUnavailable, aiohttp.ClientError, TimeoutError) as error:
            log.error("The question %s stays in the inbox: %s", question.key, type(error).__name__)

    async def _answer(self, question: AskedQuestion, *, again: bool) -> None:
        delivery = self._delivery(question)
        delivery.begin()
        try:
            alone = question.starts_thread and not again
            thread = [] if alone else await read_thread(self._clients.retrying, question.thread)
            if again and not question.edited and is_whole(thread, question):
                return await self._records.inbox.answered(question)
            if again and not question.edited:
                delivery.take_up(unfinished(thread, question, self.bot_user))
            reply = await self._replies.to(question, thread, self.bot_user, delivery.hear)
            if reply.answer:  # before its buttons can be pressed
                await self._records.receipts.keep(question.key, question.person, reply.answer)
            standing = answers_to(thread, question, self.bot_user) or question.answer_ts.split()
            if question.edited and standing:
                await delivery.replace(standing, reply.posts)
            elif reply.posts:
                posted = parts_posted(thread, question.ts, self.bot_user) if again else []
                await delivery.finish(reply.posts, reply.answer.text if reply.answer else "", posted)
            await self._records.inbox.note_answer_messages(question, delivery.messages)
            await self._records.inbox.answered(question)
        finally:
            await delivery.close()
        if reply.details:
            await self._whisper(question, reply.details)
        return None

    def _delivery(self, question: AskedQuestion) -> Delivery:
        """How the answer gets into its thread; what an earlier try or run has streamed is taken up."""
        earlier = self._deliveries.get(question.key)
        noted = earlier.messages if earlier else [] if question.edited else question.answer_ts.split()
        streams = self._streams and not question.edited and not question.unasked
        delivery = Delivery(
            self._clients, self._records, question, self.bot_user, streams=streams, standing=noted[0] if noted else ""
        )
        self._deliveries[question.key] = delivery
        return delivery

    async def _whisper(self, question: AskedQuestion, details: str) -> None:
        try:
            await self._clients.retrying.chat_postEphemeral(
                channel=question.channel, user=question.person, text=details, thread_ts=question.thread_ts
            )
        except FAILURES as error:
            log.info("The asker of %s was not told the details: %s", question.key, type(error).__name__)

    async def _break_off(self, question: AskedQuestion) -> None:
        """Leave in order what is being answered: marked as stopped, or ended as far as it came."""
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                if question.key in self._stopped:
                    await self._say_stopped(question)
                elif delivery := self._deliveries.get(question.key):
                    await delivery.abandon()
        except (*FAILURES, RecordsUnavailable) as error:
            log.info("Breaking off %s was not told: %s", question.key, type(error).__name__)

    async def _say_stopped(self, question: AskedQuestion) -> None:
        delivery = self._deliveries.get(question.key) or self._delivery(question)
        await delivery.stopped()
        await delivery.close()
        await self._records.inbox.note_answer_messages(question, delivery.messages)
        await self._records.inbox.answered(question)

    async def _delete(self, question: AskedQuestion, ts: str) -> None:
        try:
            await self._clients.retrying.chat_delete(channel=question.channel, ts=ts)
        except SlackApiError as error:
            log.info("A message of the answer to %s was not deleted: %s", question.key, code(error))

    async def _refuse(self, question: AskedQuestion, reason: str) -> None:
        try:
            await self._records.inbox.refused(question, reason)
        except RecordsUnavailable as error:
            log.error("%s", error)


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
