"""The command `careerbot run` in Slack, with its settings in the environment, as a container and a unit of systemd start it."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.cli.quiet import READ_BY_BOLT, keep_from_bolt
from bot.slack.app import build_app
from tests.bot.slack.scene import MENTION
from tests.slack_server import SlackServer
from tests.slack_server.http_mode import SIGNING_SECRET
from tests.slack_server.server import APP_TOKEN, BOT_TOKEN

ROOT = Path(__file__).parents[3]


async def test_it_connects_over_two_connections_answers_and_stops_and_warns_of_nothing(
    slack: SlackServer, tmp_path: Path
) -> None:
    environment = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ} | {
        "PYTHONPATH": str(ROOT),
        "CAREERBOT_HOME": str(tmp_path),
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_APP_TOKEN": APP_TOKEN,
        "SLACK_SIGNING_SECRET": SIGNING_SECRET,
        "SLACK_API_URL": slack.url,
    }
    command = [sys.executable, "-m", "bot", "run"]
    bot = await asyncio.create_subprocess_exec(*command, cwd=tmp_path, env=environment, stdout=PIPE, stderr=PIPE)
    try:
        await slack.until(lambda: slack.connections == 2, seconds=120)
        await slack.say("C1", f"{MENTION} what does it pay?")
        await slack.until(lambda: slack.answers("C1"), seconds=60)
    finally:
        bot.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(bot.communicate(), 60)
    assert bot.returncode == 0
    assert slack.connections == 0
    assert log.count(b"Connected to Slack.") == 2
    assert b"WARNING" not in log, log.decode()


@pytest.mark.parametrize("found", [READ_BY_BOLT, READ_BY_BOLT[:1], READ_BY_BOLT[1:3]], ids=["all", "token", "OAuth"])
async def test_bolt_finds_nothing_in_the_environment_that_it_would_take_or_warn_of(
    slack: SlackServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, found: tuple[str, ...]
) -> None:
    caplog.set_level("INFO")
    for name in found:
        monkeypatch.setenv(name, "xoxb-another")
    keep_from_bolt()
    client = AsyncWebClient(BOT_TOKEN, base_url=slack.url)
    app = build_app(client, await client.auth_test())
    assert app.oauth_flow is None
    assert [record.message for record in caplog.records if record.name.startswith("slack_bolt")] == []
