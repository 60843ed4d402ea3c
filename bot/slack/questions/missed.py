"""What the bot was asked while it was off: looked for once when it is back, and answered where nobody else has.

Slack delivers an event three times within some six minutes, and then to nobody.
"""

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError

from bot.errors import RecordsUnavailable
from bot.records.database import now
from bot.slack.api.clients import SlackClients
from bot.slack.api.errors import FAILURES, code, passing, told
from bot.slack.api.history import Conversation, conversations, replied_since, written_since
from bot.slack.api.threads import Message, sent_at
from bot.slack.questions.addressed import asked_through_an_app, question_in
from bot.storage import Records

Hear = Callable[[Mapping[str, Any]], Awaitable[bool]]
"""Takes an event as if Slack had delivered it now; whether it was taken."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MissedLimits:
    """How far the bot looks for what it missed."""

    hours: float = 12.0
    """What is older is not answered any more; 0: nothing is looked for."""
    conversations: int = 300
    threads: int = 100
    """Threads it was asked in before, those of the last talk first, whose root is older than what is read anyway."""
    pages: int = 3
    """Of one conversation."""
    seconds: float = 900.0
    """For all of it, waiting for Slack's rate limits included."""
    pause: float = 1.5
    """Seconds between two calls: Slack takes 50 calls of such a method a minute, and people who ask now need some of them."""
    noted: float = 60.0
    """Seconds between two notes that events arrive, and between two tries to look."""
    away: float = 300.0
    """Without events for so many seconds in a running process, it looks again; what is younger Slack delivers itself."""


class MissedQuestions:
    """Notes that events arrive, and looks for what was missed when they did not, in the background."""

    def __init__(
        self,
        records: Records,
        clients: SlackClients,
        hear: Hear,
        limits: MissedLimits,
        arrives: Callable[[], bool],
    ) -> None:
        self._records = records
        self._clients = clients
        self._hear = hear
        self._limits = limits
        self._arrives = arrives
        self.looked = asyncio.Event()
        """Whether everything was looked through since the start."""
        self._keeping: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Look at once, and keep noting that events arrive, until leave()."""
        if self._limits.hours:
            self._keeping = asyncio.create_task(self._keep())

    async def leave(self) -> None:
        """Break off; what was not looked through is looked through by the next start."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)

    async def _keep(self) -> None:
        while True:
            try:
                if self._arrives():
                    await self._look_and_note()
            except (RecordsUnavailable, *FAILURES) as error:
                log.warning("What was missed is looked for again: %s", told(error))
            except Exception as error:  # one odd message must not end this
                log.error("Looking for what was missed failed.", exc_info=error)
            await asyncio.sleep(self._limits.noted)

    async def _look_and_note(self) -> None:
        """Nothing is noted before all was looked through: after a crash in between it is looked through again."""
        team = self._clients.audience.team
        seen = await self._records.presence.seen_at(team)
        away = now() - seen if seen else dt.timedelta()
        if seen and (not self.looked.is_set() or away.total_seconds() > self._limits.away):
            await self._look(max(seen, now() - dt.timedelta(hours=self._limits.hours)).timestamp())
        await self._records.presence.note(team, now())
        self.looked.set()

    async def _look(self, since: float) -> None:
        found = looked = 0
        try:
            async with asyncio.timeout(self._limits.seconds) as time:
                threads = await self._records.threads.latest(self._clients.audience.team, self._limits.threads)
                async for place in self._conversations():
                    if looked >= self._limits.conversations:
                        log.warning("Not all conversations were looked through for what was missed.")
                        break
                    roots = {thread.ts for thread in threads if thread.channel == place.id}
                    found += await self._look_in(place, since, roots)
                    looked += 1
                    await self._pause()
        except TimeoutError:
            if not time.expired():
                raise
            log.warning("After %d conversations the time for what was missed was over.", looked)
        log.info(
            "Looked through %d conversations for what was missed: %d questions that nobody answered.", looked, found
        )

    async def _conversations(self) -> AsyncIterator[Conversation]:
        async for team in self._clients.audience.teams():
            async for place in conversations(self._clients.retrying, team):
                yield place

    async def _pause(self) -> None:
        await asyncio.sleep(self._limits.pause)

    async def _look_in(self, place: Conversation, since: float, roots: Iterable[str]) -> int:
        """Have the questions in a conversation taken that nobody has answered; how many. One that cannot be read is left out."""
        try:
            asked = await self._asked_in(place, since, roots)
        except SlackApiError as error:
            if passing(error):
                raise
            log.info("A conversation was not looked through: %s", code(error))
            return 0
        for event in asked:
            if not await self._hear(event):
                raise RecordsUnavailable("What was missed could not be written down.")
        return len(asked)

    async def _asked_in(self, place: Conversation, since: float, roots: Iterable[str]) -> list[Mapping[str, Any]]:
        client = self._clients.retrying
        tops = await written_since(client, place.id, since, self._limits.pages)
        threads = [[message] for message in tops if not message.get("thread_ts")]
        for root in sorted({*roots, *(str(m["thread_ts"]) for m in tops if m.get("thread_ts"))}):
            await self._pause()
            threads.append(await replied_since(client, place.id, root, since))
        return sorted((event for thread in threads for event in self._open_in(thread, place, since)), key=sent_at)

    def _open_in(self, thread: Sequence[Message], place: Conversation, since: float) -> list[Mapping[str, Any]]:
        """The questions to the bot in a thread after which nobody but their writer has written."""
        me = self._clients.bot_user
        events = [as_event(message, place) for message in thread if sent_at(message) > since]
        asked = [event for event in events if question_in(event, "", me) or asked_through_an_app(event, me)]
        return [event for event in asked if is_open(event, thread)]


def as_event(message: Message, place: Conversation) -> Mapping[str, Any]:
    """A message that was read as the event that Slack would have delivered."""
    return {**message, "type": "message", "channel": place.id, "channel_type": place.kind, "event_ts": message["ts"]}


def is_open(asked: Message, thread: Sequence[Message]) -> bool:
    """Whether nobody but who asked has written in its thread since."""
    return all(m.get("user") == asked.get("user") for m in thread if sent_at(m) > sent_at(asked))
