"""Connections to the records: one to SQLite in WAL mode, a pool of checked ones to PostgreSQL."""

from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.records.address import postgres_arguments

BUSY_SECONDS = 10
CONNECTIONS = 15
"""To PostgreSQL at the same time: as many as SQLAlchemy's pool gives out."""
WAIT_SECONDS = 30
"""How long a transaction waits for a connection."""
COMMAND_SECONDS = 60
"""How long PostgreSQL may take for a statement; a server that is frozen would hold everything for ever."""
TAKEN_IN = sa.text("PRAGMA wal_checkpoint(TRUNCATE)")
"""Has SQLite take its log of changes into the database's file, and empty it."""
DRIVERS_ERRORS = (
    SQLAlchemyError,
    OSError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.exceptions.InternalClientError,
)
"""What the databases' drivers raise; asyncpg's own errors come as they are while a connection is made."""


def open_engine(url: str) -> AsyncEngine:
    """Connections to an address as `database_url` gives it; nothing is connected yet."""
    return _sqlite(url) if url.startswith("sqlite") else _postgres(url)


def _postgres(url: str) -> AsyncEngine:
    arguments = postgres_arguments(url) | {"command_timeout": COMMAND_SECONDS}

    async def connect() -> Any:
        return await asyncpg.connect(**arguments)

    return create_async_engine("postgresql+asyncpg://", async_creator=connect, pool_pre_ping=True)


def _sqlite(url: str) -> AsyncEngine:
    """One connection, for which writers wait in line: several would sleep and try again, ten times slower under load."""
    engine = create_async_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_size=1, max_overflow=0)
    sa.event.listen(engine.sync_engine, "connect", _use_wal)
    return engine


def _use_wal(connection: Any, _record: Any) -> None:
    """With FULL a commit is on the disk before Slack is told that a question was accepted; with NORMAL a power cut takes the last ones.

    What is deleted is overwritten: not every build of SQLite does that by itself.
    """
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
