"""A chat model's reply on its way to the reader: taken apart, checked piece by piece, shown as far as it holds."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.answering import wording
from bot.answering.checking import Checker, Standing, Verdict
from bot.answering.composing import Composer, Doubt, prompted_lines
from bot.answering.conversation import Coverage, Withheld
from bot.answering.language import LANGUAGES
from bot.answering.model_output import Form, Piece, Reading, read_reply
from bot.answering.translating import says_the_same
from knowledge.passages import Passage

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

MOST_WORDS = 220
"""Words of an answer that are shown; the model is asked for 80, and a list or table may need more."""
MOST_FALLEN = 1 / 3
"""From this share of withheld claims on the answer is a torso."""

_ENDED = re.compile(r"[.!?:。]\S{0,8}\s*(?:\[[\d, ]+\]\s*)*$")
"""What a text ends with where the next word begins a sentence."""

OnSentence = Callable[[str], Awaitable[None]]
"""Called with each checked piece of an answer's Markdown as soon as it may be shown, its citations numbered from 1."""


@dataclass(frozen=True)
class Composed:
    """What of a model's reply is shown.

    `text` cites passages by their numbers in the prompt; `gaps` are its sentences on what the guides do not say;
    `stands` tells whether it can be the answer: not where it is a torso, broke off early or says nothing.
    """

    text: str = ""
    coverage: Coverage = Coverage.NOT_COVERED
    withheld: tuple[Withheld, ...] = ()
    gaps: tuple[str, ...] = ()
    stands: bool = False
    notice: str = ""


@dataclass
class _Tally:
    """What was judged so far."""

    claims: int = 0
    fallen: int = 0
    first_fell: bool = False
    words: int = 0
    withheld: list[Withheld] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)


class CheckedReply:
    """Hears a reply as it comes and lets through what the passages support.

    Pieces are shown in their order: behind one in doubt the others wait until the model has looked at it a second time.
    `question` is what was asked: a sentence on what the guides do not say may name what it asks about. With a
    `language` (ISO 639-1) nothing is shown before it is translated into it.
    """

    def __init__(
        self,
        composer: Composer,
        checker: Checker,
        passages: Sequence[Passage],
        messages: "Sequence[BaseMessage]",
        on_sentence: OnSentence | None = None,
        *,
        question: str = "",
        language: str = "",
    ) -> None:
        self._composer = composer
        self._checker = checker
        self._passages = passages
        self._messages = messages
        self._on_sentence = on_sentence
        self._question = question
        self._language = language
        self._heard = ""
        self._read = 0
        self._reading = Reading(())
        self._tally = _Tally()
        self._above: list[Piece] = []
        self._waiting: list[tuple[Piece, Verdict]] = []
        self._shown: list[str] = []
        self._order: dict[int, int] = {}

    @property
    def is_torso(self) -> bool:
        """Whether too much of the reply fell for the rest to stand alone."""
        return self._tally.first_fell or (
            self._tally.fallen > 0 and self._tally.fallen >= MOST_FALLEN * self._tally.claims
        )

    @property
    def has_shown(self) -> bool:
        """Whether something of it has been shown already."""
        return bool(self._shown) and self._on_sentence is not None

    async def hear(self, text: str) -> None:
        """A piece of the reply's text."""
        begins = _ENDED.search(self._heard[-40:])
        self._heard += text
        if begins or "\n" in text or re.search(r"[.!?:。]", text):
            await self._judge(self._taken_apart(whole=False))

    async def finish(self, *, cut: bool = False, notice: str = "") -> Composed:
        """What is shown of the whole reply; `cut` tells that the model was stopped, `notice` that it broke off."""
        await self._judge(self._taken_apart(whole=True, cut=cut or bool(notice)))
        await self._settle_doubts()
        told = "" if self.is_torso and not self.has_shown else "".join(self._shown).strip()
        coverage = self._coverage(told)
        stands = bool(told) and not self.is_torso and coverage is not Coverage.NOT_COVERED
        left_out = wording.left_out(len(self._tally.withheld)) if self._tally.withheld and told else ""
        broken = wording.broken_off() if (cut or notice) and told else ""
        text = "\n\n".join(part for part in (told, left_out, broken) if part)
        return Composed(text, coverage, tuple(self._tally.withheld), tuple(self._tally.gaps), stands, notice)

    def _taken_apart(self, *, whole: bool, cut: bool = False) -> Sequence[Piece]:
        """The pieces that are complete and not judged yet."""
        prompted = prompted_lines(self._messages, self._passages, self._heard)
        self._reading = read_reply(self._heard, prompted, whole=whole, cut=cut)
        return self._reading.pieces[self._read :]

    async def _judge(self, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            self._read += 1
            if piece.form in (Form.LEAD, Form.HEADING, Form.HEADER):
                await self._lead(piece)
                continue
            verdict = await asyncio.to_thread(self._checker.judge, piece, self._passages, self._question)
            if verdict.standing is Standing.CHATTER:
                continue
            if verdict.standing is Standing.DOUBTFUL or self._waiting or self._language:
                self._waiting.append((piece, replace(verdict, above=tuple(self._above))))
                self._above = []
            else:
                await self._take(piece, verdict)

    async def _lead(self, piece: Piece) -> None:
        """Put what leads other pieces above them, unless it claims what the passages lack; a table keeps an empty header."""
        why = await asyncio.to_thread(self._checker.misled, piece, self._passages)
        self._put_above(piece)
        if why:
            self._tally.withheld.append(Withheld(piece.text, why))
            self._above.remove(piece)
        if why and piece.form is Form.HEADER:
            self._above.append(replace(piece, text=re.sub(r"[^|]+", " ", piece.text)))

    def _put_above(self, piece: Piece) -> None:
        """Keep what leads the pieces below it until one of them is shown; it replaces what led nothing."""
        kept = [one for one in self._above if one.form is Form.HEADING and piece.form is not Form.HEADING]
        self._above = [
            *kept,
            *(one for one in self._above if piece.form is Form.HEADER and one.form is Form.LEAD),
            piece,
        ]

    async def _settle_doubts(self) -> None:
        """Have the sentences in doubt looked at a second time, then show what waits."""
        doubtful = [(piece, verdict) for piece, verdict in self._waiting if verdict.standing is Standing.DOUBTFUL]
        looked_at = await self._second_look(doubtful)
        places = iter(range(len(doubtful)))
        waiting, self._waiting = self._waiting, []
        passed = [
            (piece, _settled(verdict, looked_at.get(next(places))))
            if verdict.standing is Standing.DOUBTFUL
            else (piece, verdict)
            for piece, verdict in waiting
        ]
        if self._language:
            passed = await self._translated(passed)
        for piece, verdict in passed:
            self._above = [*self._above, *verdict.above]
            await self._take(piece, verdict)

    async def _second_look(self, doubtful: Sequence[tuple[Piece, Verdict]]) -> Mapping[int, bool]:
        from bot.errors import ModelUnavailable

        if not doubtful:
            return {}
        doubts = [Doubt(piece.text, verdict.evidence) for piece, verdict in doubtful]
        try:
            return await self._composer.verified(doubts)
        except ModelUnavailable:
            return {}

    async def _translated(self, passed: Sequence[tuple[Piece, Verdict]]) -> list[tuple[Piece, Verdict]]:
        """The pieces in the reader's language, those whose translation says the same; the others as they are."""
        from bot.errors import ModelUnavailable

        told = [n for n, (_, verdict) in enumerate(passed) if verdict.standing is not Standing.UNSUPPORTED]
        translated = list(passed)
        try:
            texts = [passed[n][0].text for n in told]
            async for place, text in self._composer.translated(texts, LANGUAGES[self._language]):
                if place < len(told):
                    piece, verdict = passed[told[place]]
                    if says_the_same(piece.text, text, verdict.language or "en", self._language):
                        translated[told[place]] = (replace(piece, text=text), verdict)
        except ModelUnavailable:
            pass
        return translated

    async def _take(self, piece: Piece, verdict: Verdict) -> None:
        """Count a judged piece and show it, if it holds and there is room."""
        if verdict.standing is Standing.GAP:
            self._tally.gaps.append(piece.text)
        self._tally.claims += not verdict.is_gap
        if verdict.standing is Standing.UNSUPPORTED:
            self._tally.fallen += not verdict.is_gap
            self._tally.first_fell = self._tally.first_fell or (self._tally.claims == 1 and not verdict.is_gap)
            self._tally.withheld.append(Withheld(piece.text, verdict.why))
            return
        self._tally.words += len(piece.text.split())
        if self._tally.words <= MOST_WORDS:
            above, self._above = self._above, []
            for lead in above:
                await self._show(lead, ())
            await self._show(piece, verdict.cited)

    async def _show(self, piece: Piece, cited: Sequence[int]) -> None:
        self._shown.append(_marked(piece, cited, first=not self._shown))
        if self._on_sentence and not self.is_torso:
            for number in cited:
                self._order.setdefault(number, len(self._order) + 1)
            await self._on_sentence(_marked(piece, [self._order[n] for n in cited], first=len(self._shown) == 1))

    def _coverage(self, told: str) -> Coverage:
        """How far the answer covers the question: what the model said of it, as far as its sentences bear it out."""
        said, tally = self._reading.coverage, self._tally
        supported = tally.claims - tally.fallen
        if not told or (not supported and not tally.gaps):
            return Coverage.NOT_COVERED
        if not supported or said.startswith("no"):
            return Coverage.NEAREST if supported else Coverage.NOT_COVERED
        return Coverage.PARTLY_COVERED if tally.gaps or said.startswith("part") else Coverage.COVERED


def _settled(verdict: Verdict, supported: bool | None) -> Verdict:
    """A doubt after the second look; where that said nothing of it, what is likelier stands."""
    held = verdict.likely if supported is None else supported
    good = Standing.GAP if verdict.is_gap else Standing.SUPPORTED
    return replace(verdict, standing=good if held else Standing.UNSUPPORTED)


def _marked(piece: Piece, cited: Sequence[int], *, first: bool) -> str:
    """A piece as Markdown with its citations."""
    marks = "".join(f"[{number}]" for number in cited)
    prefix = piece.prefix.lstrip("\n ") if first else piece.prefix
    match piece.form:
        case Form.HEADING:
            return f"{prefix}**{piece.text.strip('*_')}**"
        case Form.HEADER:
            columns = piece.text.strip().strip("|").count("|") + 1
            return f"{prefix}{piece.text}\n|{' --- |' * columns}"
        case Form.ROW if marks:
            return f"{prefix}{piece.text.rstrip().removesuffix('|').rstrip()} {marks} |"
        case _:
            return f"{prefix}{piece.text}{' ' if marks else ''}{marks}"
