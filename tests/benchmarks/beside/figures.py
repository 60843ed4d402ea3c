"""What was measured of each contestant, as ratios, a table and JSON. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

OURS, RECIPE = "this project", "LangChain recipe"
AIMS = {"index_seconds": 0.3, "index_megabytes": 0.35, "search_ms": 0.3, "quoted": 1.5}
"""What this project wants to be of the recipe: at most, for usefulness at least."""
BEGIN, END = "<!-- made by make bench: begin -->", "<!-- made by make bench: end -->"


@dataclass(frozen=True)
class Figures:
    """One contestant's figures, None where there is no such thing. Times are medians, of one question where nothing else is said."""

    passages: int | None = None
    index_seconds: float | None = None
    index_cpu: float | None = None
    index_megabytes: float | None = None
    start_seconds: float | None = None
    search_ms: float | None = None
    search_cpu_ms: float | None = None
    search_megabytes: float | None = None
    hit_1: float | None = None
    hit_8: float | None = None
    prompt_holds: float | None = None
    quoted: float | None = None
    quoted_words: float | None = None
    quote_cpu_ms: float | None = None
    answered: float | None = None
    answer_cpu_ms: float | None = None
    first_ms: float | None = None
    whole_ms: float | None = None
    per_second: float | None = None
    model_calls: float | None = None
    prompt_tokens: float | None = None
    slack_calls: float | None = None


LABELS = {
    "passages": "Passages",
    "index_seconds": "Index, seconds by the clock",
    "index_cpu": "Index, seconds of computing",
    "index_megabytes": "Index, most memory, MB",
    "start_seconds": "Process start to the first search answered, seconds",
    "search_ms": "Search, ms by the clock",
    "search_cpu_ms": "Search, ms of computing",
    "search_megabytes": "Most memory while searching, MB",
    "hit_1": "The right passage first",
    "hit_8": "Among the first eight",
    "prompt_holds": "The prompt holds the answer",
    "quoted": "Usefulness without a model",
    "quoted_words": "Words of an answer without a model",
    "quote_cpu_ms": "An answer without a model, ms of computing",
    "answered": "Usefulness with the model",
    "answer_cpu_ms": "An answer with the model, ms of computing",
    "first_ms": "First (checked) sentence, ms",
    "whole_ms": "Whole answer, ms",
    "per_second": "Answers a second, eight at once",
    "model_calls": "Calls of the model an answer",
    "prompt_tokens": "Prompt tokens an answer",
    "slack_calls": "Slack calls an answer",
}
"""What each figure is called in the table, in its order."""


def ratios(ours: Figures, theirs: Figures) -> dict[str, float]:
    """Ours as a share of theirs, where both are known and theirs is above 0."""
    pairs = ((field.name, getattr(ours, field.name), getattr(theirs, field.name)) for field in fields(Figures))
    return {name: round(own / other, 3) for name, own, other in pairs if own is not None and other and other > 0}


def met(found: Mapping[str, float]) -> dict[str, bool]:
    """For each aim whose ratio is known whether it is met."""
    return {name: found[name] >= aim if aim > 1 else found[name] <= aim for name, aim in AIMS.items() if name in found}


def table(result: Mapping[str, Any]) -> str:
    """The figures of a result (see `as_json`) as Markdown, a row each, with ours as a share of the recipe's and the floor at the end."""
    contestants = {name: Figures(**told) for name, told in result["contestants"].items()}
    found = result["ratios"]
    head = [*contestants, "ratio to the recipe"]
    lines = [_row(["", *head]), _row(["---"] * (len(head) + 1))]
    for name, label in LABELS.items():
        values = [_shown(getattr(figures, name)) for figures in contestants.values()]
        if set(values) != {"–"}:
            ratio = f"{found[name]:.2f}" if name in found else "–"
            lines.append(_row([label, *values, f"{ratio}{_aim(name)}" if name in found else ratio]))
    floor = result["floor"]
    lines.append("")
    lines.append(
        f"The floor: to tokenise a question, one pass of MiniLM and one product with the vectors of {floor['passages']} passages take "
        f"{floor['search_ms']:.1f} ms; to tokenise all passages and pass each once takes {floor['index_cpu']:.0f} s of computing."
    )
    return "\n".join(lines)


def quality_table(sets: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> str:
    """For each set of questions and each contestant what was found and what answers are worth."""
    names = ("hit_1", "hit_8", "prompt_holds", "quoted", "answered")
    lines = [_row(["Questions", "", *(LABELS[name] for name in names)]), _row(["---"] * (len(names) + 2))]
    for one, contestants in sets.items():
        lines += [_row([one, who, *(_shown(told.get(name)) for name in names)]) for who, told in contestants.items()]
    return "\n".join(lines)


def as_json(
    contestants: Mapping[str, Figures],
    floor: Mapping[str, float],
    sets: Mapping[str, Mapping[str, Mapping[str, Any]]],
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """The result of a run as it is kept."""
    told = {name: {key: _rounded(value) for key, value in asdict(one).items()} for name, one in contestants.items()}
    found = ratios(contestants[OURS], contestants[RECIPE]) if contestants.keys() >= {OURS, RECIPE} else {}
    return {
        **about,
        "contestants": told,
        "ratios": found,
        "aims": AIMS,
        "met": met(found),
        "floor": {name: _rounded(value) for name, value in floor.items()},
        "sets": sets,
    }


def with_tables(document: str, made: str) -> str:
    """A document with what `make bench` has made put between its marks. Raises ValueError where it has none."""
    found = re.search(rf"{re.escape(BEGIN)}\n.*?{re.escape(END)}", document, re.S)
    if found is None:
        raise ValueError("the document has no place for what make bench makes")
    return document[: found.start()] + f"{BEGIN}\n{made}\n{END}" + document[found.end() :]


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _aim(name: str) -> str:
    if name not in AIMS:
        return ""
    return f" (aim: {'at least' if AIMS[name] > 1 else 'at most'} {AIMS[name]:g})"


def _shown(value: float | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, int) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _rounded(value: float | None) -> float | None:
    return value if value is None or isinstance(value, int) else round(value, 3)
