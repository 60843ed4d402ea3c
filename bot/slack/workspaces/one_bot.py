"""The bot of one installation in this process, from before it starts until it has stopped."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from http import HTTPStatus

from slack_bolt import BoltResponse
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.errors import CareerBotError
from bot.logs import of_workspace
from bot.records.installations import Installed
from bot.slack.api.handed_on import HandedOn
from bot.slack.app import SlackBot
from knowledge.errors import KnowledgeError

Open = Callable[[Installed, HandedOn], AbstractAsyncContextManager[SlackBot]]
"""Puts together the bot of an installation, with what it needs as long as it works."""

log = logging.getLogger(__name__)


class InstalledBot:
    """Runs from its making on, until leave() or because it could not start; `task` is its life."""

    def __init__(self, installed: Installed, open_: Open) -> None:
        self.installed = installed
        self._open = open_
        self._delivery = HandedOn()
        self._bot: SlackBot | None = None
        self._started = asyncio.Event()
        self._leaving = asyncio.Event()
        self._seconds = 0.0
        self.task = asyncio.create_task(self._live())

    @property
    def has_failed(self) -> bool:
        """Whether it ended though it was not told to."""
        return self.task.done() and not self._leaving.is_set()

    async def begun(self) -> None:
        """Wait until it has started, or could not."""
        started = asyncio.create_task(self._started.wait())
        await asyncio.wait([started, self.task], return_when=asyncio.FIRST_COMPLETED)
        started.cancel()

    def leave(self, seconds: float) -> None:
        """Stop; what is being done may take so long."""
        self._seconds = seconds
        self._leaving.set()

    def takes(self, installed: Installed) -> bool:
        """Whether it works on with another token of its installation; before it has started it does not."""
        if self._bot is None or not self._started.is_set():
            return False
        self.installed = installed
        self._bot.ctx.clients.use_token(installed.token)
        return True

    async def dispatch(self, req: AsyncBoltRequest, seconds: float) -> BoltResponse:
        """What it answers to a request; one that has not started so many seconds later takes nothing."""
        try:
            await asyncio.wait_for(self._started.wait(), seconds)
        except TimeoutError:
            log.info("Something came before the bot of this workspace had started; Slack brings events again.")
            return BoltResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return await self._delivery.async_dispatch(req)

    async def _live(self) -> None:
        with of_workspace(self.installed.id):
            try:
                async with self._open(self.installed, self._delivery) as self._bot:
                    await self._work(self._bot)
            except (CareerBotError, KnowledgeError) as error:
                log.warning("The bot of this workspace could not be started: %s", error)
            except Exception as error:  # one workspace's must not end the others'
                log.error("The bot of this workspace ended.", exc_info=error)

    async def _work(self, bot: SlackBot) -> None:
        leaving, starting = asyncio.create_task(self._leaving.wait()), asyncio.create_task(bot.start())
        try:
            await asyncio.wait([leaving, starting], return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                self._started.set()
                await leaving
        finally:
            for task in (leaving, starting):
                task.cancel()
            await asyncio.gather(leaving, starting, return_exceptions=True)
            await bot.stop(self._seconds)
