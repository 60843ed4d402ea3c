"""Opening a window at once with a sentence in it, and putting into it what is ready a moment later."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import code
from bot.slack.api.messages import Block


async def open_window(client: AsyncWebClient, body: Mapping[str, Any], view: Block) -> str:
    """Open a window for the one who pressed; its id. Slack takes that for three seconds after they did."""
    opened = await client.views_open(trigger_id=body["trigger_id"], view=view)
    return str(opened["view"]["id"])


async def show(client: AsyncWebClient, window: str, view: Block) -> bool:
    """Put a view into an open window; False where it was closed in the meantime."""
    try:
        await client.views_update(view_id=window, view=view)
    except SlackApiError as error:
        if code(error) != "not_found":
            raise
        return False
    return True


@dataclass(frozen=True)
class Window:
    """An open window: the name that the bot gave it, Slack's id of it, and the state that it is in, as far as they are known."""

    name: str
    id: str = ""
    hash: str = ""


async def open_promised(client: AsyncWebClient, body: Mapping[str, Any], view: Block, name: str) -> Window:
    """Open a window under a name of the bot's own, by which it is found where a stop kept Slack's id from being noted."""
    opened = (await client.views_open(trigger_id=body["trigger_id"], view=view | {"external_id": name}))["view"]
    return Window(name, str(opened["id"]), str(opened.get("hash") or ""))


async def show_promised(client: AsyncWebClient, window: Window, view: Block) -> bool:
    """Put a view into a window that still is in the state it was opened in; False where it was closed."""
    place = {"view_id": window.id} if window.id else {"external_id": window.name}
    try:
        await client.views_update(**place, hash=window.hash or None, view=view)
    except SlackApiError as error:
        if code(error) not in {"not_found", "hash_conflict"}:
            raise
        return code(error) == "hash_conflict"  # it shows something already
    return True
