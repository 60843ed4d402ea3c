"""When the weekly report is due, and which process posts it: one for each week, whoever comes first."""

import datetime as dt

import sqlalchemy as sa

from bot.records.binding import installation_column
from bot.records.database import TABLES, Database, now

NEVER = "never"
WEEK = dt.timedelta(days=7)
FIRST = dt.timedelta(days=1)
"""The very first report is not posted later than this after its time: there is not yet a week to tell about."""
LEASE = dt.timedelta(minutes=15)
"""How long a claimed report is left to the process that claimed it; then another one may claim it."""
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_weeks = sa.Table(
    "weekly_reports",
    TABLES,
    installation_column(),
    sa.Column("week", sa.String(10), primary_key=True),
    sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
    sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("done", sa.Boolean, nullable=False),
)


def slot(setting: str, moment: dt.datetime) -> dt.datetime | None:
    """The last time at or before a moment that a setting like "monday 09:00" (in UTC) names; None for "never"."""
    if setting == NEVER:
        return None
    weekday, _, clock = setting.partition(" ")
    here = moment.astimezone(dt.UTC)
    days = (here.weekday() - _WEEKDAYS.index(weekday)) % 7
    time = dt.time.fromisoformat(clock)
    named = dt.datetime.combine(here.date() - dt.timedelta(days=days), time, dt.UTC)
    return named if named <= here else named - WEEK


def due(setting: str, last: dt.datetime | None, moment: dt.datetime) -> bool:
    """Whether a report is due, when the last one was that of `last`: one a week, however the setting is changed."""
    named = slot(setting, moment)
    if named is None:
        return False
    return moment - named < FIRST if last is None else week(named) > week(last)


def week(moment: dt.datetime) -> str:
    """The week of a moment, such as "2026-W48"; later weeks are greater."""
    year, number, _ = moment.astimezone(dt.UTC).isocalendar()
    return f"{year}-W{number:02}"


class WeeklyReports:
    """The table of weekly reports that were claimed or posted. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(self) -> dt.datetime | None:
        """The time of the last report that was posted."""
        done = sa.select(_weeks.c.slot).where(_weeks.c.done).order_by(_weeks.c.week.desc()).limit(1)
        row = await self._database.row(done)
        return None if row is None else row["slot"].replace(tzinfo=row["slot"].tzinfo or dt.UTC)

    async def claim(self, named: dt.datetime) -> bool:
        """Claim the report of a week; of several processes one gets it, until it gives it back or its lease is over."""
        taken = {"week": week(named), "slot": named, "claimed_at": now(), "done": False}
        if await self._database.insert(_weeks, taken):
            return True
        abandoned = _of(named) & ~_weeks.c.done & (_weeks.c.claimed_at < now() - LEASE)
        return bool(await self._database.change(sa.update(_weeks).where(abandoned).values(taken)))

    async def done(self, named: dt.datetime) -> None:
        """The report of a week is posted."""
        await self._database.change(sa.update(_weeks).where(_of(named)).values(done=True))

    async def give_back(self, named: dt.datetime) -> None:
        """The report of a week was not posted and is to be tried again."""
        await self._database.change(sa.delete(_weeks).where(_of(named) & ~_weeks.c.done))


def _of(named: dt.datetime) -> sa.ColumnElement[bool]:
    return _weeks.c.week == week(named)
