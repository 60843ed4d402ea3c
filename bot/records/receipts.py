"""Receipts of answers: how each was made and on which passages it rests; with them gaps, and sentences withheld."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.answering.conversation import Answer
from bot.records.binding import installation_column
from bot.records.database import TABLES, Database, now, within
from bot.records.inbox import keys_of

NEAREST = 3
"""Headings kept with a gap, that tell where in a guide it belongs."""

ANSWERS = sa.Table(
    "answers",
    TABLES,
    installation_column(),
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("person", sa.String(40), nullable=False, server_default=""),
    sa.Column("coverage", sa.String(20), nullable=False),
    sa.Column("mode", sa.String(120), nullable=False),
    sa.Column("prompt", sa.String(20), nullable=False),
    sa.Column("passages", sa.JSON, nullable=False),
    sa.Column("milliseconds", sa.Integer, nullable=False),
    sa.Column("notice", sa.Text, nullable=False),
    sa.Column("withheld", sa.Integer, nullable=False),
    sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
)
_withheld = sa.Table(
    "withheld",
    TABLES,
    installation_column(),
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
)
_gaps = sa.Table(
    "gaps",
    TABLES,
    installation_column(),
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("person", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("nearest", sa.JSON, nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
)


class Receipts:
    """The receipts. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, key: str, person: str, answer: Answer, owned: sa.Update | None = None) -> bool:
        """Keep an answer's receipt in the place of an earlier one; what the guides do not answer is kept as asked, as a gap.

        `owned` changes the row of the question in the same transaction; where it changes none, nothing is kept, and it is False.
        """
        async with self._database.begin() as connection:
            if owned is not None and not (await connection.execute(owned)).rowcount:
                return False
            await write_receipt(connection, key, person, answer)
            return True

    async def copy(self, key: str, copy: str, person: str) -> bool:
        """Keep an answer's receipt under a second key, as another person's; False where there is none."""
        receipt = await self.find(key)
        if receipt is None:
            return False
        await self._database.insert(ANSWERS, dict(receipt) | {"key": copy, "person": person})
        return True

    async def drop(self, key: str) -> None:
        """Delete a receipt; its answer was not posted."""
        await self._database.change(sa.delete(ANSWERS).where(ANSWERS.c.key == key))

    async def find(self, key: str) -> Any:
        """The receipt of one answer as a row, None when there is none."""
        return await self._database.row(sa.select(ANSWERS).where(ANSWERS.c.key == key))

    async def all(self, since: dt.datetime | None = None, until: dt.datetime | None = None) -> Sequence[Any]:
        """The receipts of all answers, or of those of some time, oldest first, as rows."""
        query = sa.select(ANSWERS).where(*within(ANSWERS.c.answered_at, since, until))
        return await self._database.rows(query.order_by(ANSWERS.c.answered_at))

    async def gaps(self, since: dt.datetime | None = None, until: dt.datetime | None = None) -> Sequence[Any]:
        """The questions that the guides do not answer, of all or of some time, oldest first, as rows."""
        query = sa.select(_gaps).where(*within(_gaps.c.asked_at, since, until))
        return await self._database.rows(query.order_by(_gaps.c.asked_at, _gaps.c.number))

    async def withheld(self, since: dt.datetime | None = None, until: dt.datetime | None = None) -> Sequence[Any]:
        """The sentences of chat models that nobody was shown, and why, of all or of some time, oldest first, as rows."""
        query = sa.select(_withheld).where(*within(_withheld.c.answered_at, since, until))
        return await self._database.rows(query.order_by(_withheld.c.answered_at, _withheld.c.number))

    def forgetting(self, person: str) -> Sequence[sa.Delete]:
        """Changes that delete the receipts of a person's answers; to be run while their questions are still in the inbox."""
        own = ANSWERS.c.key.in_(keys_of(person)) | (ANSWERS.c.person == person)
        withheld = _withheld.c.key.in_(sa.select(ANSWERS.c.key).where(own))
        return [
            sa.delete(_withheld).where(withheld),
            sa.delete(ANSWERS).where(own),
            sa.delete(_gaps).where(_gaps.c.person == person),
        ]

    def purging(self, before: dt.datetime) -> Sequence[sa.Delete]:
        """Changes that delete texts older than a moment: gaps, and sentences withheld."""
        return [
            sa.delete(_gaps).where(_gaps.c.asked_at < before),
            sa.delete(_withheld).where(_withheld.c.answered_at < before),
        ]


async def write_receipt(connection: AsyncConnection, key: str, person: str, answer: Answer) -> None:
    """Write an answer's receipt, with its gaps and what was withheld, in the place of an earlier one."""
    for table in (ANSWERS, _gaps, _withheld):
        await connection.execute(sa.delete(table).where(table.c.key == key))
    await connection.execute(sa.insert(ANSWERS).values(_receipt(key, person, answer)))
    for table, rows in ((_gaps, _gap_rows(key, person, answer)), (_withheld, _withheld_rows(key, answer))):
        if rows:
            await connection.execute(sa.insert(table).values(rows))


def _receipt(key: str, person: str, answer: Answer) -> dict[str, Any]:
    cited = [
        {
            "guide": c.passage.guide.path,
            "edition": c.passage.guide.edition,
            "passage": c.passage.id,
            "hash": c.passage.hash,
        }
        for c in answer.citations
    ]
    receipt = answer.receipt
    return {
        "key": key,
        "person": person,
        "coverage": answer.coverage.value,
        "mode": receipt.mode,
        "prompt": receipt.prompt,
        "passages": cited,
        "milliseconds": receipt.milliseconds,
        "notice": receipt.notice,
        "withheld": len(receipt.withheld),
        "answered_at": now(),
    }


def _gap_rows(key: str, person: str, answer: Answer) -> list[dict[str, Any]]:
    nearest = [" > ".join(citation.passage.heading) for citation in answer.retrieved[:NEAREST]]
    common = {"key": key, "person": person, "nearest": nearest, "asked_at": now()}
    return [common | {"number": number, "text": text} for number, text in enumerate(answer.gaps, 1)]


def _withheld_rows(key: str, answer: Answer) -> list[dict[str, Any]]:
    told = enumerate(answer.receipt.withheld, 1)
    return [{"key": key, "number": n, "text": one.text, "why": one.why, "answered_at": now()} for n, one in told]
