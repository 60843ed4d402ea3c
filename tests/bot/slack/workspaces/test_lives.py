"""Installations come and go while processes run, start, fail and share a database."""

from pathlib import Path

import sqlalchemy as sa

from bot.records.binding import EVERY
from bot.records.installations import BOTS
from bot.slack.api.http_mode import PATH
from tests.bot.slack.scene import Scripted
from tests.bot.slack.workspaces.scene import answered, ask, home_of, install, installable
from tests.bot.slack.workspaces.test_installing import rows
from tests.slack_server import SlackServer
from tests.slack_server.cloud import SlackCloud


async def test_after_a_restart_every_workspace_is_served_again_with_what_was_left(
    cloud: SlackCloud, east: SlackServer, west: SlackServer, tmp_path: Path
) -> None:
    async with installable(cloud, tmp_path) as (service, _):
        await install(cloud, service, east, west)
        for workspace in (east, west):
            await ask(workspace, "what pays?")
            await answered(workspace)
    async with installable(cloud, tmp_path) as (service, _):
        for workspace in (east, west):
            await workspace.use_request_url(f"{home_of(service)}{PATH}")
            await ask(workspace, "and now?")
            await answered(workspace, 2)
    assert {m["text"] for m in east.answers()} == {"T0EAST answers: what pays?", "T0EAST answers: and now?"}


async def test_a_workspace_whose_token_is_dead_keeps_no_other_from_being_served(
    cloud: SlackCloud, east: SlackServer, west: SlackServer, tmp_path: Path
) -> None:
    async with installable(cloud, tmp_path) as (service, _):
        await install(cloud, service, east, west)
    east.tokens.clear()
    async with installable(cloud, tmp_path) as (service, _):
        for workspace in (east, west):
            await workspace.use_request_url(f"{home_of(service)}{PATH}")
        await ask(west, "what pays?")
        await answered(west)
        assert east.answers() == []
        assert await cloud.install(east, home_of(service)) == 200
        await ask(east, "what pays?")
        await answered(east)


async def test_what_was_being_answered_when_the_app_was_removed_leaves_nothing(
    cloud: SlackCloud, east: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    advisor.may_answer.clear()
    async with installable(cloud, tmp_path, advisors=lambda _: advisor) as (service, records):
        await install(cloud, service, east)
        await ask(east, "what pays?")
        await advisor.was_asked()
        await cloud.uninstall(east)
        await east.settled()
        advisor.may_answer.set()
        while service.bots._ending:
            await next(iter(service.bots._ending))
        assert await rows(records, "T0EAST") == {}
    assert east.answers() == []


async def test_two_processes_know_of_each_installation_and_replace_a_token_once(
    cloud: SlackCloud, east: SlackServer, tmp_path: Path, address: str
) -> None:
    async with installable(cloud, tmp_path, address=address) as (one, records), installable(cloud, tmp_path, address=address) as (two, _):  # fmt: skip
        every = records._database.of(EVERY)
        await every.change(sa.delete(BOTS))
        assert await cloud.install(east, home_of(one)) == 200
        await east.use_request_url(f"{home_of(two)}{PATH}")
        await ask(east, "what pays?")
        await answered(east)
        await every.change(sa.update(BOTS).values(bot_token_expires_at=sa.func.current_timestamp()))
        for process in (one, two, one, two):
            await process.bots.look()
        (installed,) = await records.installations().all()
        east.tokens = {installed.token: east.tokens[installed.token]}
        await ask(east, "and with the new token?")
        await answered(east, 2)
        await cloud.uninstall(east)
        await east.settled()
        await records.installations().remove("T0EAST")
    assert [exchange.get("grant_type") for exchange in cloud.exchanges] == [None, "refresh_token"]
