"""Reads damaged and hostile files of every format, and says what became of them.

python -m tests.hostile [--files 1000] [--seed 1] [--keep FOLDER]

Each file is read as `careerbot index` reads it, in a child process, and cut into passages. It must be read or named with a
reason: without an exception, within 20 s, in less than 500 MB, and with the good guide beside it read afterwards.
"""

import argparse
import random
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.documents.reading import SkippedFile, find_files, read_all
from knowledge.passages import Document, split
from knowledge.statements import statements
from tests.hostile.damage import damaged
from tests.hostile.seeds import seeds

SECONDS = 20.0
"""How long a file may take."""
MEGABYTES = 500
"""How much memory a child process may have in use."""
GOOD = "good.md"
AT_ONCE = 50
"""Files in a folder with one good guide."""


@dataclass
class Findings:
    """What became of the files: how many were read or named, and what must not be."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0
    slowest_file: str = ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the files; 1 where something happened that must not."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile", description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="write the files here and leave them")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        found = attack(chosen.keep or Path(folder), chosen.files, chosen.seed)
    for outcome, count in found.outcomes.most_common():
        print(f"{count:5}  {outcome}")
    used = peak_megabytes()
    print(f"slowest: {found.slowest:.1f} s ({found.slowest_file}); most memory of a child process: {used:.0f} MB")
    print(*found.faults, f"{len(found.faults)} faults in {chosen.files} files", sep="\n")
    return 1 if found.faults or used > MEGABYTES else 0


def attack(folder: Path, files: int, seed: int) -> Findings:
    """What becomes of so many damaged files below a folder. The same seed makes the same files."""
    found = Findings()
    made = hostile_files(files, seed)
    for number, start in enumerate(range(0, files, AT_ONCE)):
        below = folder / f"{number:03}"
        below.mkdir(parents=True)
        for name, data in (next(made) for _ in range(min(AT_ONCE, files - start))):
            (below / name).write_bytes(data)
        (below / f"z-{GOOD}").write_text("# Good\n\nA good guide.\n", encoding="utf-8")
        _read(below, found)
    return found


def hostile_files(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Names and bytes of so many damaged files, all formats in turn."""
    chance = random.Random(seed)
    whole = sorted(seeds().items())
    for number in range(count):
        suffix, data = whole[number % len(whole)]
        yield f"{number:05}{suffix}", damaged(data, suffix, chance)


def _read(folder: Path, found: Findings) -> None:
    """Read a folder as indexing does; what must not be is a fault."""
    good = False
    started = time.monotonic()
    try:
        for read in read_all(find_files([folder])):
            name = read.guide.path if isinstance(read, Document) else read.path
            if isinstance(read, Document):
                passages = split(read)
                good = good or (name.endswith(GOOD) and len(passages) == 1)
                sum(len(statements(passage)) for passage in passages)
            found.outcomes[_outcome(read)] += 1
            taken, started = time.monotonic() - started, time.monotonic()
            if taken > found.slowest:
                found.slowest, found.slowest_file = taken, f"{folder.name}/{name}"
            if taken > SECONDS:
                found.faults.append(f"{folder.name}/{name} took {taken:.0f} s")
    except Exception as error:  # noqa: BLE001  # what must never come out of it
        found.faults.append(f"{folder.name}: {type(error).__name__}: {error}")
    if not good:
        found.faults.append(f"{folder.name}: the good guide was not read")


def _outcome(read: Document | SkippedFile) -> str:
    if isinstance(read, Document):
        return "read" if not read.notes else "read in part, which is named"
    return re.sub(r"\d+(?:\.\d+)?", "#", read.reason)


def peak_megabytes() -> float:
    """The most memory that a child process of this one has had in use."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
