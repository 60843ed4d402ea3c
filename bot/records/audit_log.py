"""Who did what when: the record of what mentors and others do with answers, questions and channels."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.records.database import TABLES, Database, now

_deeds = sa.Table(
    "deeds",
    TABLES,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("person", sa.String(40), nullable=False, index=True),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("about", sa.String(120), nullable=False, index=True),
    sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
)


def deed(person: str, what: str, about: str) -> sa.Insert:
    """The note that a person did something, for a transaction in which the thing itself is done."""
    return sa.insert(_deeds).values(person=person, what=what, about=about, done_at=now())


class Deeds:
    """The deeds in the records. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, person: str, what: str, about: str) -> None:
        """Keep that a person did something, e.g. "confirmed", about a thing by its key or id."""
        async with self._database.begin() as connection:
            await connection.execute(deed(person, what, about))

    async def all(self) -> Sequence[Any]:
        """Every deed, oldest first, as rows."""
        return await self._database.rows(sa.select(_deeds).order_by(_deeds.c.number))

    async def forget(self, person: str) -> None:
        """Keep what was done, but not that this person did it."""
        await self._database.change(sa.update(_deeds).where(_deeds.c.person == person).values(person=""))
