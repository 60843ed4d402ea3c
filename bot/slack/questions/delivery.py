"""How one answer gets into its thread: as a stream of checked sentences, or as messages."""

import logging
import time
from collections.abc import Sequence

from bot.records.inbox import AskedQuestion
from bot.slack.api.clients import SlackClients
from bot.slack.api.errors import FAILURES, retry_after, told
from bot.slack.api.limits import MARKDOWN_BLOCK, MESSAGE_MARKDOWN, PART_BLOCKS, TITLE
from bot.slack.api.messages import Post
from bot.slack.api.threads import Message
from bot.slack.format.blocks import plain_post
from bot.slack.format.escaping import escaped
from bot.slack.format.markdown import split, streamable
from bot.slack.format.reading import said_in
from bot.slack.questions.answer_messages import AnswerMessages
from bot.slack.questions.answer_progress import AnswerState
from bot.slack.questions.earlier_tries import EarlierTries
from bot.slack.questions.fence import Fence
from bot.slack.questions.status import WorkingStatus
from bot.slack.questions.stopped_mark import STOPPED, mark_what_stands
from knowledge.threads import in_thread

FLUSH_AFTER = 800
"""Characters that wait before they are appended to a stream: about 120 words then cost no call beside start and stop."""
FLUSH_SECONDS = 3.0
"""A sentence waits no longer than this when another one comes."""

log = logging.getLogger(__name__)


class Delivery:
    """One try to deliver an answer: says that the bot is at work, streams what it hears, ends with the whole answer.

    Streaming is a courtesy: where Slack refuses it, the answer is posted or the started message is edited. No
    sentence is lost by that. `streams` tells whether the answer may come piece by piece; `earlier` tries may have left
    Slack saying that the bot is at work.
    """

    def __init__(
        self,
        clients: SlackClients,
        question: AskedQuestion,
        messages: AnswerMessages,
        earlier: EarlierTries,
        fence: Fence,
        *,
        streams: bool,
    ) -> None:
        title = (
            " ".join(said_in(question.text, clients.bot_user).question.split())[:TITLE]
            if question.starts_thread
            else ""
        )
        self._clients = clients
        self._question = question
        self._messages = messages
        self._earlier = earlier
        self._fence = fence
        # An edit may have reached another process than the one that was killed while it answered the wording before.
        busy = earlier.there or bool(question.edited)
        self._status = WorkingStatus(clients.single_try, question, title, busy=busy)
        self._streams = streams
        self._heard = ""
        self._sent = 0
        self._sent_at = 0.0
        self._full = False

    def begin(self) -> None:
        """Say that the bot is at work."""
        self._status.begin(streams=self._streams)

    async def hear(self, piece: str) -> None:
        """A checked piece of the answer. Raises StoppedByPerson when Slack says that the stream was stopped, and LeaseLost."""
        self._heard += piece
        self._full = self._full or not (_surely_fits(self._heard) or await in_thread(_fits_one_message, self._heard))
        if not self._streams or self._full or not streamable(self._heard):
            return
        if self._messages.state is AnswerState.ABSENT:
            await self._start()
        elif self._messages.state is AnswerState.STREAMING and self._is_due():
            await self._append()

    async def finish(self, posts: Sequence[Post], text: str) -> None:
        """End with the whole answer: what stands already stays, what is missing follows, then the sources."""
        await self._status.begun()
        await self._earlier.settled()
        if self._messages.may_be_streaming and posts:
            if await self._end_stream(posts, text):
                return
            await self.break_off()  # Slack lets nobody edit a message that is still being streamed
        missing = posts[len(self._messages.ts) :] or self._messages.may_be_streaming
        await self._messages.complete(posts)
        if missing:
            self._status.answered()

    async def replace(self, posts: Sequence[Post]) -> None:
        """End with the whole answer in the place of an earlier one."""
        await self._status.begun()
        more = len(posts) > len(self._messages.ts)
        await self._messages.replace(posts)
        if more:  # a change of a message takes no line of status away
            self._status.answered()

    async def stopped(self, thread: Sequence[Message]) -> None:
        """The person pressed stop: what was said stays, marked as stopped. `thread` shows what earlier tries have said."""
        await self._status.begun()
        said = plain_post(f"{self._heard.strip()} {STOPPED}".strip())
        if not self._messages.may_be_streaming:
            await self._messages.add(said)
        elif self._messages.state is AnswerState.BROKEN_OFF:
            if not await self._end_with(f" {STOPPED}"):
                await mark_what_stands(self._messages, thread)
        elif not await self._end_with(f"{self._heard[self._sent :]} {STOPPED}"):
            await self.break_off()
            await self._messages.complete([said])
        self._status.answered()

    async def break_off(self) -> None:
        """The question is gone or has changed: a stream ends as it is, and is edited or deleted later."""
        await self._earlier.settled()
        if self._messages.may_be_streaming and await self._messages.break_off(self._status.session):
            self._status.session_ended()

    async def close(self) -> None:
        """Leave nothing that says the bot is still at work, whatever happened."""
        await self._status.close()

    def _is_due(self) -> bool:
        waited = time.monotonic() - self._sent_at
        return len(self._heard) - self._sent >= FLUSH_AFTER or waited > FLUSH_SECONDS

    async def _start(self) -> None:
        if not self._clients.streams:
            self._streams = False
            return
        await self._status.begun()
        await self._fence.check()
        self._sent, self._sent_at = len(self._heard), time.monotonic()
        try:
            await self._messages.start_stream(escaped(self._heard.lstrip()))
        except FAILURES as error:
            self._streams = False
            if seconds := retry_after(error):
                self._clients.refused_stream(seconds)
            log.info("The answer to %s is not streamed: %s", self._question.key, told(error))
            return
        self._status.answered()
        await self._fence.check()
        await self._messages.note()

    async def _append(self) -> None:
        try:
            await self._messages.append(escaped(self._heard[self._sent :]))
        except FAILURES as error:
            self._sent_at = time.monotonic() + retry_after(error)
            self._streams = retry_after(error) > 0
            log.info("Streaming the answer to %s was interrupted: %s", self._question.key, told(error))
            return
        self._sent, self._sent_at = len(self._heard), time.monotonic()

    async def _end_stream(self, posts: Sequence[Post], text: str) -> bool:
        """Stop the stream with what is missing and the sources, if it holds the beginning of the whole answer."""
        heard = self._heard[: self._sent].strip()
        fits = len(posts) == 1 and len(escaped(text)) <= MARKDOWN_BLOCK
        if not (self._streams and fits and heard and text.startswith(heard)):
            return False
        below = [block for block in posts[0].blocks if block["type"] != "markdown"]
        return await self._end_with(text[len(heard) :], below)

    async def _end_with(self, text: str, below: Sequence[dict[str, object]] = ()) -> bool:
        if not await self._messages.end_stream(escaped(text), below, self._status.session):
            return False
        self._status.session_ended()
        return True


def _surely_fits(markdown: str) -> bool:
    """Whether a text is one of a few lines, which fits one message whatever its marks."""
    return len(markdown) < MESSAGE_MARKDOWN // 6 and markdown.count("\n") < PART_BLOCKS // 2


def _fits_one_message(markdown: str) -> bool:
    return len(split(markdown, MESSAGE_MARKDOWN)) == 1
