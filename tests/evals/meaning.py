"""How well questions that mean the same are told from those that do not: a table by kind, and the time it takes.

python -m tests.evals.meaning [--wrong]
"""

import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.meaning import read, same

FILE = Path(__file__).with_name("meaning.yaml")
SAME = "same"
NEVER_THE_SAME = frozenset(["role", "level", "place"])
"""What may differ in no pair that is taken for the same."""


@dataclass(frozen=True)
class Pair:
    """Two questions, the set they belong to, and what differs between them ("same": nothing)."""

    set: str
    differs: str
    one: str
    other: str

    @property
    def alike(self) -> bool:
        """Whether a careful reader takes the two for the same."""
        return self.differs == SAME


def pairs() -> list[Pair]:
    """Every pair of the file."""
    content = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return [Pair(name, *map(str, entry)) for name, entries in content.items() for entry in entries]


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    every = pairs()
    started = time.perf_counter()
    read_ = {question: read(question) for pair in every for question in (pair.one, pair.other)}
    reading = time.perf_counter() - started
    found = {pair: same(read_[pair.one], read_[pair.other]) for pair in every}
    comparing = time.perf_counter() - started - reading
    print(f"{'differs':12} {'pairs':>5}  {'taken for the same':>18}  {'taken for different':>19}")
    for kind, asked in Counter(pair.differs for pair in every).items():
        taken = sum(found[pair] for pair in every if pair.differs == kind)
        print(f"{kind:12} {asked:5}  {taken:18}  {asked - taken:19}")
    for name in dict.fromkeys(pair.set for pair in every):
        own = [pair for pair in every if pair.set == name]
        right = sum(found[pair] == pair.alike for pair in own)
        wrongly = sum(found[pair] and not pair.alike for pair in own)
        print(f"{name:10} {right} of {len(own)} right ({right / len(own):.1%}); {wrongly} wrongly the same")
    print(
        f"{reading * 1000 / len(read_):.2f} ms to read a question, {comparing * 1e6 / len(every):.1f} µs to compare two"
    )
    if "--wrong" in arguments:
        wrong = [pair for pair in every if found[pair] != pair.alike]
        print(*(f"  {pair.set}, {pair.differs}: {pair.one}  |  {pair.other}" for pair in wrong), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
