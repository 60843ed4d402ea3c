"""Until when events of Slack arrived here, so that a start knows since when the bot was away."""

import datetime as dt

import sqlalchemy as sa

from bot.records.binding import installation_column
from bot.records.database import TABLES, Database

_presence = sa.Table(
    "presence",
    TABLES,
    installation_column(),
    sa.Column("team", sa.String(40), primary_key=True),
    sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
)


class Presence:
    """One moment for each workspace. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def seen_at(self, team: str) -> dt.datetime | None:
        """The last moment in which any process received events; None where none ever did."""
        row = await self._database.row(sa.select(_presence).where(_presence.c.team == team))
        return row["seen_at"].replace(tzinfo=dt.UTC) if row else None  # SQLite tells no time zone

    async def note(self, team: str, moment: dt.datetime) -> None:
        """Note that events are received at this moment, which is in UTC."""
        later = (_presence.c.team == team) & (_presence.c.seen_at < moment)
        if await self._database.change(sa.update(_presence).where(later).values(seen_at=moment)):
            return
        if await self.seen_at(team) is None:
            await self._database.insert(_presence, {"team": team, "seen_at": moment})
