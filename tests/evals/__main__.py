"""`make eval`: asks the evaluation questions through `careerbot answer`, without a key, and prints and writes the figures.

python -m tests.evals [--set guide|rewritten|corpus|slips] [--json FILE] [--failures]
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

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "eval"
SEED = 20261124
"""Of the letter slips, so that two runs are about the same questions."""


@dataclass(frozen=True)
class EvaluationSet:
    """A file of questions and the guides they are asked of."""

    name: str
    questions: Path
    guides: Path
    slips: bool = False
    places: bool = True
    """Whether the questions' sections are those of these guides, so that retrieval can be judged."""


def sets() -> list[EvaluationSet]:
    """What is asked; `rewritten` asks the product's own guide what is asked of its source."""
    guide, corpus = SHARED / "guide-questions.jsonl", SHARED / "corpus-questions.jsonl"
    return [
        EvaluationSet("guide", guide, SHARED / "career-guide.txt"),
        EvaluationSet("rewritten", guide, ROOT / "knowledge" / "guides", places=False),
        EvaluationSet("corpus", corpus, SHARED / "corpus"),
        EvaluationSet("slips", corpus, SHARED / "corpus", slips=True),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sets that are asked for; 0 also when the evaluation data is missing, which is said."""
    parser = argparse.ArgumentParser(prog="python -m tests.evals", description=__doc__)
    parser.add_argument("--set", action="append", choices=[one.name for one in sets()], help="only these sets")
    parser.add_argument("--json", type=Path, default=ROOT / "data" / "evaluation.json", help="where the figures go")
    parser.add_argument("--failures", action="store_true", help="print each failed question with its answer")
    chosen = parser.parse_args(arguments)
    if not SHARED.is_dir():
        print(f"Nothing to ask: {SHARED} is not on this machine.")
        return 0
    figures = {one.name: evaluate(one, chosen.failures) for one in sets() if not chosen.set or one.name in chosen.set}
    chosen.json.parent.mkdir(parents=True, exist_ok=True)
    chosen.json.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"Written to {chosen.json}.")
    return 0


def evaluate(one: EvaluationSet, show_failures: bool) -> dict[str, Any]:
    """Ask one set in a process of its own and compute its figures."""
    questions = [json.loads(line) for line in one.questions.read_text(encoding="utf-8").splitlines()]
    asked = slipped(questions) if one.slips else questions
    with tempfile.TemporaryDirectory() as folder:
        answers, seconds = _answered(asked, one.guides, Path(folder))
    scorer = _scorer()
    figures: dict[str, Any] = measures.scores(questions, answers, scorer.score)
    if one.places:
        figures["retrieval"] = measures.retrieval(questions, answers)
    figures["coverage_auc"] = measures.coverage_auc(questions, answers)
    figures["words"] = measures.lengths(answers.values())
    figures["milliseconds"] = measures.milliseconds(answers.values())
    figures["uncited_amounts"] = measures.uncited_amounts(
        answers.values(), lambda text: {scorer.num(amount) for amount in scorer.MONEY.findall(text)}
    )
    figures["seconds_with_index"] = round(seconds, 1)
    _print(one.name, figures)
    if show_failures:
        _print_failures(questions, answers, figures["failures"])
    return figures


def slipped(questions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
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


def _answered(questions: Sequence[dict[str, Any]], guides: Path, folder: Path) -> tuple[dict[str, Any], float]:
    asked, given = folder / "questions.jsonl", folder / "answers.jsonl"
    asked.write_text("".join(json.dumps(q, ensure_ascii=False) + "\n" for q in questions), encoding="utf-8")
    command = [sys.executable, "-m", "bot", "answer", str(asked), str(given), "--guides", str(_as_folder(guides))]
    started = time.monotonic()
    subprocess.run(command, check=True, cwd=ROOT, env=_environment(), stdout=subprocess.DEVNULL)
    lines = [json.loads(line) for line in given.read_text(encoding="utf-8").splitlines()]
    return {line["id"]: line for line in lines}, time.monotonic() - started


def _as_folder(guides: Path) -> Path:
    """A folder of guides; a single file gets one to itself, the same in every run, so that its index is found again."""
    if guides.is_dir():
        return guides
    folder = ROOT / "data" / "evaluations" / guides.stem
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy2(guides, folder)
    return folder


def _environment() -> dict[str, str]:
    """This process's environment without what would send questions to a model."""
    return {name: value for name, value in os.environ.items() if name not in {"OPENAI_API_KEY", "CHAT_MODEL"}}


def _scorer() -> ModuleType:
    spec = util.spec_from_file_location("score", SHARED / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _print(name: str, figures: dict[str, Any]) -> None:
    words, ms = figures["words"], figures["milliseconds"]
    kinds = ", ".join(f"{kind} {passed}/{asked}" for kind, (passed, asked) in figures["by_kind"].items())
    print(f"{name}: {figures['passed']}/{figures['asked']} right ({kinds})")
    if found := figures.get("retrieval"):
        hits = ", ".join(f"{key} {found[key]:.2f}" for key in ("hit@1", "hit@3", "hit@5"))
        print(f"  found: {hits}, MRR {found['mrr']:.3f} over {found['questions']:.0f} questions")
    print(f"  covered or not: area under the curve {figures['coverage_auc']:.3f}")
    print(f"  words: median {words['median']}, 90th percentile {words['p90']}, longest {words['longest']}")
    print(
        f"  time: median {ms['median']:.0f} ms, longest {ms['longest']:.0f} ms; {figures['seconds_with_index']} s with the index"
    )
    uncited = figures["uncited_amounts"]
    print(f"  amounts that no cited passage holds: {', '.join(uncited) if uncited else 'none'}")


def _print_failures(questions: Sequence[dict[str, Any]], answers: dict[str, Any], failures: dict[str, Any]) -> None:
    for question in questions:
        if why := failures.get(question["id"]):
            print(f"\n  {question['id']} {' / '.join(question['turns'])}\n    {'; '.join(why)}")
            print(*(f"    | {line}" for line in _lines(answers, question["id"])), sep="\n")


def _lines(answers: dict[str, Any], key: str) -> Iterator[str]:
    yield from answers.get(key, {}).get("answer", "(no answer)").splitlines()


if __name__ == "__main__":
    sys.exit(main())
