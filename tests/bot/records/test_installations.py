"""What is known of the installations where many workspaces have the bot, and what becomes of rows when one begins or ends."""

import datetime as dt

import pytest
import sqlalchemy as sa
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.installation_store.sqlalchemy import AsyncSQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import AsyncSQLAlchemyOAuthStateStore

from bot.records.database import TABLES, Database, now
from bot.records.inbox import AskedQuestion
from bot.records.installations import BOTS, STATES, Installations
from bot.storage import Records
from tests.bot.test_storage import fill

LONG = "xoxe.xoxb-1-" + "a" * 400
QUESTION = AskedQuestion("T1", "C1", "1.0", "1.0", "U1", "what pays?")


async def install(
    database: Database, team: str = "T1", token: str = "xoxb-1", at: float = 100.5, **more: object
) -> None:
    store = AsyncSQLAlchemyInstallationStore("1.2", Installations(database).engine)
    told = {"enterprise_id": None, "team_id": team, "bot_id": "B1", "bot_user_id": "U1", "bot_scopes": ["chat:write"]}
    await store.async_save_bot(Bot(app_id="A1", bot_token=token, installed_at=at, **{**told, **more}))  # type: ignore[arg-type]


def test_the_tables_have_the_columns_of_slack_sdks_stores() -> None:
    metadata = sa.MetaData()
    bots = AsyncSQLAlchemyInstallationStore.build_bots_table(metadata, "bots")
    states = AsyncSQLAlchemyOAuthStateStore.build_oauth_states_table(metadata, "states")
    assert set(BOTS.c.keys()) - {"rotating_until"} == set(bots.c.keys())
    assert set(STATES.c.keys()) == set(states.c.keys())


async def test_an_installation_is_a_workspace_or_a_whole_organisation_as_it_was_installed_last(
    database: Database,
) -> None:
    await install(database, token="xoxb-old")
    await install(database, token=LONG, at=200.0, bot_token_expires_at=10**9)
    await install(database, None, enterprise_id="E1", enterprise_name="Grid", is_enterprise_install=True)  # type: ignore[arg-type]
    await install(database, "T2", enterprise_id="E1")
    found = {one.id: one for one in await Installations(database).all()}
    assert found.keys() == {"T1", "E1", "T2"}
    assert (found["T1"].token, found["E1"].name, found["E1"].is_organisation) == (LONG, "Grid", True)
    assert not found["T2"].is_organisation
    assert LONG not in repr(found)
    await Installations(database).drop_earlier("T1")
    assert len(await database.rows(sa.select(BOTS).where(BOTS.c.team_id == "T1"))) == 1


async def test_of_several_processes_one_gets_the_new_token(database: Database) -> None:
    await install(database)
    installations = Installations(database)
    assert [await installations.claim_rotation("T1") for _ in range(3)] == [True, False, False]
    await database.change(sa.update(BOTS).values(rotating_until=now() - dt.timedelta(seconds=1)))
    assert await installations.claim_rotation("T1")


async def test_what_is_removed_leaves_no_row_in_any_table_and_others_stay(database: Database) -> None:
    for team in ("T1", "T2"):
        await install(database, team)
        await fill(Records(database.of(team)), now())
    assert await Installations(database).remove("T1")
    assert await left(database, "T1") == set()
    assert await left(database, "T2") == TABLES.tables.keys() - {"slack_oauth_states", "slack_bots"}
    assert "T1" not in {one.id for one in await Installations(database).all()}


@pytest.mark.parametrize(("said_at", "removed"), [(99, False), (100, True), (101, True)])
async def test_the_end_of_an_earlier_installation_that_is_told_late_ends_no_later_one(
    database: Database, said_at: int, removed: bool
) -> None:
    await install(database, at=100.5)
    await Records(database.of("T1")).inbox.accept(QUESTION)
    assert await Installations(database).remove("T1", dt.datetime.fromtimestamp(said_at, dt.UTC)) is removed
    assert bool(await left(database, "T1")) is not removed


async def test_rows_that_are_written_after_the_end_are_swept_and_no_others(database: Database) -> None:
    await install(database, "T2")
    for key in ("", "T1", "T2"):
        await Records(database.of(key)).inbox.accept(QUESTION)
    assert await Installations(database).sweep() == 2
    assert [bool(await left(database, key)) for key in ("", "T1", "T2")] == [True, False, True]


async def test_what_was_kept_of_a_workspace_that_was_served_alone_becomes_its_installations(database: Database) -> None:
    alone = Records(database)
    await alone.inbox.accept(QUESTION)
    await alone.presence.note("T1", now())
    await install(database)
    installations = Installations(database)
    assert not await installations.adopt("T2")
    assert await installations.adopt("T1")
    assert (await left(database, ""), await left(database, "T1")) == (set(), {"inbox", "threads", "presence"})
    assert await Records(database.of("T1")).inbox.unanswered() == [QUESTION]


async def test_where_an_installation_has_rows_of_the_same_keys_nothing_is_adopted(database: Database) -> None:
    for key in ("", "T1"):
        await Records(database.of(key)).inbox.accept(QUESTION)
        await Records(database.of(key)).presence.note("T1", now())
    assert not await Installations(database).adopt("T1")
    assert await left(database, "") == {"inbox", "threads", "presence"}


async def test_begun_installations_are_forgotten_when_their_time_is_over(database: Database) -> None:
    for seconds in (-5, 60):
        await AsyncSQLAlchemyOAuthStateStore(seconds, Installations(database).engine).async_issue()
    await Installations(database).drop_old_states()
    assert len(await database.rows(sa.select(STATES))) == 1


async def left(database: Database, key: str) -> set[str]:
    """The tables with rows of an installation."""
    bound = {name: table for name, table in TABLES.tables.items() if "installation" in table.c}
    return {name for name, table in bound.items() if await database.of(key).rows(sa.select(table))}
