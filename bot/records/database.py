"""The database of the records: SQLite in WAL mode, or PostgreSQL by URL. Tables live beside the code that uses them."""

import asyncio
import datetime as dt
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from bot.errors import RecordsUnavailable
from bot.records.migrating import migrate

BUSY_SECONDS = 10
TABLES = sa.MetaData()
"""Every table of the records."""


class AlreadyThere(Exception):
    """A row with this key exists."""


def database_url(url: str, data_dir: Path) -> str:
    """SQLAlchemy's address of the records: the one that is set, with an async driver, or SQLite in the data folder."""
    if not url:
        return f"sqlite+aiosqlite:///{(data_dir / 'records.sqlite3').absolute()}"
    scheme, _, rest = url.partition("://")
    return f"{'postgresql+asyncpg' if scheme.startswith('postgres') else 'sqlite+aiosqlite'}://{rest}"


def now() -> dt.datetime:
    """This moment, with its time zone."""
    return dt.datetime.now(dt.UTC)


class Database:
    """Transactions on the records. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self._closed = False
        self._open = 0
        self._idle = asyncio.Event()

    @classmethod
    async def open(cls, url: str) -> "Database":
        """Connect, and bring the schema to the newest one. Raises RecordsUnavailable, where it is of a newer version, too."""
        sqlite = url.startswith("sqlite")
        file = Path(path) if sqlite and (path := url.partition("///")[2]) else None
        try:
            if file:
                file.parent.mkdir(parents=True, exist_ok=True)
            engine = _sqlite(url) if sqlite else create_async_engine(url)
            try:
                await migrate(engine, file)
            except BaseException:
                await engine.dispose()
                raise
        except (SQLAlchemyError, sqlite3.Error, OSError) as error:
            raise RecordsUnavailable(
                "The records cannot be read or written; check the disk, DATA_DIR and DATABASE_URL."
            ) from error
        return cls(engine)

    async def close(self) -> None:
        """Let what is under way end, take nothing new, and give the connections back."""
        self._closed = True
        if self._open:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), BUSY_SECONDS)
        await self.engine.dispose()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction. Raises AlreadyThere where a row with the same key exists."""
        if self._closed:
            raise RecordsUnavailable("The records are closed; the bot is stopping.")
        self._open += 1
        try:
            async with self.engine.begin() as connection:
                yield connection
        except IntegrityError as error:
            raise AlreadyThere from error
        except (SQLAlchemyError, OSError) as error:
            raise RecordsUnavailable(
                "The records cannot be read or written; check the disk, DATA_DIR and DATABASE_URL."
            ) from error
        finally:
            self._open -= 1
            if self._closed and not self._open:
                self._idle.set()

    async def rows(self, query: sa.Select[Any]) -> Sequence[Any]:
        """The rows of a query, as mappings."""
        return list((await self._run(query)).mappings().all())

    async def row(self, query: sa.Select[Any]) -> Any:
        """The first row of a query as a mapping, None when there is none."""
        return (await self._run(query)).mappings().first()

    async def insert(self, table: sa.Table, row: Mapping[str, Any]) -> bool:
        """Write a new row; False when one with its key is there."""
        try:
            await self._run(sa.insert(table).values(**row))
        except AlreadyThere:
            return False
        return True

    async def change(self, statement: sa.Update | sa.Delete) -> int:
        """Run one change and say how many rows it changed."""
        return int((await self._run(statement)).rowcount)

    async def _run(self, statement: sa.Executable) -> sa.CursorResult[Any]:
        """Run one statement to its end, even where who asked for it is broken off: half a transaction helps nobody."""

        async def whole() -> sa.CursorResult[Any]:
            async with self.begin() as connection:
                return await connection.execute(statement)

        return await asyncio.shield(whole())


def within(
    moment: sa.Column[dt.datetime], since: dt.datetime | None, until: dt.datetime | None
) -> list[sa.ColumnElement[bool]]:
    """Conditions for a moment in some time; SQLite knows no time zones, so in UTC."""
    after = [moment >= since.astimezone(dt.UTC)] if since else []
    return [*after, *([moment < until.astimezone(dt.UTC)] if until else [])]


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
