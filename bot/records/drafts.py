"""Answers that only one person sees yet, until they are posted or thrown away: of /career and of the message shortcut."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import sqlalchemy as sa

from bot.answering.conversation import Answer
from bot.records.binding import installation_column
from bot.records.database import TABLES, Database, insert, now
from bot.records.promises import hold_promise
from bot.records.receipts import write_receipt
from bot.records.retention import over

KEPT = dt.timedelta(hours=24)
"""A draft that is older can neither be read nor posted, and goes with the next purge."""

_drafts = sa.Table(
    "drafts",
    TABLES,
    installation_column(),
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("thread_ts", sa.String(40), nullable=False),
    sa.Column("person", sa.String(40), nullable=False, index=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
)

_NO_TEXTS = {"question": "", "text": "", "sources": [], "note": ""}
"""The columns of a draft that is being posted; no other has an empty question."""


@dataclass(frozen=True)
class Draft:
    """An answer for one person's eyes. `thread_ts` is the thread it would be posted in, empty for the channel itself.

    `text` is Markdown, `sources` a line for each passage it cites, `note` how it was made. Its id is also the key of its receipt.
    """

    id: str
    team: str
    channel: str
    thread_ts: str
    person: str
    question: str
    text: str
    sources: tuple[str, ...]
    note: str = ""
    made_at: dt.datetime = field(default_factory=now, compare=False)


class Drafts:
    """The table of drafts. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, draft: Draft, answer: Answer) -> bool:
        """Keep a promised draft with its answer's receipt, for at most a day after it was made.

        False, with nothing kept, where the promise is gone: the person had their data deleted while it was made.
        """
        row = asdict(draft) | {"sources": list(draft.sources)}
        async with self._database.begin() as connection:
            if not await hold_promise(connection, draft.id):
                return False
            await write_receipt(connection, draft.id, draft.person, answer)
            await connection.execute(insert(connection, _drafts).values(row).on_conflict_do_nothing())
        return True

    async def find(self, key: str, person: str) -> Draft | None:
        """A person's draft, None when it was taken, thrown away or deleted, is over a day old, or another's."""
        row = await self._database.row(sa.select(_drafts).where(_of(key) & (_drafts.c.person == person)))
        return _draft(row) if row else None

    async def take(self, key: str, person: str) -> Draft | None:
        """Take a person's draft, to post it: of several presses at once, one gets it. Its row stays, without its texts."""
        draft = await self.find(key, person)
        taken = draft and await self._database.change(sa.update(_drafts).where(_of(key)).values(_NO_TEXTS))
        return draft if taken else None

    async def give_back(self, draft: Draft) -> bool:
        """Keep a draft on that was taken and not posted; False where it was deleted meanwhile, and stays so."""
        texts = {"question": draft.question, "text": draft.text, "sources": list(draft.sources), "note": draft.note}
        return bool(await self._database.change(sa.update(_drafts).where(_taken(draft.id)).values(texts)))

    async def discard(self, key: str, person: str) -> None:
        """Delete a person's draft, unless it is being posted."""
        await self._database.change(sa.delete(_drafts).where(_of(key) & (_drafts.c.person == person)))

    def posted(self, key: str) -> sa.Delete:
        """The change that deletes a draft that was taken; it finds none where its person was forgotten meanwhile."""
        return sa.delete(_drafts).where(_taken(key))

    def purging(self, before: dt.datetime) -> Sequence[sa.Delete]:
        """The change that deletes drafts from before a moment, and those over a day old."""
        return [sa.delete(_drafts).where(_drafts.c.made_at < over(before, KEPT))]

    def forgetting(self, person: str) -> Sequence[sa.Delete]:
        """The change that deletes a person's drafts."""
        return [sa.delete(_drafts).where(_drafts.c.person == person)]

    async def all(self) -> Sequence[Draft]:
        """Every draft that nobody has taken, oldest first."""
        there = sa.select(_drafts).where(_drafts.c.question != "")
        return [_draft(row) for row in await self._database.rows(there.order_by(_drafts.c.made_at))]


def _of(key: str) -> sa.ColumnElement[bool]:
    return (_drafts.c.id == key) & (_drafts.c.question != "") & (_drafts.c.made_at >= now() - KEPT)


def _taken(key: str) -> sa.ColumnElement[bool]:
    return (_drafts.c.id == key) & (_drafts.c.question == "")


def _draft(row: Any) -> Draft:
    return Draft(
        **{name: row[name] for name in Draft.__dataclass_fields__ if name != "sources"}, sources=tuple(row["sources"])
    )
