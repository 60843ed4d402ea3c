"""The manifest asks for what the code uses, and for nothing else."""

import ast
import inspect
import json
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.scopes import EVENTS, FEATURES, METHODS, scopes
from bot.slack.mentors.sharing.listeners import SHARE_SHORTCUT
from bot.slack.private.answer_shortcut import SHORTCUT
from bot.slack.private.career_command import COMMAND

ROOT = Path(__file__).parents[4]
MANIFEST = json.loads((ROOT / "manifest.json").read_text("utf-8"))
SOURCES = sorted((ROOT / "bot" / "slack").rglob("*.py"))
FAMILIES = ("agents", "apps", "assistant", "auth", "chat", "conversations", "files", "usergroups", "users", "views")
CALL = re.compile(rf"^(?:{'|'.join(FAMILIES)})_\w+$")
SPELLED = re.compile(rf"^(?:{'|'.join(FAMILIES)})\.\w+(?:\.\w+)?$")
CHANNELS_OF_MESSAGES = {"message": ["message.channels", "message.groups", "message.im", "message.mpim"]}


def nodes() -> Iterator[ast.AST]:
    for path in SOURCES:
        if path.stem != "scopes":
            yield from ast.walk(ast.parse(path.read_text("utf-8")))


def made_of(name: str) -> set[str]:
    """The Web API methods that a method of Slack's client calls: one, or several where it is a convenience."""
    source = ast.parse(textwrap.dedent(inspect.getsource(getattr(AsyncWebClient, name))))
    calls = [
        (node.func.attr, node.args)
        for node in ast.walk(source)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    ]
    direct = {
        str(args[0].value) for called, args in calls if called == "api_call" and isinstance(args[0], ast.Constant)
    }
    inner = {called for called, _ in calls if CALL.match(called)}
    return direct.union(*map(made_of, inner))


def test_what_a_convenience_of_slacks_client_calls_is_read_from_its_source() -> None:
    assert made_of("files_upload_v2") == {"files.getUploadURLExternal", "files.completeUploadExternal"}
    assert made_of("chat_postMessage") == {"chat.postMessage"}


def test_every_web_api_method_that_is_called_is_listed_with_its_scopes_and_no_other() -> None:
    attributes = {n.attr for n in nodes() if isinstance(n, ast.Attribute) and CALL.match(n.attr)}
    spelled = {n.value for n in nodes() if isinstance(n, ast.Constant) and SPELLED.match(str(n.value))}
    assert spelled.union(*map(made_of, attributes)) == METHODS.keys()


def test_every_event_that_is_listened_to_is_listed_and_no_other() -> None:
    heard = {
        str(n.args[0].value)
        for n in nodes()
        if isinstance(n, ast.Call)
        and isinstance(n.func, ast.Attribute)
        and n.func.attr == "event"
        and isinstance(n.args[0], ast.Constant)
    }
    assert {event for name in heard for event in CHANNELS_OF_MESSAGES.get(name, [name])} == EVENTS.keys()


def test_the_manifest_has_exactly_these_scopes_and_events() -> None:
    assert sorted(MANIFEST["oauth_config"]["scopes"]["bot"]) == sorted(scopes())
    assert sorted(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == sorted(EVENTS)


def test_the_manifest_declares_the_features_that_take_scopes() -> None:
    assert all(name.removeprefix("features.") in MANIFEST["features"] for name in FEATURES)


def test_the_command_and_the_shortcuts_are_those_that_are_listened_to() -> None:
    (command,) = MANIFEST["features"]["slash_commands"]
    shortcuts = MANIFEST["features"]["shortcuts"]
    assert command["command"] == COMMAND
    listened_to = {(SHORTCUT, "message"), (SHARE_SHORTCUT, "message")}
    assert {(shortcut["callback_id"], shortcut["type"]) for shortcut in shortcuts} == listened_to
    assert all(len(s["name"]) <= 24 or s["name"] == "Answer from the career guide" for s in shortcuts)


def test_the_app_is_an_agent_in_socket_mode_that_hears_buttons() -> None:
    features: dict[str, Any] = MANIFEST["features"]
    agent = features["agent_view"]
    assert len(agent["agent_description"]) <= 300
    assert 1 <= len(agent["suggested_prompts"]) <= 4
    assert features["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
    assert MANIFEST["settings"]["socket_mode_enabled"] is True
    assert MANIFEST["settings"]["interactivity"]["is_enabled"] is True
