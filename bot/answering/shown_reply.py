"""What of a reply is shown: its pieces as Markdown under what leads them, in their order, with citations numbered from 1."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from bot.answering.model_output import Form, Piece

MOST_WORDS = 220
"""Words of an answer that are shown; the model is asked for 80, and a list or table may need more."""

OnSentence = Callable[[str], Awaitable[None]]
"""Called with each checked piece of an answer's Markdown as soon as it may be shown, its citations numbered from 1."""


class ShownReply:
    """Collects what is shown and tells a listener, if there is one, piece by piece."""

    def __init__(self, on_sentence: OnSentence | None) -> None:
        self._on_sentence = on_sentence
        self._above: list[Piece] = []
        self._parts: list[str] = []
        self._order: dict[int, int] = {}
        self._words = 0

    @property
    def text(self) -> str:
        """All of it, citing passages by their numbers in the prompt."""
        return "".join(self._parts).strip()

    @property
    def was_heard(self) -> bool:
        """Whether somebody has seen something of it already."""
        return bool(self._parts) and self._on_sentence is not None

    @property
    def is_full(self) -> bool:
        """Whether nothing more has room."""
        return self._words > MOST_WORDS

    def lead(self, piece: Piece) -> None:
        """Keep what leads the pieces below it until one of them is shown; it replaces what led nothing."""
        kept = [one for one in self._above if one.form is Form.HEADING and piece.form is not Form.HEADING]
        leads = [one for one in self._above if piece.form is Form.HEADER and one.form is Form.LEAD]
        self._above = [*kept, *leads, piece]

    def withhold_lead(self, piece: Piece) -> None:
        """Leave out what claims too much above others; it still replaces what led nothing, and a table keeps empty columns."""
        self.lead(piece)
        self._above.remove(piece)
        if piece.form is Form.HEADER:
            self._above.append(replace(piece, text=re.sub(r"[^|]+", " ", piece.text)))

    def leads_taken(self) -> tuple[Piece, ...]:
        """What leads the next piece, for a piece that must wait; it is put back with `lead_again`."""
        taken, self._above = tuple(self._above), []
        return taken

    def lead_again(self, leads: Sequence[Piece]) -> None:
        """Put back what leads the next piece."""
        self._above = [*self._above, *leads]

    async def show(self, piece: Piece, cited: Sequence[int], *, aloud: bool) -> None:
        """Show a piece under what leads it, as far as there is room; the listener hears it only if it may be `aloud`."""
        self._words += len(piece.text.split())
        if self.is_full:
            return
        for lead in self.leads_taken():
            await self._put(lead, (), aloud=aloud)
        await self._put(piece, cited, aloud=aloud)

    async def _put(self, piece: Piece, cited: Sequence[int], *, aloud: bool) -> None:
        first = not self._parts
        self._parts.append(_marked(piece, cited, first=first))
        if self._on_sentence and aloud:
            for number in cited:
                self._order.setdefault(number, len(self._order) + 1)
            await self._on_sentence(_marked(piece, [self._order[n] for n in cited], first=first))


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
