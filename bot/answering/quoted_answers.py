"""Answers in the guides' own words: a quote to each question of a message, alone or beside what a chat model wrote."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.answering import wording
from bot.answering.checked_reply import Composed
from bot.answering.citing import FOUND, TELLING, cited_answer, renumbered, spoken_by
from bot.answering.conversation import Answer, Conversation, Coverage, Receipt
from bot.answering.hearing import Intent, Sayings
from bot.answering.interpreting import Asked, questions_in
from bot.answering.language import language_of
from bot.answering.quoting import Quote, Quoter, unknown_names
from knowledge.search.searcher import Hit, Searcher, merged
from knowledge.threads import in_thread


@dataclass(frozen=True)
class Quoted:
    """The quotes to the questions of a message, and the hits that they cite by their place from 1."""

    quotes: tuple[tuple[str, Quote], ...]
    hits: tuple[Hit, ...]

    @property
    def probability(self) -> float:
        """How surely the surest of them is right."""
        return max(quote.probability for _, quote in self.quotes)


class QuotedAnswers:
    """Makes quoted answers. `contact` says whom to ask when the guides do not answer."""

    def __init__(self, quoter: Quoter, sayings: Sayings, contact: str = "") -> None:
        self._quoter = quoter
        self._sayings = sayings
        self._contact = contact

    async def beside(self, said: str, conversation: Conversation, hits: Sequence[Hit], receipt: Receipt) -> Answer:
        """What is said to somebody in need, with what the guides surely say on it."""
        quote = await in_thread(self._quoter.quote, conversation.question, hits)
        text = f"{said}\n\n{wording.guides_on_it(quote.text)}" if quote.coverage is Coverage.COVERED else said
        return replace(cited_answer(text, Coverage.COVERED, hits, receipt), retrieved=(), personal=True)

    async def quoted(
        self, conversation: Conversation, asked: Asked, hits: Sequence[Hit], intent: Intent, search: Searcher
    ) -> Quoted:
        """What the guides say to each question of the message, each searched for by itself."""
        if intent.wants_another_form:
            quote = await self._in_another_form(conversation, hits, intent)
            return Quoted(((asked.question, quote),), tuple(hits))
        found, quotes = list(hits), []
        for shown, question in questions_in(conversation.question, asked):
            own = hits if question == asked.question else await search.search(question, FOUND)
            quote = await in_thread(self._quoter.quote, question, own, asked.joined)
            found = merged([found, own]) if own is not hits else found
            ids = [hit.passage.id for hit in found]
            places = {number: 1 + ids.index(hit.passage.id) for number, hit in enumerate(own, 1)}
            quotes.append((shown, replace(quote, text=renumbered(quote.text, places))))
        return Quoted(tuple(quotes), tuple(found))

    async def _in_another_form(self, conversation: Conversation, hits: Sequence[Hit], intent: Intent) -> Quote:
        """The last answer shorter, or more of what it rested on; without a model no other form can be had."""
        before = [turn.text for turn in conversation.earlier if turn.speaker == "person"]
        question = before[-1] if before else conversation.question
        if intent is Intent.SHORTER:
            best = await in_thread(self._quoter.best, question, hits)
            return Quote(Coverage.COVERED, f"{wording.shorter()} {best}", 1.0)
        if intent is Intent.MORE:
            judged = await in_thread(self._quoter.judged, question, hits)
            return Quote(Coverage.NEAREST, self._quoter.more(question, judged), 1.0)
        return Quote(Coverage.COVERED, self._sayings.to(Intent.FORM), 1.0)

    def answer(self, quoted: Quoted, composed: Composed, asked: Asked, search: Searcher, receipt: Receipt) -> Answer:
        """The quoted answer: alone, instead of what a model wrote, or beside what is left of it. Call it in a thread."""
        quotes, hits = quoted.quotes, quoted.hits
        refused = composed.coverage is Coverage.NOT_COVERED and composed.gaps and not composed.withheld
        if refused and not any(quote.coverage is Coverage.COVERED for _, quote in quotes):
            near = wording.sections([hit.passage for hit in hits])
            text = " ".join([composed.text, near, wording.person(self._contact)])
            return cited_answer(text, Coverage.NOT_COVERED, hits, receipt, (asked.question,))
        coverage = _together([quote.coverage for _, quote in quotes])
        text = self._told(quoted, coverage, search)
        if composed.text and not refused:
            text = f"{composed.text}\n\n{wording.instead(text)}"
            coverage = coverage if coverage.claims else Coverage.NEAREST
        gaps = tuple(question for question, quote in quotes if not quote.coverage.claims)
        return _with_language(cited_answer(text, coverage, hits, receipt, gaps), asked.with_context)

    def _told(self, quoted: Quoted, coverage: Coverage, search: Searcher) -> str:
        """What is quoted, or that nothing is."""
        quotes = quoted.quotes
        if coverage is Coverage.NOT_COVERED:
            question = " ".join(question for question, _ in quotes)
            unknown = unknown_names(question, search.vocabulary())
            return wording.not_covered(unknown, [hit.passage for hit in quoted.hits], self._contact)
        if coverage is Coverage.NEAREST:
            probably = all(quote.is_probable for _, quote in quotes)
            return wording.nearest("\n\n".join(quote.text for _, quote in quotes if quote.text), probably=probably)
        parts = [
            quote.text
            if quote.coverage.claims
            else wording.nearest(quote.text, probably=quote.is_probable)
            if quote.text
            else wording.missing_part(question)
            for question, quote in quotes
        ]
        return "\n\n".join(dict.fromkeys(parts))


def _together(coverages: Sequence[Coverage]) -> Coverage:
    """How far several questions are covered together."""
    kinds = set(coverages)
    if len(kinds) == 1:
        return kinds.pop()
    return Coverage.PARTLY_COVERED if any(kind.claims for kind in kinds) else Coverage.NEAREST


def _with_language(answer: Answer, question: str) -> Answer:
    """A quoted answer that says which language the guide is in, where the question is in another."""
    asked_in = language_of(question)
    resting = [citation.passage for citation in answer.citations or answer.retrieved][:TELLING]
    spoken = spoken_by(resting) if asked_in not in (None, "en") else None
    note = wording.guide_is_in(spoken, asked_in or "en") if spoken and spoken != asked_in else ""
    return replace(answer, text=f"{answer.text}\n\n{note}") if note else answer
