"""What Slack shows while an answer is being made: a busy session with a stop button, and a rotating line of status."""

import asyncio
import logging
from contextlib import suppress
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.records.inbox import AskedQuestion
from bot.slack.api.errors import FAILURES, told
from bot.slack.api.limits import STATUS_SECONDS

WORKING = "is reading the guides…"
LOADING = ("Looking for the passage that answers…", "Reading it closely…", "Checking every sentence…")
"""Lines that Slack rotates while the bot is at work."""

QUEUED = "has many questions at once; about {before} are before yours…"
BEGUN_SECONDS = 1.0
"""For so long an answer waits until Slack has said that the bot is at work."""
COURTESY_SECONDS = 5.0
"""For so long one call may take that only says what the bot is doing."""

log = logging.getLogger(__name__)


class WorkingStatus:
    """Says that the bot is at work on a question. That it cannot be said harms nobody.

    `client` does without what Slack refuses; `title` names the session, empty where the thread has one already; `busy` is
    whether Slack may say already that the bot is at work.
    """

    def __init__(self, client: AsyncWebClient, question: AskedQuestion, title: str, *, busy: bool = False) -> None:
        self._client = client
        self._question = question
        self._title = title
        self._busy = busy and not question.unasked
        self._said = False
        self._late = False
        self._beginning: asyncio.Future[list[None]] | None = None
        self._repeating: asyncio.Task[None] | None = None

    @property
    def session(self) -> str | None:
        """The state that the session is to get when the answer's stream ends; None where there is nothing to change."""
        return "active" if self._busy else None

    def begin(self, *, streams: bool) -> None:
        """Say it, with a stop button where the answer streams, without waiting for Slack."""
        if self._question.unasked:
            return
        beginning = [self._open_session(streams=streams)]
        if self._question.starts_thread or not streams:
            beginning.append(self._say_busy())
            self._repeating = asyncio.create_task(self._repeat())
        self._beginning = asyncio.gather(*beginning)

    async def begun(self) -> None:
        """Wait until Slack has it: what reaches Slack last wins, and a status that comes after the answer would stay.

        A Slack that takes long over it does not hold the answer back; the status is taken away once more at the end.
        """
        if self._beginning:
            _, waiting = await asyncio.wait([self._beginning], timeout=BEGUN_SECONDS)
            self._late = self._late or bool(waiting)

    def answered(self) -> None:
        """A message of the answer was sent, with which Slack takes the line of status away by itself."""
        self._said = True

    def session_ended(self) -> None:
        """The session got its new state with the end of the stream."""
        self._busy = False

    async def close(self) -> None:
        """Leave nothing that says the bot is still at work, whatever happened."""
        if self._beginning:
            await self._beginning
        if self._repeating:
            self._repeating.cancel()
            with suppress(asyncio.CancelledError):
                await self._repeating
            if self._late or not self._said:
                await self._call("assistant.threads.setStatus", status="")
        if self._busy:
            await self._call("agents.sessions.setStatus", status="active")
            self._busy = False

    async def _repeat(self) -> None:
        """Slack takes a status away after two minutes; while the work lasts it is said again."""
        while True:
            await asyncio.sleep(STATUS_SECONDS)
            await self._say_busy()

    async def _say_busy(self) -> None:
        await self._call("assistant.threads.setStatus", status=WORKING, loading_messages=list(LOADING))

    async def _open_session(self, *, streams: bool) -> None:
        title = {"title": self._title} if self._title else {}
        if streams:
            self._busy = True
            await self._call("agents.sessions.setStatus", status="processing", **title)
        elif title and self._question.is_direct:
            await self._call("agents.sessions.setStatus", status="active", **title)

    async def _call(self, method: str, **arguments: Any) -> None:
        await _call(self._client, self._question, method, **arguments)


async def say_queued(client: AsyncWebClient, question: AskedQuestion, before: int) -> None:
    """Say in the line of status that so many questions are before this one."""
    if not question.unasked:
        await _call(client, question, "assistant.threads.setStatus", status=QUEUED.format(before=before))


async def _call(client: AsyncWebClient, question: AskedQuestion, method: str, **arguments: Any) -> None:
    place = {"channel_id": question.channel, "thread_ts": question.thread_ts}
    try:
        async with asyncio.timeout(COURTESY_SECONDS):
            await client.api_call(method, json=place | arguments)
    except FAILURES as error:
        log.debug("%s for %s failed: %s", method, question.key, told(error))
