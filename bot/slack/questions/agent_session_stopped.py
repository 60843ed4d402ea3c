"""The event agent_session_stopped: somebody pressed the stop button of a session."""

from typing import Any

from bot.slack.questions.worker import QuestionWorker


def session_stopped(worker: QuestionWorker):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The listener."""

    async def listener(event: dict[str, Any]) -> None:
        worker.stop(str(event.get("channel")), str(event.get("thread_ts")))

    return listener
