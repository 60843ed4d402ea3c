"""How Slack's Web API is called: over few connections, and again where that changes nothing."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from bot.slack.api.clients import REPEATABLE, SlackClients
from bot.slack.api.scopes import METHODS
from tests.bot.slack.scene import ANNA, MENTION, Scripted, running
from tests.slack_server import SlackServer
from tests.slack_server.server import BOT_TOKEN


@pytest.fixture
async def clients(slack: SlackServer) -> AsyncIterator[SlackClients]:
    opened = SlackClients(BOT_TOKEN, slack.url)
    yield opened
    await opened.close()


async def test_calls_one_after_another_share_connections_and_those_to_a_response_url_do_too(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        for number in range(1, 16):
            await slack.say("C1", f"{MENTION} what pays {number}?")
            await slack.until(lambda n=number: len(slack.answers("C1")) == n)  # type: ignore[misc]
            await bot.worker.idle(5)
        await slack.command("C1", "/career", "help")
        await slack.until(lambda: slack.ephemeral)
    assert len(slack.calls) > 30
    assert slack.called("response_url")
    assert len({call.connection for call in slack.calls}) <= 4  # as many as there are at the same time


async def test_reading_is_repeated_when_the_connection_breaks_or_a_server_before_slack_fails(
    slack: SlackServer, clients: SlackClients
) -> None:
    slack.add_person(ANNA, name="Anna")
    slack.lose_reply("conversations.info")
    slack.break_down("users.info")
    assert (await clients.retrying.conversations_info(channel="C1"))["ok"]
    assert (await clients.retrying.users_info(user=ANNA))["ok"]
    assert len(slack.called("conversations.info")) == len(slack.called("users.info")) == 2


async def test_a_rate_limit_is_waited_for(slack: SlackServer, clients: SlackClients) -> None:
    slack.rate_limit("chat.postMessage", retry_after=0)
    await clients.retrying.chat_postMessage(channel="C1", text="Hello")
    assert len(slack.answers("C1")) == 1


async def test_a_message_of_which_nobody_knows_whether_it_was_posted_is_not_posted_again(
    slack: SlackServer, clients: SlackClients
) -> None:
    slack.lose_reply("chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await clients.retrying.chat_postMessage(channel="C1", text="Hello")
    assert len(slack.answers("C1")) == 1
    slack.break_down("chat.postMessage")
    with pytest.raises(SlackApiError):
        await clients.retrying.chat_postMessage(channel="C1", text="Hello")
    assert len(slack.called("chat.postMessage")) == 2


async def test_a_message_that_found_no_connection_is_tried_again(slack: SlackServer, clients: SlackClients) -> None:
    tried: list[str] = []

    async def refuse_once(_: object, context: object, params: aiohttp.TraceConnectionCreateStartParams) -> None:
        tried.append("connection")
        if len(tried) == 1:
            key = aiohttp.client_reqrep.ConnectionKey("127.0.0.1", 1, False, True, None, None, None)
            raise aiohttp.ClientConnectorError(key, OSError("refused"))

    trace = aiohttp.TraceConfig()
    trace.on_connection_create_start.append(refuse_once)
    trace.freeze()
    clients.session.trace_configs.append(trace)
    await clients.retrying.chat_postMessage(channel="C1", text="Hello")
    assert len(tried) == 2
    assert len(slack.answers("C1")) == 1


def test_only_methods_that_are_called_stand_among_the_repeatable_ones() -> None:
    assert METHODS.keys() >= REPEATABLE
