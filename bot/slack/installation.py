"""The middleware that makes every payload the installation's: in shared channels events name the writer's workspace."""

from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt import BoltResponse

from bot.slack.api.audience import Audience
from bot.slack.api.channel_kinds import ChannelKinds

Middleware = Callable[..., Awaitable[BoltResponse]]


def of_the_installation(audience: Audience, kinds: ChannelKinds) -> Middleware:
    """Channels, threads and their settings belong to the installation, whoever writes.

    The writer's own workspace is noted, and of which kind the conversation is.
    """

    async def listener(body: dict[str, Any], next_: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        if audience.team:
            claim(body, audience)
        event = body.get("event")
        if isinstance(event, dict) and event.get("type") == "message":
            kinds.met(str(event.get("channel") or ""), str(event.get("channel_type") or ""))
        return await next_()

    return listener


def claim(body: dict[str, Any], audience: Audience) -> None:
    """Put the installation's workspace into a payload, in the place of the writer's or where there is none."""
    event, user = body.get("event"), body.get("user")
    if isinstance(event, dict):
        written = [
            event,
            *(event[name] for name in ("message", "previous_message") if isinstance(event.get(name), dict)),
        ]
        for message in written:
            person = str(message.get("user") or "")
            team = next((str(message[name]) for name in ("user_team", "source_team", "team") if message.get(name)), "")
            if person and team:
                audience.met(person, team)
            if message.get("ts"):
                message["team"] = audience.team
    elif isinstance(user, dict):
        audience.met(str(user.get("id")), str(user.get("team_id") or ""))
        body["team"] = {**(body.get("team") or {}), "id": audience.team}
    if "command" in body or isinstance(event, dict):
        body["team_id"] = audience.team
