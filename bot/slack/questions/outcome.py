"""What becomes of a question in the inbox: answered, refused, set aside, or handed back to be tried again."""

import logging

from slack_sdk.errors import SlackApiError

from bot.errors import RecordsUnavailable
from bot.records.inbox import AskedQuestion, reference_of
from bot.slack.api.errors import code, passing, retry_after
from bot.slack.api.refusals import MENDABLE
from bot.slack.questions.pauses import Pauses
from bot.storage import Records

log = logging.getLogger(__name__)


class Outcome:
    """Writes down what became of one question. Where that cannot be written, the lease runs out and it is tried again."""

    def __init__(self, records: Records, question: AskedQuestion, pauses: Pauses) -> None:
        self.is_known = False
        """Whether it is written down; work that only follows from it may go on."""
        self._records = records
        self._question = question
        self._pauses = pauses

    async def answered(self) -> None:
        """Its answer stands in the thread. Raises RecordsUnavailable."""
        await self._records.inbox.answered(self._question)
        self.is_known = True

    async def set_aside(self, reason: str) -> None:
        """It is answered no more, but kept for the person who runs the bot. Raises RecordsUnavailable."""
        await self._records.leases.set_aside(self._question, reason)
        log.error("Question %s is set aside (%s): see `careerbot inbox`.", reference_of(self._question.key), reason)
        self.is_known = True

    async def refused(self, reason: str) -> None:
        """It is answered no more."""
        try:
            await self._records.inbox.refused(self._question, reason)
            self.is_known = True
        except RecordsUnavailable as error:
            log.error("%s", error)

    async def postponed(self, seconds: float = 0, *, counted: bool = False) -> None:
        """It is tried again, after so many seconds at least; `counted` where the question itself may be to blame."""
        try:
            await self._records.leases.release(self._question, max(seconds, self._pauses.again), counted=counted)
            self.is_known = True
        except RecordsUnavailable as error:
            log.error("The question is taken up again when its lease has run out: %s", error)

    async def postponed_by_slack(self, error: SlackApiError) -> bool:
        """Try again later where Slack's refusal passes or can be mended; False where neither is so."""
        said = code(error)
        if passing(error):
            log.warning("Slack refuses the answer for now (%s); it is tried again.", said or "no answer of Slack's")
            await self.postponed(retry_after(error))
        elif said in MENDABLE:
            log.error("Slack refuses the answer (%s); it waits until that is mended: run `careerbot doctor`.", said)
            await self.postponed(self._pauses.mending)
        else:
            log.warning("Slack takes no answer there (%s).", said)
            return False
        return True
