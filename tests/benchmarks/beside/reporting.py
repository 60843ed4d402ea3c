"""Where the figures of a run go: the terminal, and with `--write` the documents."""

import datetime
import json
import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from tests.benchmarks.beside import environments, plot
from tests.benchmarks.beside.figures import Figures, quality_table, table, with_tables
from tests.benchmarks.beside.subjects import ROOT, Subject

RESULT = ROOT / "docs" / "beside.json"
PICTURE = ROOT / "docs" / "pictures" / "beside.png"
CAPACITY = ROOT / "docs" / "capacity.md"
PACKAGES = {
    "langchain_recipe": ("langchain-core", "langchain-chroma", "chromadb", "sentence-transformers", "torch"),
    "llamaindex_starter": ("llama-index-core", "sentence-transformers", "torch"),
    "slack_sample": ("slack-bolt", "openai-agents"),
}
QUALITY = ("hit_1", "hit_8", "prompt_holds", "quoted", "answered")


def about(subject: Subject, options: Sequence[str]) -> dict[str, Any]:
    """When, where and with what was measured."""
    files = sum(path.is_file() for path in subject.guides.rglob("*"))
    versions = {name: environments.versions(name, packages) for name, packages in PACKAGES.items()}
    ours = {name: version(name) for name in ("career-advice-bot", "chromadb", "onnxruntime", "langchain-core")}
    cores, load = os.cpu_count() or 1, os.getloadavg()[0]
    measured = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": f"make bench BENCH='{' '.join(['beside', *options])}'",
        "machine": f"{platform.machine()}, {cores} cores, Python {platform.python_version()}, load {load:.1f} at the end",
        "documents": f"{subject.name}: {files} files, {len(subject.questions)} questions",
    }
    summary = f"{measured['date']}, {measured['documents']}; {measured['machine']}; {measured['command']}"
    return {**measured, "summary": summary, "versions": {"this project": ours, **versions}}


def quality(figures: Figures) -> dict[str, Any]:
    """What is told of every set of questions."""
    return {name: getattr(figures, name) for name in QUALITY}


def reported(result: Mapping[str, Any], *, write: bool) -> str:
    """The figures as a text; written into data, or with `write` into the documents with the picture."""
    kept = RESULT if write else environments.cache() / "data" / "result.json"
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    picture = PICTURE if write else kept.with_name("result.png")
    plot.draw(result, picture)
    if write:
        CAPACITY.write_text(with_tables(CAPACITY.read_text(encoding="utf-8"), page(result)), encoding="utf-8")
    return f"{page(result)}\n\nWritten to {_short(kept)} and {_short(picture)}."


def page(result: Mapping[str, Any]) -> str:
    """What stands in the document."""
    return f"Measured {result['summary']}.\n\n{table(result)}\n\n{quality_table(result['sets'])}"


def _short(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
