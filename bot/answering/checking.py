"""Is a piece of a model's reply supported by the passages it was given?

Facts that harm when they are wrong are compared strictly and without a model: amounts with their currency and period,
percentages, dates, numbers with their unit and limit, names. Wording is judged by MiniLM, fitted on sentences that
models wrote, faithful and false (`make fit`): sentence and passages pass through it together. Between two fitted
limits it does not decide, and the chat model is asked a second time.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.answering.classifier import classifier
from bot.answering.figures import Figure, amounts, figures, implied, period, stands
from bot.answering.language import language_of
from bot.answering.model_output import Form, Piece
from bot.answering.names import names, stands_in
from knowledge import word_pieces
from knowledge.encoder import LocalEncoder
from knowledge.fitted import number
from knowledge.minilm.model import MiniLM
from knowledge.passages import Passage
from knowledge.statements import Shape, Statement, statements

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

TASK = "checking"
EVIDENCE = 6
"""Statements that a sentence is read together with."""
PASSAGE_SHARE = 0.3
"""Weight of the passage's own vector beside its statement's when evidence is chosen."""
LONGEST_SENTENCE, LONGEST_EVIDENCE = 70, 200
"""Word pieces that are read of a sentence, and of all its evidence."""
MOST_CITED = 3
_CLAUSE = re.compile(r"[\n.;]")


class Standing(StrEnum):
    """What becomes of a piece."""

    SUPPORTED = "supported"
    DOUBTFUL = "doubtful"
    UNSUPPORTED = "unsupported"
    GAP = "gap"
    CHATTER = "chatter"


@dataclass(frozen=True)
class Verdict:
    """What becomes of a piece, and why.

    `cited` are the numbers of the passages that it rests on; `evidence` the statements it was compared with, for a
    second look; `above` the pieces that lead it; `language` the language of its passages.
    """

    standing: Standing
    cited: tuple[int, ...] = ()
    why: str = ""
    evidence: tuple[str, ...] = ()
    above: tuple[Piece, ...] = ()
    language: str = ""


class Checker:
    """Judges pieces of replies. Safe to use from several threads; takes some 20 ms a sentence: call it in a thread."""

    def __init__(self, encoder: LocalEncoder, model: MiniLM | None = None) -> None:
        self._encoder = encoder
        self._model = model
