"""Brings the schema of the records forward: Alembic's migrations, by one process at a time, after a copy of SQLite's file.

Where nothing is there yet the tables are made as they are now; a test compares them with what the migrations make. A migration is a module in `bot/records/migrations`; CONTRIBUTING.md tells how to add one.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import RecordsUnavailable
from bot.records.sqlite_file import back_up, check

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK_SECONDS = 45
"""How long a process waits for another one that is migrating."""
_ADVISORY_LOCK = 0x6361726565720001
"""A number of our own, "career" and 1, for PostgreSQL's lock."""


async def migrate(
    engine: AsyncEngine, file: Path | None, tables: sa.MetaData, *, set_aside: bool = False
) -> Path | None:
    """Bring the schema to the newest one, that of `tables`; `file` is SQLite's, None for PostgreSQL.

    Where that file is damaged it is given another name, which is returned, if it may be `set_aside`.
    Several processes may do so at once: one migrates, the others wait and find it done. Everything is done or nothing.
    Raises RecordsUnavailable when another process takes longer than that, when the schema is of a newer version of the bot, or
    where SQLite's file is damaged; errors of the database as they come.
    """
    async with _alone(file):
        aside = await asyncio.to_thread(check, file, set_aside=set_aside) if file else None
        async with engine.connect() as connection:
            behind = await connection.run_sync(_is_behind)
        if not behind:
            return aside
        if file and behind != _NOTHING_THERE:
            await asyncio.to_thread(back_up, file, behind)
        async with engine.begin() as connection:
            await _lock(connection)
            await connection.run_sync(_bring_forward, tables)
    return aside


def _bring_forward(connection: sa.Connection, tables: sa.MetaData) -> None:
    if _is_behind(connection) != _NOTHING_THERE:
        upgrade(connection)
        return
    tables.create_all(connection)
    _version_in(connection).stamp(migrations(), "head")


def upgrade(connection: sa.Connection, revision: str = "head") -> None:
    """Run the migrations up to one of them, in the transaction of the connection."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    script = migrations()
    with EnvironmentContext(Config(), script, fn=lambda at, _: script._upgrade_revs(revision, at)) as environment:
        environment.configure(connection=connection, version_table=VERSION_TABLE, transactional_ddl=True)
        environment.run_migrations()


@cache
def migrations() -> "ScriptDirectory":
    """The migrations, as Alembic knows them."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])


_NOTHING_THERE, _NO_NUMBER = "nothing", "0000"
"""What stands for the revision of a database without tables, and of one from before there were numbers."""
VERSION_TABLE = "careerbot_schema"
"""Where Alembic keeps the revision; its usual name might be that of another program in one database."""


def _is_behind(connection: sa.Connection) -> str:
    """The revision that a database has, if it is not the newest; otherwise nothing."""
    found, script = _version_in(connection).get_current_revision(), migrations()
    if found is None:
        return _NO_NUMBER if sa.inspect(connection).get_table_names() else _NOTHING_THERE
    if found not in {one.revision for one in script.walk_revisions()}:
        raise RecordsUnavailable(
            f"The records have been used by a newer version of the bot (schema {found}); run that version, or set DATA_DIR or DATABASE_URL to other records."
        )
    return "" if found == script.get_current_head() else found


def _version_in(connection: sa.Connection) -> "MigrationContext":
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})


@asynccontextmanager
async def _alone(file: Path | None) -> AsyncIterator[None]:
    """SQLite's file to oneself, as far as migrations go."""
    if file is None:
        yield
        return
    from filelock import FileLock, Timeout

    lock = FileLock(file.with_name(f"{file.name}.lock"), timeout=LOCK_SECONDS, mode=0o600, thread_local=False)
    try:
        await asyncio.to_thread(lock.acquire)
    except Timeout as error:
        raise RecordsUnavailable(
            "Another process is bringing the records up to date and takes long; try again when it is done."
        ) from error
    try:
        yield
    finally:
        lock.release()


async def _lock(connection: AsyncConnection) -> None:
    """The right to change the schema, until the transaction ends; one that SQLite begins before changes of tables, too."""
    if connection.dialect.name == "sqlite":
        await connection.exec_driver_sql("BEGIN IMMEDIATE")
        return
    await connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
    await connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
