"""The use case: a conversation in, a checked answer with its sources out."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace

from bot.answering import wording
from bot.answering.checked_reply import CheckedReply, Composed, OnSentence
from bot.answering.checking import Checker
from bot.answering.composing import Composer, fitting
from bot.answering.conversation import QUOTED, SAID, Answer, Citation, Conversation, Coverage, Receipt
from bot.answering.hearing import Intent, Sayings, hear, leans_on_earlier
from bot.answering.language import LANGUAGES, language_of, language_of_locale
from bot.answering.quoting import Quote, Quoter, unknown_names
from bot.errors import ModelUnavailable
from knowledge.blocks import sentences
from knowledge.passages import Passage
from knowledge.search.encoder import LocalEncoder
from knowledge.search.searcher import Hit, Searcher, merged

__all__ = ["Advisor", "OnSentence"]

RETRIEVED = 10
"""Passages that an answer reports as found."""
FOUND = 14
"""Passages that are searched for."""
TELLING = 5
"""Passages that tell which language the guides are in."""
MOST_QUESTIONS = 4
"""Questions of one message that are answered one by one without a model."""
LONG_STORY = 60
"""Words from which on a message is a story, in which a model finds what to search for."""
SHORT_TURN, MOST_TURNS = 6, 3
"""A turn that leans on earlier ones takes the one before with it; a short one up to so many."""


@dataclass(frozen=True)
class Asked:
    """What a conversation asks: the question as far as it stands alone, and what to search for."""

    question: str
    searches: tuple[str, ...]


class Advisor:
    """Answers conversations: hears, searches, composes with a chat model or quotes without one, checks.

    Without a `composer` the guides are quoted. `contact` says whom to ask when they do not answer.
    """

    def __init__(
        self,
        searcher: Searcher,
        encoder: LocalEncoder,
        quoter: Quoter,
        checker: Checker,
        sayings: Sayings,
        *,
        composer: Composer | None = None,
        contact: str = "",
    ) -> None:
        self._searcher = searcher
        self._encoder = encoder
        self._quoter = quoter
        self._checker = checker
        self._sayings = sayings
        self._composer = composer
        self._contact = contact

    @property
    def streams(self) -> bool:
        """Whether answers come sentence by sentence."""
        return self._composer is not None

    @property
    def greeting(self) -> str:
        """Who the bot is and questions to start with."""
        return self._sayings.to(Intent.GREETING)

    async def continues(self, message: str) -> bool:
        """Whether a message in a thread asks for the last answer in another form."""
        vector = await asyncio.to_thread(self._encoder.vector, message)
        return hear(vector, follows=True).wants_another_form

    async def answer(self, conversation: Conversation, on_sentence: OnSentence | None = None) -> Answer:
        """The answer to the conversation's last turn.

        Raises the searcher's errors when there is no readable index, or none of the conversation's guides in it. A failing
        chat model raises nothing: the guides are quoted then, and the receipt's notice says why.
        """
        started = time.monotonic()
        intent = await self._heard(conversation)
        if not (intent is Intent.QUESTION or intent.wants_another_form):
            return await self._said(conversation, intent, started)
        asked = await self._asked(conversation)
        hits = await self._searcher.within(conversation.guides).search_all(asked.searches, FOUND)
        composed = await self._composed(conversation, hits, on_sentence)
        if composed.stands:
            return _answer(composed.text, composed.coverage, hits, self._receipt(started, composed), composed.gaps)
        quoted = await self._quoted(conversation, asked, hits, intent)
        return self._with_quote(composed, quoted, asked, hits, started)

    async def _heard(self, conversation: Conversation) -> Intent:
        """What kind of message the last turn is. A wish for another form is a model's business where there is one."""
        if not re.search(r"\w", conversation.question):
            return Intent.GREETING if not conversation.question.strip() else Intent.CHITCHAT
        vector = await asyncio.to_thread(self._encoder.vector, conversation.question)
        return hear(vector, follows=any(turn.speaker == "bot" for turn in conversation.earlier))

    async def _said(self, conversation: Conversation, intent: Intent, started: float) -> Answer:
        """The human sentence to a message that asks the guides nothing; to one in need, with what they surely say on it."""
        said = self._sayings.to(intent)
        receipt = replace(self._receipt(started), mode=SAID)
        if not intent.needs_a_person:
            return Answer(said, Coverage.COVERED, (), (), receipt)
        hits = await self._searcher.within(conversation.guides).search(conversation.question, FOUND)
        quote = await asyncio.to_thread(self._quoter.quote, conversation.question, hits)
        text = f"{said}\n\n{wording.guides_on_it(quote.text)}" if quote.coverage is Coverage.COVERED else said
        return replace(_answer(text, Coverage.COVERED, hits, receipt), retrieved=(), personal=True)

    async def _asked(self, conversation: Conversation) -> Asked:
        """What to look for. A model plans it where the last turn leans on earlier ones, is a story, or in another language."""
        plain = await self._as_it_stands(conversation)
        language = self._language_to_search_in(conversation.question)
        story = len(conversation.question.split()) > LONG_STORY
        if self._composer is None or not (conversation.earlier or language or story):
            return plain
        try:
            plan = await self._composer.plan(conversation, language)
        except ModelUnavailable:
            return plain
        planned = tuple(dict.fromkeys(one for one in (plan.question, *plan.searches, *plain.searches) if one))
        return Asked(plan.question or plain.question, planned)

    async def _as_it_stands(self, conversation: Conversation) -> Asked:
        """The last turn, with those before it that it leans on."""
        said = [turn.text for turn in conversation.turns if turn.speaker == "person"]
        if len(said) == 1:
            return Asked(said[0], (said[0],))
        vector = await asyncio.to_thread(self._encoder.vector, said[-1])
        if not leans_on_earlier(vector):
            return Asked(said[-1], (said[-1],))
        turns = said[-2:]
        while len(turns) < min(MOST_TURNS, len(said)) and len(turns[0].split()) <= SHORT_TURN:
            turns = said[-len(turns) - 1 :]
        joined = " ".join(turns)
        return Asked(joined, (joined, said[-1]))

    def _language_to_search_in(self, question: str) -> str:
        """The English name of the guides' language, where the question is in another; otherwise empty."""
        if self._composer is None or (asked_in := language_of(question)) is None:
            return ""
        spoken = _spoken_by(self._searcher.sample(TELLING))
        return LANGUAGES.get(spoken, "") if spoken and spoken != asked_in else ""

    async def _composed(
        self, conversation: Conversation, hits: Sequence[Hit], on_sentence: OnSentence | None
    ) -> Composed:
        """What the chat model wrote, as far as it is supported."""
        if self._composer is None:
            return Composed()
        passages = fitting([hit.passage for hit in hits])
        messages = self._composer.messages(conversation, passages)
        language = _translated_into(conversation, passages)
        reply = CheckedReply(
            self._composer, self._checker, passages, messages, on_sentence,
            question=conversation.question, language=language,
        )  # fmt: skip
        cut = False
        try:
            async with aclosing(self._composer.compose(messages)) as chunks:
                async for chunk in chunks:
                    cut = cut or chunk.cut
                    await reply.hear(chunk.text)
        except ModelUnavailable as error:
            return await reply.finish(notice=str(error))
        return await reply.finish(cut=cut)

    async def _quoted(
        self, conversation: Conversation, asked: Asked, hits: list[Hit], intent: Intent
    ) -> list[tuple[str, Quote]]:
        """What the guides say in their own words, to each question of the message; `hits` grows by what it takes."""
        if intent.wants_another_form:
            return [(asked.question, await self._in_another_form(conversation, hits, intent))]
        searcher = self._searcher.within(conversation.guides)
        quotes: list[tuple[str, Quote]] = []
        for shown, question in _questions(conversation.question, asked.question):
            own = hits if question == asked.question else await searcher.search(question, FOUND)
            quote = await asyncio.to_thread(self._quoter.quote, question, own)
            hits[:] = merged([hits, own]) if own is not hits else hits
            places = {
                number: 1 + [h.passage.id for h in hits].index(hit.passage.id) for number, hit in enumerate(own, 1)
            }
            quotes.append((shown, replace(quote, text=_renumbered(quote.text, places))))
        return quotes

    async def _in_another_form(self, conversation: Conversation, hits: Sequence[Hit], intent: Intent) -> Quote:
        """The last answer shorter, or more of what it rested on; without a model no other form can be had."""
        before = [turn.text for turn in conversation.earlier if turn.speaker == "person"]
        question = before[-1] if before else conversation.question
        if intent is Intent.SHORTER:
            best = await asyncio.to_thread(self._quoter.best, question, hits)
            return Quote(Coverage.COVERED, f"{wording.shorter()} {best}", 1.0)
        if intent is Intent.MORE:
            judged = await asyncio.to_thread(self._quoter.judged, question, hits)
            return Quote(Coverage.NEAREST, self._quoter.more(judged), 1.0)
        return Quote(Coverage.COVERED, self._sayings.to(Intent.FORM), 1.0)

    def _with_quote(
        self, composed: Composed, quotes: Sequence[tuple[str, Quote]], asked: Asked, hits: Sequence[Hit], started: float
    ) -> Answer:
        """The quoted answer: alone, instead of what a model wrote, or beside what is left of it."""
        receipt = replace(self._receipt(started, composed), probability=max(quote.probability for _, quote in quotes))
        refused = composed.coverage is Coverage.NOT_COVERED and composed.gaps and not composed.withheld
        if refused and not any(quote.coverage is Coverage.COVERED for _, quote in quotes):
            near = wording.sections([hit.passage for hit in hits])
            text = " ".join([composed.text, near, wording.person(self._contact)])
            return _answer(text, Coverage.NOT_COVERED, hits, receipt, (asked.question,))
        coverage = _together([quote.coverage for _, quote in quotes])
        text = self._told(quotes, coverage, hits)
        if composed.text and not refused:
            text = f"{composed.text}\n\n{wording.instead(text)}"
            coverage = coverage if coverage.claims else Coverage.NEAREST
        gaps = tuple(question for question, quote in quotes if not quote.coverage.claims)
        answer = _answer(text, coverage, hits, receipt, gaps)
        return _with_language(answer, asked.question)

    def _told(self, quotes: Sequence[tuple[str, Quote]], coverage: Coverage, hits: Sequence[Hit]) -> str:
        """What is quoted, or that nothing is."""
        if coverage is Coverage.NOT_COVERED:
            question = " ".join(question for question, _ in quotes)
            unknown = unknown_names(question, self._searcher.vocabulary())
            return wording.not_covered(unknown, [hit.passage for hit in hits], self._contact)
        if coverage is Coverage.NEAREST:
            return wording.nearest("\n\n".join(quote.text for _, quote in quotes if quote.text))
        parts = [
            quote.text
            if quote.coverage.claims
            else wording.nearest(quote.text)
            if quote.text
            else wording.missing_part(question)
            for question, quote in quotes
        ]
        return "\n\n".join(dict.fromkeys(parts))

    def _receipt(self, started: float, composed: Composed | None = None) -> Receipt:
        milliseconds = round((time.monotonic() - started) * 1000)
        if composed is None or self._composer is None:
            return Receipt(QUOTED, "", milliseconds)
        if composed.stands:
            return Receipt(
                self._composer.name, self._composer.prompt_hash, milliseconds, composed.notice, composed.withheld
            )
        notice = composed.notice or wording.nothing_supported(
            self._composer.name, said=bool(composed.withheld or composed.text)
        )
        return Receipt(QUOTED, "", milliseconds, notice, composed.withheld)


def _questions(message: str, standing: str) -> list[tuple[str, str]]:
    """The questions of a message, each as it was asked and as it stands alone; only one where it leans on earlier turns."""
    parts = sentences(" ".join(message.split()))
    asked = [part for part in parts if part.rstrip().endswith(("?", "？"))][:MOST_QUESTIONS]
    if len(asked) < 2 or standing != message:
        return [(message, standing)]
    context = " ".join(part for part in parts if part not in asked)
    return [(question, f"{context} {question}".strip()) for question in asked]


def _together(coverages: Sequence[Coverage]) -> Coverage:
    """How far several questions are covered together."""
    kinds = set(coverages)
    if len(kinds) == 1:
        return kinds.pop()
    return Coverage.PARTLY_COVERED if any(kind.claims for kind in kinds) else Coverage.NEAREST


def _translated_into(conversation: Conversation, passages: Sequence[Passage]) -> str:
    """The language that an answer must be translated into: the person's, where the passages are in another."""
    asked_in = language_of(conversation.question) or language_of_locale(conversation.locale)
    spoken = _spoken_by(passages[:TELLING])
    foreign = asked_in in LANGUAGES and spoken in LANGUAGES and asked_in != spoken
    return asked_in if foreign and asked_in else ""


def _spoken_by(passages: Sequence[Passage]) -> str | None:
    """The language of most of some passages; of a list of names its headings tell."""
    told = Counter(filter(None, (language_of("\n".join([*p.heading, p.text])) for p in passages)))
    return told.most_common(1)[0][0] if told else None


def _with_language(answer: Answer, question: str) -> Answer:
    """A quoted answer that says which language the guide is in, where the question is in another."""
    asked_in = language_of(question)
    resting = [citation.passage for citation in answer.citations or answer.retrieved][:TELLING]
    spoken = _spoken_by(resting) if asked_in not in (None, "en") else None
    note = wording.guide_is_in(spoken, asked_in or "en") if spoken and spoken != asked_in else ""
    return replace(answer, text=f"{answer.text}\n\n{note}") if note else answer


def _answer(text: str, coverage: Coverage, hits: Sequence[Hit], receipt: Receipt, gaps: Sequence[str] = ()) -> Answer:
    """The answer with its citations renumbered from 1 in the order in which the text cites them."""
    retrieved = tuple(Citation(n, hit.passage, hit.score) for n, hit in enumerate(hits, 1))
    order: dict[int, int] = {}
    for number in _cited(text):
        if 1 <= number <= len(retrieved):
            order.setdefault(number, len(order) + 1)
    citations = tuple(Citation(new, retrieved[old - 1].passage, retrieved[old - 1].score) for old, new in order.items())
    return Answer(_renumbered(text, order), coverage, citations, retrieved[:RETRIEVED], receipt, tuple(gaps))


_CITATION = re.compile(r"\[(\d{1,2})\](?!\()")


def _cited(text: str) -> list[int]:
    return [int(number) for number in _CITATION.findall(text)]


def _renumbered(text: str, order: Mapping[int, int]) -> str:
    """A text with its citations under new numbers, without those that have none."""
    return _CITATION.sub(lambda found: f"[{order[int(found[1])]}]" if int(found[1]) in order else "", text)
