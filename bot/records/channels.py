"""How the bot behaves in a channel: when it answers, from which guides, and when it keeps quiet."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import sqlalchemy as sa

from bot.records.binding import installation_column
from bot.records.database import TABLES, Database, now

_channels = sa.Table(
    "channels",
    TABLES,
    installation_column(),
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("answers", sa.String(20), nullable=False),
    sa.Column("guides", sa.JSON, nullable=False),
    sa.Column("quiet_from", sa.String(5), nullable=False),
    sa.Column("quiet_until", sa.String(5), nullable=False),
    sa.Column("zone", sa.String(60), nullable=False),
    sa.Column("set_by", sa.String(40), nullable=False),
    sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
)


class AnswerPolicy(StrEnum):
    """Which messages of a channel the bot answers."""

    MENTIONS = "mentions"
    QUESTIONS = "questions"


@dataclass(frozen=True)
class QuietHours:
    """The hours in which the bot answers nobody who did not mention it: from and until as "HH:MM" in a time zone.

    They may go over midnight.
    """

    start: str
    until: str
    zone: str

    def hold(self, moment: dt.datetime) -> bool:
        """Whether a moment lies in them."""
        try:
            clock = moment.astimezone(ZoneInfo(self.zone)).strftime("%H:%M")
        except (ZoneInfoNotFoundError, ValueError):  # a zone that this machine does not know
            clock = moment.astimezone(dt.UTC).strftime("%H:%M")
        if self.start <= self.until:
            return self.start <= clock < self.until
        return clock >= self.start or clock < self.until


@dataclass(frozen=True)
class ChannelSettings:
    """The settings of one channel. `guides` are the paths of the guides that answer there, empty for all."""

    answers: AnswerPolicy = AnswerPolicy.MENTIONS
    guides: frozenset[str] = field(default_factory=frozenset)
    quiet: QuietHours | None = None

    def hears_questions(self, moment: dt.datetime) -> bool:
        """Whether questions that do not mention the bot are answered at a moment."""
        return self.answers is AnswerPolicy.QUESTIONS and not (self.quiet and self.quiet.hold(moment))


class Channels:
    """The table of channel settings. Every method raises RecordsUnavailable when they do not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def settings(self, team: str, channel: str) -> ChannelSettings:
        """The settings of a channel; the default where nobody set any."""
        row = await self._database.row(sa.select(_channels).where(_channels.c.key == f"{team}:{channel}"))
        if row is None:
            return ChannelSettings()
        quiet = QuietHours(row["quiet_from"], row["quiet_until"], row["zone"]) if row["quiet_from"] else None
        return ChannelSettings(AnswerPolicy(row["answers"]), frozenset(row["guides"]), quiet)

    async def change(self, team: str, channel: str, settings: ChannelSettings, person: str) -> None:
        """Set how the bot behaves in a channel, and who set it."""
        quiet = settings.quiet or QuietHours("", "", "")
        values = {
            "key": f"{team}:{channel}",
            "answers": settings.answers.value,
            "guides": sorted(settings.guides),
            "quiet_from": quiet.start,
            "quiet_until": quiet.until,
            "zone": quiet.zone,
            "set_by": person,
            "set_at": now(),
        }
        if not await self._database.insert(_channels, values):
            await self._database.change(sa.update(_channels).where(_channels.c.key == values["key"]).values(values))

    def forgetting(self, person: str) -> Sequence[sa.Update]:
        """The change that keeps the settings of channels, but not that this person set them."""
        return [sa.update(_channels).where(_channels.c.set_by == person).values(set_by="")]
