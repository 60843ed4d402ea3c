"""Reads documents as people have them, asks the questions that belong to them, and counts which are answered rightly.

python -m tests.evals.documents [--cases FOLDER] [--only TEXT] [--show]

FOLDER holds CASES.jsonl (an `id` a line, with `questions` of `q` and `right`) and a folder of files for each id. A case is
right when each answer has the figures of the right one, or its words where it has none; when nothing is to be stated, no
covered answer is given; what cannot be read counts as right where it is named. This judges words: look at failures yourself.
"""

import argparse
import asyncio
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bot.composition import Application
from bot.settings import Settings
from knowledge.errors import KnowledgeError
from tests.evals.__main__ import SHARED

CASES = SHARED.parent / "cases" / "guides"
_NOTHING = re.compile(r"^not (?:stated|answered)")
_NAMED = re.compile(r"\bnames?d?\b|\bsay that\b")
WORDS = 0.6
"""The share of the right answer's words that an answer without figures must have."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the cases; 0 also where they are missing, which is said."""
    parser = argparse.ArgumentParser(prog="python -m tests.evals.documents", description=__doc__)
    parser.add_argument("--cases", type=Path, default=CASES)
    parser.add_argument("--only", default="", help="only cases whose id contains this")
    parser.add_argument("--show", action="store_true", help="print each wrong answer")
    chosen = parser.parse_args(arguments)
    if not (chosen.cases / "CASES.jsonl").is_file():
        print(f"Nothing to read: {chosen.cases} is not on this machine.")
        return 0
    cases = [json.loads(line) for line in (chosen.cases / "CASES.jsonl").read_text(encoding="utf-8").splitlines()]
    asked = [case for case in cases if chosen.only in case["id"]]
    right = 0
    for case in asked:
        wrong = list(_wrong(case, chosen.cases / case["id"]))
        right += not wrong
        if wrong:
            print(f"WRONG {case['id']}", flush=True)
            print("".join(f"   {line}\n" for line in wrong) if chosen.show else "", end="")
    print(f"{right} of {len(asked)} right")
    return 0


def _wrong(case: dict[str, Any], folder: Path) -> Iterator[str]:
    """A line for each question of a case that is answered wrongly."""
    with tempfile.TemporaryDirectory() as data:
        application = Application(Settings.load(data_dir=Path(data)).without_model(), folder)
        try:
            told = [str(skip) for skip in application.sync(lambda *_: None).skipped]
        except KnowledgeError as error:
            if case["questions"]:
                yield f"not indexed: {error}"
            return
        advisor = application.advisor()
        for question in case["questions"]:
            given = asyncio.run(_answered(advisor, question["q"]))
            if not is_right(question["right"], given, told):
                yield f"{question['q']} -> {question['right']}"
                yield from (f"   | {line}" for line in given["answer"].splitlines())
                yield from (f"   * {line}" for line in told)


async def _answered(advisor: Any, question: str) -> dict[str, Any]:
    from bot.answering.conversation import Conversation
    from bot.cli.json_lines import as_object

    return as_object(await advisor.answer(Conversation.of([question])))


def is_right(right: str, given: dict[str, Any], told: Sequence[str]) -> bool:
    """Whether an answer says what is right, in the words of the cases; `told` is what indexing named."""
    answer = given["answer"]
    if _NOTHING.match(right):
        return given["coverage"] != "covered" or "not filled in" in answer
    if _NAMED.search(right) and told and not re.search(r"\d", right):
        return True
    wanted = re.split(r"[;(]|, (?:under|nothing|once|told|guide)|, in ", right)[0]
    figures = re.findall(r"\d[\d.,’' ]*\d|\d", wanted)
    squeezed = re.sub(r"(?<=\d)[.,’'\s](?=\d)", "", answer)
    if figures:
        return all(re.search(rf"(?<!\d){re.sub(r'[^0-9]', '', figure)}(?!\d)", squeezed) for figure in figures)
    words = {word[:5] for word in re.findall(r"\w{3,}", wanted.lower())}
    there = {word[:5] for word in re.findall(r"\w{3,}", answer.lower())}
    return len(words & there) >= WORDS * len(words)


if __name__ == "__main__":
    sys.exit(main())
