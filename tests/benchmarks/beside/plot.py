"""The figures as a picture for the documents."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.beside.figures import LABELS, OURS, RECIPE

LESS = ("index_seconds", "index_cpu", "index_megabytes", "search_ms", "search_megabytes", "first_ms", "prompt_tokens")
MORE = ("hit_1", "hit_8", "quoted", "answered", "per_second")
COLOURS = {OURS: "#2f6f4f", RECIPE: "#8a8a8a"}


def draw(result: Mapping[str, Any], path: Path) -> None:
    """Write a picture of all contestants as shares of the recipe: on the left what should be little, on the right what should be much."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), dpi=110)
    _bars(left, result, LESS, "less is better")
    _bars(right, result, MORE, "more is better")
    left.legend(fontsize=8, loc="lower right")
    figure.suptitle(f"Beside what people would pick instead; the {RECIPE} is 1", fontsize=11)
    figure.text(0.01, 0.01, result["summary"], fontsize=7, color="#555555")
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path)
    plt.close(figure)


def _bars(axes: Any, result: Mapping[str, Any], names: tuple[str, ...], title: str) -> None:
    contestants = result["contestants"]
    base = contestants[RECIPE]
    height = 0.8 / len(contestants)
    rows = [name for name in names if base.get(name)]
    for place, (who, told) in enumerate(contestants.items()):
        shares = [told[name] / base[name] if told.get(name) is not None else 0 for name in rows]
        at = [row + place * height for row in range(len(rows))]
        bars = axes.barh(at, shares, height, label=who, color=COLOURS.get(who))
        axes.bar_label(bars, [f"{share:.2f}" if share else "" for share in shares], fontsize=7, padding=2)
    axes.set_yticks([row + 0.4 - height / 2 for row in range(len(rows))], [LABELS[name] for name in rows], fontsize=8)
    axes.invert_yaxis()
    axes.axvline(1, color="#8a8a8a", linewidth=0.8)
    axes.set_xlim(0, 3)
    axes.set_title(title, fontsize=9)
    axes.spines[["top", "right"]].set_visible(False)
