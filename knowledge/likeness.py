"""How near two English words are in meaning, by the word vectors of the installed MiniLM model."""

import json
import struct
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.embeddings import weights_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TABLE = "embeddings.word_embeddings.weight"


def likeness(one: str, other: str) -> float:
    """The cosine of two folded words' vectors, -1 to 1; 0 where the model has no whole piece for one of them.

    Inflections and synonyms lie above 0.42 (drive, driven 0.49; mandatory, required 0.52), words of one field mostly
    below (bonus, salary 0.27; scientist, analyst 0.28). Opposites and units of time lie above it too.
    """
    first, second = _vector(one), _vector(other)
    return 0.0 if first is None or second is None else float(first @ second)


@lru_cache(maxsize=20_000)
def _vector(word: str) -> "NDArray[np.float32] | None":
    import numpy as np

    place = _places().get(word)
    if place is None:
        return None
    vector = np.array(_table()[place], dtype=np.float32)
    return vector / np.linalg.norm(vector)


@lru_cache(maxsize=1)
def _places() -> dict[str, int]:
    listed = (weights_folder() / "vocab.txt").read_text(encoding="utf-8").splitlines()
    return {word: place for place, word in enumerate(listed) if word.isalpha()}


@lru_cache(maxsize=1)
def _table() -> "NDArray[np.float32]":
    """The table of word vectors, read from the file row by row as words are looked up."""
    import numpy as np

    path: Path = weights_folder() / "model.safetensors"
    with path.open("rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        entry = json.loads(file.read(length))[_TABLE]
    start = 8 + length + entry["data_offsets"][0]
    return np.memmap(path, dtype=np.float32, mode="r", offset=start, shape=tuple(entry["shape"]))
