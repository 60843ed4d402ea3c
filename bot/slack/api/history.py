"""Reading what was written in the conversations that the bot is in, since a moment."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.channel_kinds import DIRECT, GROUP_DIRECT
from bot.slack.api.errors import code, passing
from bot.slack.api.limits import CONVERSATIONS_PAGE, HISTORY_PAGE, THREAD_PAGE
from bot.slack.api.threads import Message

KINDS = {DIRECT: DIRECT, GROUP_DIRECT: GROUP_DIRECT, "public_channel": "channel", "private_channel": "group"}
"""What users.conversations calls the kinds of conversations -> what events call them (`channel_type`); direct messages first."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Conversation:
    """A conversation that the bot is in: its id and its `channel_type`."""

    id: str
    kind: str


async def conversations(client: AsyncWebClient, team: str) -> AsyncIterator[Conversation]:
    """The conversations of a workspace that the bot is in, direct messages first. What it may not list is logged and left out.

    Raises SlackApiError where Slack cannot answer just now.
    """
    for listed, kind in KINDS.items():
        try:
            cursor = None
            while True:
                page = await client.users_conversations(
                    types=listed, exclude_archived=True, limit=CONVERSATIONS_PAGE, cursor=cursor, team_id=team
                )
                for channel in page["channels"]:
                    yield Conversation(str(channel["id"]), kind)
                cursor = (page.get("response_metadata") or {}).get("next_cursor")
                if not cursor:
                    break
        except SlackApiError as error:
            if passing(error):
                raise
            log.warning("Conversations of the kind %s are not looked through: %s", listed, code(error))


async def written_since(client: AsyncWebClient, channel: str, since: float, pages: int) -> list[Message]:
    """What was written in a channel since a moment, outside threads: at most so many pages of the newest. Raises SlackApiError."""
    found: list[Message] = []
    cursor = None
    for _ in range(pages):
        page = await client.conversations_history(
            channel=channel, oldest=f"{since:.6f}", limit=HISTORY_PAGE, cursor=cursor
        )
        found += page["messages"]
        cursor = (page.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            break
    return found


async def replied_since(client: AsyncWebClient, channel: str, ts: str, since: float) -> list[Message]:
    """The first page of what was written in a thread since a moment, oldest first; its root may be among it. Raises SlackApiError."""
    page = await client.conversations_replies(channel=channel, ts=ts, oldest=f"{since:.6f}", limit=THREAD_PAGE)
    return list(page["messages"])
