"""Every schema that any version has left behind is brought to the newest one, with its rows, by one process at a time."""

import asyncio
import datetime as dt
import sqlite3
import stat
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bot.errors import RecordsUnavailable
from bot.records.database import TABLES, Database
from bot.records.inbox import AskedQuestion
from bot.records.migrating import VERSION_TABLE, migrations, upgrade
from bot.storage import Records

SCHEMAS = Path(__file__).parent / "schemas"
RELEASED = sorted({path.name.split(".")[0] for path in SCHEMAS.glob("*.sql")})
"""The schemas of every version: what the code of that commit created on an empty database."""
REVISIONS = [one.revision for one in migrations().walk_revisions()][::-1]
RENAMED = {"deeds": "audit_log"}
VALUES: dict[type[object], Any] = {
    sa.Boolean: True,
    sa.Integer: 7,
    sa.JSON: ["x"],
    sa.DateTime: dt.datetime(2026, 1, 2, tzinfo=dt.UTC),
    sa.String: "x",
}


@pytest.fixture
async def engine(address: str) -> AsyncIterator[AsyncEngine]:
    """A database without any table."""
    opened = create_async_engine(address)
    await drop_everything(opened)
    yield opened
    await drop_everything(opened)
    await opened.dispose()


async def drop_everything(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            await connection.exec_driver_sql("CREATE SCHEMA public")
        else:
            found = sa.MetaData()
            await connection.run_sync(found.reflect)
            await connection.run_sync(found.drop_all)


async def create(engine: AsyncEngine, *schemas: str) -> None:
    """The tables of some schemas, each created where it is missing, as versions before 0.4 did."""
    async with engine.begin() as connection:
        for schema in schemas:
            there = set(await connection.run_sync(lambda c: sa.inspect(c).get_table_names()))
            for statement in (SCHEMAS / f"{schema}.{engine.dialect.name}.sql").read_text("utf-8").split(";\n")[:-1]:
                named = statement.partition(" ON ")[2] if "INDEX" in statement.split("(")[0] else statement[13:]
                if named.split("(")[0].strip() not in there:
                    await connection.exec_driver_sql(statement)


def value(column: sa.Column[Any]) -> object:
    """A value of a column's type; a moment with a time zone only where the column has one."""
    if isinstance(column.type, sa.DateTime) and not column.type.timezone:
        return VALUES[sa.DateTime].replace(tzinfo=None)
    return next(one for kind, one in VALUES.items() if isinstance(column.type, kind))


async def fill(engine: AsyncEngine) -> set[str]:
    """A row in every table; the names of the tables."""

    def put(connection: sa.Connection) -> set[str]:
        found = sa.MetaData()
        found.reflect(connection)
        for table in (table for table in found.sorted_tables if table.name != VERSION_TABLE):
            connection.execute(sa.insert(table).values({column.name: value(column) for column in table.columns}))
        return set(found.tables)

    async with engine.begin() as connection:
        return await connection.run_sync(put)


async def differences(engine: AsyncEngine) -> list[str]:
    """What a database has otherwise than the tables of the code; a migration is missing where it is something."""
    options = {
        "compare_type": True,
        "compare_server_default": _other_default,
        "version_table": VERSION_TABLE,
    }
    async with engine.connect() as connection:
        found = await connection.run_sync(
            lambda c: compare_metadata(MigrationContext.configure(c, opts=options), TABLES)
        )
        keys = await connection.run_sync(_primary_keys)
    wanted = {name: tuple(table.primary_key.columns.keys()) for name, table in TABLES.tables.items()}
    return [*(str(difference) for difference in found), *(str(key) for key in keys.items() ^ wanted.items())]


def _primary_keys(connection: sa.Connection) -> dict[str, tuple[str, ...]]:
    """Which Alembic does not compare."""
    found = sa.inspect(connection)
    return {name: tuple(found.get_pk_constraint(name)["constrained_columns"]) for name in TABLES.tables}


def _other_default(context: MigrationContext, *told: Any) -> bool | None:
    """Whether a column has another default; Alembic takes '' in SQLite for another one than an empty text."""
    *_, found, _, wanted = told
    if context.dialect.name != "sqlite":
        return None
    return (found is None) != (wanted is None) or (found or "").strip("()'") != (wanted or "")


async def test_the_migrations_make_the_tables_of_the_code_from_nothing(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
    assert await differences(engine) == []


async def test_new_records_have_what_the_migrations_make(engine: AsyncEngine, address: str) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(upgrade)
        migrated = await connection.run_sync(described)
    await drop_everything(engine)
    await (await Database.open(address)).close()
    async with engine.connect() as connection:
        assert await connection.run_sync(described) == migrated


def described(connection: sa.Connection) -> dict[str, Any]:
    """Columns, keys and indexes of every table, and the revision, as the database tells them."""
    look = sa.inspect(connection)
    told: dict[str, Any] = {
        name: (
            {column["name"]: (str(column["type"]), column["nullable"]) for column in look.get_columns(name)},
            look.get_pk_constraint(name)["constrained_columns"],
            sorted((str(one["name"]), one["column_names"], one["unique"]) for one in look.get_indexes(name)),
        )
        for name in look.get_table_names()
    }
    return told | {"revision": connection.execute(sa.text(f"SELECT * FROM {VERSION_TABLE}")).scalar()}


@pytest.mark.parametrize("schema", RELEASED)
async def test_every_released_schema_comes_forward_with_its_rows(
    engine: AsyncEngine, address: str, schema: str
) -> None:
    await create(engine, schema)
    before = await fill(engine)
    records = await Records.open(address)
    assert await differences(engine) == []
    async with records._database.engine.connect() as connection:
        for name in before:
            (row,) = (await connection.execute(sa.select(TABLES.tables[RENAMED.get(name, name)]))).mappings()
            nullable = {column.name for column in TABLES.tables[RENAMED.get(name, name)].columns if column.nullable}
            assert {column for column, value in row.items() if value is None} <= nullable
            assert "x" in row.values() or name == "confirmations_version"
    await records.audit_log.record("U1", "shared", "after")
    assert await records.inbox.accept(AskedQuestion("T1", "C1", "1.0", "1.0", "U1", "?"))
    await records.close()


@pytest.mark.parametrize("revision", REVISIONS[:-1])
async def test_every_step_of_the_migrations_comes_forward_with_its_rows(
    engine: AsyncEngine, address: str, revision: str
) -> None:
    async with engine.begin() as connection:
        await connection.run_sync(upgrade, revision)
    before = await fill(engine)
    await (await Database.open(address)).close()
    assert await differences(engine) == []
    async with engine.connect() as connection:
        for name in before - {VERSION_TABLE}:
            counted = sa.select(sa.func.count()).select_from(TABLES.tables[RENAMED.get(name, name)])
            assert (await connection.execute(counted)).scalar() == 1


@pytest.mark.parametrize("first", RELEASED[:-1])
async def test_tables_of_one_version_beside_those_of_later_ones_come_forward(
    engine: AsyncEngine, address: str, first: str
) -> None:
    await create(engine, *RELEASED[RELEASED.index(first) :])
    await (await Database.open(address)).close()
    assert await differences(engine) == []


async def test_processes_that_start_on_empty_records_all_run(engine: AsyncEngine, address: str) -> None:
    opened = await asyncio.gather(*(Database.open(address) for _ in range(4)))
    assert await differences(engine) == []
    for one in opened:
        await one.close()


async def test_a_migration_that_fails_leaves_everything_as_it_was(engine: AsyncEngine, address: str) -> None:
    await create(engine, RELEASED[-1])
    await fill(engine)
    async with engine.begin() as connection:
        await connection.exec_driver_sql("CREATE TABLE audit_log (number INTEGER)")
    with pytest.raises(RecordsUnavailable):
        await Database.open(address)
    async with engine.connect() as connection:
        there = await connection.run_sync(lambda c: sa.inspect(c).get_table_names())
        assert {"deeds", "audit_log"} <= set(there)
        assert VERSION_TABLE not in there
        assert (await connection.exec_driver_sql("SELECT person FROM deeds")).scalar() == "x"


async def test_records_of_a_newer_version_are_refused_by_name(engine: AsyncEngine, address: str) -> None:
    await (await Database.open(address)).close()
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    with pytest.raises(RecordsUnavailable, match=r"newer version of the bot \(schema 9999\)"):
        await Database.open(address)


async def test_before_a_migration_sqlite_is_copied_for_its_owner_alone_and_two_copies_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "records.sqlite3"
    for person in ("first", "second", "third"):
        file.unlink(missing_ok=True)
        with closing(sqlite3.connect(file)) as connection:
            connection.executescript((SCHEMAS / f"{RELEASED[-1]}.sqlite.sql").read_text("utf-8"))
            connection.execute("INSERT INTO deeds VALUES (1, ?, 'shared', 'x', '2026-01-01 00:00:00')", [person])
            connection.commit()
        await (await Database.open(f"sqlite+aiosqlite:///{file}")).close()
    copies = _copies(tmp_path)
    assert [_persons(copy) for copy in copies] == [["second"], ["third"]]
    assert {stat.S_IMODE(copy.stat().st_mode) for copy in copies} == {0o600}


async def test_no_copy_is_made_of_what_is_new_or_up_to_date(tmp_path: Path) -> None:
    for _ in range(2):
        await (await Database.open(f"sqlite+aiosqlite:///{tmp_path / 'records.sqlite3'}")).close()
    assert _copies(tmp_path) == []


def _copies(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.before-migration-*"))


def _persons(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [person for (person,) in connection.execute("SELECT person FROM deeds")]
