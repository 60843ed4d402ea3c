"""Answers that people share: what is before them in the window, and afterwards who shared what where.

A share is claimed before its card is posted and marked as posted afterwards. A crash between the two may lose the card;
it never doubles it.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from bot.records.binding import installation_column
from bot.records.database import TABLES, Database, now
from bot.records.retention import over

KEPT = dt.timedelta(hours=24)
"""A window cannot be sent after this time; its row goes with the next purge."""

_shares = sa.Table(
    "shares",
    TABLES,
    installation_column(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("key", sa.String(120), nullable=False, index=True),
    sa.Column("asker", sa.String(40), nullable=False, index=True),
    sa.Column("sharer", sa.String(40), nullable=False, index=True),
    sa.Column("source", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Column("made", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("target", sa.String(40), nullable=False, index=True),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("ts", sa.Text, nullable=False),
    sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("shared_at", sa.DateTime(timezone=True)),
)


class ShareState(StrEnum):
    """What has become of a share: it stands in a window, is being posted, or is posted."""

    OPEN = "open"
    POSTING = "posting"
    POSTED = "posted"


@dataclass(frozen=True)
class Share:
    """An answer that `sharer` shares. Its id is made with the window, and is the key of the card's receipt.

    `key` is the answer's, `asker` who asked for it and `source` the channel it stands in. `text` is its Markdown,
    `sources` the lines that say where its passages stand, `made` how and when it was made; they are forgotten once it is
    posted. `target` is the person or channel that gets it.
    """

    id: str
    team: str
    key: str
    asker: str
    sharer: str
    source: str
    text: str = ""
    sources: tuple[str, ...] = ()
    made: str = ""
    state: ShareState = ShareState.OPEN
    target: str = ""


@dataclass(frozen=True)
class Card:
    """A message of a shared answer."""

    channel: str
    ts: str


class Shares:
    """The table of shares. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def open(self, share: Share) -> None:
        """Keep what a window shows until it is sent or closed, for at most a day."""
        kept = {"sources": list(share.sources), "channel": "", "ts": "", "opened_at": now()}
        await self._database.insert(_shares, asdict(share) | kept)

    async def find(self, key: str) -> Share | None:
        """A share by its id; None when its window was closed or is too old, or the sharer wanted to be forgotten."""
        fresh = (_shares.c.state == ShareState.POSTED) | (_shares.c.opened_at >= now() - KEPT)
        row = await self._database.row(sa.select(_shares).where((_shares.c.id == key) & fresh))
        return _share(row) if row else None

    async def claim(self, key: str, target: str) -> bool:
        """Take the right to post a share; of several who want it, one gets True."""
        mine = (_shares.c.id == key) & (_shares.c.state == ShareState.OPEN) & (_shares.c.opened_at >= now() - KEPT)
        values = {"state": ShareState.POSTING, "target": target, "shared_at": now()}
        return await self._database.change(sa.update(_shares).where(mine).values(values)) > 0

    async def release(self, key: str) -> None:
        """Give the right back, where Slack has refused the card."""
        mine = (_shares.c.id == key) & (_shares.c.state == ShareState.POSTING)
        await self._database.change(sa.update(_shares).where(mine).values(state=ShareState.OPEN, target=""))

    async def posted(self, key: str, channel: str, messages: Sequence[str]) -> bool:
        """Note where the card stands, by its messages' ts; the answer's text is forgotten. False where the share is deleted."""
        mine = (_shares.c.id == key) & (_shares.c.state == ShareState.POSTING)
        place = {"channel": channel, "ts": " ".join(messages)}
        values = {"state": ShareState.POSTED, "text": "", "sources": [], "made": "", **place}
        return await self._database.change(sa.update(_shares).where(mine).values(values)) > 0

    def holding(self, key: str) -> sa.Update:
        """A change that changes nothing; it finds none where the sharer was forgotten meanwhile."""
        return sa.update(_shares).where(_shares.c.id == key).values(state=_shares.c.state)

    async def discard(self, key: str) -> None:
        """Forget a window that was closed without sending it."""
        mine = (_shares.c.id == key) & (_shares.c.state == ShareState.OPEN)
        await self._database.change(sa.delete(_shares).where(mine))

    async def all(self) -> Sequence[Any]:
        """Every share that was posted, oldest first, as rows."""
        posted = sa.select(_shares).where(_shares.c.state == ShareState.POSTED)
        return await self._database.rows(posted.order_by(_shares.c.shared_at))

    async def cards_of(self, person: str) -> list[Card]:
        """The messages of the cards that a person has shared. Ask before forgetting the person."""
        own = sa.select(_shares).where((_shares.c.sharer == person) & (_shares.c.state == ShareState.POSTED))
        rows = await self._database.rows(own.order_by(_shares.c.shared_at))
        return [Card(row["channel"], ts) for row in rows for ts in row["ts"].split()]

    def purging(self, before: dt.datetime) -> Sequence[sa.Delete]:
        """The change that deletes windows which were not sent, and opened before a moment or over a day ago."""
        unsent = _shares.c.state != ShareState.POSTED
        return [sa.delete(_shares).where(unsent & (_shares.c.opened_at < over(before, KEPT)))]

    def forgetting(self, person: str) -> Sequence[sa.Update | sa.Delete]:
        """Changes that delete what a person shares and what is about to be shared of theirs.

        Of cards that they asked for or got, it is not kept that they did.
        """
        unsent = (_shares.c.asker == person) & (_shares.c.state != ShareState.POSTED)
        return [
            sa.delete(_shares).where((_shares.c.sharer == person) | unsent),
            sa.update(_shares).where(_shares.c.asker == person).values(asker="", key="", source=""),
            sa.update(_shares).where(_shares.c.target == person).values(target=""),
        ]


def _share(row: Any) -> Share:
    same = {name: row[name] for name in Share.__dataclass_fields__ if name not in {"sources", "state"}}
    return Share(**same, sources=tuple(row["sources"]), state=ShareState(row["state"]))
