"""Who a line is said to, the bot or people, and whether it tells the bot to keep quiet. Told by classifiers that
`tests/fitting/addressing.py` has fitted.

They weigh the line's vector, its letters (pieces of words, which tell languages that the encoder does not know), its pairs of
words, the words beside a mention ("cc @bot", "@bot said"), and its form: question marks of any script, length, names of people.
"""

import re
import unicodedata
import zlib
from collections.abc import Collection
from dataclasses import dataclass, field
from enum import Enum
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from bot.answering.classifier import classifier

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

BOT = "@bot"
"""Stands for a mention of the bot in a line."""
COLLEAGUE = "@colleague"
"""Stands for a person of whom a mention tells only the id."""
PIECES = 16_384
"""Into so many features pieces of words are hashed: 2,048 made half as many mistakes more in languages that share letters."""
LONGEST_PIECE = 5
PAIRS = 16_384
"""Into so many features pairs of words that follow each other are hashed."""
NEIGHBOURS = 1024
"""Into so many features the words beside a mention are hashed."""
BESIDE = 2
"""Words on either side of a mention that are weighed."""
LONGEST = 600
"""Characters of a line that are weighed."""
_UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
_VOCATIVE = r"(?:^|[,;:.!?]\s*)@?{name}\s*(?:[,:!、，：]|さん|$)"


class Command(Enum):
    """What a line can tell the bot to do in a thread. The values are classes of the classifier, beside `OTHERWISE`."""

    PAUSE = "pause"
    RESUME = "resume"


OTHERWISE = "other"
"""The class of lines that tell the bot neither."""


@dataclass(frozen=True)
class Line:
    """A line that somebody wrote, as plain text, and the names of people of the workspace in it, as they are written there."""

    text: str
    names: frozenset[str] = field(default_factory=frozenset)


def is_said_to_the_bot(line: Line, vector: "Vector") -> bool:
    """Whether a line without a mention goes on asking the bot that has just answered its writer."""
    return _share(line, vector, "following") >= 0.5


def asks_the_bot(line: Line, vector: "Vector") -> bool:
    """Whether a line that names the bot (as `BOT`) asks it something, rather than tells others of it."""
    return _share(line, vector, "mentioning") >= 0.5


def asks_after_a_person(line: Line, vector: "Vector") -> bool:
    """Whether a question that mentions somebody asks after them, rather than after what the guides say."""
    return "@" in line.text and _share(line, vector, "naming") < 0.5


def command_in(line: Line, vector: "Vector") -> Command | None:
    """What a line that is said to the bot tells it to do in its thread; nothing, in doubt.

    The name of a command alone is that command: the bot tells people these words.
    """
    if named := _named(line.text):
        return named
    shares = classifier("steering").probabilities(features(line, vector))
    likeliest = max(shares, key=lambda name: shares[name])
    return None if likeliest == OTHERWISE else Command(likeliest)


def _named(text: str) -> Command | None:
    words = re.findall(r"[^\W_]+", text[:LONGEST].casefold())
    if any(map(is_question_mark, text[:LONGEST])):
        return None
    return next((command for command in Command if words == [command.value]), None)


def _share(line: Line, vector: "Vector", name: Literal["following", "mentioning", "naming"]) -> float:
    return classifier(name).probabilities(features(line, vector))["bot"]


def features(line: Line, vector: "Vector") -> "Vector":
    """The vector of a line's text, its hashed pieces, pairs of words and words beside its mentions, and its form, one after another."""
    import numpy as np

    text = line.text[:LONGEST]
    parts = [vector, _pieces(text), _pairs(text), _neighbours(text), _form(text, line.names)]
    return np.concatenate(parts).astype(np.float32)


def encoded(line: Line) -> str:
    """What the encoder is given of a line."""
    return re.sub(rf"{COLLEAGUE}\b", "Kim", line.text)


def names_in(text: str, known: Collection[str]) -> frozenset[str]:
    """The words of a text that are names of people, in lower case; names that other scripts inflect or join are found at a word's beginning."""
    found = set()
    for word in re.findall(r"\w+", text.casefold())[:LONGEST]:
        if word in known:
            found.add(word)
        elif not word.isascii():
            found.update(word[:n] for n in range(2, len(word)) if word[:n] in known)
    return frozenset(found)


def is_question_mark(sign: str) -> bool:
    """Whether a character is a question mark of any script."""
    return (
        not sign.isalnum()
        and "QUESTION MARK" in unicodedata.name(sign, "")
        and "INVERTED" not in unicodedata.name(sign, "")
    )


def is_unspaced(word: str) -> bool:
    """Whether a word holds letters of a script that sets no spaces between words."""
    return any(unicodedata.name(letter, "").startswith(_UNSPACED) for letter in word)


def _pieces(text: str) -> "Vector":
    import numpy as np

    counts = np.zeros(PIECES, dtype=np.float32)
    words = re.findall(r"\w+|[^\w\s]", text.casefold())
    for word in words:
        marked = f"<{word}>"
        for size in range(1, LONGEST_PIECE + 1):
            for start in range(len(marked) - size + 1):
                counts[_bucket(marked[start : start + size])] += 1
    for place, word in enumerate(word for word in words if word[0].isalnum()):
        if place == 2:
            break
        counts[_bucket(f"{place}:{word}")] += 2
    np.log1p(counts, out=counts)  # a piece that comes again tells less
    return counts / (np.linalg.norm(counts) + 1e-9)


def _pairs(text: str) -> "Vector":
    import numpy as np

    counts = np.zeros(PAIRS, dtype=np.float32)
    words = ["^", *re.findall(r"@\w+|\w+|[^\w\s]", text.casefold()), "$"]
    for pair in pairwise(words):
        counts[_bucket(" ".join(pair), PAIRS)] += 1
    np.log1p(counts, out=counts)
    return counts / np.linalg.norm(counts)


def _neighbours(text: str) -> "Vector":
    """The words on either side of each mention, whole and by how they begin and end; the nearest count double."""
    import numpy as np

    counts = np.zeros(NEIGHBOURS, dtype=np.float32)
    words = re.findall(r"@\w+|\w+|[^\w\s]", text.casefold())
    for at, mention in enumerate(words):
        for distance in range(-BESIDE, BESIDE + 1) if mention in (BOT, COLLEAGUE) else ():
            place = at + distance
            word = words[place] if 0 <= place < len(words) else ""
            for part in {word, f"{word[:3]}*", f"*{word[-3:]}"} if distance else ():
                counts[_bucket(f"{mention}{distance}{part}", NEIGHBOURS)] += BESIDE + 1 - abs(distance)
    return counts / (np.linalg.norm(counts) + 1e-9)


@lru_cache(maxsize=20_000)
def _bucket(piece: str, buckets: int = PIECES) -> int:
    return zlib.crc32(piece.encode(errors="surrogatepass")) % buckets


def _form(text: str, names: frozenset[str]) -> "Vector":
    import numpy as np

    said, folded = text.strip(), text.strip().casefold()
    marks = [place for place, sign in enumerate(said) if is_question_mark(sign)]
    words, at = said.split(), folded.find(BOT)
    called = any(re.search(_VOCATIVE.format(name=re.escape(name)), folded) for name in names)
    return np.array(
        [
            bool(marks) and not re.search(r"\w", said[marks[-1] :]),
            bool(marks),
            "!" in said or "！" in said,
            np.log1p(len(words)),
            np.log1p(len(said)),
            len(words) <= 2,
            bool(names),
            called or folded.startswith(tuple(names)),
            called,
            COLLEAGUE in folded,
            bool(re.search(r"\d", said)),
            said.endswith("."),
            bool(re.match(r"[^a-z]*[A-Z]", said)),
            at == 0,
            at > 0 and at + len(BOT) >= len(folded) - 1,
            at > 0 and any(mark > at for mark in marks),
        ],
        dtype=np.float32,
    )
