"""Answers are deleted: with their question, and where a stream was left that nobody reads."""

import logging

from slack_sdk.errors import SlackApiError

from bot.errors import RecordsUnavailable
from bot.records.inbox import AskedQuestion, reference_of
from bot.slack.api.clients import SlackClients
from bot.slack.api.errors import FAILURES, code, passing
from bot.slack.api.threads import read_thread
from bot.slack.questions.answer_calls import STILL_STREAMING, AnswerCalls
from bot.slack.questions.answer_messages import AnswerMessages
from bot.slack.questions.conversation import nobody_replied
from bot.storage import Records

log = logging.getLogger(__name__)


async def clear_remains(records: Records, clients: SlackClients) -> None:
    """Delete what Slack did not let be deleted while it was still a stream; streams end by themselves after minutes.

    Raises what passes, and RecordsUnavailable.
    """
    for question, messages in await records.answer_places.remains():
        calls = AnswerCalls(clients, question)
        left = [ts for ts in messages if not await _is_deleted(calls, ts)]
        if not left:
            await records.answer_places.remains_cleared(question)


async def _is_deleted(calls: AnswerCalls, ts: str) -> bool:
    """Delete a message; False where it is still a stream. One that Slack never lets be deleted stays and counts as deleted."""
    try:
        await calls.delete(ts)
    except SlackApiError as error:
        if passing(error):
            raise
        return code(error) != STILL_STREAMING
    return True


async def delete_with_answer(records: Records, clients: SlackClients, question: AskedQuestion) -> None:
    """Refuse a deleted question, and delete its answer if nobody replied to it. What fails is logged."""
    if question.was_never_seen:
        return
    try:
        await records.inbox.deleted(question)
        thread = await read_thread(clients.retrying, question.thread)
        if thread and nobody_replied(thread, question, clients.bot_user):
            messages = AnswerMessages(clients, records.answer_places, question)
            await messages.find(thread)
            await messages.delete()
    except (*FAILURES, RecordsUnavailable) as error:
        log.error("The answer to the deleted question %s may stay.", reference_of(question.key), exc_info=error)
