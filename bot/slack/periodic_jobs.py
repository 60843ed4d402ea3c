"""Periodic jobs, which nobody asks for: take up what was interrupted, remind, expire, report, purge."""

import asyncio
import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from bot.errors import CareerBotError
from bot.records.database import now
from bot.slack.api.errors import FAILURES
from bot.slack.context import AppContext
from bot.slack.mentors.confirming.service import expire
from bot.slack.mentors.handover.service import remind, resume
from bot.slack.mentors.reporting import weekly
from bot.slack.private.private_answers import PrivateAnswers
from bot.slack.questions.deletion import clear_remains
from knowledge.errors import KnowledgeError

EVERY_SECONDS = 300.0
"""Seconds between two rounds; what is due is done up to that much later."""

PeriodicJob = Callable[[dt.datetime], Awaitable[object]]
"""Something that is done in every round if it is due; it gets the present moment."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class JobSchedule:
    """When the bot reminds of questions, reports, and forgets texts."""

    remind_hours: float = 24.0
    weekly_report: str = "never"
    retention_days: int = 90


class PeriodicJobs:
    """Runs jobs one after another, every few minutes.

    Several processes may do so on one database: every job claims there what it does, so that one of them does it.
    """

    def __init__(self, jobs: dict[str, PeriodicJob]) -> None:
        self._jobs = jobs
        self._leaving = asyncio.Event()
        self._rounds: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """A round at once and then every few minutes, until leave()."""
        self._rounds = asyncio.create_task(self._keep())

    async def leave(self, seconds: float) -> None:
        """Finish the job at hand, if it does not take longer than that, and do no more."""
        self._leaving.set()
        if self._rounds:
            await asyncio.wait([self._rounds], timeout=seconds)
            self._rounds.cancel()
            await asyncio.gather(self._rounds, return_exceptions=True)

    async def _keep(self) -> None:
        while not self._leaving.is_set():
            await self.round(now())
            with suppress(TimeoutError):
                await asyncio.wait_for(self._leaving.wait(), EVERY_SECONDS)

    async def round(self, moment: dt.datetime) -> None:
        """Everything that is due; what fails is done in the next round, and keeps nothing else from being done."""
        for name, job in self._jobs.items():
            if self._leaving.is_set():
                return
            try:
                await job(moment)
            except (CareerBotError, KnowledgeError, *FAILURES) as error:
                log.warning("Periodic jobs: %s was not done (%s)", name, type(error).__name__)
            except Exception as error:  # noqa: BLE001  # one broken job must not end the others
                log.error("Periodic jobs: %s failed with %s", name, type(error).__name__)


def periodic_jobs_of(ctx: AppContext, schedule: JobSchedule, private: PrivateAnswers) -> dict[str, PeriodicJob]:
    """The jobs of an installation, in the order in which they are run."""

    async def keep_promises(_: dt.datetime) -> None:
        await private.go_on()

    async def list_people(_: dt.datetime) -> None:
        await ctx.clients.audience.refresh()

    async def take_up(moment: dt.datetime) -> None:
        await resume(ctx, moment)

    async def remind_mentors(moment: dt.datetime) -> None:
        await remind(ctx, schedule.remind_hours, moment)

    async def let_expire(_: dt.datetime) -> None:
        await expire(ctx)

    async def clear_away(_: dt.datetime) -> None:
        await clear_remains(ctx.records, ctx.clients)

    async def report(moment: dt.datetime) -> None:
        await weekly(ctx, schedule.weekly_report, moment, await ctx.records.confirmations.expired_questions())

    async def forget_old_texts(moment: dt.datetime) -> None:
        await ctx.records.purge(moment - dt.timedelta(days=schedule.retention_days))

    return {
        "listing guests": list_people,
        "answering private questions": keep_promises,
        "forgetting old texts": forget_old_texts,
        "taking up handovers": take_up,  # after it: cards of what is taken back say so in the same round
        "reminding mentors": remind_mentors,
        "letting confirmations expire": let_expire,
        "clearing away remains of answers": clear_away,
        "the weekly report": report,
    }
