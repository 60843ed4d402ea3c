"""The worker: takes questions from the inbox and runs a job for each, those of one thread one after another."""

import asyncio
import logging
from collections.abc import Sequence

from bot.errors import RecordsUnavailable
from bot.records.inbox import AskedQuestion
from bot.slack.api.clients import SlackClients
from bot.slack.api.errors import FAILURES
from bot.slack.api.threads import read_thread
from bot.slack.questions.answer_messages import AnswerMessages
from bot.slack.questions.conversation import nobody_replied
from bot.slack.questions.job import QuestionJob
from bot.slack.questions.locks import KeyedLocks
from bot.slack.questions.replying import Replies
from bot.storage import Records

log = logging.getLogger(__name__)


class QuestionWorker:
    """Works on at most `most` questions concurrently, and on those of one thread in their order.

    `streams` tells whether answers come sentence by sentence. What the worker has not finished stays in the inbox, and
    is taken up at the next start.
    """

    def __init__(self, records: Records, clients: SlackClients, replies: Replies, *, streams: bool, most: int) -> None:
        self._records = records
        self._clients = clients
        self._replies = replies
        self._streams = streams
        self._free = asyncio.Semaphore(most)
        self._locks = KeyedLocks()
        self._jobs: dict[asyncio.Task[None], QuestionJob] = {}
        self._deletions: set[asyncio.Task[None]] = set()

    def take(self, question: AskedQuestion, *, again: bool = False) -> None:
        """Start answering a question; `again` after a restart, when a part of its answer may stand in the thread."""
        older = self._tasks_of(question.key)
        job = QuestionJob(self._records, self._clients, self._replies, question, streams=self._streams)
        task = asyncio.create_task(self._run(job, older, again=again))
        self._jobs[task] = job
        task.add_done_callback(lambda done: self._jobs.pop(done, None))

    def stop(self, channel: str, thread_ts: str) -> None:
        """Break off what is being answered in a thread; what was said stays and is marked as stopped."""
        for task, job in list(self._jobs.items()):
            if (job.question.channel, job.question.thread_ts) == (channel, thread_ts):
                job.stop_requested = True
                task.cancel()

    def delete_answer(self, key: str) -> None:
        """A question was deleted: its answer goes with it, if nobody replied."""
        task = asyncio.create_task(self._delete_answer(key))
        self._deletions.add(task)
        task.add_done_callback(self._deletions.discard)

    async def idle(self, seconds: float) -> None:
        """Wait until everything taken is answered, but not longer than that; what is left stays in the inbox."""
        if doing := [*self._jobs, *self._deletions]:
            await asyncio.wait(doing, timeout=seconds)

    async def leave(self) -> None:
        """Stop working at once; what is not answered stays in the inbox."""
        await _cancelled([*self._jobs, *self._deletions])

    async def _run(self, job: QuestionJob, older: Sequence[asyncio.Task[None]], *, again: bool) -> None:
        """Run a job when its thread is free; work on an earlier text of its question ends first."""
        await _cancelled(older)
        try:
            async with self._locks.of(job.question.thread.key), self._free:
                await job.run(again=again)
        except asyncio.CancelledError:
            await job.break_off()
            raise

    async def _delete_answer(self, key: str) -> None:
        await _cancelled(self._tasks_of(key))
        try:
            question = await self._records.inbox.find(key)
            if question is None:
                return
            await self._records.inbox.refused(question, "deleted")
            thread = await read_thread(self._clients.retrying, question.thread)
            if thread and nobody_replied(thread, question, self._clients.bot_user):
                messages = AnswerMessages(self._clients, self._records.inbox, question)
                messages.find(thread)
                await messages.delete()
        except (*FAILURES, RecordsUnavailable) as error:
            log.error("The answer to the deleted question %s may stay: %s", key, type(error).__name__)

    def _tasks_of(self, key: str) -> list[asyncio.Task[None]]:
        return [task for task, job in self._jobs.items() if job.question.key == key]


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
