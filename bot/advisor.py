"""The use case: a conversation in, a checked answer with its sources out."""

import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from bot import requests, smalltalk, wording
from bot.coaching import Coach
from bot.composing import ChatComposer
from bot.conversation import Answer, Citation, Conversation, Coverage, Receipt
from bot.errors import ModelUnavailable
from bot.extracting import Finding, corrected, find, shortened, table_of, text_of
from bot.grounding import Claim, claims, judge
from bot.language import language_of, language_of_locale
from bot.requests import Form
from bot.translating import LANGUAGES, says_the_same
from knowledge.matching import Match
from knowledge.passages import Passage
from knowledge.search import Found, Hit, Knowledge, merged
from knowledge.statements import Shape

RETRIEVED = 10
"""Passages that an answer reports as found."""
EXTRACTED = "extracted"
"""The mode of an answer that no chat model wrote."""
TELLING = 5
"""Passages that tell which language the guides are in."""
MOST_QUESTIONS = 5
"""Questions of one message that are answered."""

_OPEN_MARK = re.compile(r"\[\d{0,2}$|[.!?]\s*$")
"""Text after which a citation may go on."""

OnSentence = Callable[[str], Awaitable[None]]
"""Called with each checked piece of an answer's Markdown as soon as it may be shown, its citations numbered from 1."""


@dataclass(frozen=True)
class Composed:
    """A composed answer after its sentences were checked, how many were withheld, and why there is no text."""

    text: str
    withheld: int = 0
    notice: str = ""


class Advisor:
    """Answers conversations. `composer` writes with a chat model; without one answers are extracted.

    `contact` says whom to ask when the guides do not answer.
    """

    def __init__(self, knowledge: Knowledge, composer: ChatComposer | None = None, contact: str = "") -> None:
        self._knowledge = knowledge
        self._composer = composer
        self._contact = contact

    @property
    def streams(self) -> bool:
        """Whether answers come sentence by sentence."""
        return self._composer is not None

    async def answer(self, conversation: Conversation, on_sentence: OnSentence | None = None) -> Answer:
        """The answer to the conversation's last turn.

        Raises the knowledge's error when there is no readable index, or none of the conversation's guides in it. A failing chat model raises nothing: the answer
        is extracted then, and the receipt's notice says why.
        """
        started = time.monotonic()
        if said := smalltalk.reply(conversation.question):
            return Answer(said, Coverage.COVERED, (), (), _receipt(started))
        if request := requests.special(conversation):
            spoken = [turn.text for turn in conversation.turns if turn.speaker == "person"]
            if advice := await Coach(self._knowledge.within(conversation.guides)).advise(request, spoken):
                told = _answer(advice.text, advice.coverage, advice.hits, _receipt(started))
                return _with_language(told, conversation.question)
        asked, form = requests.without_form(conversation)
        findings, hits = await self._look(asked)
        composed = await self._composed(conversation, findings, hits, on_sentence)
        if composed.text and self._composer:
            receipt = _receipt(started, composed.notice, self._composer, composed.withheld)
            return _answer(composed.text, _coverage(findings), hits, receipt, findings)
        text = self._extracted(findings, hits, form)
        receipt = _receipt(started, composed.notice, withheld=composed.withheld)
        return _with_language(_answer(text, _coverage(findings), hits, receipt, findings), conversation.question)

    async def _look(self, asked: Conversation) -> "Looked":
        """What the guides say; asked again in their language where the question is in another and a model translates it."""
        knowledge = self._knowledge.within(asked.guides)
        question, earlier = await self._standing_alone(asked)
        looked = await _look(knowledge, question, earlier)
        if not self._composer or _coverage(looked[0]) is Coverage.COVERED:
            return looked
        language = LANGUAGES.get(_other_language(question, [hit.passage for hit in looked[1]]) or "")
        if not language:
            return looked
        try:
            translated = await self._composer.rewrite(asked.question, asked.earlier, language)
        except ModelUnavailable:
            return looked
        again = await _look(knowledge, translated, [])
        return looked if _coverage(again[0]) is Coverage.NOT_COVERED else again

    async def _composed(
        self,
        conversation: Conversation,
        findings: Sequence[Finding],
        hits: Sequence[Hit],
        on_sentence: OnSentence | None,
    ) -> Composed:
        """What the chat model wrote, as far as it is supported; no text where there is none to show, and why."""
        if not self._composer or _coverage(findings) is Coverage.NOT_COVERED or any(one.roles for one in findings):
            return Composed("")
        language = language_of(conversation.question) or language_of_locale(conversation.locale)
        checked = Checked([hit.passage for hit in hits], on_sentence, language)
        try:
            text = await self._composer.compose(
                conversation.question, conversation.earlier, checked.passages, checked.hear if on_sentence else None
            )
            await checked.finish(text)
            await self._translate(checked)
        except ModelUnavailable as error:  # what was shown already stays the answer
            await checked.tell_the_rest()
            return replace(checked.so_far(), notice=str(error))
        composed = checked.so_far()
        nothing = "Nothing that the chat model wrote was supported by the guide."
        return composed if composed.text else replace(composed, notice=nothing)

    async def _translate(self, checked: "Checked") -> None:
        """Show the sentences that wait for a translation: translated, or as they are where that says something else."""
        if self._composer and checked.waiting:
            sentences = {place: claim.text for place, (claim, _) in enumerate(checked.waiting) if claim.text}
            places = list(sentences)
            async for number, text in self._composer.translated([*sentences.values()], LANGUAGES[checked.language]):
                if number < len(places):
                    await checked.tell(places[number], text)
            await checked.tell_the_rest()

    async def _standing_alone(self, conversation: Conversation) -> tuple[str, list[str]]:
        """The question, rewritten by the model where there is one and it leans on earlier turns; what was said before."""
        earlier = [turn.text for turn in conversation.earlier if turn.speaker == "person"]
        if self._composer and earlier:
            try:
                return await self._composer.rewrite(conversation.question, conversation.earlier), []
            except ModelUnavailable:
                pass
        return conversation.question, earlier

    def _extracted(self, findings: Sequence[Finding], hits: Sequence[Hit], form: Form) -> str:
        numbers = {hit.passage.id: number for number, hit in enumerate(hits, 1)}
        if not any(finding.given or finding.instead or finding.roles for finding in findings):
            return wording.not_covered(findings[0], [hit.passage for hit in hits], self._contact)
        parts = [_told(finding, numbers, form) for finding in findings]
        return "\n\n".join(dict.fromkeys(part for part in parts if part))


Looked = tuple[list[Finding], list[Hit]]
"""What the guides say to each question of a message, and the passages that were found."""


async def _look(knowledge: Knowledge, question: str, earlier: Sequence[str]) -> Looked:
    asks = knowledge.read(question, earlier)[:MOST_QUESTIONS]
    found = [await knowledge.weigh(ask) for ask in asks]
    premises = [await knowledge.weigh(ask.premise) if ask.premise else Found((), ()) for ask in asks]
    findings = [
        corrected(find(ask, said.matches), taken.matches)
        for ask, said, taken in zip(asks, found, premises, strict=True)
    ]
    return findings, merged([one.hits for one in (*found, *premises)])


class Checked:
    """Hears a model's text as it comes and lets through the sentences that the passages support.

    From the first that rests on a passage in another language than `language` they wait, to be told translated.
    """

    def __init__(
        self, passages: Sequence[Passage], on_sentence: OnSentence | None, language: str | None = None
    ) -> None:
        self.passages = passages
        self.language = language if language in LANGUAGES else ""
        self.waiting: list[tuple[Claim, tuple[int, ...]]] = []
        """Supported sentences that are not shown yet, with the passages that each rests on."""
        self._told = 0
        self._on_sentence = on_sentence
        self._heard = ""
        self._shown: list[str] = []
        self._judged = 0
        self._withheld = 0
        self._order: dict[int, int] = {}

    async def hear(self, piece: str) -> None:
        """A piece of the model's text."""
        self._heard += piece
        if not _OPEN_MARK.search(self._heard):
            await self._judge(claims(self._heard)[self._judged : -1])

    async def finish(self, text: str) -> None:
        """Judge what is left when the model has ended; `text` is all it said."""
        self._heard = text
        await self._judge(claims(text)[self._judged :])

    async def tell(self, place: int, translation: str) -> None:
        """Show a waiting sentence translated, after those before it; as it is where the translation says something else."""
        if self._told <= place < len(self.waiting):
            await self.tell_the_rest(place)
            claim, cited = self.waiting[place]
            source = self._language_of(claim, cited) or ""
            same = says_the_same(claim.text, translation, source, self.language)
            await self._show(replace(claim, text=translation) if same else claim, cited)
            self._told += 1

    async def tell_the_rest(self, until: int | None = None) -> None:
        """Show the sentences that still wait as they are; only those before a place where it is given."""
        for claim, cited in self.waiting[self._told : until]:
            await self._show(claim, cited)
            self._told += 1

    def so_far(self) -> Composed:
        """What has passed until now."""
        return Composed("".join(self._shown).strip(), self._withheld)

    async def _judge(self, complete: Sequence[Claim]) -> None:
        for claim in complete:
            self._judged += 1
            verdict = judge(claim, self.passages)
            if not verdict.supported:
                self._withheld += 1
                continue
            if self.waiting or self._is_foreign(claim, verdict.cited):
                self.waiting.append((claim, verdict.cited))
            else:
                await self._show(claim, verdict.cited)

    async def _show(self, claim: Claim, cited: Sequence[int]) -> None:
        self._shown.append(_marked(claim, cited))
        if self._on_sentence and self._shown[-1].strip():
            for number in cited:
                self._order.setdefault(number, len(self._order) + 1)
            await self._on_sentence(_marked(claim, [self._order[number] for number in cited]))

    def _is_foreign(self, claim: Claim, cited: Sequence[int]) -> bool:
        source = self._language_of(claim, cited)
        return bool(self.language) and source in LANGUAGES and source != self.language

    def _language_of(self, claim: Claim, cited: Sequence[int]) -> str | None:
        """The language of a supported sentence, which is that of its passages; a short one does not tell its own."""
        return _spoken_by(self.passages[cited[0] - 1]) if cited else language_of(claim.text)


def _spoken_by(passage: Passage) -> str | None:
    """The language of a passage; of a list of names its headings tell."""
    return language_of("\n".join([*passage.heading, passage.text]))


def _other_language(question: str, passages: Sequence[Passage]) -> str | None:
    """The language of most of the passages, where the question is surely in another and not in English."""
    if (asked_in := language_of(question)) in (None, "en"):
        return None
    told = Counter(filter(None, (_spoken_by(passage) for passage in passages[:TELLING])))
    language = told.most_common(1)[0][0] if told else None
    return language if language != asked_in else None


def _with_language(answer: Answer, question: str) -> Answer:
    """An extracted answer that says which language the guide is in, where the question is in another."""
    resting = answer.citations or answer.retrieved
    language = _other_language(question, [citation.passage for citation in resting])
    note = wording.guide_is_in(language, language_of(question) or "en") if language else ""
    return replace(answer, text=f"{answer.text}\n\n{note}") if note else answer


def _marked(claim: Claim, cited: Sequence[int]) -> str:
    marks = "".join(f"[{number}]" for number in cited)
    return f"{claim.prefix}{claim.text}{' ' if marks else ''}{marks}"


def _coverage(findings: Sequence[Finding]) -> Coverage:
    kinds = {finding.coverage for finding in findings}
    return kinds.pop() if len(kinds) == 1 else Coverage.PARTLY_COVERED


def _told(finding: Finding, numbers: Mapping[str, int], form: Form) -> str:
    if finding.roles:
        return wording.choice(finding.roles)
    if finding.instead:
        said = wording.premise_corrected(finding, text_of(finding.instead, numbers))
        lacking = wording.missing_part(finding) if finding.coverage is not Coverage.COVERED else ""
        return f"{said}\n\n{text_of(finding.given, numbers) or lacking}".rstrip()
    if finding.coverage is Coverage.NOT_COVERED:
        return wording.missing_part(finding)
    if form is Form.TABLE:
        return table_of(finding.given, numbers)
    text = _laid_out(finding.given, numbers, form)
    if finding.others:
        return wording.both(finding, text, [text_of([other], numbers) for other in finding.others])
    text = wording.placed(text, finding)
    return f"{text} {wording.vague(finding)}" if finding.coverage is Coverage.PARTLY_COVERED else text


def _laid_out(given: Sequence[Match], numbers: Mapping[str, int], form: Form) -> str:
    if form is Form.BULLETS and given and given[0].statement.shape is Shape.SENTENCE:
        return "\n".join(f"- {text_of([match], numbers)}" for match in given)
    return text_of(shortened(given) if form is Form.SHORTER else given, numbers)


def _answer(
    text: str, coverage: Coverage, hits: Sequence[Hit], receipt: Receipt, findings: Sequence[Finding] = ()
) -> Answer:
    """The answer with its citations renumbered from 1 in the order in which the text cites them."""
    retrieved = tuple(Citation(n, hit.passage, hit.score) for n, hit in enumerate(hits, 1))
    order: dict[int, int] = {}
    for number in _cited(text):
        if 1 <= number <= len(retrieved):
            order.setdefault(number, len(order) + 1)
    text = _renumbered(text, order)
    citations = tuple(Citation(new, retrieved[old - 1].passage, retrieved[old - 1].score) for old, new in order.items())
    gaps = tuple(
        one.ask.text for one in findings if not one.given and not one.roles and one.coverage is not Coverage.COVERED
    )
    return Answer(text, coverage, citations, retrieved[:RETRIEVED], receipt, gaps)


def _cited(text: str) -> list[int]:
    return [int(number) for number in re.findall(r"\[(\d{1,2})\](?!\()", text)]


def _renumbered(text: str, order: Mapping[int, int]) -> str:
    def new(match: re.Match[str]) -> str:
        number = order.get(int(match[1]))
        return f"[{number}]" if number else ""

    return re.sub(r"\[(\d{1,2})\](?!\()", new, text)


def _receipt(started: float, notice: str = "", composer: ChatComposer | None = None, withheld: int = 0) -> Receipt:
    mode, prompt = (composer.name, composer.prompt_hash) if composer else (EXTRACTED, "")
    return Receipt(mode, prompt, round((time.monotonic() - started) * 1000), notice, withheld)
