"""One question on its way to its answer: the thread is read, a reply is made, delivered, and marked as answered."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.errors import RecordsUnavailable
from bot.flight_recorder import waiting
from bot.meter import Meter, Place, Span, Step
from bot.records.inbox import AskedQuestion, reference_of
from bot.records.leases import MOST_RETRIES, Claim
from bot.slack.api.clients import SlackClients
from bot.slack.api.errors import FAILURES, code, passing, retry_after, told
from bot.slack.api.threads import Message
from bot.slack.questions.answer_calls import StoppedByPerson
from bot.slack.questions.answer_messages import AnswerMessages
from bot.slack.questions.answer_progress import AnswerState
from bot.slack.questions.asker import Asker
from bot.slack.questions.counting import count_answer
from bot.slack.questions.delivery import Delivery
from bot.slack.questions.earlier_tries import EarlierTries
from bot.slack.questions.fence import Fence, LeaseLost
from bot.slack.questions.lateness import with_lateness
from bot.slack.questions.outcome import Outcome
from bot.slack.questions.pauses import Pauses
from bot.slack.questions.replying import Replies, Reply
from bot.storage import Records

CLEANUP_SECONDS = 2.0
"""How long broken-off work may take to leave its message in order."""
GIVEN_UP = "Sorry, I cannot answer this: something goes wrong each time I try. Reference for the person who runs me: {reference}."
TOO_LATE = "Sorry, I could not answer this for more than a day. Please ask again if you still need it."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobContext:
    """What every job works with; `streams`: whether answers come sentence by sentence."""

    records: Records
    clients: SlackClients
    replies: Replies
    streams: bool
    pauses: Pauses
    meter: Meter


class QuestionJob:
    """Answers one question.

    It is marked as answered only when its answer stands in the thread; a crash before that leaves it in the inbox, and
    the next run goes on with the messages that are there already. `again`: an earlier run may have left some.
    """

    def __init__(self, context: JobContext, claim: Claim, *, again: bool = False) -> None:
        self.claim = claim
        self.question = claim.question
        self.stop_requested = claim.stopped
        """Whether the person who asked wants no answer any more."""
        self.outcome = Outcome(context.records, claim.question, context.pauses)
        self._context = context
        self._fence = Fence(context.records.leases, context.records.receipts, claim.question)
        self._asker = Asker(context.clients, claim.question)
        self._messages = AnswerMessages(context.clients, context.records.answer_places, claim.question)
        self._earlier = EarlierTries(context.clients, claim.question, self._messages, there=again)
        self._streams = context.streams and not self.question.edited and not self.question.unasked
        self._delivery: Delivery | None = None
        self._reply: Reply | None = None

    async def run(self) -> None:
        """Answer, retrying while Slack cannot be reached. What fails is handed back to the inbox, or told to the asker."""
        try:
            async with self._context.records.leases.at_work(self.claim):
                await self._run()
        except LeaseLost:
            log.info("The question was taken by another process, changed or deleted; nothing is posted from here.")
            self.stop_requested = False
            await self.break_off()
        except SlackApiError as error:
            await self._refused_by_slack(error)
        except (RecordsUnavailable, aiohttp.ClientError, TimeoutError) as error:
            log.error("The question stays in the inbox, and is taken up again.", exc_info=error)
            await self.outcome.postponed()
        except Exception as error:  # whatever it is, the question is not lost and nobody waits in vain
            log.error("Answering failed.", exc_info=error)
            await self.outcome.postponed(counted=True)

    async def break_off(self) -> None:
        """Leave in order what was cancelled: marked as stopped, ended as far as it came, or deleted where it is another's to answer."""
        try:
            async with asyncio.timeout(CLEANUP_SECONDS):
                if self.stop_requested:
                    await self._stop()
                elif self._delivery:
                    await self._delivery.break_off()
                    if not self.outcome.is_known and await self._fence.is_closed():
                        await self._earlier.withdraw()
        except (*FAILURES, RecordsUnavailable) as error:
            log.info("Breaking off was not told.", exc_info=error)

    async def _run(self) -> None:
        """Answer, or say why not any more."""
        if self._earlier.there or self.question.edited:
            await self._fence.check()  # another process may answer it, or it was handed back since it was claimed
        if self.stop_requested:
            await self._stop()
        elif self.claim.is_hopeless or self.claim.expired:
            await self._give_up()
        else:
            try:
                await self._retry()
            except StoppedByPerson:
                await self._stop()

    async def _retry(self) -> None:
        for pause in self._context.pauses.retry:
            try:
                return await _traced(self._context.meter, self.question, self._answer)
            except FAILURES as error:
                if not passing(error) or retry_after(error):
                    raise
                log.warning("Slack cannot be reached; trying again in %g s.", pause, exc_info=error)
                self._earlier.there = True
                async with waiting():
                    await asyncio.sleep(pause)
        return await _traced(self._context.meter, self.question, self._answer)

    async def _answer(self, whole: Span) -> None:
        began = time.monotonic()
        delivery = self._new_delivery()
        delivery.begin()
        try:
            thread = await self._earlier.read_thread()
            if not self._earlier.have_answered_in(thread):
                reply = await self._context.replies.to(
                    self.question, thread, self._context.clients.bot_user, delivery.hear
                )
                self._reply = reply
                with self._context.meter.timing(Step.DELIVER):
                    await self._deliver(reply, delivery)
        finally:
            await delivery.close()
        await self.outcome.answered()  # last: nobody looks again at what still says that the bot is at work
        if self._reply:
            _note_answered(self._context.meter, whole, self._reply, time.monotonic() - began)
            await self._asker.tell_details(self._reply.details, below_an_answer=bool(self._reply.posts))

    async def _deliver(self, reply: Reply, delivery: Delivery) -> None:
        if reply.answer:  # before its buttons can be pressed
            await self._fence.keep_receipt(reply.answer)
        else:
            await self._fence.check()
        posts = with_lateness(reply.posts, self.question)
        if self.question.edited:
            await delivery.replace(posts)
        else:
            await delivery.finish(posts, reply.answer.text if reply.answer else "")
        await self._messages.note()

    def _new_delivery(self) -> Delivery:
        """A delivery for one try; it streams only where no message of the answer is there from an earlier one."""
        if not self.question.edited:
            self._messages.recall()  # what the inbox has noted is known before the thread is read
        streams = self._streams and self._messages.state is AnswerState.ABSENT
        self._delivery = Delivery(
            self._context.clients, self.question, self._messages, self._earlier, self._fence, streams=streams
        )
        return self._delivery

    async def _refused_by_slack(self, error: SlackApiError) -> None:
        """Slack does not take the answer: it waits until that has passed or is mended, or the asker is told elsewhere."""
        if not await self.outcome.postponed_by_slack(error):
            await self._asker.tell_elsewhere(code(error), self._reply.posts if self._reply else ())
            await self.outcome.refused(code(error))

    async def _give_up(self) -> None:
        """Told before it is noted: a crash in between changes nothing, and what stands in the thread is not told again."""
        thread = await _put_in_order(self._new_delivery(), self._earlier.read_thread())
        if self._earlier.have_answered_in(thread):
            await self.outcome.answered()
        elif self.claim.is_hopeless:
            await self._asker.tell_in_thread(GIVEN_UP.format(reference=reference_of(self.question.key)), thread)
            await self.outcome.set_aside(f"failed {MOST_RETRIES + 1} times")
        else:
            await self._asker.tell_in_thread(TOO_LATE, thread)
            await self.outcome.refused("too old")

    async def _stop(self) -> None:
        """Noted before it is told: whatever happens meanwhile, a stopped question is not answered later."""
        await self._context.records.inbox.stopped(self.question)
        delivery = self._delivery or self._new_delivery()
        thread = await self._earlier.read_stopped()
        if not self._earlier.have_answered_in(thread):
            await delivery.stopped(thread)
        await delivery.close()
        await self._messages.note()
        await self.outcome.answered()


async def _traced(meter: Meter, question: AskedQuestion, answer: Callable[[Span], Awaitable[None]]) -> None:
    """One try to answer, as a trace of its own."""
    with meter.tracer.span(Step.WHOLE) as whole:
        whole.tell(place=Place.THREAD, reference=reference_of(question.key))
        whole.quote(question=question.text)
        await answer(whole)


def _note_answered(meter: Meter, whole: Span, reply: Reply, seconds: float) -> None:
    whole.tell(**reply.fields)
    whole.quote(answer=reply.answer.text if reply.answer else "")
    meter.took(Step.WHOLE, seconds)
    count_answer(meter, reply.answer)
    took = round(seconds * 1000)
    log.info("Answered in %d ms: %s.", took, reply.summary, extra={"milliseconds": took, **reply.fields})


async def _put_in_order(delivery: Delivery, reading: Awaitable[Sequence[Message]]) -> Sequence[Message]:
    """End the stream and the session that an earlier try left open; gives the question's thread, as far as it can be read."""
    thread: Sequence[Message] = ()
    try:
        thread = await reading
        await delivery.break_off()
    except FAILURES as error:
        log.warning("What an earlier try left could not be put in order: %s", told(error))
    await delivery.close()
    return thread
