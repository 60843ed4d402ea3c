"""The arrows of the design: who may know whom, and that importing a module does nothing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for package in ("bot", "knowledge") for path in (ROOT / package).rglob("*.py"))
MAY_KNOW = {
    "answering.conversation": set[str](),
    "answering.classifier": set[str](),
    "answering.figures": set[str](),
    "answering.names": set[str](),
    "answering.language": set[str](),
    "answering.model_output": set[str](),
    "answering.prompts": {"errors"},
    "answering.wording": {"answering.language"},
    "answering.translating": {"answering.figures", "answering.language"},
    "answering.hearing": {"answering.classifier", "answering.prompts", "errors"},
    "answering.chat_model": {"answering.model_output", "errors"},
    "answering.composing": {
        "answering.chat_model", "answering.conversation", "answering.model_output", "answering.prompts",
    },
    "answering.same_question": {"answering.composing", "answering.hearing", "errors"},
    "answering.quoting": {"answering.conversation", "answering.figures", "answering.names"},
    "answering.checking": {
        "answering.classifier", "answering.figures", "answering.language", "answering.model_output", "answering.names",
    },
    "answering.checked_reply": {
        "answering", "answering.checking", "answering.composing", "answering.conversation", "answering.language",
        "answering.model_output", "answering.translating", "errors",
    },
    "answering.advisor": {
        "answering", "answering.checked_reply", "answering.checking", "answering.composing", "answering.conversation",
        "answering.hearing", "answering.language", "answering.quoting", "errors",
    },
}  # fmt: skip
"""Which modules of bot each module of answering may import."""
ROOMS = {
    "errors": set[str](),
    "logs": set[str](),
    "settings": {"answering", "errors"},
    "answering": {"errors"},
    "records": {"answering", "errors", "mentoring"},
    "mentoring": {"errors", "records"},
}
"""Which rooms of bot each room may import from; the edge (__main__, composition, cli, slack) may know everything."""


def imports(path: Path, *, at_run_time: bool = False) -> Iterator[str]:
    """The modules that a file imports anywhere in it; or only those that importing it imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if at_run_time else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", [p for p in MODULES if p.is_relative_to(ROOT / "knowledge")], ids=str)
def test_knowledge_knows_nobody(path: Path) -> None:
    assert [name for name in imports(path) if name.split(".")[0] in {"bot", "prompts", "tests"}] == []


@pytest.mark.parametrize("path", [p for p in MODULES if not p.is_relative_to(ROOT / "bot" / "slack")], ids=str)
def test_only_the_folder_slack_knows_slack(path: Path) -> None:
    assert [name for name in imports(path) if name.startswith(("slack_sdk", "slack_bolt"))] == []


@pytest.mark.parametrize("name", sorted(MAY_KNOW))
def test_arrows_point_one_way(name: str) -> None:
    known = {i.removeprefix("bot.") for i in imports(_file(f"bot.{name}")) if i.startswith("bot.")}
    assert known <= MAY_KNOW[name]


def test_every_module_of_answering_has_its_place_in_the_picture() -> None:
    inner = {f"answering.{path.stem}" for path in (ROOT / "bot" / "answering").glob("*.py")} - {"answering.__init__"}
    assert inner == MAY_KNOW.keys()


@pytest.mark.parametrize("name", sorted(ROOMS))
def test_arrows_between_rooms_point_one_way(name: str) -> None:
    place = ROOT / "bot" / name
    files = [*place.glob("*.py")] if place.is_dir() else [place.with_suffix(".py")]
    known = {i.split(".")[1] for file in files for i in imports(file) if i.startswith("bot.")}
    assert known - {name} <= ROOMS[name]


def test_the_advisor_knows_neither_slack_nor_chroma_nor_openai() -> None:
    reached = {"bot.answering.advisor"}
    while more := {n for m in reached for n in imports(_file(m), at_run_time=True) if _file(n).exists()} - reached:
        reached |= more
    outside = {name.split(".")[0] for module in reached for name in imports(_file(module), at_run_time=True)}
    assert outside.isdisjoint({"slack_sdk", "slack_bolt", "chromadb", "openai", "langchain", "langchain_openai"})


@pytest.mark.parametrize(
    "package", ["chromadb", "langchain", "langchain_openai", "slack_bolt", "onnxruntime", "pdfplumber", "matplotlib"]
)
def test_starting_the_command_line_loads_no_heavy_package(package: str) -> None:
    code = f"import bot.__main__, sys; sys.exit({package!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_importing_a_module_writes_nothing_and_reads_no_setting(tmp_path: Path) -> None:
    names = [
        ".".join(p.relative_to(ROOT).with_suffix("").parts) for p in MODULES if p.stem not in {"__init__", "make_graph"}
    ]
    code = f"import importlib\nfor name in {names!r}: importlib.import_module(name)"
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "LOG_LEVEL": "wrong", "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout == b""
    assert list(tmp_path.iterdir()) == []


def _file(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"
