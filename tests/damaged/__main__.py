"""Reads damaged and hostile files of every format, and tells what that cost: python -m tests.damaged [--files 1000] [--seed 1] [--from FOLDER].

Each file is one of a folder with something wrong with it. It ends with 1 where a reader's exception gets out, a file takes
longer than the limit, or the sound guide beside them is not read. It is no part of `make test`.
"""

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from knowledge.documents.formats import reader_of
from knowledge.documents.reading import GuideFile, read_all
from knowledge.passages import Document, split
from tests.damaged.mutations import damaged

CASES = Path(__file__).parents[3] / "shared" / "cases" / "guides"
SOUND = "# Baker\n\n## Pay\n\nA baker earns 2,900 euros a month.\n"
SECONDS = 20.0
"""Seconds that one file may take."""
LARGEST = 3_000_000
"""Bytes of a file that is taken to be damaged."""


@dataclass
class Findings:
    """What was found: how many files were read and left out, the seconds of those that took too long, what got out of a reader."""

    read: int = 0
    left_out: int = 0
    slow: dict[str, float] = field(default_factory=dict)
    escaped: dict[str, str] = field(default_factory=dict)
    sound_read: bool = False
    megabytes: int = 0

    @property
    def is_in_order(self) -> bool:
        """Whether nothing got out, nothing took too long, and the sound guide was read."""
        return self.sound_read and not self.slow and not self.escaped


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the files, read them and print what was found; 0 also where there is nothing to damage, which is said."""
    parser = argparse.ArgumentParser(prog="python -m tests.damaged", description=__doc__)
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--from", dest="folder", type=Path, default=CASES, help="a folder of sound files")
    chosen = parser.parse_args(arguments)
    sound = sound_files(chosen.folder)
    if not sound:
        print(f"Nothing to damage: there are no guides in {chosen.folder}.")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        found = findings(list(made(Path(folder), sound, chosen.files, random.Random(chosen.seed))))
    print(f"{found.read} read, {found.left_out} left out by name, at most {found.megabytes} MB in a reader")
    for name, seconds in found.slow.items():
        print(f"{name} took {seconds:.1f} s")
    for name, error in found.escaped.items():
        print(f"{name}: {error}")
    if not found.sound_read:
        print("The sound guide beside them was not read.")
    return 0 if found.is_in_order else 1


def sound_files(folder: Path) -> list[Path]:
    """The files of a folder and those below it that a reader is there for."""
    there = sorted(path for path in folder.rglob("*") if path.is_file() and path.stat().st_size < LARGEST)
    return [path for path in there if reader_of(path)]


def made(folder: Path, sound: Sequence[Path], count: int, chance: random.Random) -> Iterator[GuideFile]:
    """So many damaged files in a folder, of every format as many; last a sound guide."""
    contents = {path: path.read_bytes() for path in sound}
    formats = sorted({path.suffix.lower() for path in sound})
    for number in range(count):
        format_ = formats[number % len(formats)]
        chosen = chance.choice([path for path in sound if path.suffix.lower() == format_])
        path = folder / f"{number:05}{format_}"
        path.write_bytes(damaged(contents[chosen], chance, list(contents.values())))
        yield GuideFile(folder, path)
    guide = folder / "sound.md"
    guide.write_text(SOUND, encoding="utf-8")
    yield GuideFile(folder, guide)


def findings(files: Sequence[GuideFile]) -> Findings:
    """Read files one after the other, the last of them sound, and cut what was read into passages."""
    found = Findings()
    began = time.monotonic()
    for file, one in zip(files, read_all(files), strict=True):
        found.sound_read = isinstance(one, Document)
        if isinstance(one, Document):
            found.read += 1
            _split(one, file.name, found)
        else:
            found.left_out += 1
            if "Traceback" in str(one):
                found.escaped[file.name] = str(one)
        if (seconds := time.monotonic() - began) > SECONDS:
            found.slow[file.name] = seconds
        began = time.monotonic()
    found.megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    return found


def _split(document: Document, name: str, found: Findings) -> None:
    try:
        split(document)
    except Exception as error:  # noqa: BLE001  whatever gets out is what is looked for
        found.escaped[name] = f"{type(error).__name__}: {error}"


if __name__ == "__main__":
    sys.exit(main())
