"""The records on both databases: the same tests, each time with empty tables.

Tests on PostgreSQL share one database, so one process runs them all.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.records.database import TABLES, Database, database_url
from bot.storage import Records

POSTGRES = os.environ.get("TEST_POSTGRES_URL", "")
NO_POSTGRES = "TEST_POSTGRES_URL is not set; .ci/run starts a server and sets it"


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgresql"))])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the records are."""
    if request.param == "postgresql" and not POSTGRES:
        pytest.skip(NO_POSTGRES)
    return database_url(POSTGRES if request.param == "postgresql" else "", tmp_path)


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
