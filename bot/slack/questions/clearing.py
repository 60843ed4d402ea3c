"""Messages of answers are cleared away."""

import logging

from slack_sdk.errors import SlackApiError

from bot.records.answer_places import AnswerPlaces
from bot.records.inbox import AskedQuestion
from bot.slack.api.errors import code, passing
from bot.slack.questions.answer_calls import CONFLICTS, AnswerCalls

log = logging.getLogger(__name__)


async def clear_away(calls: AnswerCalls, places: AnswerPlaces, question: AskedQuestion, ts: str) -> None:
    """Delete a message; where that is refused now, it is tried again later. Raises what passes, and RecordsUnavailable."""
    try:
        await calls.delete(ts)
    except SlackApiError as error:
        if passing(error):
            raise
        log.info("A message of the answer was not deleted: %s", code(error))
        if code(error) in CONFLICTS:
            await places.note_remains(question, ts)
