"""The connection to Slack comes back whatever breaks it, and no ticket of it is told to anybody."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import ConnectionLost
from bot.records.database import database_url
from bot.slack.api.kept_connection import SocketTimes
from bot.slack.api.socket_mode import EVENTS_AT_ONCE
from bot.slack.app import SlackBot, Workspace
from bot.storage import Records
from tests.bot.slack.scene import IMPATIENT, LIMITS, MENTION, NoGuides, Scripted, running
from tests.slack_server import SlackServer
from tests.slack_server.server import APP_TOKEN, BOT_TOKEN

QUICK = SocketTimes(retry=(0.01, 0.05), mending=0.05, connect=2.0, heartbeat=0.2, close=0.2)


async def answers_a_question(slack: SlackServer) -> None:
    before = len(slack.answers("C1"))
    await slack.say("C1", f"{MENTION} what pays?")
    await slack.until(lambda: len(slack.answers("C1")) > before)


async def tries(slack: SlackServer, number: int) -> None:
    """Wait until Slack was asked for so many tickets more."""
    before = len(slack.tickets)
    await slack.until(lambda: len(slack.tickets) >= before + number)


async def test_a_gateway_that_was_away_while_its_tickets_expired_is_connected_to_with_a_fresh_one(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, Scripted(), tmp_path, times=QUICK):
        await answers_a_question(slack)
        await slack.gateway_away()
        await tries(slack, 5)
        slack.open_gateway()
        await answers_a_question(slack)
    assert len(slack.stale_tickets) <= 1  # one may expire between being given out and being used


async def test_what_waits_in_the_inbox_is_answered_while_only_the_gateway_is_away(
    slack: SlackServer, tmp_path: Path
) -> None:
    stuck = Scripted()
    stuck.may_answer.clear()
    async with running(slack, stuck, tmp_path, times=QUICK) as bot:
        await slack.say("C1", f"{MENTION} what pays?")
        await stuck.was_asked()
        await bot.stop(seconds=0)
    await slack.gateway_away()
    async with running(slack, Scripted(), tmp_path, limits=IMPATIENT, times=QUICK):
        await slack.until(lambda: slack.answers("C1"))
        assert slack.connections == 0
        slack.open_gateway()
        await answers_a_question(slack)


@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open"])
async def test_a_start_during_a_disturbance_waits_and_says_so(
    slack: SlackServer, tmp_path: Path, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    slack.fail(method, "internal_error", times=2)
    slack.break_down(method, times=2)
    slack.lose_reply(method, times=2)
    async with running(slack, Scripted(), tmp_path, times=QUICK):
        await answers_a_question(slack)
    assert "cannot be reached (" in caplog.text
    assert "; trying again in 0.01 s" in caplog.text


async def test_a_connection_that_has_gone_deaf_is_replaced(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path, times=QUICK):
        await answers_a_question(slack)
        slack.gateway = "silent"
        await tries(slack, 1)
        slack.gateway = "open"
        await answers_a_question(slack)


async def test_a_connection_without_a_hello_is_given_up(slack: SlackServer, tmp_path: Path) -> None:
    slack.gateway = "silent"
    async with running(slack, Scripted(), tmp_path, times=replace(QUICK, connect=0.2, heartbeat=60.0)):
        await tries(slack, 2)
        slack.gateway = "open"
        await answers_a_question(slack)


async def test_a_connection_is_read_until_the_one_that_replaces_it_is_there(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path, times=QUICK):
        await slack.until(lambda: slack.connections == 1)
        held = slack.hold("apps.connections.open")
        await slack.disconnect()
        await slack.until(lambda: len(slack.called("apps.connections.open")) == 2)
        await answers_a_question(slack)
        held.set()
        await slack.until(lambda: len(slack.tickets) == 2 and slack.connections == 1)
        await answers_a_question(slack)
    assert all(envelope.attempt == 0 for envelope in slack.delivered)


async def test_a_token_refused_while_the_bot_runs_is_waited_for(
    slack: SlackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(slack, Scripted(), tmp_path, times=QUICK):
        await slack.until(lambda: slack.connections == 1)
        slack.fail("apps.connections.open", "token_revoked", times=2)
        await slack.drop_connections()
        await answers_a_question(slack)
    assert "Slack refuses Socket Mode (token_revoked): run `careerbot doctor`" in caplog.text


async def test_no_ticket_is_ever_logged(slack: SlackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    async with running(slack, Scripted(), tmp_path, times=QUICK):
        await answers_a_question(slack)
        await slack.gateway_away()
        await tries(slack, 3)
        slack.open_gateway()
        slack.gateway = "silent"
        await slack.disconnect()
        await tries(slack, 2)
        slack.gateway = "open"
        await answers_a_question(slack)
    told = caplog.text
    assert "Connected to Slack." in told
    assert not [ticket for ticket in slack.tickets if ticket in told]
    assert "/socket/" not in told


@asynccontextmanager
async def started(
    slack: SlackServer, folder: Path, times: SocketTimes, connections: int = 1
) -> AsyncIterator[SlackBot]:
    """A bot that has begun to run, and is stopped at once on leaving."""
    records = await Records.open(database_url("", folder))
    workspace = Workspace(BOT_TOKEN, APP_TOKEN, slack.url, connections=connections)
    bot = SlackBot(Scripted(), NoGuides(), records, workspace, LIMITS, times=times)  # type: ignore[arg-type]
    yield bot
    await bot.stop(seconds=0)
    await records.close()


async def test_a_connection_that_nothing_brings_back_ends_the_process_for_its_supervisor(
    slack: SlackServer, tmp_path: Path
) -> None:
    slack.hold("apps.connections.open")
    times = replace(QUICK, connect=60.0, deaf=0.3)  # a try that does not end stands for one that never will
    async with started(slack, tmp_path, times) as bot:
        await bot.worker.begin()
        with pytest.raises(ConnectionLost, match="cannot be brought back"):
            await asyncio.wait_for(bot.run(), 5)


async def test_a_connection_at_which_nobody_says_anything_is_not_taken_for_lost(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with started(slack, tmp_path, replace(QUICK, deaf=0.5)) as bot:
        running_bot = asyncio.create_task(bot.run())
        await slack.until(lambda: slack.connections == 1)
        done, _ = await asyncio.wait([running_bot], timeout=1.5)
        assert not done
        running_bot.cancel()


async def test_of_many_events_at_once_the_first_are_acknowledged_before_the_last(
    slack: SlackServer, tmp_path: Path
) -> None:
    number = EVENTS_AT_ONCE * 4
    async with running(slack, Scripted(), tmp_path, limits=IMPATIENT):
        for _ in range(number):
            await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: len(slack.answers("C1")) == number, seconds=30)
        at = [
            slack.acknowledged_at[envelope.id] for envelope in slack.delivered if envelope.id in slack.acknowledged_at
        ]
    assert max(at[:EVENTS_AT_ONCE]) < min(at[-EVENTS_AT_ONCE:])
