"""`make eval`: asks the evaluation questions through `careerbot answer` and prints and writes what the answers are worth.

python -m tests.evals [--set NAME ...] [--with-model] [--json FILE] [--failures]

Without --with-model no key or model of the environment is used. The checker is judged on labelled sentences, without a model.
"""

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.evals import measures
from tests.evals.measures import Given, Question

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "eval"
HELD_OUT = Path(__file__).parent / "held_out"
"""Sets of our own that nothing is fitted or trained on; their README says whose they are."""
FIT = ROOT / "knowledge" / "fitted.json"
SEED = 20261124
"""Of the letter slips, so that two runs are about the same questions."""
MODEL_SETTINGS = frozenset(["OPENAI_API_KEY", "OPENAI_BASE_URL", "CHAT_MODEL", "EMBEDDINGS"])


@dataclass(frozen=True)
class EvaluationSet:
    """Questions and the guides they are asked of. On `fitted` ones the limits were set: other sets judge better."""

    name: str
    questions: Path
    guides: Path
    only: tuple[str, str] = ("", "")
    """A field of the questions and how it begins in those that belong to this set."""
    slips: bool = False
    fitted: bool = False

    def asked(self) -> list[Question]:
        """The questions of this set."""
        field, begins = self.only
        every = [json.loads(line) for line in self.questions.read_text(encoding="utf-8").splitlines() if line.strip()]
        return [one for one in every if not field or str(one[field]).startswith(begins)]


def sets() -> list[EvaluationSet]:
    """What is asked; `rewritten` asks the product's own guide what is asked of its source."""
    guide, corpus = SHARED / "guide-questions.jsonl", SHARED / "corpus-questions.jsonl"
    train, fresh = SHARED / "train" / "questions.jsonl", SHARED / "fresh" / "questions.jsonl"
    seed = SHARED / "career-guide.txt"
    short = sorted((SHARED / "train" / "guides").glob("*.md"))
    folders = {str(json.loads(line)["file"]).split("/")[0] for line in train.read_text(encoding="utf-8").splitlines()}
    return [
        EvaluationSet("guide", guide, seed),
        EvaluationSet("rewritten", guide, ROOT / "knowledge" / "guides"),
        EvaluationSet("corpus", corpus, SHARED / "corpus"),
        EvaluationSet("slips", corpus, SHARED / "corpus", slips=True),
        EvaluationSet("fresh", fresh, seed, ("set", "seed")),
        EvaluationSet("fresh-own", fresh, SHARED / "fresh" / "guides", ("set", "own")),
        *(
            EvaluationSet(f"held-out-{path.parent.name}", path, path.parent / "guides")
            for path in sorted(HELD_OUT.glob("*/questions.jsonl"))
        ),
        EvaluationSet("everyday-guide", train, seed, ("file", "career-guide.txt"), fitted=True),
        *(
            EvaluationSet(f"everyday-{path.stem}", train, path, ("file", f"guides/{path.name}"), fitted=True)
            for path in short
        ),
        *(
            EvaluationSet(f"everyday-corpus-{name}", train, SHARED / "corpus", ("file", f"{name}/"), fitted=True)
            for name in sorted(folders - {"guides", "career-guide.txt"})
        ),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sets that are asked for; 0 also when the evaluation data is missing, which is said."""
    if not SHARED.is_dir():
        print(f"Nothing to ask: {SHARED} is not on this machine.")
        return 0
    every = sets()
    parser = argparse.ArgumentParser(prog="python -m tests.evals", description=__doc__)
    parser.add_argument("--set", action="append", help="only sets whose names begin so")
    parser.add_argument("--with-model", action="store_true", help="answer with the chat model of the environment")
    parser.add_argument("--json", type=Path, default=ROOT / "data" / "evaluation.json", help="where the figures go")
    parser.add_argument("--failures", action="store_true", help="print each failed question with its answer")
    chosen = parser.parse_args(arguments)
    asked = [one for one in every if not chosen.set or one.name.startswith(tuple(chosen.set))]
    results: dict[str, Any] = {}
    judged: list[tuple[EvaluationSet, list[Question], dict[str, Given]]] = []
    for one in asked:
        questions = one.asked()
        answers, seconds = _answered(one, questions, with_model=chosen.with_model)
        judged.append((one, questions, answers))
        results[one.name] = _figures(questions, answers) | {"seconds_with_index": round(seconds, 1)}
        _print(one, results[one.name])
        if chosen.failures:
            _print_failures(questions, answers)
    _print_calibration(judged)
    if not chosen.set:
        results["left out"] = json.loads(FIT.read_text(encoding="utf-8"))["left_out"]
        _print_left_out(results["left out"])
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"Written to {chosen.json}.")
    return 0


def slipped(questions: Sequence[Question]) -> list[Question]:
    """The questions with one random letter slip in every fourth word: two letters swapped, one lost or one doubled."""
    chance = random.Random(SEED)
    return [{**q, "turns": [_with_slips(turn, chance) for turn in q["turns"]]} for q in questions]


def _with_slips(text: str, chance: random.Random) -> str:
    return " ".join(_slip(word, chance) if n % 4 == 3 else word for n, word in enumerate(text.split()))


def _slip(word: str, chance: random.Random) -> str:
    if len(word) < 4 or not word.isascii() or not word.isalpha():
        return word
    at = chance.randrange(1, len(word) - 1)
    return chance.choice([
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
    ])  # fmt: skip


def _answered(one: EvaluationSet, questions: Sequence[Question], *, with_model: bool) -> tuple[dict[str, Given], float]:
    """The answers of a process of its own, and its seconds."""
    asked = slipped(questions) if one.slips else questions
    with tempfile.TemporaryDirectory() as folder:
        path, given = Path(folder, "questions.jsonl"), Path(folder, "answers.jsonl")
        path.write_text("".join(json.dumps(q, ensure_ascii=False) + "\n" for q in asked), encoding="utf-8")
        command = [
            sys.executable,
            "-m",
            "bot",
            "answer",
            str(path),
            str(given),
            "--guides",
            str(_as_folder(one.guides)),
        ]
        environment = {k: v for k, v in os.environ.items() if with_model or k not in MODEL_SETTINGS}
        started = time.monotonic()
        subprocess.run(command, check=True, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)
        seconds = time.monotonic() - started
        lines = [json.loads(line) for line in given.read_text(encoding="utf-8").splitlines()]
    return {line["id"]: line for line in lines}, seconds


def _as_folder(guides: Path) -> Path:
    """A folder of guides; a single file gets one to itself, the same in every run, so that its index is found again."""
    if guides.is_dir():
        return guides
    folder = ROOT / "data" / "evaluations" / guides.stem
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy2(guides, folder)
    return folder


def _figures(questions: Sequence[Question], answers: dict[str, Given]) -> dict[str, Any]:
    return {
        **measures.usefulness(questions, answers, shared_scorer().judge),
        "retrieval": measures.retrieval(questions, answers),
        "words": measures.lengths(answers.values()),
        "milliseconds": measures.milliseconds(answers.values()),
        "withheld": measures.withheld(answers.values()),
    }


def shared_scorer() -> ModuleType:
    """The shared scorer, whose last line would run it as a program."""
    spec = util.spec_from_file_location("usefulness", SHARED / "usefulness.py")
    assert spec is not None
    module = util.module_from_spec(spec)
    source = (SHARED / "usefulness.py").read_text(encoding="utf-8").rstrip().removesuffix("main()")
    exec(compile(source, "usefulness.py", "exec"), module.__dict__)
    return module


def _print(one: EvaluationSet, figures: dict[str, Any]) -> None:
    words, ms, found = figures["words"], figures["milliseconds"], figures["retrieval"]
    print(
        f"{one.name}{' (fitted on)' if one.fitted else ''}: usefulness {figures['usefulness']:.3f} over {figures['asked']}"
    )
    print(f"  {', '.join(f'{what} {count}' for what, count in figures['outcomes'].items())}")
    if found["questions"]:
        hits = ", ".join(f"{key} {found[key]:.2f}" for key in ("hit@1", "hit@3", "hit@8"))
        print(f"  found: {hits}, MRR {found['mrr']:.3f} over {found['questions']:.0f} questions")
    print(f"  words: median {words['median']}, 90th percentile {words['p90']}, longest {words['longest']}")
    print(
        f"  time: median {ms['median']:.0f} ms, longest {ms['longest']:.0f} ms; {figures['seconds_with_index']} s with the index"
    )
    if figures["withheld"]["sentences"]:
        print(f"  withheld: {figures['withheld']}")


def _print_calibration(judged: Sequence[tuple[EvaluationSet, list[Question], dict[str, Given]]]) -> None:
    """How many answers were right among those given with about the same probability, sets that were fitted on apart."""
    for name, fitted in (("sets not fitted on", False), ("sets fitted on", True)):
        pairs = [(questions, answers) for one, questions, answers in judged if one.fitted == fitted]
        table = measures.calibration(pairs, shared_scorer().right)
        if table:
            told = ", ".join(f"{low:.1f}–{low + 0.2:.1f}: {right:.2f} of {count}" for low, right, count in table)
            print(f"calibration, {name} (probability: share right of answers): {told}")


def _print_left_out(figures: dict[str, Any]) -> None:
    print("fitted, with the source left out:")
    for name in ("search", "certainty", "quoting", "sentences", "shared sentences"):
        print(f"  {name}: {json.dumps(figures.get(name), ensure_ascii=False)}")


def _print_failures(questions: Sequence[Question], answers: dict[str, Given]) -> None:
    judge = shared_scorer().judge
    for question in questions:
        way, points = judge(question, answers[question["id"]])
        if points < 0.5:
            print(f"\n  {points:+.1f} {question['id']} {way} {' / '.join(question['turns'])}")
            print(*(f"    | {line}" for line in _lines(answers, question["id"])), sep="\n")


def _lines(answers: dict[str, Given], key: str) -> Iterator[str]:
    yield from answers[key]["answer"].splitlines()


if __name__ == "__main__":
    sys.exit(main())
