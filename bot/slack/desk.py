"""Answers accepted questions: reads the thread, asks the advisor, delivers, marks as answered. Each exactly once."""

import asyncio
import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.advisor import Advisor
from bot.conversation import Answer, Conversation, Coverage
from bot.errors import CareerBotError, RecordsUnavailable
from bot.language import language_of
from bot.records import Accepted, Records
from bot.slack.addressed import Command, command_in
from bot.slack.blocks import Post, messages, plain_post, shown
from bot.slack.confirmed import Confirmed, Found
from bot.slack.delivery import Delivery, Line, StoppedByPerson
from bot.slack.failures import FAILURES, code, passing
from bot.slack.offers import Offers
from bot.slack.threads import (
    Message,
    answers_to,
    conversation,
    is_whole,
    nobody_replied,
    parts_posted,
    read_thread,
    readable,
    unfinished,
)
from bot.slack.turns import Turns
from knowledge.errors import KnowledgeError

PAUSES = (0.5, 2.0, 8.0)
"""Seconds between the tries to answer a question while Slack cannot be reached."""
FAREWELL_SECONDS = 2.0
"""How long broken-off work may take to leave its message in order."""
_TOLD = {
    Command.PAUSE: "I stay quiet in this thread until somebody mentions me. Mention me with *resume* to have follow-ups answered again.",
    Command.RESUME: "I answer follow-ups in this thread again.",
}

NOTE_OF_CONFIRMED = "There is also an answer from a mentor: {line}."

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """What is said to a question: messages for its thread, the answer they show, and details for the asker alone."""

    posts: Sequence[Post]
    answer: Answer | None = None
    details: str = ""


@dataclass(frozen=True)
class Limits:
    """How long a question may be, in characters, and how many are answered at the same time."""

    longest_question: int
    questions_at_once: int


class Desk:
    """Works on many questions at once, on those of one thread in their order."""

    def __init__(
        self, advisor: Advisor, records: Records, line: Line, limits: Limits, offers: Offers, *, confirmed: Confirmed
    ) -> None:
        self._advisor = advisor
        self._offers = offers
        self._records = records
        self._line = line
        self._longest = limits.longest_question
        self._free = asyncio.Semaphore(limits.questions_at_once)
        self._turns = Turns()
        self._work: dict[asyncio.Task[None], Accepted] = {}
        self._errands: set[asyncio.Task[None]] = set()
        self._deliveries: dict[str, Delivery] = {}
        self._stopped: set[str] = set()
        self.confirmed = confirmed
        """What mentors have confirmed, which is given first."""
        self.bot_user = ""
        """Who the bot is in the workspace, known once it has connected."""

    def take(self, question: Accepted, *, again: bool = False) -> None:
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
        question = await self._records.known(key)
        if question is None:
            return
        await self._refuse(question, "deleted")
        thread = await read_thread(self._line.patient, question)
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

    async def _attend(self, question: Accepted, older: Sequence[asyncio.Task[None]], *, again: bool) -> None:
        """Answer a question when its turn comes; work on an earlier text of it ends first."""
        await _ended(older)
        try:
            async with self._turns.of(question.thread), self._free:
                await self._finish(question, again=again)
        except asyncio.CancelledError:
            await self._break_off(question)
            raise
        finally:
            self._deliveries.pop(question.key, None)
            self._stopped.discard(question.key)

    async def _finish(self, question: Accepted, *, again: bool) -> None:
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

    async def _answer(self, question: Accepted, *, again: bool) -> None:
        delivery = self._delivery(question)
        delivery.begin()
        try:
            alone = question.starts_thread and not again
            thread = [] if alone else await read_thread(self._line.patient, question)
            if again and not question.edited and is_whole(thread, question):
                return await self._records.answered(question)
            if again and not question.edited:
                delivery.take_up(unfinished(thread, question, self.bot_user))
            reply = await self._reply(question, thread, delivery)
            if reply.answer:  # before its buttons can be pressed
                await self._records.keep_receipt(question.key, question.person, reply.answer)
            standing = answers_to(thread, question, self.bot_user) or question.answer_ts.split()
            if question.edited and standing:
                await delivery.replace(standing, reply.posts)
            elif reply.posts:
                posted = parts_posted(thread, question, self.bot_user) if again else []
                await delivery.finish(reply.posts, reply.answer.text if reply.answer else "", posted)
            await self._records.standing(question, delivery.messages)
            await self._records.answered(question)
        finally:
            await delivery.close()
        if reply.details:
            await self._whisper(question, reply.details)
        return None

    def _delivery(self, question: Accepted) -> Delivery:
        """How the answer gets into its thread; what an earlier try or run has streamed is taken up."""
        earlier = self._deliveries.get(question.key)
        noted = earlier.messages if earlier else [] if question.edited else question.answer_ts.split()
        streams = self._advisor.streams and not question.edited and not question.unasked
        delivery = Delivery(
            self._line, self._records, question, self.bot_user, streams=streams, standing=noted[0] if noted else ""
        )
        self._deliveries[question.key] = delivery
        return delivery

    async def _reply(self, question: Accepted, thread: Sequence[Message], delivery: Delivery) -> Reply:
        """What is said to a question in its thread."""
        text = readable(question.text, self.bot_user)
        if len(text) > self._longest:
            details = f"Please ask in at most {self._longest:,} characters."
            return self._refusal(question, "That is more than I can read at once.", details)
        if (command := command_in(text)) and not question.is_direct:
            await self._records.pause(question.thread, paused=command is Command.PAUSE)
            return Reply([plain_post(_TOLD[command])])
        return await self._answered(question, text, thread, delivery)

    async def _answered(self, question: Accepted, text: str, thread: Sequence[Message], delivery: Delivery) -> Reply:
        """What a mentor confirmed, or the advisor's answer; instead of one that cannot be given, an honest sentence."""
        found = None
        try:
            asked = await self._conversation(question, thread)
            if not asked.earlier:  # what somebody means in a conversation, its words alone do not tell
                found = await self.confirmed.answer_to(asked.question, question.team, asked.guides)
            if found and not question.fresh:
                return self._confirmed_reply(question, text, found)
            answer = await self._advisor.answer(asked, delivery.hear)
        except (CareerBotError, KnowledgeError) as error:
            return self._refusal(question, "Sorry, I cannot answer just now.", str(error), text, found)
        except (*FAILURES, StoppedByPerson):
            raise
        except Exception as error:  # noqa: BLE001  # the person who asked is told, whatever it was
            reference = uuid.uuid4().hex[:8]
            log.error("Answering %s failed with %s (reference %s)", question.key, type(error).__name__, reference)
            details = f"Something went wrong on my side. Reference for the person who runs me: {reference}."
            return self._refusal(question, "Sorry, I cannot answer just now.", details, text, found)
        if question.unasked and answer.coverage is Coverage.NOT_COVERED:
            await self._records.pause(question.thread, paused=True)
            return Reply([])
        offered = self._offers.under(answer, text, question.key, direct=question.is_direct)
        what = shown(answer, question.key, offered)
        told = NOTE_OF_CONFIRMED.format(line=found.line[0].lower() + found.line[1:]) if found else ""
        return Reply(messages(replace(what, note="\n".join(filter(None, [what.note, told])))), answer)

    def _confirmed_reply(self, question: Accepted, text: str, found: Found, details: str = "") -> Reply:
        """What a mentor confirmed, with a way to an answer from the guides."""
        offered = self._offers.under(found.answer, text, question.key, direct=question.is_direct)
        return Reply(messages(found.shown(question.key, offered)), found.answer, details)

    async def _conversation(self, question: Accepted, thread: Sequence[Message]) -> Conversation:
        """The thread as the conversation to answer, with the guides that may answer there and the person's locale."""
        told = conversation(thread, question, self.bot_user)
        guides = frozenset[str]()
        if not question.is_direct:
            guides = (await self._records.channels.settings(question.team, question.channel)).guides
        unclear = self._advisor.streams and language_of(told.question) is None
        locale = (await self._line.people.person(question.person)).locale if unclear else ""
        return replace(told, guides=guides, locale=locale)

    def _refusal(
        self, question: Accepted, short: str, details: str, text: str = "", found: Found | None = None
    ) -> Reply:
        """A short sentence for everybody and the details for the asker; nobody else reads a direct message.

        What a mentor confirmed stays where it was to be answered afresh.
        """
        if found:
            return self._confirmed_reply(question, text, found, f"{short} {details}")
        if question.unasked:
            return Reply([])
        return (
            Reply([plain_post(f"{short} {details}")])
            if question.is_direct
            else Reply([plain_post(short)], None, details)
        )

    async def _whisper(self, question: Accepted, details: str) -> None:
        try:
            await self._line.patient.chat_postEphemeral(
                channel=question.channel, user=question.person, text=details, thread_ts=question.thread_ts
            )
        except FAILURES as error:
            log.info("The asker of %s was not told the details: %s", question.key, type(error).__name__)

    async def _break_off(self, question: Accepted) -> None:
        """Leave in order what is being answered: marked as stopped, or ended as far as it came."""
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                if question.key in self._stopped:
                    await self._say_stopped(question)
                elif delivery := self._deliveries.get(question.key):
                    await delivery.abandon()
        except (*FAILURES, RecordsUnavailable) as error:
            log.info("Breaking off %s was not told: %s", question.key, type(error).__name__)

    async def _say_stopped(self, question: Accepted) -> None:
        delivery = self._deliveries.get(question.key) or self._delivery(question)
        await delivery.stopped()
        await delivery.close()
        await self._records.standing(question, delivery.messages)
        await self._records.answered(question)

    async def _delete(self, question: Accepted, ts: str) -> None:
        try:
            await self._line.patient.chat_delete(channel=question.channel, ts=ts)
        except SlackApiError as error:
            log.info("A message of the answer to %s was not deleted: %s", question.key, code(error))

    async def _refuse(self, question: Accepted, reason: str) -> None:
        try:
            await self._records.refused(question, reason)
        except RecordsUnavailable as error:
            log.error("%s", error)


async def _ended(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
