"""Reading a thread from Slack, which is the memory of conversations."""

from collections.abc import Mapping
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.records.threads import ThreadAddress
from bot.slack.api.errors import code
from bot.slack.api.limits import THREAD_PAGE
from bot.slack.api.payloads import is_message

_UNREADABLE = frozenset({"missing_scope", "not_in_channel", "thread_not_found", "no_permission", "channel_not_found"})

Message = Mapping[str, Any]


async def read_thread(client: AsyncWebClient, thread: ThreadAddress) -> list[Message]:
    """The messages of a thread, oldest first, without what is no message; only none when Slack does not let the bot read it."""
    messages: list[Message] = []
    cursor = None
    try:
        while True:
            page = await client.conversations_replies(
                channel=thread.channel,
                ts=thread.ts,
                limit=THREAD_PAGE,
                cursor=cursor,
                include_all_metadata=True,
            )
            messages += filter(is_message, page["messages"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return messages
    except SlackApiError as error:
        if code(error) in _UNREADABLE:
            return []
        raise


def sent_at(message: Message) -> float:
    """When a message was sent, in seconds since 1970; messages of a channel have no two of the same."""
    return float(message["ts"])
