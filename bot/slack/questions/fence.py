"""Before an answer is shown: whether its question is still this process's to answer."""

from bot.answering.conversation import Answer
from bot.records.inbox import AskedQuestion
from bot.records.leases import Leases
from bot.records.receipts import Receipts


class LeaseLost(Exception):
    """The question is another process's by now, was changed or deleted: what was made of it is not posted."""


class Fence:
    """Stands before what is shown of the answer to one question. Every method raises RecordsUnavailable."""

    def __init__(self, leases: Leases, receipts: Receipts, question: AskedQuestion) -> None:
        self._leases = leases
        self._receipts = receipts
        self._question = question

    async def check(self) -> None:
        """Raises LeaseLost where the question, as it is, is not this process's any more."""
        if not await self._leases.holds(self._question):
            raise LeaseLost

    async def keep_receipt(self, answer: Answer) -> None:
        """Keep the receipt of the answer; raises LeaseLost where the question is not this process's any more, and nothing is kept."""
        asked = self._question
        if not await self._receipts.keep(asked.key, asked.person, answer, self._leases.renewing(asked)):
            raise LeaseLost

    async def is_closed(self) -> bool:
        """Whether the question is not this process's any more, however it is worded by now."""
        return not await self._leases.holds_any_wording(self._question)
