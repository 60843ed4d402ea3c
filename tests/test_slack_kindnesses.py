"""The test Slack is kinder than Slack exactly where its list says: each test shows one kindness, and fails when it is gone."""

import inspect
import sys
from collections.abc import AsyncIterator

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.slack_server import SlackServer
from tests.slack_server.kindnesses import KINDNESSES, SCOPELESS, UNLIMITED
from tests.slack_server.rate_limits import PER_MINUTE
from tests.slack_server.server import APP_TOKEN, BOT_TOKEN, BOT_USER, NEEDED_SCOPE
from tests.test_fake_servers import client, error_of

ANNA = "U0ANNA"


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        server.add_channel("C1")
        server.add_person(ANNA, name="Anna Example")
        yield server


def methods() -> set[str]:
    """The Web API methods that the test Slack knows."""
    own = [name for name, _ in inspect.getmembers(SlackServer, inspect.isfunction) if _is_method(name)]
    return {name.lstrip("_").replace("_", ".") for name in own}


def _is_method(name: str) -> bool:
    families = ("agents", "assistant", "auth", "chat", "conversations", "files", "usergroups", "users", "views")
    return name.startswith(tuple(f"_{family}_" for family in families))


def test_every_kindness_that_is_listed_is_shown_and_every_one_that_is_shown_is_listed() -> None:
    shown = {name.removeprefix("test_kind_") for name in vars(sys.modules[__name__]) if name.startswith("test_kind_")}
    assert shown == KINDNESSES.keys()


def test_every_method_has_a_rate_limit_or_is_listed_without_one() -> None:
    assert methods() - PER_MINUTE.keys() == UNLIMITED & methods()
    assert methods() >= UNLIMITED


def test_every_method_takes_a_scope_or_is_listed_without_one() -> None:
    assert methods() - NEEDED_SCOPE.keys() - {"users.conversations"} == SCOPELESS & methods()
    assert methods() >= SCOPELESS


async def test_kind_events_wait_for_a_connection(slack: SlackServer) -> None:
    await slack.say("C1", f"<@{BOT_USER}> hello")
    assert len(slack._waiting) == 2
    slack.give_up_waiting()
    assert (len(slack.lost), slack._waiting) == (2, [])


async def test_kind_retries_come_within_seconds() -> None:
    async with SlackServer(ack_seconds=0.01) as slack:
        slack.add_channel("C1")
        url = (await AsyncWebClient(base_url=slack.url).apps_connections_open(app_token=APP_TOKEN))["url"]
        async with aiohttp.ClientSession() as session, session.ws_connect(url):
            await slack.until(lambda: slack.connections)
            await slack.say("C1", "hello")
            await slack.until(lambda: slack.lost)
        assert [envelope.attempt for envelope in slack.delivered] == [0, 1, 2, 3]


async def test_kind_nothing_is_limited_until_a_test_says_so(slack: SlackServer) -> None:
    most = PER_MINUTE["usergroups.users.list"]
    slack.add_usergroup("S1", [ANNA])
    for _ in range(most + 1):
        await client(slack).usergroups_users_list(usergroup="S1")
    slack.limit_as_documented()
    for _ in range(most):
        await client(slack).usergroups_users_list(usergroup="S1")
    assert await error_of(client(slack).usergroups_users_list(usergroup="S1")) == "ratelimited"


async def test_kind_posts_are_not_limited_for_the_workspace(slack: SlackServer) -> None:
    slack.limit_as_documented()
    assert all(limit.per_channel for limit in slack._limits["chat.postMessage"])


async def test_kind_a_status_stays_for_good(slack: SlackServer) -> None:
    ts = await slack.say("C1", "hello", deliver=False)
    await client(slack).assistant_threads_setStatus(channel_id="C1", thread_ts=ts, status="is thinking")
    session = {"channel_id": "C1", "thread_ts": ts, "status": "processing"}
    await client(slack).api_call("agents.sessions.setStatus", json=session)
    assert not slack._tasks, "nothing is on its way that would end them"
    assert slack.statuses == {("C1", ts): "is thinking"}
    assert slack.sessions["C1", ts]["status"] == "processing"


async def test_kind_any_message_can_be_changed_however_old(slack: SlackServer) -> None:
    posted = (await client(slack).chat_postMessage(channel="C1", text="x"))["ts"]
    slack.channels["C1"].messages["1000000000.000001"] = {
        **slack.channels["C1"].messages[posted],
        "ts": "1000000000.000001",
    }
    await client(slack).chat_update(channel="C1", ts="1000000000.000001", text="y")


async def test_kind_links_are_not_unfurled_by_themselves(slack: SlackServer) -> None:
    await slack.say("C1", "see https://example.com/pay")
    assert [envelope.payload["event"].get("subtype") for envelope in slack._waiting] == [None]


async def test_kind_whispers_reach_people_who_are_away(slack: SlackServer) -> None:
    await client(slack).chat_postEphemeral(channel="C1", user=ANNA, text="psst")
    assert [message["text"] for message in slack.sees(ANNA)] == ["psst"]


async def test_kind_files_are_there_at_once(slack: SlackServer) -> None:
    await client(slack).files_upload_v2(channel="C1", filename="a.md", content="# A")
    assert [message["files"][0]["name"] for message in slack.answers("C1")] == ["a.md"]


async def test_kind_people_who_have_left_are_written_to(slack: SlackServer) -> None:
    slack.add_person("U0GONE", name="Gone Example", deactivated=True)
    assert (await client(slack).chat_postMessage(channel="U0GONE", text="hello"))["ok"]


async def test_kind_every_name_of_an_argument_is_taken(slack: SlackServer) -> None:
    told = await client(slack).api_call("users.info", params={"user": ANNA, "colour": "red"})
    assert "warning" not in told.data


# And where it is not kind


async def test_an_eleventh_connection_is_refused_instead_of_a_hello_until_one_is_closed(slack: SlackServer) -> None:
    async with aiohttp.ClientSession() as session:

        async def opened() -> aiohttp.ClientWebSocketResponse:
            url = (await AsyncWebClient(base_url=slack.url).apps_connections_open(app_token=APP_TOKEN))["url"]
            return await session.ws_connect(url)

        sockets = [await opened() for _ in range(10)]
        assert [(await socket.receive_json())["num_connections"] for socket in sockets] == list(range(1, 11))
        refused = await opened()
        assert (await refused.receive_json())["reason"] == "too_many_websockets"
        assert (await refused.receive()).type is aiohttp.WSMsgType.CLOSED
        assert (slack.connections, slack.too_many) == (10, 1)
        await sockets[0].close()
        await slack.until(lambda: slack.connections == 9)
        assert (await (await opened()).receive_json())["type"] == "hello"


@pytest.mark.parametrize(
    ("rule", "alone", "in_thread"),
    [
        ("read_only_channel", False, False),
        ("thread_only_channel", False, True),
        ("non_threadable_channel", True, False),
    ],
)
async def test_a_channels_rule_holds_for_posts_and_streams(
    slack: SlackServer, rule: str, *, alone: bool, in_thread: bool
) -> None:
    ts = await slack.say("C1", "hello", deliver=False)
    slack.channels["C1"].rule = rule
    stream = {"channel": "C1", "thread_ts": ts, "recipient_user_id": ANNA, "recipient_team_id": "T0TEAM"}
    for allowed, method, arguments in (
        (alone, "chat.postMessage", {"channel": "C1", "text": "x"}),
        (in_thread, "chat.postMessage", {"channel": "C1", "text": "x", "thread_ts": ts}),
        (in_thread, "chat.startStream", stream),
    ):
        call = client(slack).api_call(method, json=arguments)
        if allowed:
            assert (await call)["ok"]
        else:
            assert await error_of(call) == f"restricted_action_{rule}"


async def test_a_locked_thread_takes_nothing_more_and_others_do(slack: SlackServer) -> None:
    locked, other = [await slack.say("C1", "hello", deliver=False) for _ in range(2)]
    slack.channels["C1"].locked.add(locked)
    refused = client(slack).chat_postMessage(channel="C1", text="x", thread_ts=locked)
    assert await error_of(refused) == "restricted_action_thread_locked"
    assert (await client(slack).chat_postMessage(channel="C1", text="x", thread_ts=other))["ok"]


@pytest.mark.parametrize("error", ["token_revoked", "token_expired", "account_inactive"])
async def test_a_token_that_died_is_refused_for_everything_until_there_is_another(
    slack: SlackServer, error: str
) -> None:
    slack.token_error = error
    for call in (client(slack).auth_test, client(slack).users_list):
        assert await error_of(call()) == error
    slack.token_error = ""
    assert (await client(slack, BOT_TOKEN).auth_test())["ok"]


async def test_whose_account_is_deactivated_is_told_and_does_nothing_any_more(slack: SlackServer) -> None:
    slack.add_person("W0GONE", name="Gone Example", deactivated=True)
    assert (await client(slack).users_info(user="W0GONE"))["user"]["deleted"] is True
    with pytest.raises(AssertionError, match="cannot sign in"):
        await slack.say("C1", "hello?", user="W0GONE")
