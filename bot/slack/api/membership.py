"""Who of some people is in a channel, as Slack says at this moment."""

import logging
from collections.abc import Collection

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import code, passing
from bot.slack.api.limits import MEMBERS_PAGE

log = logging.getLogger(__name__)


async def members_among(client: AsyncWebClient, channel: str, people: Collection[str]) -> frozenset[str]:
    """Those of the people who are members of a channel; nobody where Slack does not let the bot see who is.

    Raises SlackApiError where Slack cannot answer just now.
    """
    wanted, found = set(people), set[str]()
    cursor = None
    try:
        while True:
            page = await client.conversations_members(channel=channel, limit=MEMBERS_PAGE, cursor=cursor)
            found |= wanted.intersection(page["members"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor or found == wanted:
                return frozenset(found)
    except SlackApiError as error:
        if passing(error):
            raise
        log.info("Who is in a channel could not be read: %s", code(error))
        return frozenset()
