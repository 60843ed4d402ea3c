"""A question was deleted: its answer goes with it."""

import logging

from bot.errors import RecordsUnavailable
from bot.records.inbox import AskedQuestion, reference_of
from bot.slack.api.clients import SlackClients
from bot.slack.api.errors import FAILURES
from bot.slack.api.threads import read_thread
from bot.slack.questions.answer_messages import AnswerMessages
from bot.slack.questions.conversation import nobody_replied
from bot.storage import Records

log = logging.getLogger(__name__)


async def delete_with_answer(records: Records, clients: SlackClients, question: AskedQuestion) -> None:
    """Refuse a deleted question, and delete its answer if nobody replied to it. What fails is logged."""
    try:
        await records.inbox.refused(question, "deleted")
        thread = await read_thread(clients.retrying, question.thread)
        if thread and nobody_replied(thread, question, clients.bot_user):
            messages = AnswerMessages(clients, records.inbox, question)
            messages.find(thread)
            await messages.delete()
    except (*FAILURES, RecordsUnavailable) as error:
        log.error("The answer to the deleted question %s may stay.", reference_of(question.key), exc_info=error)
