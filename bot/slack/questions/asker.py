"""What the person who asked is told beside the answer: details, why there is no answer."""

import logging
from collections.abc import Sequence

from bot.records.inbox import AskedQuestion
from bot.slack.api.clients import SlackClients
from bot.slack.api.errors import FAILURES, told
from bot.slack.api.messages import Post, post
from bot.slack.api.refusals import why
from bot.slack.api.threads import Message
from bot.slack.format.blocks import plain_post
from bot.slack.format.reading import said_in
from bot.slack.questions.answer_calls import AnswerCalls
from bot.slack.questions.answer_metadata import BROKEN_OFF, parts_of

log = logging.getLogger(__name__)

SHOWN_OF_A_QUESTION = 80
"""Characters of a question by which its asker knows it again."""


class Asker:
    """Talks to the person who asked one question. What Slack refuses is logged, unless a method says otherwise."""

    def __init__(self, clients: SlackClients, question: AskedQuestion) -> None:
        self._clients = clients
        self._question = question

    async def tell_details(self, details: str, *, below_an_answer: bool) -> None:
        """Details of a reply, which nobody else reads."""
        if details:
            thread_ts = self._question.thread_ts if below_an_answer else self._lively_thread
            await self._tell_privately([plain_post(details)], thread_ts)

    async def tell_in_thread(self, sentence: str, thread: Sequence[Message] = ()) -> None:
        """Something in the place of an answer, which may still come, unless it stands in the thread already.

        Where the thread takes none they are told privately.
        """
        apology = plain_post(sentence)
        parts = parts_of(thread, self._question.ts, self._clients.bot_user)
        if self._question.unasked or any(part.get("text") == apology.text for part in parts):
            return
        try:
            await AnswerCalls(self._clients, self._question).post(apology, 1, BROKEN_OFF)
        except FAILURES as error:
            log.warning("The apology was not taken there: %s", told(error))
            await self._tell_privately([apology], self._lively_thread)

    async def tell_elsewhere(self, refusal: str, answer: Sequence[Post]) -> None:
        """Why the answer is not where it was asked for, and the answer, if there is one."""
        if self._question.unasked:
            return
        lead = "here is my answer for you alone" if answer else "so I could not answer there"
        await self._tell_privately(
            [plain_post(f"You asked me {self._asked}, but {why(refusal)}; {lead}."), *answer], self._lively_thread
        )

    @property
    def _asked(self) -> str:
        """The question as far as its words tell it from others, without Slack's marks."""
        asked = " ".join(said_in(self._question.text, self._clients.bot_user).question.split())
        shown = f"{asked[:SHOWN_OF_A_QUESTION].rstrip()} …" if len(asked) > SHOWN_OF_A_QUESTION else asked
        return f"“{shown}”" if shown else "something"

    @property
    def _lively_thread(self) -> str:
        """The question's thread, if there is more in it: what one person alone sees does not show under a lone message."""
        return "" if self._question.starts_thread else self._question.thread_ts

    async def _tell_privately(self, posts: Sequence[Post], thread_ts: str) -> None:
        """Below the question where they alone see it, otherwise in their direct messages."""
        try:
            await self._tell_ephemerally(posts, thread_ts)
        except FAILURES as error:
            log.info("Slack shows them nothing there (%s); they are told in their direct messages.", told(error))
            await self._tell_directly(posts)

    async def _tell_ephemerally(self, posts: Sequence[Post], thread_ts: str) -> None:
        question = self._question
        for one in posts:
            await self._clients.retrying.chat_postEphemeral(
                channel=question.channel,
                user=question.person,
                text=one.text,
                blocks=one.blocks,
                thread_ts=thread_ts or None,
            )

    async def _tell_directly(self, posts: Sequence[Post]) -> None:
        try:
            for one in posts:
                await post(self._clients.retrying, self._question.person, one)
        except FAILURES as error:
            log.error("The person who asked could not be told anything: %s", told(error))
