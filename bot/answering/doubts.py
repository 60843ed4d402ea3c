"""What a chat model is asked once more about its own sentences: whether one in doubt is supported, and how it is said in another language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bot.answering import wording
from bot.answering.checking import Standing, Verdict
from bot.answering.composing import Composer, Doubt
from bot.answering.language import LANGUAGES
from bot.answering.model_output import Piece
from bot.answering.translating import says_the_same
from bot.errors import ModelUnavailable


@dataclass(frozen=True)
class Judged:
    """A piece of a reply and what becomes of it."""

    piece: Piece
    verdict: Verdict


class SecondLook:
    """Settles what was judged: doubts first, then, with a `language` (ISO 639-1), the wording. A model that fails changes nothing."""

    def __init__(self, composer: Composer, language: str = "") -> None:
        self._composer = composer
        self._language = language

    @property
    def is_needed_for_all(self) -> bool:
        """Whether nothing may be shown before it was settled."""
        return bool(self._language)

    async def settle(self, judged: Sequence[Judged]) -> list[Judged]:
        """The pieces with their doubts settled, in the reader's language."""
        doubtful = [one for one in judged if one.verdict.standing is Standing.DOUBTFUL]
        looked_at = await self._looked_at(doubtful)
        places = iter(range(len(doubtful)))
        settled = [
            _shown(replace(one, verdict=_settled(one.verdict, looked_at.get(next(places)))))
            if one.verdict.standing is Standing.DOUBTFUL
            else one
            for one in judged
        ]
        return await self._translated(settled) if self._language else settled

    async def _looked_at(self, doubtful: Sequence[Judged]) -> Mapping[int, bool]:
        """For the places of pieces in doubt whether the model finds them supported; it may leave some out."""
        if not doubtful:
            return {}
        try:
            return await self._composer.verified([Doubt(one.piece.text, one.verdict.evidence) for one in doubtful])
        except ModelUnavailable:
            return {}

    async def _translated(self, settled: Sequence[Judged]) -> list[Judged]:
        """The pieces in the reader's language, those whose translation says the same; the others as they are."""
        told = [n for n, one in enumerate(settled) if one.verdict.standing is not Standing.UNSUPPORTED]
        translated = list(settled)
        try:
            texts = [settled[n].piece.text for n in told]
            async for place, text in self._composer.translated(texts, LANGUAGES[self._language]):
                if place < len(told):
                    one = settled[told[place]]
                    if says_the_same(one.piece.text, text, one.verdict.language or "en", self._language):
                        translated[told[place]] = replace(one, piece=replace(one.piece, text=text))
        except ModelUnavailable:
            pass
        return translated


def _settled(verdict: Verdict, supported: bool | None) -> Verdict:
    """A doubt after the second look; where that said nothing of it, what is likelier stands."""
    held = verdict.likely if supported is None else supported
    good = Standing.GAP if verdict.is_gap else Standing.SUPPORTED
    return replace(verdict, standing=good if held else Standing.UNSUPPORTED)


def _shown(one: Judged) -> Judged:
    """A settled piece as it is shown: what a gap is of that nobody asked about could be anything, so it is not told."""
    if one.verdict.is_gap and not one.verdict.is_of_question:
        return replace(one, piece=replace(one.piece, text=wording.GAP))
    return one
