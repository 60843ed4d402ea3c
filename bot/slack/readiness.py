"""Whether questions can be answered just now, as a load balancer or a supervisor asks for it."""

import asyncio
from collections.abc import Callable
from enum import Enum

from bot.errors import RecordsUnavailable
from bot.mentoring.guides import GuideIndex
from bot.storage import Records
from knowledge.errors import KnowledgeError

LOOK_SECONDS = 2.0
"""How long records and index may take to be looked at."""
NO_RECORDS = "The records cannot be reached."
NO_INDEX = "The index of the guides cannot be read."
NO_EVENTS = "There is no connection over which Slack could deliver."
SLOW = "Records or index do not answer in time."


class Phase(Enum):
    """Where the process is in its life, with what is said of it while it answers nothing."""

    STARTING = "The bot is starting."
    RUNNING = ""
    STOPPING = "The bot is stopping."


class Readiness:
    """Looks at what answering takes. Its sentences are for anybody who asks: no address and no path is in them."""

    def __init__(
        self, records: Records, guide_index: GuideIndex, arrives: Callable[[], bool], seconds: float = LOOK_SECONDS
    ) -> None:
        self.phase = Phase.STARTING
        self._records = records
        self._guide_index = guide_index
        self._arrives = arrives
        self._seconds = seconds
        self._look: asyncio.Task[str] | None = None

    async def unready(self) -> str:
        """Why no question can be answered just now, in one sentence; empty where nothing is known that is in the way."""
        if self.phase is not Phase.RUNNING:
            return str(self.phase.value)
        if not self._arrives():
            return NO_EVENTS
        if self._look is None or self._look.done():  # one look at a time, however many ask
            self._look = asyncio.create_task(self._found())
        try:
            found: str = await asyncio.wait_for(asyncio.shield(self._look), self._seconds)
        except TimeoutError:
            return SLOW
        return found

    async def _found(self) -> str:
        try:
            await self._records.ping()
            await asyncio.to_thread(self._guide_index.guides)
        except RecordsUnavailable:
            return NO_RECORDS
        except KnowledgeError:
            return NO_INDEX
        return ""
