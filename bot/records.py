"""What must survive a restart: the inbox of accepted questions, their threads, receipts of answers, gaps, feedback.

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
    sa.Column("edited", sa.String(40), nullable=False),
    sa.Column("answer_ts", sa.String(40), nullable=False),
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

_threads = sa.Table(
    "threads",
    _tables,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("paused", sa.Boolean, nullable=False),
    sa.Column("last_speaker", sa.String(40), nullable=False),
)
_feedback = sa.Table(
    "feedback",
    _tables,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("person", sa.String(40), primary_key=True),
    sa.Column("liked", sa.Boolean, nullable=False),
    sa.Column("reason", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
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
    own id of the message, where there is one; `edited` is when its text was last changed, and `answer_ts` the message
    that its answer stands in or is being streamed into.
    """

    team: str
    channel: str
    ts: str
    thread_ts: str
    person: str
    text: str
    message_id: str | None = None
    edited: str = ""
    answer_ts: str = ""

    @property
    def key(self) -> str:
        """What tells this question from every other, however often it is delivered."""
        return f"{self.team}:{self.channel}:{self.ts}"

    @property
    def thread(self) -> str:
        """What tells its thread from every other."""
        return f"{self.team}:{self.channel}:{self.thread_ts}"

    @property
    def starts_thread(self) -> bool:
        """Whether its message is the root of its thread."""
        return self.ts == self.thread_ts


@dataclass(frozen=True)
class Thread:
    """A thread that the bot was asked in: whether it is told to stay quiet, who wrote last, and whether a person asked."""

    paused: bool
    last_speaker: str
    asked_by_person: bool


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
        await self._spoke(question.thread, question.person)
        return True

    async def thread(self, thread: str, person: str) -> Thread | None:
        """The state of a thread before a person's message in it, which is noted; None where the bot was never asked."""
        async with self._begin() as connection:
            row = (await connection.execute(sa.select(_threads).where(_threads.c.key == thread))).mappings().first()
            if row is None:
                return None
            team, channel, ts = thread.split(":")
            own = (_inbox.c.team == team) & (_inbox.c.channel == channel) & (_inbox.c.thread_ts == ts)
            asked = await connection.execute(sa.select(sa.func.count()).where(own & (_inbox.c.person == person)))
            state = Thread(row["paused"], row["last_speaker"], asked.scalar_one() > 0)
            await connection.execute(sa.update(_threads).where(_threads.c.key == thread).values(last_speaker=person))
        return state

    async def pause(self, thread: str, *, paused: bool) -> None:
        """Have the bot stay quiet in a thread until it is mentioned, or answer follow-ups again."""
        async with self._begin() as connection:
            await connection.execute(sa.update(_threads).where(_threads.c.key == thread).values(paused=paused))

    async def _spoke(self, thread: str, person: str) -> None:
        try:
            async with self._begin() as connection:
                row = {"key": thread, "paused": False, "last_speaker": person}
                await connection.execute(sa.insert(_threads).values(row))
        except _AlreadyThere:
            async with self._begin() as connection:
                await connection.execute(
                    sa.update(_threads).where(_threads.c.key == thread).values(last_speaker=person)
                )

    async def known(self, key: str) -> Accepted | None:
        """A question that was accepted at any time."""
        async with self._begin() as connection:
            row = (await connection.execute(sa.select(_inbox).where(_inbox.c.key == key))).mappings().first()
        return _accepted(row) if row else None

    async def reopen(self, key: str, text: str, edited: str) -> Accepted | None:
        """Accept a known question again with its new text; None when it is unknown or this edit was taken already."""
        newer = (_inbox.c.key == key) & (_inbox.c.edited < edited)
        values = {"text": text, "edited": edited, "state": ACCEPTED, "accepted_at": _now()}
        async with self._begin() as connection:
            changed = await connection.execute(sa.update(_inbox).where(newer).values(values))
        return await self.known(key) if changed.rowcount else None

    async def standing(self, question: Accepted, ts: str) -> None:
        """Note the message that a question's answer stands in, or is about to be streamed into."""
        async with self._begin() as connection:
            await connection.execute(_update(question).values(answer_ts=ts))

    async def receipt(self, key: str) -> Any:
        """The receipt of one answer as a row, None when there is none."""
        async with self._begin() as connection:
            return (await connection.execute(sa.select(_answers).where(_answers.c.key == key))).mappings().first()

    async def rated(self, key: str, person: str, *, liked: bool, reason: str = "", text: str = "") -> None:
        """Keep what a person thinks of an answer; a later opinion replaces an earlier one."""
        row = {"key": key, "person": person, "liked": liked, "reason": reason, "text": text, "given_at": _now()}
        own = (_feedback.c.key == key) & (_feedback.c.person == person)
        async with self._begin() as connection:
            await connection.execute(sa.delete(_feedback).where(own))
            await connection.execute(sa.insert(_feedback).values(row))

    async def ratings(self) -> Sequence[Any]:
        """Every opinion, oldest first, as rows."""
        async with self._begin() as connection:
            return (await connection.execute(sa.select(_feedback).order_by(_feedback.c.given_at))).mappings().all()

    async def forget(self, person: str) -> int:
        """Delete what is kept of a person: questions, receipts of their answers, gaps and opinions. How many questions."""
        keys = sa.select(_inbox.c.key).where(_inbox.c.person == person)
        async with self._begin() as connection:
            await connection.execute(sa.delete(_answers).where(_answers.c.key.in_(keys)))
            await connection.execute(sa.delete(_gaps).where(_gaps.c.person == person))
            await connection.execute(sa.delete(_feedback).where(_feedback.c.person == person))
            deleted = await connection.execute(sa.delete(_inbox).where(_inbox.c.person == person))
        return int(deleted.rowcount)

    async def unanswered(self) -> list[Accepted]:
        """The questions accepted and not yet answered, oldest first; what waited too long is refused now."""
        waiting = sa.select(_inbox).where(_inbox.c.state == ACCEPTED).order_by(_inbox.c.accepted_at)
        async with self._begin() as connection:
            late = (_inbox.c.state == ACCEPTED) & (_inbox.c.accepted_at < _now() - TOO_OLD)
            await connection.execute(sa.update(_inbox).where(late).values(_finished(REFUSED, "too old")))
            rows = (await connection.execute(waiting)).mappings().all()
        return [_accepted(row) for row in rows]

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


def _accepted(row: Any) -> Accepted:
    return Accepted(**{name: row[name] for name in Accepted.__dataclass_fields__})


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
