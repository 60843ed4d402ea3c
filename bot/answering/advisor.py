"""The use case: a conversation in, a checked answer with its sources out."""

import time
from collections.abc import Sequence
from dataclasses import replace

from bot.answering import wording
from bot.answering.addressing import Command, Line
from bot.answering.checked_reply import Composed
from bot.answering.citing import FOUND, TELLING, cited_answer
from bot.answering.conversation import QUOTED, SAID, Answer, Conversation, Coverage, Receipt
from bot.answering.hearing import Intent, Sayings
from bot.answering.interpreting import Asked, Interpreter
from bot.answering.quoted_answers import QuotedAnswers
from bot.answering.shown_reply import OnSentence
from bot.answering.writing import Writer
from bot.errors import ModelUnavailable
from bot.meter import Meter, Step
from knowledge.editions import older
from knowledge.search.searcher import Hit, Searcher
from knowledge.threads import in_thread

__all__ = ["Advisor", "OnSentence"]

USUAL = "What does the job pay?"
"""A question such as many ask, by which everything is loaded that answers take."""


class Advisor:
    """Answers conversations: hears, searches, has an answer written or quotes one. Safe to share between conversations.

    Without a `writer` the guides are quoted; `lacking_writer` says why there is none where one is set.
    """

    def __init__(
        self,
        searcher: Searcher,
        interpreter: Interpreter,
        quoted_answers: QuotedAnswers,
        sayings: Sayings,
        writer: Writer | None = None,
        *,
        lacking_writer: str = "",
        meter: Meter | None = None,
    ) -> None:
        self._searcher = searcher
        self._interpreter = interpreter
        self._quoted_answers = quoted_answers
        self._sayings = sayings
        self._writer = writer
        self._lacking_writer = lacking_writer
        self._meter = meter or Meter()

    @property
    def streams(self) -> bool:
        """Whether answers come sentence by sentence."""
        return self._writer is not None

    @property
    def model_trouble(self) -> str:
        """Why answers are quoted just now though a chat model is set, in a sentence for who runs the bot; empty where none is."""
        return self._writer.trouble if self._writer else self._lacking_writer

    @property
    def greeting(self) -> str:
        """Who the bot is and questions to start with."""
        return self._sayings.to(Intent.GREETING)

    async def follows_up(self, line: Line) -> bool:
        """Whether a line without a mention goes on asking the bot that has just answered its writer."""
        return await self._interpreter.follows_up(line)

    async def is_asked(self, line: Line) -> bool:
        """Whether a line that names the bot asks it something."""
        return await self._interpreter.is_asked(line)

    async def command(self, line: Line) -> Command | None:
        """What a line that is said to the bot tells it to do in its thread."""
        return await self._interpreter.command(line)

    async def leans(self, text: str) -> bool:
        """Whether a message is only understood with the answer before it."""
        return await self._interpreter.leans(text)

    async def warm_up(self) -> None:
        """Load what the first answer would wait for: the weights of the models and the index. No chat model is asked.

        Raises the searcher's errors.
        """
        conversation = Conversation.of([USUAL])
        intent = await self._interpreter.intent(conversation)
        search = await self._searcher.pinned(conversation.guides)
        asked = await self._interpreter.asked(conversation)
        hits = await search.search_all(asked.searches, FOUND)
        await self._quoted_answers.quoted(conversation, asked, hits, intent, search)
        if self._writer:
            await self._writer.warm_up(hits)

    async def answer(self, conversation: Conversation, on_sentence: OnSentence | None = None) -> Answer:
        """The answer to the conversation's last turn, from the version of the index that is current now.

        Raises the searcher's errors when there is no readable index, or none of the conversation's guides in it. A failing
        chat model raises nothing: the guides are quoted then, and the receipt's notice says why.
        """
        started = time.monotonic()
        with self._meter.timing(Step.HEAR):
            intent = await self._interpreter.intent(conversation)
        if not (intent is Intent.QUESTION or intent.wants_another_form):
            return await self._said(conversation, intent, started)
        search = await self._searcher.pinned(conversation.guides)
        asked, failure = await self._asked(conversation, search)
        hits = await self._found(asked, search)
        composed = Composed(notice=failure, failed=bool(failure))
        if self._writer and not failure:
            with self._meter.timing(Step.COMPOSE) as step:
                step.tell(model=self._writer.name)
                composed = await self._writer.composed(conversation, hits, on_sentence)
        if composed.stands:
            receipt = self._receipt(started, composed)
            answer = cited_answer(composed.text, composed.coverage, hits, receipt, composed.gaps)
            return _with_reservations(answer, search)
        with self._meter.timing(Step.QUOTE):
            quoted = await self._quoted_answers.quoted(conversation, asked, hits, intent, search)
            receipt = replace(self._receipt(started, composed), probability=quoted.probability)
            answer = await in_thread(self._quoted_answers.answer, quoted, composed, asked, search, receipt)
        return _with_reservations(answer, search)

    async def _found(self, asked: Asked, search: Searcher) -> Sequence[Hit]:
        with self._meter.timing(Step.SEARCH) as step:
            hits = await search.search_all(asked.searches, FOUND, in_turn=not asked.joined)
            step.tell(searches=len(asked.searches), passages=len(hits))
            step.quote(searched="\n".join(asked.searches))
        return hits

    async def _said(self, conversation: Conversation, intent: Intent, started: float) -> Answer:
        """The human sentence to a message that asks the guides nothing; to one in need, with what they surely say on it."""
        said = self._sayings.to(intent)
        receipt = Receipt(SAID, "", _milliseconds(started))
        if not intent.needs_a_person:
            return Answer(said, Coverage.COVERED, (), (), receipt)
        search = await self._searcher.pinned(conversation.guides)
        hits = await search.search(conversation.question, FOUND)
        return await self._quoted_answers.beside(said, conversation, hits, receipt)

    async def _asked(self, conversation: Conversation, search: Searcher) -> tuple[Asked, str]:
        """What to look for, as a model plans it where there is one; and how it failed, so that it is not asked to write, too."""
        plain = await self._interpreter.asked(conversation)
        if self._writer is None:
            return plain, self._lacking_writer
        try:
            return await self._writer.planned(conversation, plain, search.sample(TELLING)), ""
        except ModelUnavailable as error:
            return plain, str(error)

    def _receipt(self, started: float, composed: Composed) -> Receipt:
        milliseconds = _milliseconds(started)
        if self._writer is None:
            return Receipt(QUOTED, "", milliseconds, composed.notice, model_failed=composed.failed)
        if composed.stands:
            name, prompt = self._writer.name, self._writer.prompt_hash
            return Receipt(name, prompt, milliseconds, composed.notice, composed.withheld)
        said = bool(composed.withheld or composed.text)
        notice = composed.notice or wording.nothing_supported(self._writer.name, said=said)
        return Receipt(QUOTED, "", milliseconds, notice, composed.withheld, model_failed=composed.failed)


def _with_reservations(answer: Answer, search: Searcher) -> Answer:
    """An answer that says so where it rests on an older edition of a guide and not on the newest, or on a guide of which
    pages were not read.
    """
    guides = list(dict.fromkeys(citation.passage.guide for citation in answer.citations))
    found = older(search.editions(), [guide.path for guide in guides])
    said = [wording.older_edition(found[0].label, found[1].label)] if found else []
    unread = [(guide.title, search.unread_pages(guide.path)) for guide in guides]
    said += [wording.unread_pages(title, reasons) for title, reasons in unread if reasons]
    return replace(answer, text="\n\n".join([answer.text, *said])) if said else answer


def _milliseconds(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
