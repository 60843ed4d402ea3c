"""Two workspaces and an organisation do everything at the same time, with the same ids for everything: nothing of one reaches another."""

import asyncio
import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.answering.conversation import Conversation
from bot.cli.inbox import listed
from bot.cli.reports import active_confirmations, made_report, written
from bot.composition import Application, opened_records
from bot.errors import SettingsError
from bot.logs import JsonLine
from bot.mentoring.confirmations import as_guide
from bot.records.database import TABLES, now
from bot.serving import application_of, many_workspaces
from bot.settings import Settings
from bot.slack.app import SlackBot
from bot.slack.workspaces.service import ManyWorkspaces
from bot.storage import Records
from tests.bot.slack import everything
from tests.bot.slack.scene import DORA, EMIL, MENTORS_CHANNEL
from tests.bot.slack.workspaces.scene import QUICK, install
from tests.slack_server import SlackServer
from tests.slack_server.cloud import CLIENT_ID, CLIENT_SECRET, SlackCloud
from tests.slack_server.http_mode import SIGNING_SECRET

MARKS = {"T0EAST": "Ostheim", "T0WEST": "Westerburg", "E0GRID": "Nordhafen"}
"""A word in everything that people and guides of an installation say."""
NOT_USED = {"promises", "drafts", "confirmations_version", "weekly_reports"}
"""Tables that hold no words, or none any more when everything is done."""


@pytest.fixture
def apart() -> dict[str, SlackServer]:
    """Workspaces that nothing tells apart but their own id."""
    servers = [
        SlackServer(team="T0EAST"),
        SlackServer(team="T0WEST"),
        SlackServer(team="T0NORTH", organisation="E0GRID"),
    ]
    return {server.organisation or server.team: server for server in servers}


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Everything that is logged, as JSON."""
    told = io.StringIO()
    handler = logging.StreamHandler(told)
    handler.setFormatter(JsonLine())
    root, ours = logging.getLogger(), logging.getLogger("bot")
    root.addHandler(handler)
    level = ours.level
    ours.setLevel(logging.DEBUG)
    yield told
    ours.setLevel(level)
    root.removeHandler(handler)


def settings_for(folder: Path, url: str) -> Settings:
    """The settings, with a folder of settings and guides for each installation."""
    for key, mark in MARKS.items():
        guides = folder / "workspaces" / key / "guides"
        guides.mkdir(parents=True)
        guide = f"# Lion tamers of {mark}\n## Pay in {mark}\nA lion tamer in {mark} earns about $70,000 per year.\n"
        (guides / "lions.md").write_text(guide, encoding="utf-8")
        own = f"MENTORS={DORA},{EMIL}\nMENTORS_CHANNEL={MENTORS_CHANNEL}\nCONTACT=the mentors of {mark}\n"
        (folder / "workspaces" / key / ".env").write_text(own, encoding="utf-8")
    return Settings.load(
        _env_file=None,
        slack_client_id=CLIENT_ID,
        slack_client_secret=CLIENT_SECRET,
        slack_signing_secret=SIGNING_SECRET,
        slack_api_url=url,
        data_dir=folder / "data",
        workspaces_dir=folder / "workspaces",
        http_port=1,
    )


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[tuple[ManyWorkspaces, Records]]:
    """The bot as the command line starts it, on a port that is free."""
    application = Application(settings)
    await asyncio.to_thread(application.sync, lambda _done, _of: None)
    await application.advisor().answer(Conversation.of(["What does a lion tamer earn?"]))  # loads what answering takes
    async with opened_records(settings) as records:
        any_port = settings.model_copy(update={"http_port": None})
        service = many_workspaces(any_port, application, records, str, QUICK)
        service.web._port = 0
        await service.start()
        try:
            yield service, records
        finally:
            await service.stop(seconds=5)


def bot_of(service: ManyWorkspaces, key: str) -> SlackBot:
    bot = service.bots._bots[key]._bot
    assert bot is not None
    return bot


async def do_everything(service: ManyWorkspaces, key: str, slack: SlackServer) -> None:
    mark = f" in {MARKS[key]}"
    await everything.read(slack, mark)
    await everything.in_private(slack, mark)
    await everything.by_mentors(slack, bot_of(service, key), mark)
    await everything.handed_over(slack, mark)
    await slack.settled()


async def test_two_workspaces_and_an_organisation_never_see_each_other(
    apart: dict[str, SlackServer], tmp_path: Path, log: io.StringIO
) -> None:
    for key, slack in apart.items():
        slack.add_channel("C1")
        slack.add_dm("D1")
        everything.move_in(slack, f" of {MARKS[key]}")
    async with SlackCloud(*apart.values()) as cloud:
        settings = settings_for(tmp_path, cloud.url)
        async with serving(settings) as (service, records):
            await install(cloud, service, *apart.values())
            await asyncio.gather(*(bot.begun() for bot in service.bots._bots.values()))
            await asyncio.gather(*(do_everything(service, key, slack) for key, slack in apart.items()))
            for slack in apart.values():
                await slack.close_request_url()
            rows = {key: await texts_of_rows(records.of(key)) for key in MARKS}
        shared = Application(settings)
        for key, slack in apart.items():
            said = json.dumps([call.arguments for call in slack.calls], default=str)
            told = f"{said} {rows[key]} {await commands(settings, shared, key)}"
            assert MARKS[key] in said
            assert {name for name, held in rows[key].items() if held} >= {
                "inbox",
                "answers",
                "gaps",
                "feedback",
                "shares",
            }
            assert strangers(key, told) == set(), key
        assert_apart(log.getvalue())
        with pytest.raises(SettingsError):
            await listed(settings)


def strangers(key: str, told: str) -> set[str]:
    """Words and ids of other installations in what one was told or keeps."""
    others = {word for other, mark in MARKS.items() if other != key for word in (other, mark)}
    return {word for word in others if word in told}


async def texts_of_rows(records: Records) -> dict[str, str]:
    """All that the tables hold for an installation."""
    bound = {name: table for name, table in TABLES.tables.items() if "installation" in table.c}
    found = {}
    for name, table in bound.items():
        rows = [dict(row) for row in await records._database.rows(sa.select(table))]
        found[name] = str(rows) if rows else ""
    return found


async def commands(settings: Settings, shared: Application, key: str) -> str:
    """What the commands of the command line say of an installation."""
    text, _ = written(await made_report(settings, shared, "30d", key), "md", drawn=False)
    confirmed = as_guide(await active_confirmations(settings, key), now())
    found = await application_of(settings, shared, key).searcher().search("What does a lion tamer earn?")
    assert MARKS[key] in confirmed
    assert all(MARKS[key] in hit.passage.text for hit in found)
    return " ".join([text, confirmed, await listed(settings, key), *(hit.passage.text for hit in found)])


def assert_apart(log: str) -> None:
    """Lines tell whose they are where they are somebody's, and nothing of what was said, nor of another."""
    lines = [json.loads(line) for line in log.splitlines()]
    assert not any(mark in log for mark in MARKS.values())
    assert {line.get("workspace") for line in lines if "milliseconds" in line} == set(MARKS)
    for line in lines:
        if key := line.get("workspace"):
            assert strangers(key, json.dumps(line)) == set()
