"""What was asked for one person's eyes and is not answered yet: of /career and of the message shortcut's window.

A promise is written down before work begins and deleted when the answer is where it belongs, so that a process that ends
in between leaves it to the next one.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.records.binding import installation_column
from bot.records.database import TABLES, Database, now
from bot.records.retention import over
from bot.records.worker_identity import WorkerIdentity

KEPT = dt.timedelta(hours=24)
"""A promise that is older goes with the next purge; it was ended with a sentence long before."""
LEASE = dt.timedelta(minutes=5)
"""For how long a promise is one process's; that one gives an answer, or gives it up, in less."""

_promises = sa.Table(
    "promises",
    TABLES,
    installation_column(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("thread_ts", sa.String(40), nullable=False),
    sa.Column("person", sa.String(40), nullable=False, index=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("response_url", sa.Text, nullable=False),
    sa.Column("window", sa.String(40), nullable=False),
    sa.Column("window_hash", sa.String(120), nullable=False),
    sa.Column("sent", sa.Integer, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("owner", sa.String(40), nullable=False),
    sa.Column("leased_until", sa.DateTime(timezone=True), nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("files", sa.Text, nullable=False, server_default=""),
)


@dataclass(frozen=True)
class Promise:
    """A private question: its id is that of its draft, and of its window at Slack (`external_id`).

    Without a `response_url` it belongs to a `window`, whose state when it was opened is `window_hash`. `sent` counts the
    messages that have arrived, `tries` how often a process began with it. `files` are what to call the files in the
    message that it is about, a line each.
    """

    id: str
    team: str
    channel: str
    thread_ts: str
    person: str
    question: str
    response_url: str = ""
    window: str = ""
    window_hash: str = ""
    sent: int = 0
    tries: int = 1
    made_at: dt.datetime = field(default_factory=now, compare=False)
    files: str = ""


class Promises:
    """The table of promises. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database, worker: WorkerIdentity) -> None:
        self._database = database
        self._worker = worker

    async def make(self, promise: Promise) -> None:
        """Write a promise down, leased to this process."""
        await self._database.insert(_promises, asdict(promise) | self._leased(now()))

    async def opened(self, key: str, window: str, window_hash: str) -> None:
        """Note its window and the state in which that was opened."""
        await self._change(key, window=window, window_hash=window_hash)

    async def arrived(self, key: str, sent: int) -> None:
        """Note how many of its messages have arrived."""
        await self._change(key, sent=sent)

    async def fulfil(self, key: str) -> None:
        """Forget a promise: it is kept, or was ended with a sentence."""
        await self._database.change(sa.delete(_promises).where(_promises.c.id == key))

    async def claim(self, under_way: Collection[str]) -> list[Promise]:
        """Lease what is open and no living process's, nor `under_way` in this one; a claim counts as a try before it is begun."""
        moment = now()
        rows = await self._database.rows(sa.select(_promises).order_by(_promises.c.made_at))
        left = [row for row in rows if row["id"] not in under_way and self._is_left(row, moment)]
        return [_promise(row) for row in left if await self._take(row, moment)]

    async def release_all(self) -> None:
        """Hand everything back, to be claimed by any process at once; the tries that were broken off do not count."""
        ours = _promises.c.owner == self._worker.name
        values = {"owner": "", "leased_until": now(), "tries": _promises.c.tries - 1}
        await self._database.change(sa.update(_promises).where(ours).values(values))

    def purging(self, before: dt.datetime) -> Sequence[sa.Delete]:
        """The change that deletes promises from before a moment, and those over a day old."""
        return [sa.delete(_promises).where(_promises.c.made_at < over(before, KEPT))]

    def forgetting(self, person: str) -> Sequence[sa.Delete]:
        """The change that deletes a person's promises."""
        return [sa.delete(_promises).where(_promises.c.person == person)]

    async def _take(self, row: Any, moment: dt.datetime) -> bool:
        same = (_promises.c.id == row["id"]) & (_promises.c.owner == row["owner"]) & (_promises.c.tries == row["tries"])
        values = self._leased(moment) | {"tries": row["tries"] + 1}
        return bool(await self._database.change(sa.update(_promises).where(same).values(values)))

    def _is_left(self, row: Any, moment: dt.datetime) -> bool:
        run_out = row["leased_until"].replace(tzinfo=dt.UTC) < moment  # SQLite tells no time zone
        return run_out or not row["owner"] or self._worker.is_gone(row["owner"])

    def _leased(self, moment: dt.datetime) -> dict[str, Any]:
        return {"owner": self._worker.name, "leased_until": moment + LEASE}

    async def _change(self, key: str, **values: Any) -> None:
        await self._database.change(sa.update(_promises).where(_promises.c.id == key).values(values))


async def hold_promise(connection: AsyncConnection, key: str) -> bool:
    """Keep a promise from being forgotten before the transaction ends; False where it is gone.

    An update that changes nothing: SQLite locks nothing for a query.
    """
    holding = sa.update(_promises).where(_promises.c.id == key).values(tries=_promises.c.tries)
    return bool((await connection.execute(holding)).rowcount)


def _promise(row: Any) -> Promise:
    told = {name: row[name] for name in Promise.__dataclass_fields__}
    return Promise(**told | {"made_at": row["made_at"].replace(tzinfo=dt.UTC), "tries": row["tries"] + 1})
