"""Threads that the bot was asked in: where they are, who talks in them, and whether the bot is to stay quiet."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.binding import installation_column
from bot.records.database import TABLES, Database, insert

_threads = sa.Table(
    "threads",
    TABLES,
    installation_column(),
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("paused_ts", sa.String(40), nullable=False, server_default=""),
    sa.Column("resumed_ts", sa.String(40), nullable=False, server_default=""),
    sa.Column("talk_of", sa.String(40), nullable=False),
    sa.Column("talk_before", sa.String(40), nullable=False),
    sa.Column("last_ts", sa.String(40), nullable=False),
)
_SOMEBODY = "somebody"
"""Who talked in a thread, when they wanted to be forgotten; nobody's id."""


@dataclass(frozen=True)
class ThreadAddress:
    """Where a thread is: the installation (the id of the workspace), the channel, and the ts of its first message."""

    installation: str
    channel: str
    ts: str

    @property
    def key(self) -> str:
        """The address in one string, by which the records know the thread."""
        return f"{self.installation}:{self.channel}:{self.ts}"


def is_paused(row: Any, ts: str) -> bool:
    """Whether the bot was told to stay quiet in the thread of a row when a message with this ts was written.

    A pause that Slack delivers after what was written before it does not silence that.
    """
    paused_ts: str = row["paused_ts"]
    return bool(paused_ts) and paused_ts < ts and not paused_ts < row["resumed_ts"] < ts


@dataclass(frozen=True)
class ThreadState:
    """A thread that the bot was asked in, as it was before a person's message.

    `paused`: it is told to stay quiet. `talk_of`: who wrote last to somebody else since the bot was last addressed, empty
    when nobody did. `asked`: whether the person has asked the bot in it.
    """

    paused: bool
    talk_of: str
    asked: bool


class Threads:
    """The table of threads. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def row(self, thread: ThreadAddress) -> Any:
        """What is known of a thread as a row, None where nobody asked the bot in it."""
        return await self._database.row(sa.select(_threads).where(_threads.c.key == thread.key))

    async def latest(self, installation: str, most: int) -> list[ThreadAddress]:
        """The threads of an installation in which somebody wrote last, so many at most, the latest first."""
        there = _threads.c.key.startswith(f"{installation}:", autoescape=True)
        query = sa.select(_threads.c.key).where(there).order_by(_threads.c.last_ts.desc()).limit(most)
        return [ThreadAddress(*row["key"].split(":")) for row in await self._database.rows(query)]

    async def overheard(self, thread: ThreadAddress, ts: str, person: str) -> None:
        """Note that a person wrote to others in a thread that the bot was asked in."""
        newer = (_threads.c.key == thread.key) & (_threads.c.last_ts < ts)
        values = {"talk_before": _threads.c.talk_of, "talk_of": person, "last_ts": ts}
        await self._database.change(sa.update(_threads).where(newer).values(values))

    async def pause(self, thread: ThreadAddress, ts: str, *, paused: bool) -> None:
        """Have the bot stay quiet after a message until it is mentioned, or answer follow-ups again; what was said last holds."""
        said = _threads.c.paused_ts if paused else _threads.c.resumed_ts
        earlier = (_threads.c.key == thread.key) & (said < ts)
        await self._database.change(sa.update(_threads).where(earlier).values({said: ts}))

    def forgetting(self, person: str) -> Sequence[sa.Update | sa.Delete]:
        """Changes that keep the threads, but not that this person talked in them."""
        named = (_threads.c.talk_of, _threads.c.talk_before)
        return [sa.update(_threads).where(column == person).values({column.name: _SOMEBODY}) for column in named]

    def purging(self, before: dt.datetime) -> Sequence[sa.Delete]:
        """The change that deletes threads in which nobody has written since a moment; a ts is seconds of Unix time."""
        return [sa.delete(_threads).where(_threads.c.last_ts < f"{before.timestamp():.6f}")]


async def note_addressed(connection: AsyncConnection, messages: Sequence[tuple[ThreadAddress, str]]) -> None:
    """Note that the bot was addressed in threads by messages with these ts, unless somebody has spoken there later.

    Threads are changed in the order of their keys, so that two processes never wait for each other.
    """
    adding = insert(connection, _threads)
    ts = adding.excluded.last_ts
    noting = adding.on_conflict_do_update(
        index_elements=[_threads.c.installation, _threads.c.key],
        set_={"talk_before": _threads.c.talk_of, "talk_of": "", "last_ts": ts},
        where=_threads.c.last_ts < ts,
    )
    left = list(messages)
    while left:  # a statement changes a row once
        first = {thread.key: ts for thread, ts in reversed(left)}
        left = [(thread, ts) for thread, ts in left if ts != first[thread.key]]
        fresh = {"talk_of": "", "talk_before": ""}
        await connection.execute(noting, [fresh | {"key": key, "last_ts": first[key]} for key in sorted(first)])
