"""The bot for many workspaces at work on the test cloud, with an advisor of its own for each installation."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot.records.database import database_url
from bot.records.installations import Installed
from bot.slack.api.handed_on import HandedOn
from bot.slack.api.http_mode import PATH, HttpEndpoint
from bot.slack.app import SlackBot, Workspace, front_at
from bot.slack.workspaces.bots import InstalledBots, LookTimes
from bot.slack.workspaces.oauth import OAuth, OAuthApp
from bot.slack.workspaces.service import ManyWorkspaces
from bot.storage import Records
from tests.bot.slack.scene import LIMITS, NoGuides, Scripted
from tests.slack_server import SlackServer
from tests.slack_server.cloud import CLIENT_ID, CLIENT_SECRET, SlackCloud
from tests.slack_server.http_mode import SIGNING_SECRET

QUICK = LookTimes(look=0.05, again=0.2, sweep=0.1, starting=2.0)


def of_installation(key: str) -> Scripted:
    """An advisor that says whose it is."""
    return Scripted(lambda c: f"{key} answers: {c.question}")


@asynccontextmanager
async def installable(
    cloud: SlackCloud,
    folder: Path,
    *,
    advisors: Callable[[str], Any] = of_installation,
    address: str = "",
    times: LookTimes = QUICK,
) -> AsyncIterator[tuple[ManyWorkspaces, Records]]:
    """The bot at an address at which workspaces can install it."""
    records = await Records.open(address or database_url("", folder), folder / "workers")

    @asynccontextmanager
    async def opened(installed: Installed, delivery: HandedOn) -> AsyncIterator[SlackBot]:
        workspace = Workspace(installed.token, "", cloud.url, delivery=delivery)
        yield SlackBot(advisors(installed.id), NoGuides(), records.of(installed.id), workspace, LIMITS)

    oauth = OAuth(OAuthApp(CLIENT_ID, CLIENT_SECRET, cloud.url), records.installations())
    bots = InstalledBots(records.installations(), oauth, opened, times)
    front = front_at(HttpEndpoint("127.0.0.1", 0, SIGNING_SECRET), records, NoGuides(), oauth.routes)
    service = ManyWorkspaces(front, bots, oauth)
    await service.start()
    try:
        yield service, records
    finally:
        for workspace in cloud.workspaces:
            await workspace.close_request_url()
        await service.stop(seconds=5)
        await records.close()


def home_of(service: ManyWorkspaces) -> str:
    """The address that workspaces install the bot at."""
    return f"http://127.0.0.1:{service.web.port}"


async def install(cloud: SlackCloud, service: ManyWorkspaces, *workspaces: SlackServer) -> None:
    """Install the bot into workspaces, which deliver to it from then on."""
    for workspace in workspaces:
        assert await cloud.install(workspace, home_of(service)) == 200
        await workspace.use_request_url(f"{home_of(service)}{PATH}")


async def ask(workspace: SlackServer, question: str, user: str = "U0ANNA") -> str:
    """A mention in a channel; its ts."""
    return await workspace.say("C1", f"<@{workspace.bot_user}> {question}", user=user)


async def answered(workspace: SlackServer, times: int = 1) -> None:
    """Wait until so many answers stand in the channel."""
    await workspace.until(lambda: len(workspace.answers("C1")) >= times)
