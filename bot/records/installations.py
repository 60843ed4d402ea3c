"""The installations of the bot where many workspaces have it: with which tokens, and that nothing is kept of one that ended.

The tables are those of slack_sdk's stores for SQLAlchemy, which read and write them; what those cannot do is here.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.records.binding import EVERY, OPTION, OWN
from bot.records.database import TABLES, AlreadyThere, Database, now

ROTATION = dt.timedelta(seconds=60)
"""For so long a process may be getting a new token; then another one may try."""

BOTS = sa.Table(
    "slack_bots",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("client_id", sa.String(32), nullable=False),
    sa.Column("app_id", sa.String(32), nullable=False),
    sa.Column("enterprise_id", sa.String(32)),
    sa.Column("enterprise_name", sa.String(200)),
    sa.Column("team_id", sa.String(32)),
    sa.Column("team_name", sa.String(200)),
    sa.Column("bot_token", sa.Text),
    sa.Column("bot_id", sa.String(32)),
    sa.Column("bot_user_id", sa.String(32)),
    sa.Column("bot_scopes", sa.Text),
    sa.Column("bot_refresh_token", sa.Text),
    sa.Column("bot_token_expires_at", sa.DateTime),
    sa.Column("is_enterprise_install", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("installed_at", sa.DateTime, nullable=False, server_default=sa.func.now()),
    sa.Column("rotating_until", sa.DateTime(timezone=True)),
    sa.Index("slack_bots_idx", "client_id", "enterprise_id", "team_id", "installed_at"),
)
STATES = sa.Table(
    "slack_oauth_states",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("state", sa.String(200), nullable=False),
    sa.Column("expire_at", sa.DateTime, nullable=False),
)
_KEY = sa.case((BOTS.c.is_enterprise_install, BOTS.c.enterprise_id), else_=BOTS.c.team_id)


@dataclass(frozen=True)
class Installed:
    """An installation: `id` is that of the workspace, or of the organisation where the whole of it has the bot.

    `enterprise` and `team` are the ids that it is found by in slack_sdk's store, None where Slack told none.
    """

    id: str
    name: str
    token: str = field(repr=False)
    installed_at: dt.datetime
    expires_at: dt.datetime | None = None
    enterprise: str | None = None
    team: str | None = None

    @property
    def is_organisation(self) -> bool:
        """Whether a whole organisation has the bot."""
        return self.id == self.enterprise

    def expires_within(self, time: dt.timedelta) -> bool:
        """Whether its token is good for no longer than that."""
        return self.expires_at is not None and self.expires_at <= now() + time


class Installations:
    """All installations of a database. Every method raises RecordsUnavailable when it does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database.of(EVERY)

    @property
    def engine(self) -> AsyncEngine:
        """What slack_sdk's stores work on."""
        return self._database.engine

    async def all(self) -> Sequence[Installed]:
        """The installations, each as it was installed last."""
        rows = await self._database.rows(sa.select(BOTS, _KEY.label("of")).order_by(BOTS.c.installed_at, BOTS.c.id))
        latest = {row["of"]: _installed(row) for row in rows if row["of"] and row["bot_token"]}
        return list(latest.values())

    async def claim_rotation(self, key: str) -> bool:
        """Claim to get a new token for an installation; of several processes one may, until its time is over."""
        free = BOTS.c.rotating_until.is_(None) | (BOTS.c.rotating_until < now())
        claimed = sa.update(BOTS).where(_is(key) & free).values(rotating_until=now() + ROTATION)
        return await self._database.change(claimed) > 0

    async def remove(self, key: str, until: dt.datetime | None = None) -> bool:
        """Delete all that is kept of an installation, all or nothing; False where it was installed after that moment, or is not there."""
        async with self._database.begin() as connection:
            rows = (await connection.execute(sa.select(BOTS.c.installed_at).where(_is(key)))).scalars().all()
            last = max(rows, default=None)
            if last is None or (until and _utc(last).replace(microsecond=0) > until):
                return False
            for table in _bound():
                await connection.execute(sa.delete(table).where(table.c[OPTION] == key))
            await connection.execute(sa.delete(BOTS).where(_is(key)))
        return True

    async def sweep(self) -> int:
        """Delete rows of installations that are not there any more: what was under way as they were removed. How many."""
        there = sa.select(_KEY).where(_KEY.is_not(None))
        found = 0
        async with self._database.begin() as connection:
            for table in _bound():
                gone = (table.c[OPTION] != OWN) & table.c[OPTION].not_in(there)
                found += (await connection.execute(sa.delete(table).where(gone))).rowcount
        return found

    async def adopt(self, key: str) -> bool:
        """Give an installation what the bot kept when it served that workspace alone; False where that was another one, or none.

        Where it has rows of its own already the others stay where they are.
        """
        presence = TABLES.tables["presence"]
        served = sa.select(presence.c.team).where((presence.c[OPTION] == OWN) & (presence.c.team == key))
        try:
            async with self._database.begin() as connection:
                if (await connection.execute(served)).first() is None:
                    return False
                for table in _bound():
                    own = sa.update(table).where(table.c[OPTION] == OWN)
                    await connection.execute(own.values({OPTION: key}))
        except AlreadyThere:
            return False
        return True

    async def drop_earlier(self, key: str) -> None:
        """Forget the tokens that an installation had before it was installed again."""
        last = sa.select(sa.func.max(BOTS.c.installed_at)).where(_is(key)).scalar_subquery()
        await self._database.change(sa.delete(BOTS).where(_is(key) & (BOTS.c.installed_at < last)))

    async def drop_old_states(self) -> None:
        """Forget the installations that somebody began and did not end in time."""
        await self._database.change(sa.delete(STATES).where(STATES.c.expire_at < now().replace(tzinfo=None)))


def _is(key: str) -> sa.ColumnElement[bool]:
    """The rows of an installation."""
    return sa.literal(key) == _KEY


def _bound() -> list[sa.Table]:
    return [table for table in TABLES.tables.values() if OPTION in table.c]


def _utc(moment: dt.datetime) -> dt.datetime:
    """A moment of slack_sdk's, who keeps them in UTC without their zone."""
    return moment.replace(tzinfo=dt.UTC)


def _installed(row: Any) -> Installed:
    expires = row["bot_token_expires_at"]
    name = row["enterprise_name"] if row["is_enterprise_install"] else row["team_name"]
    return Installed(
        id=row["of"],
        name=name or "",
        token=row["bot_token"],
        installed_at=_utc(row["installed_at"]),
        expires_at=_utc(expires) if expires else None,
        enterprise=row["enterprise_id"],
        team=row["team_id"],
    )
