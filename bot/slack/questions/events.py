"""The events by which questions come, change and go: app_mention, message in all its subtypes, agent_session_stopped."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot.records.inbox import question_key
from bot.slack.questions.addressed import deleted_ts
from bot.slack.questions.inbox import ACCEPTED_QUESTION
from bot.slack.questions.worker import QuestionWorker

OnOtherMessage = Callable[[Mapping[str, Any]], Awaitable[None]]
"""Gets the events of messages that ask the bot nothing."""


def listen_to_questions(app: AsyncApp, worker: QuestionWorker, heard: OnOtherMessage) -> None:
    """The events; `heard` gets messages that ask the bot nothing."""
    app.event("app_mention")(app_mentioned(worker))
    app.event("message")(message_posted(worker, heard))
    app.event("agent_session_stopped")(session_stopped(worker))


def app_mentioned(worker: QuestionWorker):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The listener of `app_mention`: somebody names the bot in a channel."""

    async def listener(context: AsyncBoltContext) -> None:
        if question := context.get(ACCEPTED_QUESTION):
            worker.take(question)

    return listener


def message_posted(worker: QuestionWorker, heard: OnOtherMessage):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The listener of `message`; `heard` gets what asks the bot nothing.

    Those are taken, too: an event without a listener is not acknowledged and comes again.
    """

    async def listener(context: AsyncBoltContext, event: dict[str, Any], body: dict[str, Any]) -> None:
        if question := context.get(ACCEPTED_QUESTION):
            worker.take(question)
        elif ts := deleted_ts(event):
            team = (event.get("previous_message") or {}).get("team") or body.get("team_id")
            worker.delete_answer(question_key(str(team), event["channel"], ts))
        else:
            await heard(event)

    return listener


def session_stopped(worker: QuestionWorker):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The listener of `agent_session_stopped`: somebody pressed the stop button of a session."""

    async def listener(event: dict[str, Any]) -> None:
        worker.stop(str(event.get("channel")), str(event.get("thread_ts")))

    return listener
