"""The database of the records, SQLite or PostgreSQL: transactions on it. Tables live beside the code that uses them."""

import asyncio
import datetime as dt
import logging
import sqlite3
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import RecordsUnavailable, RecordsUnreachable
from bot.flight_recorder import waiting
from bot.records.address import postgres_arguments, sqlite_file
from bot.records.binding import EVERY, OPTION, OWN, bind_statements
from bot.records.engines import BUSY_SECONDS, CONNECTIONS, DRIVERS_ERRORS, TAKEN_IN, WAIT_SECONDS, open_engine
from bot.records.failures import PASSING, what_failed
from bot.records.migrating import migrate
from bot.records.sqlite_file import create
from bot.records.turns import DatabaseTurns

TABLES = sa.MetaData()
"""Every table of the records, once the modules are imported that keep them, as bot/storage.py does."""
ROWS_AT_ONCE = 200
"""Rows that are read between two turns of the event loop."""
log = logging.getLogger(__name__)


class AlreadyThere(Exception):
    """A row with this key exists."""


def database_url(url: str, data_dir: Path) -> str:
    """SQLAlchemy's address of the records: the one that is set, with an async driver, or SQLite in the data folder.

    Raises SettingsError where an address of PostgreSQL cannot be read or has an option that is not known.
    """
    if not url:
        return f"sqlite+aiosqlite:///{(data_dir / 'records.sqlite3').absolute()}"
    scheme, _, rest = url.partition("://")
    if not scheme.startswith("postgres"):
        return f"sqlite+aiosqlite://{rest}"
    postgres_arguments(url)
    return f"postgresql+asyncpg://{rest}"


def now() -> dt.datetime:
    """This moment, with its time zone."""
    return dt.datetime.now(dt.UTC)


def insert(connection: AsyncConnection, table: sa.Table) -> postgresql.Insert | sqlite.Insert:
    """An insertion that may say what to do where the row is there already; both kinds of database know the clause."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def _unavailable(error: BaseException, file: Path | None) -> RecordsUnavailable:
    told = what_failed(error, file)
    return RecordsUnreachable(told) if told in PASSING else RecordsUnavailable(told)


class Gate:
    """Lets transactions to the connections in their turn, until it is closed."""

    def __init__(self, most: int) -> None:
        self._turns = DatabaseTurns(most)
        self._closed = False
        self._open = 0
        self._idle = asyncio.Event()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        """A turn. Raises RecordsUnavailable once it is closed, TimeoutError when a turn does not come in time."""
        if self._closed:
            raise RecordsUnavailable("The records are closed; the bot is stopping.")
        self._open += 1
        try:
            async with self._turns.one(WAIT_SECONDS):
                yield
        finally:
            self._open -= 1
            if self._closed and not self._open:
                self._idle.set()

    async def close(self) -> None:
        """Let nothing new in, and wait for what is under way, but not for ever."""
        self._closed = True
        if self._open:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._idle.wait(), BUSY_SECONDS)


class Database:
    """Transactions on the records of one installation. Every method raises RecordsUnavailable when the database does not answer."""

    def __init__(self, engine: AsyncEngine, gate: "Gate", file: Path | None = None, installation: str = OWN) -> None:
        self.engine = engine.execution_options(**{OPTION: installation})
        self.file = file
        self.installation = installation
        self._gate = gate

    def of(self, installation: str) -> "Database":
        """The same database for another installation's rows, or with EVERY for those of all; close() closes both."""
        return Database(self.engine, self._gate, self.file, installation)

    @classmethod
    async def open(cls, url: str, *, set_aside: bool = False) -> "Database":
        """Connect to an address as `database_url` gives it, and bring the schema to the newest one.

        SQLite's file, if it is damaged and may be `set_aside`, is given another name, which is logged, and a new one begun.
        Raises RecordsUnavailable, where the schema is of a newer version of the bot, too; SettingsError where the address is wrong.
        """
        engine, file = open_engine(url), sqlite_file(url) if url.startswith("sqlite") else None
        try:
            if file:
                create(file)
            aside = await migrate(engine.execution_options(**{OPTION: EVERY}), file, TABLES, set_aside=set_aside)
        except (*DRIVERS_ERRORS, sqlite3.Error) as error:
            await engine.dispose()
            raise _unavailable(error, file) from error
        except BaseException:
            await engine.dispose()
            raise
        if aside:
            log.error(
                "Records: the file was damaged and is set aside as %s; a new one is begun, a backup of yours may take its place",
                aside.name,
            )
        bind_statements(engine.sync_engine)
        return cls(engine, Gate(1 if file else CONNECTIONS), file)

    async def close(self) -> None:
        """Let what is under way end, take nothing new, and give the connections back."""
        await self._gate.close()
        await self.engine.dispose()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction. Raises AlreadyThere where a row with the same key exists."""
        try:
            async with self._gate.one(), self.engine.begin() as connection:
                yield connection
        except IntegrityError as error:
            raise AlreadyThere from error
        except DRIVERS_ERRORS as error:
            raise _unavailable(error, self.file) from error

    async def erase_deleted(self) -> None:
        """Leave nothing of deleted rows in SQLite's files: its log of changes keeps them until it is taken into the database's file."""
        if self.file:
            await self._run(TAKEN_IN)

    async def ping(self) -> None:
        """Ask the database for nothing but an answer."""
        await self._run(sa.select(sa.literal(1)))

    async def rows(self, query: sa.Select[Any]) -> Sequence[Any]:
        """The rows of a query, as mappings; what else the process does goes on between some hundred of them."""
        result = (await self._run(query)).mappings()
        found: list[Any] = []
        while part := result.fetchmany(ROWS_AT_ONCE):
            found += part
            await asyncio.sleep(0)
        return found

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

        async with waiting():
            return await asyncio.shield(whole())


def within(
    moment: sa.Column[dt.datetime], since: dt.datetime | None, until: dt.datetime | None
) -> list[sa.ColumnElement[bool]]:
    """Conditions for a moment in some time; SQLite knows no time zones, so in UTC."""
    after = [moment >= since.astimezone(dt.UTC)] if since else []
    return [*after, *([moment < until.astimezone(dt.UTC)] if until else [])]
