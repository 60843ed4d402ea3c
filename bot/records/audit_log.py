"""The audit log: who did what when with answers, questions and channels."""

import asyncio
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.records.binding import installation_column
from bot.records.database import TABLES, Database, now

_audit_log = sa.Table(
    "audit_log",
    TABLES,
    installation_column(key=False),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("person", sa.String(40), nullable=False, index=True),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("about", sa.String(120), nullable=False, index=True),
    sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
)


def audit_entry(person: str, what: str, about: str) -> sa.Insert:
    """The entry that a person did something, for a transaction in which the thing itself is done."""
    return sa.insert(_audit_log).values(person=person, what=what, about=about, done_at=now())


class AuditLog:
    """The audit log, which is only appended to. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._first = asyncio.Lock()

    async def record(self, person: str, what: str, about: str) -> None:
        """Append that a person did something, e.g. "confirmed", with a thing given by its key or id."""
        async with self._database.begin() as connection:
            await connection.execute(audit_entry(person, what, about))

    async def first(self, person: str, what: str) -> bool:
        """Append that something happened to a person; False where it had before."""
        same = sa.select(_audit_log.c.number).where((_audit_log.c.person == person) & (_audit_log.c.what == what))
        async with self._first:
            if await self._database.row(same.limit(1)) is not None:
                return False
            await self.record(person, what, "")
        return True

    async def all(self) -> Sequence[Any]:
        """Every entry, oldest first, as rows."""
        return await self._database.rows(sa.select(_audit_log).order_by(_audit_log.c.number))

    def forgetting(self, person: str) -> Sequence[sa.Update]:
        """The change that keeps what was done, but not that this person did it."""
        return [sa.update(_audit_log).where(_audit_log.c.person == person).values(person="")]
