"""The event message, in all its subtypes: direct messages, and messages in channels the bot is in.

It must be taken even where it asks nothing: an event without a listener is not acknowledged and comes again.
"""

from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.records import Records
from bot.slack.desk import Desk
from bot.slack.inbox import ACCEPTED_QUESTION


def message_posted(desk: Desk, records: Records):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The listener."""

    async def listener(context: AsyncBoltContext, event: dict[str, Any], body: dict[str, Any]) -> None:
        if question := context.get(ACCEPTED_QUESTION):
            desk.take(question)
        elif event.get("subtype") == "message_deleted":
            previous = event.get("previous_message") or {}
            team = previous.get("team") or body.get("team_id")
            known = await records.known(f"{team}:{event['channel']}:{event['deleted_ts']}")
            if known:
                await desk.withdraw(known)

    return listener
