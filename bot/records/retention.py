"""Retention: one purge of old texts and one "forget me", over every store that has something to delete."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Protocol

import sqlalchemy as sa

from bot.records.database import Database, now


class Personal(Protocol):
    """A store that keeps something of people."""

    def forgetting(self, person: str) -> Sequence[sa.Update | sa.Delete]:
        """The changes after which nothing of a person is left in it."""


class Expiring(Protocol):
    """A store that keeps texts, or who asked, for a limited time."""

    def purging(self, before: dt.datetime) -> Sequence[sa.Update | sa.Delete]:
        """The changes after which it keeps nothing of the kind from before a moment, and of some kinds less: see `over`."""


def over(before: dt.datetime, kept: dt.timedelta) -> dt.datetime:
    """The moment before which something is over that is kept for a shorter time than what a purge is about."""
    return max(before, now() - kept).astimezone(dt.UTC)


async def forget(database: Database, stores: Iterable[Personal], person: str) -> None:
    """Delete what stores keep of a person, all or nothing. Raises RecordsUnavailable when the database does not answer."""
    await _run(database, [change for store in stores for change in store.forgetting(person)])


async def purge(database: Database, stores: Iterable[Expiring], before: dt.datetime) -> None:
    """Delete what is over: at most what is from before a moment, all or nothing. Raises RecordsUnavailable when the database does not answer."""
    await _run(database, [change for store in stores for change in store.purging(before)])


async def _run(database: Database, changes: Sequence[sa.Update | sa.Delete]) -> None:
    async with database.begin() as connection:
        for change in changes:
            await connection.execute(change)
    await database.erase_deleted()
