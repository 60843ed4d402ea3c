"""The event app_mention: somebody names the bot in a channel."""

from slack_bolt.context.async_context import AsyncBoltContext

from bot.slack.questions.inbox import ACCEPTED_QUESTION
from bot.slack.questions.worker import QuestionWorker


def app_mentioned(worker: QuestionWorker):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The listener."""

    async def listener(context: AsyncBoltContext) -> None:
        if question := context.get(ACCEPTED_QUESTION):
            worker.take(question)

    return listener
