"""The records on both databases: the same tests, each time with empty tables.

Every process that runs tests has a database of its own on the PostgreSQL server.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from bot.records.database import TABLES, Database, database_url
from bot.storage import Records

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
NO_POSTGRES = "TEST_POSTGRES_URL is not set; .ci/run starts a server and sets it"


@cache
def postgres_url() -> str:
    """The address of this process's own database, made when it is first asked for."""
    name = f"careerbot_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with ThreadPoolExecutor(1) as thread:  # a test that asks for it may be running an event loop
        thread.submit(lambda: asyncio.run(_make(name))).result()
    return f"{POSTGRES.rsplit('/', 1)[0]}/{name}"


async def _make(name: str) -> None:
    import asyncpg

    server = await asyncpg.connect(POSTGRES)
    try:
        await server.execute(f'DROP DATABASE IF EXISTS "{name}"')
        await server.execute(f'CREATE DATABASE "{name}"')
    finally:
        await server.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the records are."""
    if request.param == "postgresql" and not POSTGRES:
        pytest.skip(NO_POSTGRES)
    return database_url(postgres_url() if request.param == "postgresql" else "", tmp_path)


@pytest.fixture
async def database(address: str) -> AsyncIterator[Database]:
    """The database, open and empty."""
    opened = await Database.open(address)
    async with opened.engine.begin() as connection:
        await connection.run_sync(TABLES.drop_all)
        await connection.run_sync(TABLES.create_all)
    yield opened
    await opened.close()


@pytest.fixture
def records(database: Database) -> Records:
    """The records, open and empty."""
    return Records(database)
