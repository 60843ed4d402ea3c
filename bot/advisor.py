"""The use case: a conversation in, a checked answer with its sources out."""

import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot import smalltalk, wording
from bot.composing import ChatComposer
from bot.conversation import Answer, Citation, Conversation, Coverage, Receipt
from bot.errors import ModelUnavailable
from bot.extracting import Finding, corrected, find, text_of
from bot.grounding import Claim, claims, judge
from knowledge.passages import Passage
from knowledge.questions import Ask
from knowledge.search import Found, Hit, merged

RETRIEVED = 10
"""Passages that an answer reports as found."""
EXTRACTED = "extracted"
"""The mode of an answer that no chat model wrote."""
MOST_QUESTIONS = 5
"""Questions of one message that are answered."""

OnSentence = Callable[[str], Awaitable[None]]
"""Called with each checked piece of an answer's Markdown as soon as it may be shown."""


class Knowledge(Protocol):
    """What the advisor asks of search."""

    def read(self, message: str, earlier: Sequence[str] = ()) -> list[Ask]:
        """The questions of a message."""

    async def weigh(self, ask: Ask) -> Found:
        """The best passages for a question and the statements in them."""


@dataclass(frozen=True)
class Composed:
    """A composed answer after its sentences were checked, and how many of them were withheld."""

    text: str
    withheld: int


class Advisor:
    """Answers conversations. `composer` writes with a chat model; without one answers are extracted.

    `contact` says whom to ask when the guides do not answer.
    """

    def __init__(self, knowledge: Knowledge, composer: ChatComposer | None = None, contact: str = "") -> None:
        self._knowledge = knowledge
        self._composer = composer
        self._contact = contact

    async def answer(self, conversation: Conversation, on_sentence: OnSentence | None = None) -> Answer:
        """The answer to the conversation's last turn.

        Raises the knowledge's error when there is no readable index. A failing chat model raises nothing: the answer
        is extracted then, and the receipt's notice says why.
        """
        started = time.monotonic()
        if said := smalltalk.reply(conversation.question):
            return Answer(said, Coverage.COVERED, (), (), _receipt(EXTRACTED, "", started))
        question, earlier = await self._standing_alone(conversation)
        asks = self._knowledge.read(question, earlier)[:MOST_QUESTIONS]
        found = [await self._knowledge.weigh(ask) for ask in asks]
        premises = [await self._knowledge.weigh(ask.premise) if ask.premise else Found((), ()) for ask in asks]
        findings = [
            corrected(find(ask, said.matches), taken.matches)
            for ask, said, taken in zip(asks, found, premises, strict=True)
        ]
        hits = merged([one.hits for one in (*found, *premises)])
        coverage = _coverage(findings)
        notice = ""
        if self._composer and coverage is not Coverage.NOT_COVERED:
            try:
                composed = await self._compose(self._composer, conversation, hits, on_sentence)
            except ModelUnavailable as error:
                notice = str(error)
            else:
                if composed.text:
                    notice = f"{composed.withheld} unsupported sentences withheld" if composed.withheld else ""
                    receipt = _receipt(self._composer.name, self._composer.prompt_hash, started, notice)
                    return _answer(composed.text, coverage, hits, receipt)
                notice = "nothing that the chat model wrote was supported by the guide"
        text = self._extracted(findings, hits)
        return _answer(text, coverage, hits, _receipt(EXTRACTED, "", started, notice))

    async def _standing_alone(self, conversation: Conversation) -> tuple[str, list[str]]:
        """The question, rewritten by the model where there is one and it leans on earlier turns; what was said before."""
        earlier = [turn.text for turn in conversation.earlier if turn.speaker == "person"]
        if self._composer and earlier:
            try:
                return await self._composer.rewrite(conversation.question, conversation.earlier), []
            except ModelUnavailable:
                pass
        return conversation.question, earlier

    async def _compose(
        self,
        composer: ChatComposer,
        conversation: Conversation,
        hits: Sequence[Hit],
        on_sentence: OnSentence | None,
    ) -> Composed:
        checked = Checked([hit.passage for hit in hits], on_sentence)
        text = await composer.compose(
            conversation.question,
            conversation.earlier,
            checked.passages,
            checked.hear if on_sentence else None,
        )
        return await checked.finish(text)

    def _extracted(self, findings: Sequence[Finding], hits: Sequence[Hit]) -> str:
        numbers = {hit.passage.id: number for number, hit in enumerate(hits, 1)}
        told = [finding for finding in findings if finding.given or finding.instead]
        if not told:
            return wording.not_covered(findings[0], [hit.passage for hit in hits], self._contact)
        parts = [_told(finding, numbers) for finding in findings]
        return "\n\n".join(dict.fromkeys(part for part in parts if part))


class Checked:
    """Hears a model's text as it comes and lets through the sentences that the passages support."""

    def __init__(self, passages: Sequence[Passage], on_sentence: OnSentence | None) -> None:
        self.passages = passages
        self._on_sentence = on_sentence
        self._heard = ""
        self._shown: list[str] = []
        self._judged = 0
        self._withheld = 0

    async def hear(self, piece: str) -> None:
        """A piece of the model's text."""
        self._heard += piece
        await self._judge(claims(self._heard)[self._judged : -2])

    async def finish(self, text: str) -> Composed:
        """Judge what is left when the model has ended; `text` is all it said."""
        self._heard = text
        await self._judge(claims(text)[self._judged :])
        return Composed("".join(self._shown).strip(), self._withheld)

    async def _judge(self, complete: Sequence[Claim]) -> None:
        for claim in complete:
            self._judged += 1
            verdict = judge(claim, self.passages)
            if not verdict.supported:
                self._withheld += 1
                continue
            marks = "".join(f"[{number}]" for number in verdict.cited)
            shown = f"{claim.prefix}{claim.text}{' ' if marks else ''}{marks}"
            self._shown.append(shown)
            if self._on_sentence and shown.strip():
                await self._on_sentence(shown)


def _coverage(findings: Sequence[Finding]) -> Coverage:
    kinds = {finding.coverage for finding in findings}
    return kinds.pop() if len(kinds) == 1 else Coverage.PARTLY_COVERED


def _told(finding: Finding, numbers: Mapping[str, int]) -> str:
    if finding.instead:
        said = wording.premise_corrected(finding, text_of(finding.instead, numbers))
        rest = text_of(finding.given, numbers) if finding.given else wording.missing_part(finding)
        return f"{said}\n\n{rest}"
    if finding.coverage is Coverage.NOT_COVERED:
        return wording.missing_part(finding)
    text = text_of(finding.given, numbers)
    return f"{text} {wording.vague(finding)}" if finding.coverage is Coverage.PARTLY_COVERED else text


def _answer(text: str, coverage: Coverage, hits: Sequence[Hit], receipt: Receipt) -> Answer:
    """The answer with its citations renumbered from 1 in the order in which the text cites them."""
    retrieved = tuple(Citation(n, hit.passage, hit.score) for n, hit in enumerate(hits, 1))
    order: dict[int, int] = {}
    for number in _cited(text):
        if 1 <= number <= len(retrieved):
            order.setdefault(number, len(order) + 1)
    text = _renumbered(text, order)
    citations = tuple(Citation(new, retrieved[old - 1].passage, retrieved[old - 1].score) for old, new in order.items())
    return Answer(text, coverage, citations, retrieved[:RETRIEVED], receipt)


def _cited(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\[(\d{1,2})\](?!\()", text)]


def _renumbered(text: str, order: Mapping[int, int]) -> str:
    def new(match: re.Match[str]) -> str:
        number = order.get(int(match[1]))
        return f"[{number}]" if number else ""

    return re.sub(r"\[(\d{1,2})\](?!\()", new, text)


def _receipt(mode: str, prompt: str, started: float, notice: str = "") -> Receipt:
    return Receipt(mode, prompt, round((time.monotonic() - started) * 1000), notice)
