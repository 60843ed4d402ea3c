"""A chat model's reply on its way to the reader: taken apart, checked piece by piece, shown as far as it holds."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.answering import wording
from bot.answering.chat_model import Ending
from bot.answering.checking import Checker, Standing, Verdict
from bot.answering.composing import Composer
from bot.answering.conversation import Coverage, Withheld
from bot.answering.doubts import Judged, SecondLook
from bot.answering.incoming_reply import IncomingReply
from bot.answering.model_output import Form, Piece
from bot.answering.shown_reply import OnSentence, ShownReply
from bot.meter import Meter, Step
from knowledge.passages import Passage
from knowledge.threads import in_thread

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

MOST_FALLEN = 1 / 3
"""From this share of withheld claims on the answer is a torso."""


@dataclass(frozen=True)
class Composed:
    """What of a model's reply is shown.

    `text` cites passages by their numbers in the prompt; `gaps` are its sentences on what the guides do not say;
    `stands` tells whether it can be the answer: not where it is a torso, broke off early or says nothing. `notice` says
    what went wrong; `failed` that the model itself did.
    """

    text: str = ""
    coverage: Coverage = Coverage.NOT_COVERED
    withheld: tuple[Withheld, ...] = ()
    gaps: tuple[str, ...] = ()
    stands: bool = False
    notice: str = ""
    failed: bool = False


@dataclass
class _Tally:
    """What was judged so far."""

    claims: int = 0
    fallen: int = 0
    first_fell: bool = False
    withheld: list[Withheld] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)

    @property
    def is_torso(self) -> bool:
        """Whether too much of the reply fell for the rest to stand alone."""
        return self.first_fell or (self.fallen > 0 and self.fallen >= MOST_FALLEN * self.claims)

    def count(self, piece: Piece, verdict: Verdict) -> None:
        """Count a settled piece."""
        fell = verdict.standing is Standing.UNSUPPORTED
        if verdict.standing is Standing.GAP:
            self.gaps.append(piece.text)
        if fell:
            self.withheld.append(Withheld(piece.text, verdict.why))
        if not verdict.is_gap:
            self.claims += 1
            self.fallen += fell
            self.first_fell = self.first_fell or (fell and self.claims == 1)


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
        meter: Meter | None = None,
    ) -> None:
        self._meter = meter or Meter()
        self._checker = checker
        self._passages = passages
        self._question = question
        self._incoming = IncomingReply(messages, passages)
        self._second_look = SecondLook(composer, language)
        self._shown = ShownReply(on_sentence)
        self._tally = _Tally()
        self._waiting: list[Judged] = []

    @property
    def has_enough(self) -> bool:
        """Whether nothing more of the reply would be shown: it is too long, or repeats itself."""
        return self._incoming.has_enough or self._shown.is_full

    async def hear(self, text: str) -> None:
        """A piece of the reply's text."""
        if self._incoming.hear(text):
            await self._check(await in_thread(self._incoming.complete))

    async def finish(self, *, ending: Ending = Ending.SAID, notice: str = "") -> Composed:
        """What is shown of the whole reply; `ending` tells what stopped the model, `notice` that it failed."""
        if self.has_enough and ending is Ending.SAID:
            ending = Ending.LENGTH
        cut = ending is not Ending.SAID or bool(notice)
        await self._check(await in_thread(lambda: self._incoming.rest(cut=cut)), last=True)
        tally, torso = self._tally, self._tally.is_torso
        told = "" if torso and not self._shown.was_heard else self._shown.text
        coverage = self._coverage(told)
        stands = bool(told) and not torso and coverage is not Coverage.NOT_COVERED
        left_out = wording.left_out(len(tally.withheld)) if tally.withheld and told else ""
        broken = wording.broken_off(ending) if cut and told else ""
        text = "\n\n".join(part for part in (told, left_out, broken) if part)
        return Composed(text, coverage, tuple(tally.withheld), tuple(tally.gaps), stands, notice, failed=bool(notice))

    async def _check(self, pieces: Sequence[Piece], *, last: bool = False) -> None:
        """Judge pieces; after the `last` ones what is in doubt, too."""
        if not pieces and not (last and self._waiting):
            return
        with self._meter.timing(Step.CHECK) as step:
            step.tell(pieces=len(pieces))
            await self._judge(pieces)
            if last:
                step.tell(in_doubt=len(self._waiting))
                await self._settle()

    async def _judge(self, pieces: Sequence[Piece]) -> None:
        for piece in pieces:
            if piece.form in (Form.LEAD, Form.HEADING, Form.HEADER):
                await self._lead(piece)
                continue
            verdict = await in_thread(self._checker.judge, piece, self._passages, self._question)
            if verdict.standing is Standing.CHATTER:
                continue
            one = Judged(piece, verdict)
            if verdict.standing is Standing.DOUBTFUL or self._waiting or self._second_look.is_needed_for_all:
                self._waiting.append(replace(one, verdict=replace(verdict, above=self._shown.leads_taken())))
            else:
                await self._take(one)

    async def _lead(self, piece: Piece) -> None:
        """Put what leads other pieces above them, unless it claims what the passages lack."""
        if why := await in_thread(self._checker.misled, piece, self._passages):
            self._tally.withheld.append(Withheld(piece.text, why))
            self._shown.withhold_lead(piece)
        else:
            self._shown.lead(piece)

    async def _settle(self) -> None:
        """Have what waits looked at a second time, then show it."""
        waiting, self._waiting = self._waiting, []
        for one in await self._second_look.settle(waiting):
            self._shown.lead_again(one.verdict.above)
            await self._take(one)

    async def _take(self, one: Judged) -> None:
        """Count a settled piece and show it, if it holds; what is not in the guides is said once."""
        if one.verdict.standing is Standing.GAP and one.piece.text in self._tally.gaps:
            return
        self._tally.count(one.piece, one.verdict)
        if one.verdict.standing is not Standing.UNSUPPORTED:
            await self._shown.show(one.piece, one.verdict.cited, aloud=not self._tally.is_torso)

    def _coverage(self, told: str) -> Coverage:
        """How far the answer covers the question: what the model said of it, as far as its sentences bear it out."""
        said, tally = self._incoming.coverage, self._tally
        supported = tally.claims - tally.fallen
        if not told or (not supported and not tally.gaps):
            return Coverage.NOT_COVERED
        if not supported or said.startswith("no"):
            return Coverage.NEAREST if supported else Coverage.NOT_COVERED
        return Coverage.PARTLY_COVERED if tally.gaps or said.startswith("part") else Coverage.COVERED
