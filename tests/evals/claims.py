"""How well the grounding check tells faithful sentences from lies: a table by kind, and the time a sentence takes.

python -m tests.evals.claims [--wrong]
"""

import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.grounding import claims, judge
from knowledge.passages import Guide, Passage

FILE = Path(__file__).with_name("claims.yaml")
SHOWN = ("faithful", "repaired")
"""The kinds of sentences that must be shown."""


@dataclass(frozen=True)
class Case:
    """A sentence, what kind it is, and whether the check let it through as it should."""

    kind: str
    text: str
    shown: bool
    right: bool
    why: str


def passages() -> list[Passage]:
    """The passages, numbered from 1 by their order."""
    return [_passage(number, entry) for number, entry in enumerate(_content()["passages"], 1)]


def sentences() -> Iterator[tuple[str, str]]:
    """Every sentence with its kind."""
    for kind, texts in _content()["claims"].items():
        yield from ((kind, str(text)) for text in texts)


def judged() -> list[Case]:
    """Every sentence after the check."""
    there = passages()
    return [_case(kind, text, there) for kind, text in sentences()]


def main(arguments: Sequence[str]) -> None:
    """Print the table."""
    judged()
    started = time.perf_counter()
    cases = judged()
    milliseconds = (time.perf_counter() - started) * 1000 / len(cases)
    asked = Counter(case.kind for case in cases)
    right = Counter(case.kind for case in cases if case.right)
    for kind in asked:
        print(f"{kind:22} {right[kind]:3} of {asked[kind]:3} {'shown' if kind in SHOWN else 'withheld'}")
    lies = sum(n for kind, n in asked.items() if kind not in SHOWN)
    caught = sum(n for kind, n in right.items() if kind not in SHOWN)
    faithful = sum(asked[kind] for kind in SHOWN)
    print(
        f"lies withheld {caught} of {lies}; faithful shown {sum(right[k] for k in SHOWN)} of {faithful}; {milliseconds:.2f} ms a sentence"
    )
    if "--wrong" in arguments:
        print(*(f"  {case.kind}: {case.text}  ({case.why or 'shown'})" for case in cases if not case.right), sep="\n")


def _case(kind: str, text: str, there: Sequence[Passage]) -> Case:
    (claim,) = (claim for claim in claims(text) if re.search(r"\w", claim.text))
    verdict = judge(claim, there)
    return Case(kind, text, verdict.supported, verdict.supported == (kind in SHOWN), verdict.why)


def _content() -> Any:
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def _passage(number: int, entry: dict[str, Any]) -> Passage:
    title, *_ = heading = tuple(entry["heading"])
    guide = Guide(f"{title}.md", title, role=title, region=entry["region"])
    return Passage(f"claims-{number}", guide, heading, entry["text"], number, "hash")


if __name__ == "__main__":
    main(sys.argv[1:])
