"""One question on its way to its answer: the thread is read, a reply is made, delivered, and marked as answered."""

import asyncio
import logging
from collections.abc import Sequence

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.errors import RecordsUnavailable
from bot.records.inbox import AskedQuestion
from bot.slack.api.clients import SlackClients
from bot.slack.api.errors import FAILURES, code, passing
from bot.slack.api.threads import Message, read_thread
from bot.slack.questions.answer_calls import StoppedByPerson
from bot.slack.questions.answer_messages import AnswerMessages
from bot.slack.questions.answer_progress import AnswerState
from bot.slack.questions.delivery import Delivery
from bot.slack.questions.replying import Replies, Reply
from bot.storage import Records

RETRY_PAUSES = (0.5, 2.0, 8.0)
"""Seconds between the tries to answer a question while Slack cannot be reached."""
CLEANUP_SECONDS = 2.0
"""How long broken-off work may take to leave its message in order."""

log = logging.getLogger(__name__)


class QuestionJob:
    """Answers one question.

    It is marked as answered only when its answer stands in the thread; a crash before that leaves it in the inbox, and
    the next run goes on with the messages that are there already.
    """

    def __init__(
        self, records: Records, clients: SlackClients, replies: Replies, question: AskedQuestion, *, streams: bool
    ) -> None:
        self.question = question
        self.stop_requested = False
        """Whether a cancellation is the person's who asked."""
        self._records = records
        self._clients = clients
        self._replies = replies
        self._messages = AnswerMessages(clients, records.inbox, question)
        self._streams = streams and not question.edited and not question.unasked
        self._delivery: Delivery | None = None

    async def run(self, *, again: bool) -> None:
        """Answer, retrying while Slack cannot be reached; what fails for good is recorded.

        `again` is whether an earlier run may have left a part of the answer.
        """
        try:
            await self._retry(again=again)
        except StoppedByPerson:
            await self._say_stopped()
        except SlackApiError as error:
            log.warning("Slack refused the answer to %s: %s", self.question.key, code(error) or "no answer of Slack's")
            if not passing(error):
                await self._refuse(code(error))
        except (RecordsUnavailable, aiohttp.ClientError, TimeoutError) as error:
            log.error("The question %s stays in the inbox: %s", self.question.key, type(error).__name__)

    async def break_off(self) -> None:
        """Leave in order what was cancelled: marked as stopped, or ended as far as it came."""
        try:
            async with asyncio.timeout(CLEANUP_SECONDS):
                if self.stop_requested:
                    await self._say_stopped()
                elif self._delivery:
                    await self._delivery.break_off()
        except (*FAILURES, RecordsUnavailable) as error:
            log.info("Breaking off %s was not told: %s", self.question.key, type(error).__name__)

    async def _retry(self, *, again: bool) -> None:
        for pause in RETRY_PAUSES:
            try:
                return await self._answer(again=again)
            except FAILURES as error:
                if not passing(error):
                    raise
                log.warning("Slack cannot be reached for %s; trying again in %g s", self.question.key, pause)
                again = True
                await asyncio.sleep(pause)
        return await self._answer(again=again)

    async def _answer(self, *, again: bool) -> None:
        delivery = self._new_delivery()
        delivery.begin()
        try:
            thread = await self._read_thread(again=again)
            if again and not self.question.edited and self._messages.state is AnswerState.WHOLE:
                return await self._records.inbox.answered(self.question)
            reply = await self._replies.to(self.question, thread, self._clients.bot_user, delivery.hear)
            await self._deliver(reply, delivery)
            await self._records.inbox.answered(self.question)
        finally:
            await delivery.close()
        return await self._tell_details(reply)

    async def _read_thread(self, *, again: bool) -> Sequence[Message]:
        """The question's thread, and in it what stands of the answer. A question that is new and alone has none."""
        alone = self.question.starts_thread and not again
        thread = [] if alone else await read_thread(self._clients.retrying, self.question.thread)
        if self.question.edited:
            self._messages.find(thread)
        elif again:
            self._messages.resume(thread)
        return thread

    async def _deliver(self, reply: Reply, delivery: Delivery) -> None:
        if reply.answer:  # before its buttons can be pressed
            await self._records.receipts.keep(self.question.key, self.question.person, reply.answer)
        if self.question.edited:
            await delivery.replace(reply.posts)
        else:
            await delivery.finish(reply.posts, reply.answer.text if reply.answer else "")
        await self._messages.note()

    def _new_delivery(self) -> Delivery:
        """A delivery for one try; it streams only where no message of the answer is there from an earlier one."""
        if not self.question.edited:
            self._messages.resume(())  # what the inbox has noted is known before the thread is read
        streams = self._streams and self._messages.state is AnswerState.ABSENT
        self._delivery = Delivery(self._clients, self.question, self._messages, streams=streams)
        return self._delivery

    async def _tell_details(self, reply: Reply) -> None:
        """What only the person who asked is told."""
        if not reply.details:
            return
        question = self.question
        try:
            await self._clients.retrying.chat_postEphemeral(
                channel=question.channel, user=question.person, text=reply.details, thread_ts=question.thread_ts
            )
        except FAILURES as error:
            log.info("The asker of %s was not told the details: %s", question.key, type(error).__name__)

    async def _say_stopped(self) -> None:
        delivery = self._delivery or self._new_delivery()
        await delivery.stopped()
        await delivery.close()
        await self._messages.note()
        await self._records.inbox.answered(self.question)

    async def _refuse(self, reason: str) -> None:
        try:
            await self._records.inbox.refused(self.question, reason)
        except RecordsUnavailable as error:
            log.error("%s", error)
