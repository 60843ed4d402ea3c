"""The event message, in all its subtypes: direct messages, and messages in channels the bot is in.

It must be taken even where it asks nothing: an event without a listener is not acknowledged and comes again.
"""

from typing import Any

from slack_bolt.context.async_context import AsyncBoltContext

from bot.slack.mentors.handover.listeners import OnOtherMessage
from bot.slack.questions.addressed import deleted_ts
from bot.slack.questions.inbox import ACCEPTED_QUESTION
from bot.slack.questions.worker import QuestionWorker


def message_posted(worker: QuestionWorker, heard: OnOtherMessage):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The listener; `heard` gets what asks the bot nothing."""

    async def listener(context: AsyncBoltContext, event: dict[str, Any], body: dict[str, Any]) -> None:
        if question := context.get(ACCEPTED_QUESTION):
            worker.take(question)
        elif ts := deleted_ts(event):
            team = (event.get("previous_message") or {}).get("team") or body.get("team_id")
            worker.withdraw(f"{team}:{event['channel']}:{ts}")
        else:
            await heard(event)

    return listener
