"""What stands beside a version's vectors, and how it and the vectors of statements are written."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from knowledge.documents.reading import SkippedFile
from knowledge.passages import Guide, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from knowledge.search.encoder import Encoded

Stamp = tuple[str, int, int]
"""A file's path, its size in bytes, and the times of change of its text and of its entry, in nanoseconds and added up: the
first one can be set back (`cp -p`), the second cannot.
"""


@dataclass(frozen=True)
class Contents:
    """What stands beside a version's vectors: its passages in order, and the files that they came from.

    `shares` tells of each file that was read what share of its different words is in its passages.
    """

    passages: tuple[Passage, ...]
    files: Mapping[str, Stamp] = field(default_factory=dict)
    skipped: tuple[SkippedFile, ...] = ()
    shares: Mapping[str, float] = field(default_factory=dict)


def save_statements(path: Path, encoded: "Sequence[Encoded]") -> None:
    """Write the vectors of all statements of passages, in order, as one NumPy file of shape (statements, 384)."""
    import numpy as np

    from knowledge.minilm.model import WIDTH

    path.parent.mkdir(parents=True, exist_ok=True)
    vectors = [unpacked(packed(one.statements)) for one in encoded]  # the same on every machine
    np.save(path, np.concatenate(vectors) if vectors else np.zeros((0, WIDTH), dtype=np.float32))


def metadata_of(passage: Passage, encoded: "Encoded") -> dict[str, str]:
    """What Chroma keeps of a passage beside its vector, so that another machine can make the files from it."""
    return {"passage": json.dumps(asdict(passage), ensure_ascii=False), "statements": packed(encoded.statements)}


def packed(vectors: "NDArray[np.float32]") -> str:
    """Vectors of length 1 as text, with 8 bits a number."""
    import numpy as np

    return base64.b64encode(np.round(vectors * 127).astype(np.int8).tobytes()).decode()


def unpacked(text: str) -> "NDArray[np.float32]":
    """Vectors from their text, of shape (vectors, 384)."""
    import numpy as np

    from knowledge.minilm.model import WIDTH

    return np.frombuffer(base64.b64decode(text), dtype=np.int8).reshape(-1, WIDTH).astype(np.float32) / np.float32(127)


def portions(things: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """Things in portions of at most so many."""
    return (things[start : start + size] for start in range(0, len(things), size))


def stored_contents(contents: Contents) -> dict[str, Any]:
    """Contents as JSON: each guide once, its passages under it."""
    guides: dict[Guide, list[Any]] = {}
    for p in contents.passages:
        guides.setdefault(p.guide, []).append([p.id, list(p.heading), p.text, p.position, p.hash])
    return {
        "guides": [[asdict(guide), passages] for guide, passages in guides.items()],
        "files": contents.files,
        "shares": contents.shares,
        "skipped": [astuple(skip) for skip in contents.skipped],
    }


def contents_from(stored: Mapping[str, Any]) -> Contents:
    """Contents from their JSON. Raises ValueError, KeyError or TypeError where it is none."""
    passages = [
        Passage(key, guide, tuple(heading), text, position, digest)
        for said, entries in stored["guides"]
        for guide in [Guide(**said)]
        for key, heading, text, position, digest in entries
    ]
    files = {name: (str(stamp[0]), int(stamp[1]), int(stamp[2])) for name, stamp in stored["files"].items()}
    return Contents(
        tuple(passages), files, tuple(SkippedFile(*skip) for skip in stored["skipped"]), stored.get("shares", {})
    )


def passage_from(guide: Mapping[str, str], entry: Mapping[str, Any]) -> Passage:
    """A passage from what Chroma keeps of it."""
    return Passage(
        entry["id"], Guide(**guide), tuple(entry["heading"]), entry["text"], entry["position"], entry["hash"]
    )
