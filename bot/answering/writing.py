"""Answers that a chat model writes: what it plans to search for, and what of its reply the passages support."""

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace

from bot.answering.chat_model import Ending, outage_told
from bot.answering.checked_reply import CheckedReply, Composed
from bot.answering.checking import Checker
from bot.answering.citing import TELLING, spoken_by
from bot.answering.composing import Composer, fitting
from bot.answering.conversation import Conversation
from bot.answering.interpreting import Asked
from bot.answering.language import LANGUAGES, language_of, language_of_locale
from bot.answering.model_output import Form, Piece
from bot.answering.shown_reply import OnSentence
from bot.errors import ModelUnavailable
from bot.meter import Meter
from knowledge.passages import Passage
from knowledge.search.searcher import Hit
from knowledge.threads import in_thread

LONG_STORY = 60
"""Words from which on a message is a story, in which a model finds what to search for."""


class Writer:
    """Has a chat model write answers and checks them. Safe to share between conversations."""

    def __init__(self, composer: Composer, checker: Checker, meter: Meter | None = None) -> None:
        self._meter = meter or Meter()
        self._composer = composer
        self._checker = checker
        self.name = composer.name
        """The model's name, for the receipt."""
        self.prompt_hash = composer.prompt_hash

    @property
    def trouble(self) -> str:
        """Why the model is not asked just now, in a sentence; empty while it is."""
        outage = self._composer.outage
        return outage_told(self.name, outage) if outage else ""

    async def warm_up(self, hits: Sequence[Hit]) -> None:
        """Load what checking takes."""
        sentence = Piece(Form.SENTENCE, "The job pays well.", ())
        await in_thread(self._checker.judge, sentence, fitting([hit.passage for hit in hits]))

    async def planned(self, conversation: Conversation, plain: Asked, sample: Sequence[Passage]) -> Asked:
        """What to search for, where the last turn leans on earlier ones, is a story, or in another language than the guides.

        `plain` is what the words alone ask for. Raises ModelUnavailable.
        """
        language = await in_thread(_language_to_search_in, conversation.question, sample)
        story = len(conversation.question.split()) > LONG_STORY
        if not (conversation.earlier or language or story):
            return plain
        plan = await self._composer.plan(conversation, language)
        planned = tuple(dict.fromkeys(one for one in (plan.question, *plan.searches, *plain.searches) if one))
        return Asked(plan.question, planned) if plan.question else replace(plain, searches=planned)

    async def composed(
        self, conversation: Conversation, hits: Sequence[Hit], on_sentence: OnSentence | None
    ) -> Composed:
        """What the model wrote to the last turn, as far as it is supported. A failure is told in its notice."""
        passages = fitting([hit.passage for hit in hits])
        try:
            messages = self._composer.messages(conversation, passages)
        except ModelUnavailable as error:
            return Composed(notice=str(error), failed=True)
        language = await in_thread(_translated_into, conversation, passages)
        reply = CheckedReply(
            self._composer, self._checker, passages, messages, on_sentence,
            question=conversation.question, language=language, meter=self._meter,
        )  # fmt: skip
        ending = Ending.SAID
        try:
            async with aclosing(self._composer.compose(messages)) as chunks:
                async for chunk in chunks:
                    ending = chunk.ending
                    await reply.hear(chunk.text)
                    if reply.has_enough:
                        break
        except ModelUnavailable as error:
            return await reply.finish(notice=str(error))
        return await reply.finish(ending=ending)


def _language_to_search_in(question: str, sample: Sequence[Passage]) -> str:
    """The English name of the guides' language, where the question is in another; otherwise empty."""
    if (asked_in := language_of(question)) is None:
        return ""
    spoken = spoken_by(sample)
    return LANGUAGES.get(spoken, "") if spoken and spoken != asked_in else ""


def _translated_into(conversation: Conversation, passages: Sequence[Passage]) -> str:
    """The language that an answer must be translated into: the person's, where the passages are in another."""
    asked_in = language_of(conversation.question) or language_of_locale(conversation.locale)
    spoken = spoken_by(passages[:TELLING])
    foreign = asked_in in LANGUAGES and spoken in LANGUAGES and asked_in != spoken
    return asked_in if foreign and asked_in else ""
