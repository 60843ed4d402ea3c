"""Slips of the keyboard in a question, mended against the words that the guides use."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from knowledge.minilm.model import weights_folder
from knowledge.words import function_words, is_function_word

SHORTEST_MENDED = 4
"""Shorter words have too many neighbours one slip away; three letters are mended to a common word only."""
MENDED_SHARE = 0.6
"""Where most words are unknown, this share of them must have a near word for the text to be English."""
LONG_WORD = 8
"""From this length on a second slip is mended too."""


def corrections(words: Sequence[str], vocabulary: Mapping[str, int]) -> dict[str, str]:
    """The misspelt words of a question and what each was most likely meant to be.

    A word is misspelt when neither the guides nor English know it. The nearest word of `vocabulary` (word ->
    number of passages) or of the small words, within one slip (two in a long word), replaces it; of several,
    the one most used. A text most of whose words are unknown and far from any is in another language and stays.
    """
    unknown = list(dict.fromkeys(word for word in words if not _known(word, vocabulary)))
    nearest = {word: meant for word in unknown if (meant := _nearest(word, vocabulary))}
    foreign = 2 * len(unknown) > len(words) and len(nearest) < MENDED_SHARE * len(unknown)
    return {} if foreign else nearest


def mend(text: str, corrected: Mapping[str, str]) -> str:
    """A text with its misspelt words replaced."""
    for word, meant in corrected.items():
        text = re.sub(rf"\b{re.escape(word)}\b", meant, text, flags=re.IGNORECASE)
    return text


def _known(word: str, vocabulary: Mapping[str, int]) -> bool:
    return word in vocabulary or is_function_word(word) or word in english_words() or not word.isalpha()


def _nearest(word: str, vocabulary: Mapping[str, int]) -> str | None:
    if len(word) < SHORTEST_MENDED - 1:
        return None
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    slips = 2 if len(word) >= LONG_WORD else 1
    candidates = [*vocabulary, *function_words()] if len(word) >= SHORTEST_MENDED else [*function_words()]
    alike = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=slips, limit=20)
    near = [(found, distance) for found, distance, _ in alike if len(found) >= SHORTEST_MENDED - 1]
    return min(near, key=lambda one: (one[1], one[0][0] != word[0], -vocabulary.get(one[0], 0)))[0] if near else None


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """The whole words among the word pieces of the installed MiniLM model: some 20,000 frequent English words."""
    pieces = (weights_folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(piece for piece in pieces if piece.isalpha())
