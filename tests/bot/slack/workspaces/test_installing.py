"""The bot is installed by OAuth, its tokens are kept good, and nothing is left of an installation that ended."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.records.binding import EVERY, OPTION
from bot.records.database import TABLES
from bot.records.installations import BOTS, STATES
from bot.storage import Records
from tests.bot.slack.workspaces.scene import answered, ask, home_of, install, installable
from tests.slack_server import SlackServer
from tests.slack_server.cloud import SlackCloud


async def rows(records: Records, key: str) -> dict[str, int]:
    """How many rows of an installation the tables hold."""
    every, found = records._database.of(EVERY), {}
    for name, table in TABLES.tables.items():
        if OPTION in table.c and (mine := await every.rows(sa.select(table).where(table.c[OPTION] == key))):
            found[name] = len(mine)
    return found


async def test_whoever_installed_the_bot_is_answered_by_their_own(
    cloud: SlackCloud, east: SlackServer, west: SlackServer, tmp_path: Path
) -> None:
    async with installable(cloud, tmp_path) as (service, _):
        await install(cloud, service, east, west)
        for workspace in (east, west):
            await ask(workspace, "what pays?")
        for workspace in (east, west):
            await answered(workspace)
    assert [m["text"] for m in east.answers()] == ["T0EAST answers: what pays?"]
    assert [m["text"] for m in west.answers()] == ["T0WEST answers: what pays?"]
    assert east.problems == west.problems == []


async def test_a_whole_organisation_is_one_installation_whichever_workspace_somebody_is_of(
    cloud: SlackCloud, grid: SlackServer, tmp_path: Path
) -> None:
    async with installable(cloud, tmp_path) as (service, records):
        await install(cloud, service, grid)
        for user in ("U0ANNA", "U0SUE"):
            await ask(grid, f"what does {user} earn?", user)
        await grid.until(lambda: len(grid.answers("C1")) == 2)
        await grid.command("C1", "/career", "what pays?", user="U0SUE")
        await grid.until(lambda: grid.ephemeral)
        assert set(await rows(records, "E0GRID")) >= {"inbox", "threads", "answers"}
        assert [one.id for one in await records.installations().all()] == ["E0GRID"]
    assert all(str(m["text"]).startswith("E0GRID answers") for m in grid.answers())
    assert {call.arguments.get("team_id") for call in grid.called("users.list")} == {"T0NORTH", "T0SOUTH"}
    assert grid.problems == []


async def test_nothing_of_the_person_who_installed_it_is_kept(
    cloud: SlackCloud, east: SlackServer, tmp_path: Path
) -> None:
    async with installable(cloud, tmp_path) as (service, records):
        await install(cloud, service, east)
        (row,) = await records._database.of(EVERY).rows(sa.select(BOTS))
        assert await records._database.of(EVERY).rows(sa.select(STATES)) == []
    assert "U0INSTALLER" not in str(dict(row))
    assert row["bot_token"] in east.tokens


@pytest.mark.parametrize("query", [{}, {"code": "c"}, {"code": "c", "state": "made up"}, {"error": "access_denied"}])
async def test_who_comes_back_with_nothing_good_installs_nothing(
    cloud: SlackCloud, tmp_path: Path, query: dict[str, str]
) -> None:
    async with installable(cloud, tmp_path) as (service, records):
        status = await cloud.come_back(home_of(service), query, "slack-app-oauth-state=made up")
        assert status == (200 if "error" in query else 401 if query.get("state") else 400)
        assert await records.installations().all() == []
    assert cloud.exchanges == []


async def test_a_token_that_ends_soon_is_replaced_and_answers_go_on(
    cloud: SlackCloud, east: SlackServer, tmp_path: Path
) -> None:
    async with installable(cloud, tmp_path) as (service, records):
        await install(cloud, service, east)
        (before,) = await records.installations().all()
        soon = sa.update(BOTS).values(bot_token_expires_at=sa.func.current_timestamp())
        await records._database.of(EVERY).change(soon)
        await service.bots.look()
        (after,) = await records.installations().all()
        east.tokens.pop(before.token)
        await ask(east, "what pays?")
        await east.until(lambda: east.answers("C1"))
    assert after.token != before.token
    assert cloud.exchanges[1]["grant_type"] == "refresh_token"
    assert len(cloud.exchanges) == 2


async def test_what_is_removed_leaves_no_row_and_is_answered_no_more(
    cloud: SlackCloud, east: SlackServer, west: SlackServer, tmp_path: Path
) -> None:
    async with installable(cloud, tmp_path) as (service, records):
        await install(cloud, service, east, west)
        for workspace in (east, west):
            await ask(workspace, "what pays?")
            await answered(workspace)
        before = await rows(records, "T0WEST")
        assert set(await rows(records, "T0EAST")) == set(before)
        await cloud.uninstall(east)
        await east.settled()
        await ask(east, "and now?")
        await east.settled()
        assert await rows(records, "T0EAST") == {}
        assert [one.id for one in await records.installations().all()] == ["T0WEST"]
        assert await rows(records, "T0WEST") == before
    assert len(east.answers("C1")) == 1
