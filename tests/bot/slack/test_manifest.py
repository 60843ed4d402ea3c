"""The manifest asks for what the code uses, and for nothing else."""

import json
from pathlib import Path

from bot.slack.scopes import EVENTS, SCOPES

MANIFEST = json.loads((Path(__file__).parents[3] / "manifest.json").read_text("utf-8"))


def test_scopes_and_events_are_those_of_the_code() -> None:
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == set(SCOPES)
    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == set(EVENTS)


def test_the_app_is_an_agent_in_socket_mode() -> None:
    agent = MANIFEST["features"]["agent_view"]
    assert len(agent["agent_description"]) <= 300
    assert 1 <= len(agent["suggested_prompts"]) <= 4
    assert MANIFEST["settings"]["socket_mode_enabled"] is True
