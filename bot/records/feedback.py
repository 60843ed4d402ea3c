"""What people think of answers."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from bot.records.binding import installation_column
from bot.records.database import TABLES, Database, now, within
from bot.records.receipts import ANSWERS

_feedback = sa.Table(
    "feedback",
    TABLES,
    installation_column(),
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("person", sa.String(40), primary_key=True),
    sa.Column("liked", sa.Boolean, nullable=False),
    sa.Column("reason", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
)


class Feedback:
    """The opinions. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, key: str, person: str, *, liked: bool, reason: str = "", text: str = "") -> None:
        """Keep what a person thinks of an answer; a later opinion replaces an earlier one."""
        row = {"key": key, "person": person, "liked": liked, "reason": reason, "text": text, "given_at": now()}
        own = (_feedback.c.key == key) & (_feedback.c.person == person)
        async with self._database.begin() as connection:
            await connection.execute(sa.delete(_feedback).where(own))
            await connection.execute(sa.insert(_feedback).values(row))

    async def all(self, since: dt.datetime | None = None, until: dt.datetime | None = None) -> Sequence[Any]:
        """Every opinion, or those of some time, oldest first, as rows with the passages of the answer.

        Those are None where the answer's receipt is not there any more.
        """
        same = (_feedback.c.key == ANSWERS.c.key) & (_feedback.c.installation == ANSWERS.c.installation)
        query = sa.select(_feedback, ANSWERS.c.passages).select_from(sa.outerjoin(_feedback, ANSWERS, same))
        query = query.where(*within(_feedback.c.given_at, since, until))
        return await self._database.rows(query.order_by(_feedback.c.given_at))

    def forgetting(self, person: str) -> Sequence[sa.Delete]:
        """The change that deletes a person's opinions."""
        return [sa.delete(_feedback).where(_feedback.c.person == person)]

    def purging(self, before: dt.datetime) -> Sequence[sa.Update]:
        """The change that empties the texts of opinions older than a moment; what is counted stays."""
        return [sa.update(_feedback).where(_feedback.c.given_at < before).values(text="")]
