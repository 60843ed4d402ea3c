"""The records on both databases: the same tests, each time with empty tables."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from bot.records.binding import EVERY
from bot.records.database import TABLES, Database, database_url
from bot.storage import Records

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
NO_POSTGRES = "TEST_POSTGRES_URL is not set; .ci/run starts a server and sets it"


@pytest.fixture(scope="session")
def postgres() -> str:
    """A PostgreSQL database for this process of tests alone, made anew: several run at once."""
    if not POSTGRES:
        pytest.skip(NO_POSTGRES)
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    asyncio.run(_make_anew(name))
    return urlsplit(POSTGRES)._replace(path=f"/{name}").geturl()


async def _make_anew(name: str) -> None:
    connection = await asyncpg.connect(POSTGRES)
    await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE template0")
    await connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the records are."""
    return database_url(request.getfixturevalue("postgres") if request.param == "postgresql" else "", tmp_path)


@pytest.fixture
async def database(address: str) -> AsyncIterator[Database]:
    """The database, open and empty."""
    opened = await Database.open(address)
    async with opened.of(EVERY).begin() as connection:
        for table in reversed(TABLES.sorted_tables):
            await connection.execute(table.delete())
    yield opened
    await opened.close()


@pytest.fixture
def records(database: Database) -> Records:
    """The records, open and empty."""
    return Records(database)
