"""The worker: answers accepted questions concurrently, and takes up what was left."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Coroutine, Sequence

from bot.errors import RecordsUnavailable
from bot.logs import about
from bot.meter import Meter, Place
from bot.records.inbox import AskedQuestion, reference_of
from bot.records.leases import Claim
from bot.records.threads import ThreadAddress
from bot.slack.api.clients import SlackClients
from bot.slack.questions.deletion import delete_with_answer
from bot.slack.questions.job import JobContext, QuestionJob
from bot.slack.questions.locks import KeyedLocks
from bot.slack.questions.pauses import Pauses
from bot.slack.questions.replying import Replies
from bot.slack.questions.slots import FairSlots
from bot.slack.questions.status import say_queued
from bot.storage import Records

HELD = 10
"""Questions in memory for each that may be answered at the same time; more wait in the inbox."""
CLAIMED_FIRST = 20
"""Questions of the inbox that are claimed before the bot connects; the others are beside that."""
FENCE_SECONDS = 30.0
"""Work ends when its lease could not be renewed for so long: before another process may take it up."""
HAND_BACK_SECONDS = 1.0
"""How long a stop waits for the database to take back what is not answered."""

log = logging.getLogger(__name__)


class QuestionWorker:
    """Works on at most `most` questions concurrently, people in turn, and on those of one thread in their order.

    `streams` tells whether answers come sentence by sentence. What is not finished stays in the inbox.
    """

    def __init__(
        self,
        records: Records,
        clients: SlackClients,
        replies: Replies,
        *,
        streams: bool,
        most: int,
        pauses: Pauses,
        meter: Meter,
    ) -> None:
        self._records = records
        self._pauses = pauses
        self._context = JobContext(records, clients, replies, streams, pauses, meter)
        self._most = most
        self._slots = FairSlots(most)
        self._locks = KeyedLocks()
        self._jobs: dict[asyncio.Task[None], QuestionJob] = {}
        self._others: set[asyncio.Task[None]] = set()
        self._looking: asyncio.Task[None] | None = None
        self._renewed_at = time.monotonic()

    async def begin(self) -> None:
        """Begin with the first questions of the inbox; it is looked through beside the work on them, and then every few seconds."""
        await self._if_there(self._claim(CLAIMED_FIRST))
        self._looking = asyncio.create_task(self._keep_looking())

    def take(self, question: AskedQuestion) -> None:
        """Start answering a question that was accepted just now; where too many wait already, it waits in the inbox."""
        self._context.meter.asked(Place.THREAD)
        if len(self._jobs) < HELD * self._most:
            self._start(Claim(question))
        else:
            self._beside(self._records.leases.release(question, 0))

    def stop(self, channel: str, thread_ts: str) -> None:
        """Break off what is being answered in a thread; what was said stays and is marked as stopped."""
        for task, job in list(self._jobs.items()):
            if (job.question.channel, job.question.thread_ts) == (channel, thread_ts):
                job.stop_requested = True
                task.cancel()

    def delete_answer(self, key: str) -> None:
        """A question was deleted: its answer goes with it, if nobody replied."""
        self._beside(self._delete_answer(key))

    def lock_of(self, thread: ThreadAddress) -> asyncio.Lock:
        """The lock under which the answers of a thread are made and changed."""
        return self._locks.of(thread.key)

    async def idle(self, seconds: float) -> None:
        """Wait until everything taken is answered, but not longer than that; what is left stays in the inbox."""
        if doing := [*self._jobs, *self._others]:
            await asyncio.wait(doing, timeout=seconds)

    async def finish(self, seconds: float) -> None:
        """Take up nothing more, answer what can be within that time, and hand the rest back to the inbox."""
        await _cancelled([*filter(None, [self._looking])])
        await self.idle(seconds)
        await _cancelled([*self._jobs, *self._others])
        await _hand_back(self._records)

    async def look(self) -> None:
        """Renew the leases of what is worked on, drop what is another's by now, and claim what waits."""
        jobs = {job.question.key: (task, job) for task, job in self._jobs.items()}
        ours = await self._records.leases.renew(jobs.keys())
        self._renewed_at = time.monotonic()
        for key, (task, job) in jobs.items():
            if (
                key not in ours and not job.outcome.is_known and not task.cancelling()
            ):  # a second cancel would end its clean-up
                log.info("Question %s is answered by another process or was deleted.", reference_of(key))
                task.cancel()
        for claim in ours.values():
            self._start(claim, again=True)
        await self._claim(HELD * self._most - len(self._jobs))

    async def _claim(self, most: int) -> None:
        async for claim in self._records.leases.claim(most):
            self._start(claim, again=True)

    async def _keep_looking(self) -> None:
        while True:
            await self._if_there(self.look())
            await asyncio.sleep(self._pauses.look)

    async def _if_there(self, looking: Awaitable[object]) -> None:
        try:
            await looking
        except RecordsUnavailable as error:
            log.error("The inbox was not looked through: %s", error)
            if time.monotonic() - self._renewed_at > FENCE_SECONDS:
                await _cancelled(list(self._jobs))

    def _start(self, claim: Claim, *, again: bool = False) -> None:
        """Start a job, unless one is at work on the same text of the question."""
        older = self._tasks_of(claim.question.key)
        if any(not _changed(self._jobs[task].question, claim.question) for task in older):
            return
        job = QuestionJob(self._context, claim, again=again)
        task = asyncio.create_task(self._run(job, older))
        self._jobs[task] = job
        task.add_done_callback(lambda done: self._jobs.pop(done, None))

    async def _run(self, job: QuestionJob, older: Sequence[asyncio.Task[None]]) -> None:
        """Run a job when its thread is free; work on an earlier text of its question ends first."""
        with about(reference_of(job.question.key)):
            await _cancelled(older)
            try:
                async with self.lock_of(job.question.thread):
                    await self._run_in_turn(job)
            except asyncio.CancelledError:
                await job.break_off()
                raise

    async def _run_in_turn(self, job: QuestionJob) -> None:
        """Run a job in a slot; who waits long for one is told."""
        told = asyncio.get_running_loop().call_later(
            self._pauses.patience, self._tell_place, job, self._slots.before(job.question.person)
        )
        try:
            async with self._slots.of(job.question.person):
                told.cancel()
                await job.run()
        finally:
            told.cancel()

    def _tell_place(self, job: QuestionJob, before: int) -> None:
        self._beside(say_queued(self._context.clients.single_try, job.question, before))

    def _beside(self, work: Coroutine[None, None, None]) -> None:
        """Do something small beside the answers; that the records cannot be reached is logged."""
        task = asyncio.create_task(_logged(work))
        self._others.add(task)
        task.add_done_callback(self._others.discard)

    async def _delete_answer(self, key: str) -> None:
        await _cancelled(self._tasks_of(key))
        if question := await self._records.inbox.find(key):
            async with self.lock_of(question.thread):
                await delete_with_answer(self._records, self._context.clients, question)

    def _tasks_of(self, key: str) -> list[asyncio.Task[None]]:
        return [task for task, job in self._jobs.items() if job.question.key == key]


async def _hand_back(records: Records) -> None:
    try:
        async with asyncio.timeout(HAND_BACK_SECONDS):
            await records.leases.release_all()
    except (RecordsUnavailable, TimeoutError) as error:
        log.error("What is not answered is taken up only when its leases have run out.", exc_info=error)


async def _cancelled(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _logged(work: Coroutine[None, None, None]) -> None:
    try:
        await work
    except RecordsUnavailable as error:
        log.error("%s", error)


def _changed(known: AskedQuestion, now: AskedQuestion) -> bool:
    """Whether a question is to be answered anew: its text was edited, or a fresh answer was asked for."""
    return (known.edited, known.fresh) != (now.edited, now.fresh)
