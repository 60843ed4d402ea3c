"""An answer's text and the passages that it cites, renumbered from 1 in the order in which the text cites them. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from bot.answering.conversation import Answer, Citation, Coverage, Receipt
from bot.answering.language import language_of
from knowledge.passages import Passage
from knowledge.search.searcher import Hit

FOUND, RETRIEVED = 14, 10
"""Passages that are searched for, and those of them that an answer reports as found."""
TELLING = 5
"""Passages that tell which language the guides are in."""
_CITATION = re.compile(r"\[(\d{1,2})\](?!\()")


def cited_answer(
    text: str, coverage: Coverage, hits: Sequence[Hit], receipt: Receipt, gaps: Sequence[str] = ()
) -> Answer:
    """The answer of a text that cites hits by their place from 1."""
    retrieved = tuple(Citation(n, hit.passage, hit.score) for n, hit in enumerate(hits, 1))
    order: dict[int, int] = {}
    for number in map(int, _CITATION.findall(text)):
        if 1 <= number <= len(retrieved):
            order.setdefault(number, len(order) + 1)
    citations = tuple(Citation(new, retrieved[old - 1].passage, retrieved[old - 1].score) for old, new in order.items())
    return Answer(renumbered(text, order), coverage, citations, retrieved[:RETRIEVED], receipt, tuple(gaps))


def renumbered(text: str, order: Mapping[int, int]) -> str:
    """A text with its citations under new numbers, without those that have none."""
    return _CITATION.sub(lambda found: f"[{order[int(found[1])]}]" if int(found[1]) in order else "", text)


def spoken_by(passages: Sequence[Passage]) -> str | None:
    """The language of most of some passages; of a list of names its headings tell."""
    told = Counter(filter(None, (language_of("\n".join([*p.heading, p.text])) for p in passages)))
    return told.most_common(1)[0][0] if told else None
