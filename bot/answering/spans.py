"""Whether a figure of a question lies outside of what a statement is about: a band of pay, years of experience, an age. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bot.answering.figures import TO, Figure, Kind, Limit, figures, stands
from knowledge.statements import Statement

LARGE = 1000
"""From this value on figures are of pay, of people and the like; a smaller one is not compared with them."""
_YEARS = range(1900, 2100)
_A_RANGE = re.compile(rf"\s?(?:{TO})\s?", re.IGNORECASE)


@dataclass(frozen=True)
class Span:
    """From one figure to another; open at the side where there is none."""

    low: Figure | None
    high: Figure | None

    def is_of(self, figure: Figure) -> bool:
        """Whether it is a span of things such as the figure is of."""
        ends = [end for end in (self.low, self.high) if end]
        percent = (ends[0].kind is Kind.PERCENT) == (figure.kind is Kind.PERCENT)
        alike = (ends[-1].value >= LARGE) == (figure.value >= LARGE)
        units = {end.unit for end in (*ends, figure) if end.unit}
        return percent and alike and len(units) < 2

    def holds(self, figure: Figure) -> bool:
        """Whether the figure lies in it, ends included."""
        low = self.low.value if self.low else Decimal("-Infinity")
        return low <= figure.value <= (self.high.value if self.high else Decimal("Infinity"))


def contradicts(question: str, statement: Statement) -> bool:
    """Whether a figure of the question lies in none of the statement's spans of such figures, and stands nowhere in it."""
    there = figures(statement.text)
    found = tuple(_spans_of(statement))
    asked = [figure for figure in figures(question) if figure.kind is not Kind.MONTH and not _is_a_year(figure)]
    return any(
        not stands(figure, there) and (of := [span for span in found if span.is_of(figure)]) and not any(span.holds(figure) for span in of)
        for figure in asked
    )  # fmt: skip


def spans(text: str) -> Iterator[Span]:
    """The spans that a text states, as "60,000 to 70,000", "5+" or "under 30"."""
    placed = list(_placed(text))
    ends = set[int]()
    for (start, end, low), (other, _, high) in pairwise(placed):
        if _A_RANGE.fullmatch(text, end, other) and low.value < high.value:
            yield Span(low, high)
            ends |= {start, other}
    for start, _, figure in placed:
        if start not in ends and figure.limit is not Limit.NONE:
            yield Span(figure, None) if figure.limit is Limit.LEAST else Span(None, figure)


def _spans_of(statement: Statement) -> Iterator[Span]:
    """The spans of a sentence or item, or of a row: those of its cells, and from one cell to the next one's larger figure."""
    if statement.row is None:
        yield from spans(statement.text)
        return
    cells = statement.row.cells
    yield from (span for cell in cells for span in spans(cell))
    for one, other in pairwise(map(_only_figure, cells)):
        if one and other and one.kind is other.kind and one.value < other.value and not _is_a_year(one):
            yield Span(one, other)


def _only_figure(cell: str) -> Figure | None:
    found = figures(cell)
    return found[0] if len(found) == 1 and not re.search(r"[^\W\d_]{4}", cell) else None


def _placed(text: str) -> Sequence[tuple[int, int, Figure]]:
    """The figures of a text with where they stand; those that are written in words are left out."""
    found: list[tuple[int, int, Figure]] = []
    at = 0
    for figure in figures(text):
        place = text.find(figure.written, at)
        if place >= 0 and figure.kind is not Kind.MONTH and not _is_a_year(figure):
            at = place + len(figure.written)
            found.append((place, at, figure))
    return found


def _is_a_year(figure: Figure) -> bool:
    return figure.kind is Kind.NUMBER and figure.written.isdigit() and figure.value in _YEARS
