"""Opening a window at once with a sentence in it, and putting into it what is ready a moment later."""

from collections.abc import Mapping
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
