"""Texts as vectors of their runs of characters: they tell apart what is written in languages that the encoder does not read."""

import re
import zlib
from typing import TYPE_CHECKING

from knowledge.words import fold

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SIZE = 8192
"""Numbers of a vector; runs of characters share them by their checksums: with 2,048 much more was mistaken in other languages than English."""
LENGTH = 1.5
"""How long a vector is: what is fitted on vectors with a penalty gives longer ones more weight."""
READ = 300
"""Characters of a text that are looked at."""
LONGEST_RUN = 4


def letters(text: str) -> "NDArray[np.float32]":
    """The vector of a text, of length LENGTH: how often each run of one to four characters stands in it, damped by a logarithm."""
    import numpy as np

    told = re.sub(r"\s+", " ", f" {fold(text[:READ])} ")
    vector = np.zeros(SIZE, dtype=np.float32)
    for length in range(1, LONGEST_RUN + 1):
        for place in range(len(told) - length + 1):
            vector[zlib.crc32(told[place : place + length].encode()) % SIZE] += 1
    damped: NDArray[np.float32] = np.log1p(vector)
    return damped * np.float32(LENGTH / np.linalg.norm(damped))
