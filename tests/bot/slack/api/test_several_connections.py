"""Several connections of Socket Mode beside one another: where one breaks or is replaced, nothing is late and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.answering.addressing import Line
from bot.errors import ConnectionLost
from bot.slack.readiness import NO_EVENTS
from tests.bot.slack.api.test_socket_mode import QUICK, answers_a_question, started
from tests.bot.slack.scene import MENTION, Scripted, running
from tests.slack_server import SlackServer
from tests.slack_server.server import APP_TOKEN


class SlowEar(Scripted):
    """Hears that it is asked when it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.may_hear = asyncio.Event()

    async def is_asked(self, line: Line) -> bool:
        await self.may_hear.wait()
        return True


@asynccontextmanager
async def others(slack: SlackServer, number: int) -> AsyncIterator[list[aiohttp.ClientWebSocketResponse]]:
    """So many connections of other processes of the app."""
    async with aiohttp.ClientSession() as session:
        opened = []
        for _ in range(number):
            url = (await AsyncWebClient(base_url=slack.url).apps_connections_open(app_token=APP_TOKEN))["url"]
            opened.append(await session.ws_connect(url))
        await slack.until(lambda: slack.connections >= number)
        yield opened


async def test_events_come_over_all_connections_and_each_is_answered_once(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path, connections=3):
        await slack.until(lambda: slack.connections == 3)
        for _ in range(12):
            await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: len(slack.answers("C1")) == 12)
        await slack.settled()
        assert {envelope.over for envelope in slack.delivered} == {1, 2, 3}
        assert all(envelope.attempt == 0 for envelope in slack.delivered)
        assert len(slack.tickets) == 3
    assert slack.connections == 0
    assert len(slack.answers("C1")) == 12


async def test_a_question_that_comes_over_two_connections_at_once_is_one_question(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, Scripted(), tmp_path, connections=2):
        await slack.until(lambda: slack.connections == 2)
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.settled()
        again = [slack.redeliver(envelope, over) for envelope in list(slack.delivered) for over in (1, 2)]
        await asyncio.gather(*again)
        await slack.settled()
        await answers_a_question(slack)
    assert len(slack.answers("C1")) == 2


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_what_is_being_handled_while_its_connection_is_replaced_is_acknowledged_over_it(
    slack: SlackServer, tmp_path: Path, reason: str
) -> None:
    advisor = SlowEar()
    async with running(slack, advisor, tmp_path, connections=2, times=QUICK):
        await slack.until(lambda: slack.connections == 2)
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.disconnect(reason)
        await slack.until(
            lambda: slack.open_connections == [1, 2, 3, 4]
        )  # both are read still, by the side of the new ones
        advisor.may_hear.set()
        await slack.settled()
        await slack.until(lambda: slack.open_connections == [3, 4])
        await slack.until(lambda: slack.answers("C1"))
    assert {envelope.over for envelope in slack.delivered[:2]} <= {1, 2}
    assert all(envelope.attempt == 0 for envelope in slack.delivered)


async def test_where_one_breaks_the_others_go_on_and_the_bot_stays_ready(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path, connections=2, times=QUICK) as bot:
        await slack.until(lambda: slack.connections == 2)
        slack.gateway = "refusing"
        await slack.drop_connections(1)
        await answers_a_question(slack)
        assert await bot._readiness.unready() == ""
        await slack.drop_connections(2)
        while not await bot._readiness.unready():
            await slack.until(lambda: slack.connections == 0)
        assert await bot._readiness.unready() == NO_EVENTS
        slack.gateway = "open"
        await slack.until(lambda: slack.connections == 2)
        await answers_a_question(slack)
        assert await bot._readiness.unready() == ""


async def test_a_bot_with_one_connection_stays_ready_while_that_is_replaced(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path, times=QUICK) as bot:
        held = slack.hold("apps.connections.open")
        await slack.disconnect()
        await slack.until(lambda: len(slack.called("apps.connections.open")) == 2)
        assert await bot._readiness.unready() == ""
        held.set()
        await slack.until(lambda: slack.open_connections == [2])
        assert await bot._readiness.unready() == ""


async def test_the_process_ends_when_all_connections_are_gone_and_not_before(
    slack: SlackServer, tmp_path: Path
) -> None:
    times = replace(QUICK, connect=60.0, deaf=0.5)  # a try that does not end stands for one that never will
    async with started(slack, tmp_path, times, connections=2) as bot:
        running_bot = asyncio.create_task(bot.run())
        await slack.until(lambda: slack.connections == 2)
        slack.hold("apps.connections.open")
        await slack.drop_connections(1)
        done, _ = await asyncio.wait([running_bot], timeout=1.5)
        assert not done
        await slack.drop_connections(2)
        with pytest.raises(ConnectionLost, match="cannot be brought back"):
            await asyncio.wait_for(running_bot, 10)


async def test_connections_that_the_app_may_not_have_are_waited_for_beside_those_that_it_has(
    slack: SlackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with others(slack, 9) as sockets, running(slack, Scripted(), tmp_path, connections=2, times=QUICK) as bot:
        await slack.until(lambda: slack.too_many > 1)
        assert slack.connections == 10
        assert await bot._readiness.unready() == ""
        await asyncio.gather(*(socket.close() for socket in sockets))
        await slack.until(lambda: slack.connections == 2)
        await answers_a_question(slack)
    assert "Slack takes no further connection (too_many_websockets): see SOCKET_CONNECTIONS" in caplog.text


async def test_where_all_are_used_up_one_that_is_to_be_replaced_gives_its_place_to_the_next(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, Scripted(), tmp_path, times=QUICK), others(slack, 9) as sockets:
        await slack.until(lambda: slack.connections == 10)
        await slack.disconnect("refresh_requested", 1)
        await slack.until(lambda: slack.open_connections[-1:] == [11])
        assert (slack.too_many, slack.connections) == (1, 10)
        await asyncio.gather(*(socket.close() for socket in sockets))
        await slack.until(lambda: slack.open_connections == [11])
        await answers_a_question(slack)
