"""What must survive a restart: the inbox of accepted questions, the receipts of their answers, and the gaps.

SQLAlchemy on SQLite (in WAL mode) or PostgreSQL. A question's text is kept only until it is answered: Slack is the
memory of conversations.
"""

import datetime as dt
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.conversation import Answer
from bot.errors import RecordsUnavailable

TOO_OLD = dt.timedelta(hours=24)
"""A question that waited longer than this is not answered after a restart; nobody waits for it any more."""
BUSY_SECONDS = 10
NEAREST = 3
"""Headings kept with a gap, that tell where in a guide it belongs."""

_tables = sa.MetaData()
_inbox = sa.Table(
    "inbox",
    _tables,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("ts", sa.String(40), nullable=False),
    sa.Column("thread_ts", sa.String(40), nullable=False),
    sa.Column("person", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("message_id", sa.String(80), unique=True),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("finished_at", sa.DateTime(timezone=True)),
)
_answers = sa.Table(
    "answers",
    _tables,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("coverage", sa.String(20), nullable=False),
    sa.Column("mode", sa.String(120), nullable=False),
    sa.Column("prompt", sa.String(20), nullable=False),
    sa.Column("passages", sa.JSON, nullable=False),
    sa.Column("milliseconds", sa.Integer, nullable=False),
    sa.Column("notice", sa.Text, nullable=False),
    sa.Column("withheld", sa.Integer, nullable=False),
    sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
)

_gaps = sa.Table(
    "gaps",
    _tables,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("person", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("nearest", sa.JSON, nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
)

ACCEPTED, ANSWERED, REFUSED = "accepted", "answered", "refused"


@dataclass(frozen=True)
class Accepted:
    """A question that the bot has promised to answer.

    `ts` identifies its message in the channel and `thread_ts` the thread to answer in; `message_id` is the sender's
    own id of the message, where there is one.
    """

    team: str
    channel: str
    ts: str
    thread_ts: str
    person: str
    text: str
    message_id: str | None = None

    @property
    def key(self) -> str:
        """What tells this question from every other, however often it is delivered."""
        return f"{self.team}:{self.channel}:{self.ts}"


def database_url(url: str, data_dir: Path) -> str:
    """SQLAlchemy's address of the records: the one that is set, with an async driver, or SQLite in the data folder."""
    if not url:
        return f"sqlite+aiosqlite:///{(data_dir / 'records.sqlite3').absolute()}"
    scheme, _, rest = url.partition("://")
    return f"{'postgresql+asyncpg' if scheme.startswith('postgres') else 'sqlite+aiosqlite'}://{rest}"


class Records:
    """The inbox and the receipts. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    @classmethod
    async def open(cls, url: str) -> "Records":
        """Connect to the database and create the tables that are missing."""
        sqlite = url.startswith("sqlite")
        try:
            if sqlite and (path := url.partition("///")[2]):
                Path(path).parent.mkdir(parents=True, exist_ok=True)
            records = cls(_sqlite(url) if sqlite else create_async_engine(url))
            async with records._begin() as connection:
                await connection.run_sync(_tables.create_all)
        except OSError as error:
            raise RecordsUnavailable("The folder for the records cannot be written; check DATA_DIR.") from error
        return records

    async def close(self) -> None:
        """Give the connections back."""
        await self._engine.dispose()

    async def accept(self, question: Accepted) -> bool:
        """Write a question to the inbox; False when it is there already."""
        row = asdict(question) | {"key": question.key, "state": ACCEPTED, "reason": "", "accepted_at": _now()}
        try:
            async with self._begin() as connection:
                await connection.execute(sa.insert(_inbox).values(row))
        except _AlreadyThere:
            return False
        return True

    async def unanswered(self) -> list[Accepted]:
        """The questions accepted and not yet answered, oldest first; what waited too long is refused now."""
        waiting = sa.select(_inbox).where(_inbox.c.state == ACCEPTED).order_by(_inbox.c.accepted_at)
        async with self._begin() as connection:
            late = (_inbox.c.state == ACCEPTED) & (_inbox.c.accepted_at < _now() - TOO_OLD)
            await connection.execute(sa.update(_inbox).where(late).values(_finished(REFUSED, "too old")))
            rows = (await connection.execute(waiting)).mappings().all()
        return [Accepted(**{name: row[name] for name in Accepted.__dataclass_fields__}) for row in rows]

    async def answered(self, question: Accepted, answer: Answer | None = None) -> None:
        """Mark a question as answered and keep the answer's receipt; the question's text is forgotten.

        Only what the guides do not answer is kept as it was asked, as a gap.
        """
        async with self._begin() as connection:
            await connection.execute(_update(question).values(_finished(ANSWERED)))
            if answer:
                for table in (_answers, _gaps):
                    await connection.execute(sa.delete(table).where(table.c.key == question.key))
                await connection.execute(sa.insert(_answers).values(_receipt(question, answer)))
                if answer.gaps:
                    await connection.execute(sa.insert(_gaps).values(_gap_rows(question, answer)))

    async def refused(self, question: Accepted, reason: str) -> None:
        """Mark a question as one that cannot be answered; the question's text is forgotten."""
        async with self._begin() as connection:
            await connection.execute(_update(question).values(_finished(REFUSED, reason[:200])))

    async def counts(self) -> dict[str, int]:
        """How many questions are in each state."""
        query = sa.select(_inbox.c.state, sa.func.count()).group_by(_inbox.c.state)
        async with self._begin() as connection:
            return dict((await connection.execute(query)).tuples().all())

    async def receipts(self) -> Sequence[Any]:
        """The receipts of all answers, oldest first, as rows."""
        async with self._begin() as connection:
            return (await connection.execute(sa.select(_answers).order_by(_answers.c.answered_at))).mappings().all()

    async def gaps(self) -> Sequence[Any]:
        """The questions that the guides do not answer, oldest first, as rows."""
        async with self._begin() as connection:
            return (
                (await connection.execute(sa.select(_gaps).order_by(_gaps.c.asked_at, _gaps.c.number))).mappings().all()
            )

    @asynccontextmanager
    async def _begin(self) -> AsyncIterator[AsyncConnection]:
        try:
            async with self._engine.begin() as connection:
                yield connection
        except IntegrityError as error:
            raise _AlreadyThere from error
        except (SQLAlchemyError, OSError) as error:
            raise RecordsUnavailable(
                "The records cannot be read or written; check the disk, DATA_DIR and DATABASE_URL."
            ) from error


class _AlreadyThere(Exception):
    """A row with this key exists."""


def _update(question: Accepted) -> sa.Update:
    return sa.update(_inbox).where(_inbox.c.key == question.key)


def _finished(state: str, reason: str = "") -> dict[str, Any]:
    return {"state": state, "reason": reason, "text": "", "finished_at": _now()}


def _receipt(question: Accepted, answer: Answer) -> dict[str, Any]:
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
        "key": question.key,
        "coverage": answer.coverage.value,
        "mode": receipt.mode,
        "prompt": receipt.prompt,
        "passages": cited,
        "milliseconds": receipt.milliseconds,
        "notice": receipt.notice,
        "withheld": receipt.withheld,
        "answered_at": _now(),
    }


def _gap_rows(question: Accepted, answer: Answer) -> list[dict[str, Any]]:
    nearest = [" > ".join(citation.passage.heading) for citation in answer.retrieved[:NEAREST]]
    common = {"key": question.key, "person": question.person, "nearest": nearest, "asked_at": _now()}
    return [common | {"number": number, "text": text} for number, text in enumerate(answer.gaps, 1)]


def _sqlite(url: str) -> AsyncEngine:
    """One connection, for which writers wait in line: several would sleep and try again, ten times slower under load."""
    engine = create_async_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_size=1, max_overflow=0)
    sa.event.listen(engine.sync_engine, "connect", _use_wal)
    return engine


def _use_wal(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)
