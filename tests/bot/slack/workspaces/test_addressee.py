"""For which installation a payload is, as Slack names it in each kind."""

import datetime as dt
from typing import Any

import pytest

from bot.slack.workspaces.addressee import addressee_of, ended_at

PRESS = {"type": "block_actions", "api_app_id": "A1", "user": {"id": "U1", "team_id": "T2"}}


@pytest.mark.parametrize(
    ("payload", "key"),
    [
        ({"type": "event_callback", "team_id": "T1", "event": {"type": "message"}}, "T1"),
        ({"team_id": "T2", "authorizations": [{"team_id": "T1", "is_enterprise_install": False}]}, "T1"),
        (
            {
                "team_id": "T1",
                "authorizations": [{"enterprise_id": "E1", "team_id": "T1", "is_enterprise_install": True}],
            },
            "E1",
        ),
        ({"team_id": "T1", "enterprise_id": "E1", "authorizations": [{"enterprise_id": "E1", "team_id": "T1"}]}, "T1"),
        ({"command": "/career", "team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "true"}, "E1"),
        ({"command": "/career", "team_id": "T1", "enterprise_id": "E1", "is_enterprise_install": "false"}, "T1"),
        ({**PRESS, "team": {"id": "T2"}, "message": {"app_id": "A1", "team": "T1"}}, "T1"),
        ({**PRESS, "team": {"id": "T2"}, "message": {"app_id": "A9", "team": "T1"}}, "T2"),
        ({**PRESS, "team": None, "enterprise": {"id": "E1"}, "is_enterprise_install": True}, "E1"),
        ({"type": "view_submission", "team": {"id": "T2"}, "view": {"app_installed_team_id": "T1"}}, "T1"),
        ({"type": "event_callback", "event": {"type": "app_uninstalled"}}, ""),
        ({"enterprise_id": "E1", "event": {"type": "app_uninstalled"}}, "E1"),
    ],
)
def test_a_payload_is_for_the_installation_that_it_names(payload: dict[str, Any], key: str) -> None:
    assert addressee_of(payload) == key


@pytest.mark.parametrize(
    ("event", "ended"),
    [
        ({"type": "app_uninstalled"}, True),
        ({"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"]}}, True),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}, False),
        ({"type": "message"}, False),
    ],
)
def test_an_installation_ends_with_the_app_or_the_bots_token_and_not_with_a_persons(
    event: dict[str, Any], ended: bool
) -> None:
    moment = ended_at({"type": "event_callback", "event_time": 100, "event": event})
    assert moment == (dt.datetime.fromtimestamp(100, dt.UTC) if ended else None)
