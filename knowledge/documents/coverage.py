"""How much of what a file holds is in what was read of it, by its different words."""

import re
from collections.abc import Iterable, Iterator

LOST = 0.05
"""The share of a file's different words from which on it is said that some were not read."""


def different_words(texts: Iterable[str]) -> set[str]:
    """The different words of some texts."""
    return {word for text in texts for word in re.findall(r"\w+", text)}


def share(there: set[str], told: set[str]) -> float:
    """The share of the words that are there which are told; 1 where there are none."""
    return len(there & told) / len(there) if there else 1.0


def lost(there: set[str], told: set[str]) -> Iterator[str]:
    """What to say where more of the words that are there are not told than may be."""
    if share(there, told) < 1 - LOST:
        yield f"{len(there - told)} of its {len(there)} different words are in no passage"
