"""The bot is installed by OAuth, its tokens are kept good, and nothing is left of an installation that ended."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
import sqlalchemy as sa

from bot.records.binding import EVERY, OPTION
from bot.records.database import TABLES
from bot.records.installations import BOTS, STATES
from bot.slack.workspaces.oauth import INSTALL_PATH, REDIRECT_PATH
from bot.slack.workspaces.service import ManyWorkspaces
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


@dataclass(frozen=True)
class Page:
    """What a browser is shown."""

    status: int
    text: str
    headers: Mapping[str, str]


async def page(service: ManyWorkspaces, path: str, query: Mapping[str, str], cookie: str = "") -> Page:
    """What a browser with a cookie is shown at one of the bot's addresses."""
    url, headers = f"{home_of(service)}{path}", {"Cookie": cookie}
    async with aiohttp.ClientSession() as browser, browser.get(url, params=query, headers=headers) as shown:
        return Page(shown.status, await shown.text(), dict(shown.headers))


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ({}, 400, "This browser did not begin this installation"),
        ({"code": "c"}, 400, "This browser did not begin this installation"),
        ({"code": "c", "state": "made up"}, 400, "it took more than ten minutes"),
        ({"error": "access_denied"}, 403, "The installation was cancelled at Slack"),
        ({"error": "invalid_scope"}, 400, "It gives invalid_scope as the reason."),
        ({"error": '<b>it\'s & "x"</b>'}, 400, "Slack did not let the bot be installed.</p>"),
    ],
)
async def test_who_comes_back_with_nothing_good_installs_nothing_and_is_told_why_and_what_to_do(
    cloud: SlackCloud, tmp_path: Path, query: dict[str, str], status: int, told: str
) -> None:
    async with installable(cloud, tmp_path) as (service, records):
        shown = await page(service, REDIRECT_PATH, query, "slack-app-oauth-state=made up")
        assert await records.installations().all() == []
    assert shown.status == status
    assert told in shown.text
    assert f'<a href="{INSTALL_PATH}">Begin again</a>' in shown.text
    assert shown.headers["Content-Type"] == "text/html; charset=utf-8"
    assert shown.headers["Cache-Control"] == "no-store"
    assert not any(word in shown.text for word in ("Oops", "<b>", "&amp;", "it's"))
    assert cloud.exchanges == []


async def test_a_denied_installation_is_over_also_for_who_comes_back_with_a_code(
    cloud: SlackCloud, east: SlackServer, tmp_path: Path
) -> None:
    async with installable(cloud, tmp_path) as (service, records):
        state, cookie = await cloud.begin(home_of(service))
        denied = await page(service, REDIRECT_PATH, {"error": "access_denied", "state": state}, cookie)
        again = await page(service, REDIRECT_PATH, {"code": cloud.code_for(east), "state": state}, cookie)
        assert (denied.status, again.status) == (403, 400)
        assert "slack-app-oauth-state=deleted" in denied.headers["Set-Cookie"]
        assert "done or ended before" in again.text
        assert await records.installations().all() == []
    assert cloud.exchanges == []


async def test_a_denial_from_another_browser_ends_nobodys_installation(
    cloud: SlackCloud, east: SlackServer, tmp_path: Path
) -> None:
    async with installable(cloud, tmp_path) as (service, _):
        state, cookie = await cloud.begin(home_of(service))
        denied = await page(service, REDIRECT_PATH, {"error": "access_denied", "state": state})
        assert "Set-Cookie" not in denied.headers
        done = await page(service, REDIRECT_PATH, {"code": cloud.code_for(east), "state": state}, cookie)
        assert done.status == 200
        assert done.headers["Cache-Control"] == "no-store"


async def test_a_state_that_comes_several_times_at_once_is_good_for_one_of_them(
    cloud: SlackCloud, east: SlackServer, tmp_path: Path
) -> None:
    async with installable(cloud, tmp_path) as (service, _):
        state, cookie = await cloud.begin(home_of(service))
        queries = [{"code": cloud.code_for(east), "state": state} for _ in range(5)]
        shown = await asyncio.gather(*(page(service, REDIRECT_PATH, query, cookie) for query in queries))
        assert sorted(one.status for one in shown) == [200, 400, 400, 400, 400]
    assert len(cloud.exchanges) == 1


async def test_the_state_is_kept_from_other_sites_and_from_caches(cloud: SlackCloud, tmp_path: Path) -> None:
    async with installable(cloud, tmp_path) as (service, _):
        shown = await page(service, INSTALL_PATH, {})
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(shown.headers["Set-Cookie"].split("; "))
    assert shown.headers["Cache-Control"] == "no-store"


async def test_refusals_and_failures_that_anybody_can_cause_are_logged_once_a_minute(
    cloud: SlackCloud, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with installable(cloud, tmp_path) as (service, records):
        refused = [await page(service, REDIRECT_PATH, {"error": "x"}) for _ in range(20)]
        await records.close()
        failed = [await page(service, INSTALL_PATH, {}) for _ in range(20)]
    assert {one.status for one in refused} == {400}
    assert {(one.status, "cannot be installed just now" in one.text) for one in failed} == {(503, True)}
    assert caplog.text.count("An installation ended") == 1
    assert caplog.text.count("An installation could not be done") == 1


async def test_a_body_that_never_ends_keeps_no_page_waiting(cloud: SlackCloud, tmp_path: Path) -> None:
    async with installable(cloud, tmp_path) as (service, _):
        reader, writer = await asyncio.open_connection("127.0.0.1", service.web.port)
        writer.write(f"GET {INSTALL_PATH} HTTP/1.1\r\nHost: bot\r\nContent-Length: 100\r\n\r\n".encode())
        assert b" 200 " in await asyncio.wait_for(reader.readline(), 5)
        writer.transport.abort()


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
