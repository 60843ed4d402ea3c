"""Opening a window at once with a sentence in it, and putting into it what is ready a moment later."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import code
from bot.slack.format.blocks import Block
from bot.slack.mentors.confirming.views import note


async def open_note(client: AsyncWebClient, body: Mapping[str, Any], text: str) -> str:
    """Open a window that says something in mrkdwn, for the one who pressed; its id."""
    opened = await client.views_open(trigger_id=body["trigger_id"], view=note(text))
    return str(opened["view"]["id"])


async def show(client: AsyncWebClient, window: str, view: Block) -> None:
    """Put a view into an open window, unless it was closed in the meantime."""
    try:
        await client.views_update(view_id=window, view=view)
    except SlackApiError as error:
        if code(error) != "not_found":
            raise
