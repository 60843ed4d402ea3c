"""The test servers are as strict as what they stand for; real clients are refused what the real thing refuses."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from openai import AsyncOpenAI, AuthenticationError, BadRequestError, NotFoundError, RateLimitError
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from tests.openai_server import KEY, Fault, OpenAIServer
from tests.slack_server import SlackServer
from tests.slack_server.server import ALL_SCOPES, APP_TOKEN, BOT_TOKEN, BOT_USER, TEAM

MODEL = "gpt-5.4-mini"


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        server.add_channel("C1")
        server.add_channel("C2", member=False)
        server.add_channel("C3", archived=True)
        yield server


def client(slack: SlackServer, token: str = BOT_TOKEN) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=slack.url)


MARKDOWN = {"type": "markdown", "text": "x"}
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C9", "text": "x"}, "channel_not_found"),
        ({"channel": "C2", "text": "x"}, "not_in_channel"),
        ({"channel": "C3", "text": "x"}, "is_archived"),
        ({"channel": "C1", "text": "x", "thread_ts": "1.1"}, "thread_not_found"),
        ({"channel": "C1", "text": "x", "blocks": [SECTION] * 51}, "invalid_blocks"),
        ({"channel": "C1", "text": "x", "blocks": [{"type": "no such block"}]}, "invalid_blocks"),
        ({"channel": "C1", "text": "x", "blocks": [{"type": "markdown", "text": "x" * 12_001}]}, "invalid_blocks"),
        ({"channel": "C1", "text": "x", "blocks": [{**SECTION, "block_id": "a"}, {**SECTION, "block_id": "a"}]}, "invalid_blocks"),
        ({"channel": "C1", "text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]}, "invalid_blocks"),
    ],
)  # fmt: skip
async def test_slack_refuses_a_message_with_its_own_error_code(
    slack: SlackServer, arguments: dict[str, object], error: str
) -> None:
    with pytest.raises(SlackApiError) as raised:
        await client(slack).chat_postMessage(**arguments)  # type: ignore[arg-type]
    assert raised.value.response["error"] == error


@pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing")
async def test_slack_refuses_an_empty_message(slack: SlackServer) -> None:
    with pytest.raises(SlackApiError, match="no_text"):
        await client(slack).chat_postMessage(channel="C1", text="")


async def test_timestamps_rise_however_fast_messages_come(slack: SlackServer) -> None:
    posted = [(await client(slack).chat_postMessage(channel="C1", text=str(n)))["ts"] for n in range(50)]
    assert [float(ts) for ts in posted] == sorted({float(ts) for ts in posted})


async def test_slack_says_how_long_to_wait_when_it_limits(slack: SlackServer) -> None:
    slack.rate_limit("chat.postMessage", retry_after=7)
    with pytest.raises(SlackApiError) as raised:
        await client(slack).chat_postMessage(channel="C1", text="x")
    assert raised.value.response.status_code == 429
    assert raised.value.response.headers["Retry-After"] == "7"


@pytest.mark.parametrize(
    ("token", "error"), [("", "not_authed"), ("xoxb-other", "invalid_auth"), ("xapp-1", "not_allowed_token_type")]
)
async def test_slack_knows_its_tokens(slack: SlackServer, token: str, error: str) -> None:
    with pytest.raises(SlackApiError) as raised:
        await client(slack, token).auth_test()
    assert raised.value.response["error"] == error


async def test_slack_names_the_scope_that_is_missing() -> None:
    async with SlackServer(scopes="im:history") as slack:
        slack.add_channel("C1")
        with pytest.raises(SlackApiError) as raised:
            await client(slack).chat_postMessage(channel="C1", text="x")
    assert raised.value.response["needed"] == "chat:write"


async def test_slack_hides_metadata_unless_asked_and_gives_threads_in_pages(slack: SlackServer) -> None:
    metadata = {"event_type": "t", "event_payload": {"a": 1}}
    root = await client(slack).chat_postMessage(channel="C1", text="root", metadata=metadata)
    for n in range(4):
        await client(slack).chat_postMessage(channel="C1", text=str(n), thread_ts=root["ts"])
    page = await client(slack).conversations_replies(channel="C1", ts=root["ts"], limit=3)
    assert [m["text"] for m in page["messages"]] == ["root", "0", "1"]
    assert "metadata" not in page["messages"][0]
    cursor = page["response_metadata"]["next_cursor"]
    rest = await client(slack).conversations_replies(channel="C1", ts=root["ts"], limit=3, cursor=cursor)
    assert [m["text"] for m in rest["messages"]] == ["2", "3"]
    shown = await client(slack).conversations_replies(channel="C1", ts=root["ts"], include_all_metadata=True)
    assert shown["messages"][0]["metadata"] == metadata


ANNA, BEN = "U0ANNA", "U0BEN"
BUTTON = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}, "value": "v"}
BUTTONS = [{"type": "actions", "block_id": "row", "elements": [BUTTON]}]
NAME_INPUT = {
    "type": "input",
    "block_id": "name",
    "label": {"type": "plain_text", "text": "Name"},
    "element": {"type": "plain_text_input", "action_id": "text"},
}
MODAL = {
    "type": "modal",
    "callback_id": "ask",
    "title": {"type": "plain_text", "text": "Ask"},
    "submit": {"type": "plain_text", "text": "Send"},
    "blocks": [NAME_INPUT],
}
OPTIONS = [{"text": {"type": "plain_text", "text": value}, "value": value} for value in ("one", "two")]
MENU = [
    {
        "type": "section",
        "block_id": "menu",
        "text": {"type": "mrkdwn", "text": "x"},
        "accessory": {"type": "static_select", "action_id": "pick", "options": OPTIONS},
    }
]


async def error_of(call: Any) -> str:
    """The code with which Slack refuses a call."""
    with pytest.raises(SlackApiError) as raised:
        await call
    return str(raised.value.response["error"])


@asynccontextmanager
async def connected(slack: SlackServer, app: AsyncApp | None = None) -> AsyncIterator[AsyncApp]:
    """A tiny Bolt app in Socket Mode."""
    app = app or bolt(slack)
    handler = AsyncSocketModeHandler(app, APP_TOKEN, web_client=client(slack))
    await handler.client.connect_to_new_endpoint()
    try:
        yield app
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


def bolt(slack: SlackServer) -> AsyncApp:
    return AsyncApp(client=client(slack), raise_error_for_unhandled_request=False)


def last(slack: SlackServer) -> Mapping[str, Any]:
    return slack.delivered[-1].payload


async def posted(slack: SlackServer, **more: Any) -> str:
    return str((await client(slack).chat_postMessage(channel="C1", text="x", **more))["ts"])


# People


async def test_a_person_is_known_by_name_time_zone_and_on_request_by_locale(slack: SlackServer) -> None:
    slack.add_person("U0EVA", name="Eva Lang", locale="de-DE", tz="Asia/Tokyo", admin=True)
    plain = (await client(slack).users_info(user="U0EVA"))["user"]
    full = (await client(slack).users_info(user="U0EVA", include_locale=True))["user"]
    assert (plain["real_name"], plain["tz"], plain["tz_offset"], plain["is_admin"]) == (
        "Eva Lang", "Asia/Tokyo", 32400, True,
    )  # fmt: skip
    assert "locale" not in plain
    assert full["locale"] == "de-DE"


async def test_a_person_whom_nobody_has_met_is_not_found_until_they_do_something(slack: SlackServer) -> None:
    assert await error_of(client(slack).users_info(user=BEN)) == "user_not_found"
    await slack.say("C1", "hello", user=BEN, deliver=False)
    assert (await client(slack).users_info(user=BEN))["user"]["is_bot"] is False
    assert (await client(slack).users_info(user=BOT_USER))["user"]["is_bot"] is True


async def test_a_user_group_tells_who_is_in_it(slack: SlackServer) -> None:
    slack.add_usergroup("S1", [ANNA, BEN])
    assert (await client(slack).usergroups_users_list(usergroup="S1"))["users"] == [ANNA, BEN]
    assert await error_of(client(slack).usergroups_users_list(usergroup="S2")) == "no_such_subteam"


# Direct messages and channels


async def test_a_message_to_a_person_lands_in_their_own_direct_messages(slack: SlackServer) -> None:
    slack.add_dm("D1", user=ANNA)
    slack.add_person(BEN, name="Ben")
    await client(slack).chat_postMessage(channel=ANNA, text="for Anna")
    await client(slack).chat_postMessage(channel=BEN, text="for Ben")
    assert [m["text"] for m in slack.sees(ANNA)] == ["for Anna"]
    assert [m["text"] for m in slack.sees(BEN)] == ["for Ben"]
    opened = await client(slack).conversations_open(users=BEN)
    assert opened["channel"]["id"] == slack.sees(BEN)[0]["channel"]
    assert opened["already_open"] is True


async def test_a_direct_message_without_a_person_is_that_of_the_first_who_uses_it(slack: SlackServer) -> None:
    slack.add_dm("D1")
    await slack.say("D1", "hello", user=BEN, deliver=False)
    assert (await client(slack).chat_postMessage(channel=BEN, text="x"))["channel"] == "D1"
    assert slack.sees(ANNA) == []


async def test_the_bot_opens_no_conversation_with_strangers_or_bots(slack: SlackServer) -> None:
    slack.add_person("U9BOT", name="other", bot=True)
    assert await error_of(client(slack).conversations_open(users="U9")) == "user_not_found"
    assert await error_of(client(slack).conversations_open(users="U9BOT")) == "cannot_dm_bot"
    assert await error_of(client(slack).chat_postMessage(channel="U9BOT", text="x")) == "cannot_dm_bot"
    assert await error_of(client(slack).chat_postMessage(channel="U9", text="x")) == "channel_not_found"


async def test_people_see_the_channels_that_they_are_in_and_nobody_elses_ephemeral_messages(slack: SlackServer) -> None:
    slack.add_channel("G1", "group", members=[ANNA])
    await client(slack).chat_postMessage(channel="C1", text="all")
    await client(slack).chat_postMessage(channel="G1", text="private")
    await client(slack).chat_postEphemeral(channel="C1", user=BEN, text="only Ben")
    assert [m["text"] for m in slack.sees(ANNA)] == ["all", "private"]
    assert [m["text"] for m in slack.sees(BEN)] == ["all", "only Ben"]
    assert [m["text"] for m in slack.sees(BEN, "G1")] == []
    with pytest.raises(AssertionError, match="not in G1"):
        await slack.say("G1", "let me in", user=BEN)


async def test_a_channel_tells_what_it_is_and_who_is_in_it(slack: SlackServer) -> None:
    slack.add_channel("G1", "group", members=[ANNA], name="plans", creator=BEN)
    info = (await client(slack).conversations_info(channel="G1"))["channel"]
    assert (info["name"], info["is_private"], info["is_im"], info["is_member"], info["creator"]) == (
        "plans", True, False, True, BEN,
    )  # fmt: skip
    assert (await client(slack).conversations_members(channel="G1"))["members"] == [ANNA, BOT_USER]
    assert (await client(slack).conversations_info(channel="C2"))["channel"]["is_member"] is False


async def test_a_private_channel_without_the_bot_does_not_exist_for_it(slack: SlackServer) -> None:
    slack.add_channel("G1", "group", member=False)
    assert await error_of(client(slack).conversations_info(channel="G1")) == "channel_not_found"
    assert await error_of(client(slack).conversations_members(channel="G1")) == "channel_not_found"


async def test_each_kind_of_channel_needs_its_own_scope() -> None:
    async with SlackServer(scopes="channels:read,chat:write") as slack:
        slack.add_channel("C1")
        slack.add_channel("G1", "group")
        await client(slack).conversations_info(channel="C1")
        assert await error_of(client(slack).conversations_info(channel="G1")) == "missing_scope"
        assert await error_of(client(slack).conversations_replies(channel="C1", ts="1.1")) == "missing_scope"


# Ephemeral messages


async def test_an_ephemeral_message_needs_its_reader_in_the_channel(slack: SlackServer) -> None:
    slack.add_channel("G1", "group", members=[ANNA])
    refusal = await error_of(client(slack).chat_postEphemeral(channel="G1", user=BEN, text="x"))
    assert refusal == "user_not_in_channel"
    slack.add_dm("D1", user=ANNA)
    refusal = await error_of(client(slack).chat_postEphemeral(channel="D1", user=BEN, text="x"))
    assert refusal == "user_not_in_channel"


async def test_an_ephemeral_message_shows_only_in_a_thread_with_replies(slack: SlackServer) -> None:
    post = client(slack).chat_postEphemeral
    assert await error_of(post(channel="C1", user=ANNA, text="x", thread_ts="1.1")) == "thread_not_found"
    root = await posted(slack)
    await post(channel="C1", user=ANNA, text="too early", thread_ts=root)
    await posted(slack, thread_ts=root)
    await post(channel="C1", user=ANNA, text="in time", thread_ts=root)
    assert [m["text"] for m in slack.sees(ANNA) if m.get("is_ephemeral")] == ["in time"]


async def test_an_ephemeral_message_can_be_neither_edited_nor_deleted_by_its_ts(slack: SlackServer) -> None:
    ts = (await client(slack).chat_postEphemeral(channel="C1", user=ANNA, text="x"))["message_ts"]
    assert await error_of(client(slack).chat_update(channel="C1", ts=ts, text="y")) == "message_not_found"
    assert await error_of(client(slack).chat_delete(channel="C1", ts=ts)) == "message_not_found"
    assert await error_of(client(slack).chat_getPermalink(channel="C1", message_ts=ts)) == "message_not_found"


async def test_a_press_on_an_ephemeral_message_comes_without_the_message(slack: SlackServer) -> None:
    ts = (await client(slack).chat_postEphemeral(channel="C1", user=ANNA, text="x", blocks=BUTTONS))["message_ts"]
    async with connected(slack):
        await slack.press("C1", ts, "go")
        body = last(slack)
        assert "message" not in body
        assert body["container"] == {"type": "message", "message_ts": ts, "channel_id": "C1", "is_ephemeral": True}
        assert (body["actions"][0]["value"], body["actions"][0]["block_id"]) == ("v", "row")
        with pytest.raises(AssertionError, match="does not see"):
            await slack.press("C1", ts, "go", user=BEN)


async def test_a_press_and_a_choice_under_a_message_come_with_the_message(slack: SlackServer) -> None:
    ts = await posted(slack, blocks=[*BUTTONS, *MENU])
    async with connected(slack):
        await slack.press("C1", ts, "go", user=BEN)
        assert last(slack)["message"]["ts"] == ts
        assert last(slack)["user"]["id"] == BEN
        await slack.select("C1", ts, "pick", "two")
        assert last(slack)["actions"][0]["selected_option"] == OPTIONS[1]
        with pytest.raises(AssertionError, match="offers no 'three'"):
            await slack.select("C1", ts, "pick", "three")
        with pytest.raises(AssertionError, match="sees no 'stop'"):
            await slack.press("C1", ts, "stop")


# response_url


def answer_to(slack: SlackServer) -> AsyncWebhookClient:
    return AsyncWebhookClient(last(slack)["response_url"])


async def test_a_command_is_answered_privately_or_in_the_channel(slack: SlackServer) -> None:
    async with connected(slack):
        await slack.command("C2", "/career", "pay?", user=BEN)
        first = await answer_to(slack).send(text="for Ben", blocks=BUTTONS)
        await answer_to(slack).send(text="for all", response_type="in_channel")
    assert (first.status_code, first.body) == (200, "ok")
    assert [(m["user"], m["channel"], m["text"]) for m in slack.ephemeral] == [(BEN, "C2", "for Ben")]
    assert slack.ephemeral[0]["response_url"] is True
    assert [m["text"] for m in slack.answers("C2")] == ["for all"]


async def test_a_response_url_works_five_times_and_for_half_an_hour(slack: SlackServer) -> None:
    async with connected(slack):
        await slack.command("C1", "/career")
        for _ in range(5):
            assert (await answer_to(slack).send(text="x")).status_code == 200
        sixth = await answer_to(slack).send(text="x")
        assert (sixth.status_code, sixth.body) == (404, '{"ok": false, "error": "used_url"}')
        await slack.command("C1", "/career")
        slack.expire_response_urls()
        assert "expired_url" in (await answer_to(slack).send(text="x")).body
    assert len(slack.ephemeral) == 5


async def test_a_response_url_refuses_what_a_message_cannot_be(slack: SlackServer) -> None:
    async with connected(slack):
        await slack.command("C1", "/career")
        bad = await answer_to(slack).send(text="x", blocks=[{"type": "no such block"}])
        assert (bad.status_code, "invalid_blocks" in bad.body) == (400, True)
        assert "no_text" in (await answer_to(slack).send(text="")).body
        away = await answer_to(slack).send_dict({"text": "x", "thread_ts": "1.1"})
        assert "thread_not_found" in away.body
        assert "message_not_found" in (await answer_to(slack).send(delete_original=True)).body
    assert slack.ephemeral == []


async def test_a_pressed_ephemeral_message_is_replaced_and_deleted_through_its_response_url(slack: SlackServer) -> None:
    root = await posted(slack)
    await posted(slack, thread_ts=root)
    ephemeral: dict[str, Any] = {"channel": "C1", "user": ANNA, "text": "x", "blocks": BUTTONS, "thread_ts": root}
    ts = (await client(slack).chat_postEphemeral(**ephemeral))["message_ts"]
    async with connected(slack):
        await slack.press("C1", ts, "go")
        await answer_to(slack).send_dict({"replace_original": True, "text": "y", "thread_ts": root})
        assert [(m["ts"], m["text"], m.get("thread_ts")) for m in slack.ephemeral] == [(ts, "y", root)]
        await answer_to(slack).send(replace_original=True, text="z")
        assert "thread_ts" not in slack.ephemeral[0]
        await answer_to(slack).send(delete_original=True)
    assert slack.ephemeral == []


async def test_a_pressed_message_of_the_bot_is_replaced_for_everybody(slack: SlackServer) -> None:
    ts = await posted(slack, blocks=BUTTONS)
    async with connected(slack):
        await slack.press("C1", ts, "go")
        await answer_to(slack).send(replace_original=True, text="done")
    assert [(m["text"], m["blocks"]) for m in slack.sees(BEN)] == [("done", [])]


# Commands and shortcuts


async def test_what_a_command_is_acknowledged_with_becomes_an_ephemeral_message(slack: SlackServer) -> None:
    app = bolt(slack)

    @app.command("/career")
    async def _(ack: AsyncAck, command: dict[str, Any]) -> None:
        await ack(f"{command['user_name']} in {command['channel_name']}: {command['text']}")

    @app.command("/blocks")
    async def _(ack: AsyncAck) -> None:
        await ack(text="x", blocks=BUTTONS)

    @app.command("/silent")
    async def _(ack: AsyncAck, respond: AsyncRespond) -> None:
        await ack()
        await respond("later")

    slack.add_person(BEN, name="ben")
    async with connected(slack, app):
        for command in ("/career", "/blocks", "/silent"):
            await slack.command("C2", command, "pay?", user=BEN)
            await slack.settled()
        await slack.until(lambda: len(slack.ephemeral) == 3)
        await slack.press("C2", slack.ephemeral[1]["ts"], "go", user=BEN)
    assert [m["text"] for m in slack.sees(BEN)] == ["ben in c2: pay?", "x", "later"]


async def test_a_command_that_is_not_acknowledged_is_not_delivered_again() -> None:
    async with SlackServer(ack_seconds=0.1) as slack:
        slack.add_channel("C1")
        async with connected(slack):
            await slack.command("C1", "/nobody")
            await slack.until(lambda: slack.timeouts)
        assert [(e.kind, e.attempt) for e in slack.timeouts] == [("slash_commands", 0)]
        assert len(slack.delivered) == 1
        assert slack.lost == []


async def test_a_person_does_not_wait_for_an_app_that_is_not_connected() -> None:
    async with SlackServer(ack_seconds=0.1) as slack:
        slack.add_channel("C1")
        await slack.command("C1", "/career")
        await slack.until(lambda: slack.timeouts)
        async with connected(slack):
            await slack.settled()
        assert slack.delivered == []


async def test_a_shortcut_names_its_message_and_a_global_one_has_none(slack: SlackServer) -> None:
    ts = await slack.say("C2", "what pays?", user=BEN, deliver=False)
    async with connected(slack):
        await slack.shortcut("answer_from_guide", "C2", ts, user=ANNA)
        body = last(slack)
        assert (body["type"], body["callback_id"], body["message_ts"]) == ("message_action", "answer_from_guide", ts)
        assert (body["message"]["text"], body["message"]["user"], body["user"]["id"]) == ("what pays?", BEN, ANNA)
        assert (await answer_to(slack).send(text="x")).status_code == 200
        await slack.shortcut("ask")
        assert last(slack)["type"] == "shortcut"
        assert not {"channel", "message", "response_url"} & set(last(slack))


async def test_commands_and_shortcuts_need_their_scope() -> None:
    async with SlackServer(scopes=ALL_SCOPES.replace("commands,", "")) as slack:
        slack.add_channel("C1")
        async with connected(slack):
            await slack.command("C1", "/career")
            await slack.shortcut("ask")
            await slack.settled()
        assert slack.delivered == []


# Modals


async def opened(slack: SlackServer, view: dict[str, Any] = MODAL) -> dict[str, Any]:
    await slack.shortcut("open")
    await client(slack).views_open(trigger_id=last(slack)["trigger_id"], view=view)
    shown = slack.open_modal()
    assert shown is not None
    return shown


async def test_a_trigger_opens_one_modal_and_only_for_three_seconds(slack: SlackServer) -> None:
    async with connected(slack):
        view = await opened(slack)
        trigger = last(slack)["trigger_id"]
        assert await error_of(client(slack).views_open(trigger_id=trigger, view=MODAL)) == "exchanged_trigger_id"
        assert await error_of(client(slack).views_open(trigger_id="nonsense", view=MODAL)) == "invalid_trigger_id"
        await slack.shortcut("open")
        slack.expire_triggers()
        late = client(slack).views_open(trigger_id=last(slack)["trigger_id"], view=MODAL)
        assert await error_of(late) == "expired_trigger_id"
    assert view["callback_id"] == "ask"
    assert {"id", "hash", "root_view_id", "team_id", "private_metadata", "state"} <= set(view)
    assert slack.views == [view]


async def test_a_view_is_updated_in_place_unless_it_changed_or_is_gone(slack: SlackServer) -> None:
    async with connected(slack):
        view = await opened(slack, {**MODAL, "external_id": "mine"})
        old = view["hash"]
        other = {**MODAL, "callback_id": "other", "external_id": "mine"}
        await client(slack).views_update(view_id=view["id"], hash=old, view=other)
        assert (slack.views[0]["callback_id"], slack.views[0]["id"]) == ("other", view["id"])
        stale = client(slack).views_update(view_id=view["id"], hash=old, view=MODAL)
        assert await error_of(stale) == "hash_conflict"
        await client(slack).views_update(external_id="mine", view={**MODAL, "external_id": "mine"})
        assert slack.views[0]["callback_id"] == "ask"
        await slack.close(view)
        assert await error_of(client(slack).views_update(view_id=view["id"], view=MODAL)) == "not_found"


async def test_three_views_lie_on_each_other_and_no_fourth(slack: SlackServer) -> None:
    async with connected(slack):
        root = await opened(slack, {**MODAL, "blocks": [*BUTTONS, NAME_INPUT]})
        for _ in range(2):
            await slack.press_in_modal("go")
            await client(slack).views_push(trigger_id=last(slack)["trigger_id"], view=root_like(root))
        await slack.press_in_modal("go")
        fourth = client(slack).views_push(trigger_id=last(slack)["trigger_id"], view=MODAL)
        assert await error_of(fourth) == "push_limit_reached"
        assert [view["root_view_id"] for view in slack.views] == [root["id"]] * 3
        await slack.close(slack.views[-1])
        assert slack.open_modal() == slack.views[1]


def root_like(view: Mapping[str, Any]) -> dict[str, Any]:
    return {**MODAL, "blocks": view["blocks"]}


async def test_a_home_tab_is_no_modal_and_a_modal_no_home_tab(slack: SlackServer) -> None:
    home = {"type": "home", "blocks": [*BUTTONS, *MENU]}
    async with connected(slack):
        await slack.shortcut("open")
        trigger = last(slack)["trigger_id"]
        assert await error_of(client(slack).views_open(trigger_id=trigger, view=home)) == "invalid_arguments"
        assert await error_of(client(slack).views_publish(user_id=ANNA, view=MODAL)) == "invalid_arguments"
        shown = (await client(slack).views_publish(user_id=ANNA, view=home))["view"]
        await client(slack).views_publish(user_id=ANNA, view=home, hash=shown["hash"])
        stale = client(slack).views_publish(user_id=ANNA, view=home, hash=shown["hash"])
        assert await error_of(stale) == "hash_conflict"
        await slack.select_at_home("pick", "one")
        assert last(slack)["view"]["id"] == shown["id"]


def asking(slack: SlackServer) -> AsyncApp:
    """An app that answers what is typed into its modal in the way that was typed."""
    app = bolt(slack)

    @app.shortcut("open")
    async def _(ack: AsyncAck) -> None:
        await ack()

    @app.view("ask")
    async def _(ack: AsyncAck, view: dict[str, Any]) -> None:
        match view["state"]["values"]["name"]["text"]["value"]:
            case "errors":
                await ack(response_action="errors", errors={"name": "Not that."})
            case "elsewhere":
                await ack(response_action="errors", errors={"no such block": "Not that."})
            case "bad":
                await ack(response_action="update", view={**MODAL, "title": {"type": "plain_text", "text": "x" * 25}})
            case "update" | "push" as way:
                await ack(response_action=way, view={**MODAL, "private_metadata": way})
            case "clear":
                await ack(response_action="clear")
            case _:
                await ack()

    return app


def typed(value: str) -> dict[str, Any]:
    return {"name": {"text": {"type": "plain_text_input", "value": value}}}


async def test_the_acknowledgement_of_a_submission_decides_what_the_person_sees_next(slack: SlackServer) -> None:
    async with connected(slack, asking(slack)):
        view = await opened(slack)
        await slack.submit(view, typed("errors"))
        await slack.settled()
        assert slack.modal_errors == {ANNA: {"name": "Not that."}}
        await slack.submit(view, typed("update"))
        await slack.settled()
        assert slack.modal_errors == {}
        assert (slack.open_modal() or {})["private_metadata"] == "update"
        await slack.submit(view, typed("push"))
        await slack.settled()
        assert len(slack.views) == 2
        await slack.submit(slack.views[1], typed("done"))
        await slack.settled()
        assert slack.open_modal() == view
        await slack.submit(view, typed("push"))
        await slack.settled()
        await slack.submit(slack.views[2], typed("clear"))
        await slack.settled()
    assert slack.open_modal() is None
    assert slack.problems == []


@pytest.mark.parametrize("value", ["elsewhere", "bad"])
async def test_an_acknowledgement_that_slack_would_not_show_is_a_problem(slack: SlackServer, value: str) -> None:
    async with connected(slack, asking(slack)):
        view = await opened(slack)
        await slack.submit(view, typed(value))
        await slack.settled()
    assert len(slack.problems) == 1
    assert slack.open_modal() == view


async def test_a_submission_that_is_not_acknowledged_leaves_the_modal_open() -> None:
    async with SlackServer(ack_seconds=0.1) as slack:
        async with connected(slack):
            view = await opened(slack)
            await slack.submit(view, typed("x"))
            await slack.until(lambda: len(slack.timeouts) == 2)  # the shortcut was not acknowledged either
        assert slack.open_modal() == view


async def test_slacks_client_submits_only_what_is_filled_in_and_open(slack: SlackServer) -> None:
    short = {**NAME_INPUT, "element": {**NAME_INPUT["element"], "max_length": 3}}  # type: ignore[dict-item]
    optional = {**NAME_INPUT, "block_id": "more", "optional": True}
    async with connected(slack):
        view = await opened(slack, {**MODAL, "blocks": [short, optional]})
        with pytest.raises(AssertionError, match="name needs a value"):
            await slack.submit(view, {})
        with pytest.raises(AssertionError, match="0 to 3 characters"):
            await slack.submit(view, typed("long"))
        with pytest.raises(AssertionError, match="no blocks"):
            await slack.submit(view, {"other": {}})
        await slack.submit(view, typed("abc"))
        assert last(slack)["view"]["state"]["values"]["more"] == {"text": {"type": "plain_text_input", "value": None}}
        with pytest.raises(AssertionError, match="no modal open"):
            await slack.submit(view, typed("abc"), user=BEN)


async def test_a_choice_in_a_modal_is_told_at_once_and_submitted_with_the_rest(slack: SlackServer) -> None:
    async with connected(slack):
        view = await opened(slack, {**MODAL, "blocks": [*MENU, NAME_INPUT]})
        await slack.select_in_modal("pick", "one")
        body = last(slack)
        assert (body["container"], body["actions"][0]["selected_option"]) == (
            {"type": "view", "view_id": view["id"]}, OPTIONS[0],
        )  # fmt: skip
        assert not {"message", "response_url", "channel"} & set(body)
        await slack.submit(view, typed("x"))
        state = last(slack)["view"]["state"]["values"]
        assert state["menu"]["pick"]["selected_option"] == OPTIONS[0]


async def test_an_app_hears_of_a_closed_modal_only_where_it_asked_to(slack: SlackServer) -> None:
    async with connected(slack):
        await slack.close(await opened(slack))
        assert last(slack)["type"] == "shortcut"
        await slack.close(await opened(slack, {**MODAL, "notify_on_close": True}))
        assert last(slack)["type"] == "view_closed"
        assert "trigger_id" not in last(slack)


# Streams and statuses


async def started(slack: SlackServer, **more: Any) -> tuple[str, str]:
    """The thread and the ts of a stream in C1."""
    root = await posted(slack)
    place: dict[str, Any] = {"channel": "C1", "thread_ts": root, "recipient_team_id": TEAM, "recipient_user_id": ANNA}
    return root, str((await client(slack).chat_startStream(**place, **more))["ts"])


async def test_a_stream_in_a_channel_needs_a_thread_and_a_recipient(slack: SlackServer) -> None:
    root = await posted(slack)
    start = client(slack).chat_startStream
    assert await error_of(start(channel="C1", thread_ts=root, recipient_team_id=TEAM)) == "missing_recipient_user_id"
    assert await error_of(start(channel="C1", thread_ts=root, recipient_user_id=ANNA)) == "missing_recipient_team_id"
    assert await error_of(start(channel="C1", thread_ts="1.1")) == "thread_not_found"


async def test_a_streamed_message_holds_what_was_streamed_and_then_the_blocks(slack: SlackServer) -> None:
    root, ts = await started(slack, markdown_text="one ")
    await client(slack).chat_appendStream(channel="C1", ts=ts, markdown_text="two")
    assert await error_of(client(slack).chat_update(channel="C1", ts=ts, text="x")) == "streaming_state_conflict"
    assert await error_of(client(slack).chat_delete(channel="C1", ts=ts)) == "streaming_state_conflict"
    bad = client(slack).chat_stopStream(channel="C1", ts=ts, session_status="over")
    assert await error_of(bad) == "invalid_arguments"
    await client(slack).chat_stopStream(channel="C1", ts=ts, blocks=BUTTONS, session_status="active")
    (message,) = [m for m in slack.messages("C1", root) if m["ts"] == ts]
    assert message["text"] == "one two"
    assert [block["type"] for block in message["blocks"]] == ["rich_text", "actions"]
    assert slack.sessions["C1", root]["status"] == "active"
    late = client(slack).chat_appendStream(channel="C1", ts=ts, markdown_text="three")
    assert await error_of(late) == "message_not_in_streaming_state"
    await client(slack).chat_update(channel="C1", ts=ts, text="edited")


async def test_the_sdks_stream_of_chunks_is_taken_whole(slack: SlackServer) -> None:
    root = await posted(slack)
    place: dict[str, Any] = {"channel": "C1", "thread_ts": root, "recipient_team_id": TEAM, "recipient_user_id": ANNA}
    stream = await client(slack).chat_stream(**place, buffer_size=1)
    await stream.append(markdown_text="text")
    task = {"type": "task_update", "id": "1", "title": "Read", "status": "in_progress"}
    await stream.append(chunks=[task, {"type": "plan_update", "title": "Plan"}])
    await stream.append(chunks=[{**task, "status": "complete"}, {"type": "blocks", "blocks": [SECTION]}])
    await stream.stop(markdown_text=" end", blocks=BUTTONS)
    message = slack.answers("C1")[-1]
    assert (message["text"], message["plan"], message["tasks"]["1"]["status"]) == ("text end", "Plan", "complete")
    assert [block["type"] for block in message["blocks"]] == ["rich_text", "section", "actions"]


@pytest.mark.parametrize(
    ("chunk", "error"),
    [
        ({"type": "markdown_text", "text": ""}, "invalid_arguments"),
        ({"type": "task_update", "id": "1", "title": "x", "status": "done"}, "invalid_arguments"),
        ({"type": "task_update", "id": "1", "title": "x" * 257, "status": "complete"}, "invalid_arguments"),
        ({"type": "plan_update"}, "invalid_arguments"),
        ({"type": "no such chunk"}, "invalid_arguments"),
        ({"type": "blocks", "blocks": [{"type": "no such block"}]}, "invalid_blocks"),
        ({"type": "markdown_text", "text": "x" * 12_001}, "msg_too_long"),
    ],
)
async def test_slack_refuses_a_chunk_that_it_does_not_know(
    slack: SlackServer, chunk: dict[str, Any], error: str
) -> None:
    _, ts = await started(slack)
    assert await error_of(client(slack).chat_appendStream(channel="C1", ts=ts, chunks=[chunk])) == error


async def test_a_stream_keeps_to_the_form_that_it_was_opened_with(slack: SlackServer) -> None:
    _, ts = await started(slack, markdown_text="x")
    chunks = [{"type": "markdown_text", "text": "y"}]
    mixed = client(slack).chat_appendStream(channel="C1", ts=ts, chunks=chunks)
    assert await error_of(mixed) == "streaming_mode_mismatch"
    _, ts = await started(slack, chunks=chunks)
    mixed = client(slack).chat_appendStream(channel="C1", ts=ts, markdown_text="x")
    assert await error_of(mixed) == "streaming_mode_mismatch"


async def test_a_stopped_session_names_its_streams_and_they_take_nothing_more(slack: SlackServer) -> None:
    root, ts = await started(slack, markdown_text="x")
    async with connected(slack):
        await slack.press_stop("C1", root)
        assert last(slack)["event"]["streaming_message_ts"] == [ts]
    append = client(slack).chat_appendStream(channel="C1", ts=ts, markdown_text="y")
    assert await error_of(append) == "stopped_by_user"
    assert await error_of(client(slack).chat_stopStream(channel="C1", ts=ts)) == "stopped_by_user"
    await client(slack).chat_update(channel="C1", ts=ts, text="stopped")


async def test_a_stream_ends_by_its_age(slack: SlackServer) -> None:
    _, ts = await started(slack, markdown_text="x")
    slack.stream_seconds = 0
    append = client(slack).chat_appendStream(channel="C1", ts=ts, markdown_text="y")
    assert await error_of(append) == "message_not_in_streaming_state"
    _, ts = await started(slack, markdown_text="x")
    slack.stream_seconds = 300
    slack.expire_streams()
    assert await error_of(client(slack).chat_stopStream(channel="C1", ts=ts)) == "message_not_in_streaming_state"


async def test_a_status_ends_with_the_next_message_a_stream_or_an_empty_one(slack: SlackServer) -> None:
    root = await posted(slack)
    say = client(slack).assistant_threads_setStatus
    place: dict[str, Any] = {"channel_id": "C1", "thread_ts": root}
    await say(**place, status="is thinking", loading_messages=["a"] * 10)
    assert slack.statuses == {("C1", root): "is thinking"}
    assert await error_of(say(**place, status="x", loading_messages=["a"] * 11)) == "invalid_arguments"
    await posted(slack, thread_ts=root)
    assert slack.statuses == {}
    await say(**place, status="again")
    await say(**place, status="")
    assert slack.statuses == {}
    await say(**place, status="again")
    await client(slack).chat_startStream(channel="C1", thread_ts=root, recipient_team_id=TEAM, recipient_user_id=ANNA)
    assert slack.statuses == {}
    assert [c.arguments["status"] for c in slack.called("assistant.threads.setStatus")][-2:] == ["", "again"]


# Limits and times


async def test_a_method_beyond_its_tier_is_refused_until_the_minute_is_over(slack: SlackServer) -> None:
    slack.limit("users.info", per_minute=2)
    for _ in range(2):
        await client(slack).users_info(user=BOT_USER)
    with pytest.raises(SlackApiError) as raised:
        await client(slack).users_info(user=BOT_USER)
    assert raised.value.response.status_code == 429
    assert 55 <= int(raised.value.response.headers["Retry-After"]) <= 60


async def test_a_channel_takes_one_message_a_second_where_a_test_wants_it(slack: SlackServer) -> None:
    slack.limit("chat.postMessage", per_second_per_channel=1)
    slack.add_channel("C4")
    await client(slack).chat_postMessage(channel="C1", text="x")
    await client(slack).chat_postMessage(channel="C4", text="x")
    assert await error_of(client(slack).chat_postMessage(channel="C1", text="y")) == "ratelimited"


async def test_calls_and_deliveries_are_timed_by_the_same_clock(slack: SlackServer) -> None:
    async with connected(slack):
        await slack.say("C1", "hello")
        await client(slack).chat_postMessage(channel="C1", text="x")
    assert 0 < slack.delivered[0].at <= slack.called("chat.postMessage")[0].at


# Links and files


async def test_a_message_has_a_link_and_keeps_what_was_said_of_previews(slack: SlackServer) -> None:
    root = await posted(slack, unfurl_links=False, unfurl_media=False)
    reply = await posted(slack, thread_ts=root)
    link = await client(slack).chat_getPermalink(channel="C1", message_ts=reply)
    digits = reply.replace(".", "")
    assert link["permalink"] == f"https://test.slack.com/archives/C1/p{digits}?thread_ts={root}&cid=C1"
    assert slack.messages("C1")[0]["unfurl_links"] is False
    assert await error_of(client(slack).chat_getPermalink(channel="C9", message_ts=root)) == "channel_not_found"


async def test_a_file_is_uploaded_and_shared_in_a_thread(slack: SlackServer) -> None:
    root = await posted(slack)
    picture = b"\x89PNG\r\n not really"
    await client(slack).files_upload_v2(
        channel="C1", thread_ts=root, filename="pay.png", content=picture, title="Pay", initial_comment="See"
    )
    (message,) = [m for m in slack.messages("C1", root) if m.get("files")]
    (file,) = message["files"]
    assert (message["text"], file["title"], file["mimetype"], file["size"]) == ("See", "Pay", "image/png", len(picture))
    assert slack.file_contents[file["id"]] == picture


async def test_a_file_that_was_not_uploaded_cannot_be_shared(slack: SlackServer) -> None:
    complete = client(slack).files_completeUploadExternal
    place = await client(slack).files_getUploadURLExternal(filename="a.md", length=3)
    async with aiohttp.ClientSession() as session, session.post(place["upload_url"], data=b"longer") as answer:
        assert answer.status == 400
    missing = complete(files=[{"id": place["file_id"], "title": "a"}], channel_id="C1")
    assert await error_of(missing) == "file_not_found"
    slack.scopes = ALL_SCOPES
    late = client(slack).files_getUploadURLExternal(filename="a.md", length=3)
    assert await error_of(late) == "missing_scope"


async def test_a_file_goes_only_where_a_message_could_go(slack: SlackServer) -> None:
    for channel, thread, error in (("C2", None, "not_in_channel"), ("C1", "1.1", "thread_not_found")):
        upload = client(slack).files_upload_v2(channel=channel, thread_ts=thread, filename="a.md", content="# A")
        assert await error_of(upload) == error
    assert slack.answers() == []


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer(["one two three"]) as server:
        yield server


def openai(model: OpenAIServer, key: str = KEY) -> AsyncOpenAI:
    return AsyncOpenAI(api_key=key, base_url=model.url, max_retries=0)


async def test_chat_comes_whole_and_in_pieces(model: OpenAIServer) -> None:
    whole = await openai(model).chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Hi"}])
    assert whole.choices[0].message.content == "one two three"
    stream = await openai(model).chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Hi"}], stream=True
    )
    pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
    assert "".join(pieces) == "one two three"
    assert len([p for p in pieces if p]) == 3


async def test_responses_come_whole_and_in_pieces(model: OpenAIServer) -> None:
    whole = await openai(model).responses.create(model=MODEL, input="Hi")
    assert whole.output_text == "one two three"
    stream = await openai(model).responses.create(model=MODEL, input="Hi", stream=True)
    assert "".join([e.delta async for e in stream if e.type == "response.output_text.delta"]) == "one two three"


async def test_embeddings_are_the_same_for_the_same_text(model: OpenAIServer) -> None:
    made = await openai(model).embeddings.create(model="text-embedding-3-small", input=["a b", "a b", "c"])
    first, second, third = (entry.embedding for entry in made.data)
    assert first == second != third


async def test_the_model_server_refuses_what_openai_refuses(model: OpenAIServer) -> None:
    with pytest.raises(AuthenticationError):
        await openai(model, "sk-wrong").models.list()
    with pytest.raises(NotFoundError):
        await openai(model).responses.create(model="gpt-99", input="Hi")
    with pytest.raises(BadRequestError):
        await openai(model).chat.completions.create(model=MODEL, messages=[])
    with pytest.raises(BadRequestError, match="stream_options"):
        await openai(model).chat.completions.create(
            model=MODEL, messages=[{"role": "user", "content": "Hi"}], stream_options={"include_usage": True}
        )
    model.faults = [Fault(status=429)]
    with pytest.raises(RateLimitError):
        await openai(model).responses.create(model=MODEL, input="Hi")


async def test_in_group_direct_messages_the_app_hears_messages_with_the_scope_and_no_app_mention() -> None:
    async with SlackServer() as slack:
        slack.add_group_dm("C0GROUP", [ANNA, BEN])
        await slack.say("C0GROUP", f"<@{BOT_USER}> hello")
        (heard,) = [envelope.payload["event"] for envelope in slack._waiting]
        assert (heard["type"], heard["channel_type"]) == ("message", "mpim")
        slack.scopes = slack.scopes.replace("mpim:history,", "").replace("mpim:read,", "")
        await slack.say("C0GROUP", f"<@{BOT_USER}> hello again")
        assert len(slack._waiting) == 1
        for call in (client(slack).conversations_history, client(slack).conversations_info):
            assert await error_of(call(channel="C0GROUP")) == "missing_scope"
        with pytest.raises(AssertionError):
            await slack.say("C0GROUP", "let me in", user="U0CLEO")


async def test_a_group_direct_message_says_what_it_is_and_does_not_exist_for_others() -> None:
    async with SlackServer() as slack:
        slack.add_group_dm("C0GROUP", [ANNA, BEN])
        told = (await client(slack).conversations_info(channel="C0GROUP"))["channel"]
        assert (told["is_mpim"], told["is_private"], told["is_im"]) == (True, True, False)
        members = (await client(slack).conversations_members(channel="C0GROUP"))["members"]
        assert sorted(members) == sorted([ANNA, BEN, BOT_USER])
        slack.channels["C0GROUP"].member = False
        assert await error_of(client(slack).conversations_info(channel="C0GROUP")) == "channel_not_found"
