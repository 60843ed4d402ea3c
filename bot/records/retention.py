"""Retention: one purge of old texts and one "forget me", over every store that has something to delete."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Protocol

import sqlalchemy as sa

from bot.records.database import Database


class Personal(Protocol):
    """A store that keeps something of people."""

    def forgetting(self, person: str) -> Sequence[sa.Update | sa.Delete]:
        """The changes after which nothing of a person is left in it."""


class Expiring(Protocol):
    """A store that keeps texts for a limited time."""

    def purging(self, before: dt.datetime) -> Sequence[sa.Update | sa.Delete]:
        """The changes after which it keeps no text from before a moment."""


async def forget(database: Database, stores: Iterable[Personal], person: str) -> None:
    """Delete what stores keep of a person, all or nothing. Raises RecordsUnavailable when the database does not answer."""
    await _run(database, [change for store in stores for change in store.forgetting(person)])


async def purge(database: Database, stores: Iterable[Expiring], before: dt.datetime) -> None:
    """Delete texts from before a moment, all or nothing. Raises RecordsUnavailable when the database does not answer."""
    await _run(database, [change for store in stores for change in store.purging(before)])


async def _run(database: Database, changes: Sequence[sa.Update | sa.Delete]) -> None:
    async with database.begin() as connection:
        for change in changes:
            await connection.execute(change)
