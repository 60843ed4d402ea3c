"""Which installation a payload of Slack's is for, and whether it says that one has ended. Pure."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from slack_bolt.request.internals import extract_enterprise_id, extract_is_enterprise_install, extract_team_id


def addressee_of(payload: Mapping[str, Any]) -> str:
    """The id of the installation that a payload is for, empty where it names none.

    That of the organisation where the whole of it has the bot, else that of the workspace. In channels shared between
    workspaces it is not that of the person: what is pressed under a message of the bot's is for the workspace whose bot wrote it.
    """
    body = dict(payload)
    team = _writers_team(body) or extract_team_id(body)
    whole = extract_is_enterprise_install(body) or team is None
    return str((extract_enterprise_id(body) if whole else team) or "")


def ended_at(payload: Mapping[str, Any]) -> dt.datetime | None:
    """When the installation has ended, where a payload says so: the app was removed, or the bot's token revoked."""
    event = payload.get("event")
    if not isinstance(event, dict):
        return None
    revoked = event.get("type") == "tokens_revoked" and (event.get("tokens") or {}).get("bot")
    if not revoked and event.get("type") != "app_uninstalled":
        return None
    moment = payload.get("event_time")
    return dt.datetime.fromtimestamp(moment, dt.UTC) if moment else dt.datetime.now(dt.UTC)


def _writers_team(body: Mapping[str, Any]) -> str:
    """The workspace of the bot whose message something was pressed under."""
    message = body.get("message") if body.get("type") == "block_actions" else None
    own = isinstance(message, dict) and message.get("app_id") == body.get("api_app_id")
    return str(message.get("team") or "") if own and message else ""
