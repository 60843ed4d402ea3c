"""What earlier tries, or runs that were killed, have left of the answer to a question."""

from collections.abc import Sequence

from bot.records.inbox import AskedQuestion
from bot.slack.api.clients import SlackClients
from bot.slack.api.threads import Message, read_thread
from bot.slack.questions.answer_messages import AnswerMessages
from bot.slack.questions.answer_progress import AnswerState


class EarlierTries:
    """Finds the messages that they have left, so that the next try goes on from there; `there` tells whether there were any."""

    def __init__(
        self, clients: SlackClients, question: AskedQuestion, messages: AnswerMessages, *, there: bool
    ) -> None:
        self.there = there
        self._clients = clients
        self._question = question
        self._messages = messages

    async def read_thread(self) -> Sequence[Message]:
        """The question's thread, and in it what stands of the answer. A question that is new and alone has none."""
        alone = self._question.starts_thread and not self.there and not self._question.edited
        thread = [] if alone else await read_thread(self._clients.retrying, self._question.thread)
        if self._question.edited:
            await self._messages.find(thread)
        elif self.there:
            await self._messages.resume(thread)
        return thread

    async def settled(self) -> None:
        """Know of every message that was begun, also where nobody waited for Slack's word or where it was lost."""
        if not await self._messages.arrived():
            await self._messages.resume(await read_thread(self._clients.retrying, self._question.thread))

    async def read_stopped(self) -> Sequence[Message]:
        """The thread of a question that was stopped, and in it what was said; nothing where this try alone has said it."""
        await self.settled()
        alone = not self.there and not self._question.edited
        return () if alone or self._messages.state is AnswerState.STREAMING else await self.read_thread()

    async def withdraw(self) -> None:
        """Delete what was begun here, of which another process has not made its answer."""
        await self._messages.withdraw(await read_thread(self._clients.retrying, self._question.thread))

    def have_answered_in(self, thread: Sequence[Message]) -> bool:
        """Whether they have answered this very wording of the question; a fresh answer has no mark of its own."""
        if self._question.edited:
            return not self._question.fresh and self._messages.stand_in(thread)
        return self._messages.state is AnswerState.WHOLE
