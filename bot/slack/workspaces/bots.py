"""The bots of this process where many workspaces have it: one for each installation, with all that Slack delivers for it."""

import asyncio
import datetime as dt
import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from slack_bolt import BoltResponse
from slack_bolt.request.async_request import AsyncBoltRequest
from sqlalchemy.exc import SQLAlchemyError

from bot.errors import RecordsUnavailable
from bot.logs import of_workspace
from bot.records.installations import Installations, Installed
from bot.slack.api.errors import FAILURES, told
from bot.slack.workspaces.addressee import addressee_of, ended_at
from bot.slack.workspaces.oauth import ROTATION, OAuth
from bot.slack.workspaces.one_bot import InstalledBot, Open

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class LookTimes:
    """Seconds: for which the start waits for the bots, between two looks at which installations there are, before a bot that could not start is tried again, between
    two looks for rows of installations that ended, and for which a delivery waits for a bot that is starting.
    """

    begin: float = 30.0
    look: float = 15.0
    again: float = 300.0
    sweep: float = 600.0
    starting: float = 2.0


class InstalledBots:
    """Starts the bot of each installation, stops it when that ends, keeps its token good, and hands it what Slack delivers."""

    def __init__(self, installations: Installations, oauth: OAuth, open_: Open, times: LookTimes) -> None:
        self._installations = installations
        self._oauth = oauth
        self._open = open_
        self._times = times
        self._bots: dict[str, InstalledBot] = {}
        self._failed_at: dict[str, float] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._looking = asyncio.Lock()
        self._keeping: asyncio.Task[None] | None = None
        oauth.installed = self.installed

    async def begin(self) -> None:
        """Start the bots of all installations, wait for them a while, and look for changes from then on. Raises RecordsUnavailable."""
        await self.look()
        if beginning := [asyncio.create_task(bot.begun()) for bot in self._bots.values()]:
            await asyncio.wait(beginning, timeout=self._times.begin)
        self._keeping = asyncio.create_task(self._keep())

    async def leave(self, seconds: float) -> None:
        """Stop all bots at the same time, as each one stops."""
        if self._keeping:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)
        for key in list(self._bots):
            self._drop(key, seconds)
        ending = list(self._ending)
        if ending:
            await asyncio.wait(ending, timeout=seconds + 1)
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """What the bot answers that a request is for. What is for none is acknowledged: it would only come again."""
        payload = req.body
        if payload.get("type") == "url_verification":
            return BoltResponse(status=HTTPStatus.OK, body={"challenge": payload.get("challenge")})
        key = addressee_of(payload)
        with of_workspace(key):
            if (moment := ended_at(payload)) is not None:
                await self._end(key, moment)
                return BoltResponse(status=HTTPStatus.OK)
            if key not in self._bots:
                await self.look()
            if bot := self._bots.get(key):
                return await bot.dispatch(req, self._times.starting)
            log.info("Something came for a workspace that does not have the bot; it was left alone.")
            return BoltResponse(status=HTTPStatus.OK)

    async def installed(self, key: str) -> None:
        """A workspace has just installed the bot: give it what was kept of it, and start its bot. Raises RecordsUnavailable."""
        with of_workspace(key):
            await self._installations.drop_earlier(key)
            if await self._installations.adopt(key):
                log.info("What the bot kept when it served this workspace alone belongs to its installation now.")
            log.info("The bot was installed.")
        await self.look()

    async def look(self) -> None:
        """Start, stop and change bots as the installations have changed; tokens that end soon are replaced before.

        Raises RecordsUnavailable.
        """
        async with self._looking:
            for one in await self._installations.all():
                if one.expires_within(ROTATION):
                    await self._rotate(one)
            there = {one.id: one for one in await self._installations.all()}
            for key in self._bots.keys() - there.keys():
                self._drop(key)
            for one in there.values():
                self._take(one)

    async def _keep(self) -> None:
        swept = -self._times.sweep
        while True:
            try:
                if time.monotonic() - swept >= self._times.sweep:
                    await self._installations.sweep()
                    swept = time.monotonic()
                await asyncio.sleep(self._times.look)
                await self.look()
            except RecordsUnavailable as error:
                log.error("Which workspaces have the bot was not looked at: %s", error)
                await asyncio.sleep(self._times.look)

    async def _rotate(self, one: Installed) -> None:
        with of_workspace(one.id):
            try:
                await self._oauth.rotate(one)
            except (*FAILURES, RecordsUnavailable, SQLAlchemyError) as error:
                log.error("There is no new token, and the one of now ends at %s: %s", one.expires_at, told(error))

    def _take(self, one: Installed) -> None:
        bot = self._bots.get(one.id)
        if bot and bot.installed.token == one.token:
            if not bot.has_failed or time.monotonic() - self._failed_at.setdefault(one.id, time.monotonic()) < self._times.again:  # fmt: skip
                return
        elif bot and bot.takes(one):
            return
        if bot:
            self._drop(one.id)
        self._failed_at.pop(one.id, None)
        self._bots[one.id] = InstalledBot(one, self._open)

    def _drop(self, key: str, seconds: float = 0.0) -> asyncio.Task[None]:
        bot = self._bots.pop(key)
        bot.leave(seconds)
        return self._ends(bot.task)

    def _ends(self, task: asyncio.Task[None]) -> asyncio.Task[None]:
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return task

    async def _end(self, key: str, moment: dt.datetime) -> None:
        """Delete what is kept of an installation before Slack is told that it was heard, and once more what was under way."""
        if not await self._installations.remove(key, moment):
            log.info("That the bot was removed from this workspace was known, or it was installed again since.")
            return
        log.info("The bot was removed from this workspace; what was kept of it is deleted.")
        if key in self._bots:
            self._ends(asyncio.create_task(self._swept_after(self._drop(key))))

    async def _swept_after(self, end: asyncio.Task[None]) -> None:
        await asyncio.wait([end])
        with suppress(RecordsUnavailable):
            await self._installations.sweep()
