"""The arrows of the design: who may know whom, how large things may be, and that importing a module does nothing."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(path for package in ("bot", "knowledge") for path in (ROOT / package).rglob("*.py"))
FLOORS = (
    {"errors", "flight_recorder", "logs", "meter", "slack_settings", "private_files", "watchdog", "records/migrations"},
    {"answering", "disk"},
    {"metrics", "records", "settings", "tracing"},
    {"mentoring", "workspace_settings"},
    {"storage"},
    {"slack/api"},
    {"slack/format"},
    {"slack/questions", "slack/error_handler"},
    {"slack/context", "slack/private", "slack/installation", "slack/readiness"},
    {"slack/mentors/confirming", "slack/mentors/sharing", "slack/mentors"},
    {"slack/mentors/handover"},
    {"slack/home", "slack/periodic_jobs"},
    {"slack/app"},
    {"slack/workspaces"},
    {"composition"},
    {"serving"},
    {"cli"},
    {"__main__"},
)
"""The rooms of bot from the bottom up: a room may know the rooms on the floors below its own, and no other."""
KNOWLEDGE_FLOORS = (
    {"errors", "blocks", "words", "fitted", "circuit", "turns"},
    {"currencies", "magnitudes"},
    {"bare_figures", "dates"},
    {"passages", "minilm", "threads"},
    {"statements"},
    {"editions"},
    {"outline"},
    {"documents", "search"},
    {"sources"},
    {"index"},
    {"__main__"},
)
"""The rooms of knowledge, in the same way."""
KNOWLEDGE_FLOOR = {name: number for number, floor in enumerate(KNOWLEDGE_FLOORS) for name in floor}
BACK: dict[tuple[str, str], str] = {}
"""Arrows between modules that run up, each with its reason; at most two for a pair of rooms."""
NARROW = {
    "disk": set[str](),
    "errors": set[str](),
    "flight_recorder": set[str](),
    "logs": set[str](),
    "meter": set[str](),
    "metrics": {"errors", "meter"},
    "tracing": {"meter"},
    "watchdog": set[str](),
    "private_files": set[str](),
    "answering": {"errors", "flight_recorder", "meter"},
    "settings": {"answering", "errors", "slack_settings"},
    "slack_settings": set[str](),
    "workspace_settings": {"errors", "settings"},
    "records/migrations": set[str](),
    "records": {"answering", "errors", "flight_recorder"},
    "mentoring": {"answering", "errors", "records"},
    "storage": {"mentoring", "records"},
    "slack/api": {"errors", "flight_recorder", "meter", "records"},
    "slack/format": {"answering", "mentoring", "slack/api"},
}
"""Rooms that know fewer of those below them."""
MAY_KNOW = {
    "answering.conversation": set[str](),
    "answering.classifier": set[str](),
    "answering.figures": set[str](),
    "answering.names": set[str](),
    "answering.excerpts": set[str](),
    "answering.language": set[str](),
    "answering.letters": set[str](),
    "answering.model_output": set[str](),
    "answering.addressing": {"answering.classifier"},
    "answering.prompts": {"errors"},
    "answering.wording": {"answering.chat_model", "answering.language"},
    "answering.translating": {"answering.figures", "answering.language"},
    "answering.hearing": {"answering.classifier", "answering.language", "answering.letters", "answering.prompts", "errors"},
    "answering.langsmith": set[str](),
    "answering.chat_model": {"answering.model_output", "errors", "flight_recorder", "meter"},
    "answering.composing": {
        "answering.chat_model", "answering.conversation", "answering.model_output", "answering.prompts", "errors",
    },
    "answering.same_question": {"answering.hearing"},
    "answering.spans": {"answering.figures"},
    "answering.quoting": {"answering.conversation", "answering.excerpts", "answering.figures", "answering.names", "answering.spans"},
    "answering.checking": {
        "answering.classifier", "answering.figures", "answering.language", "answering.model_output", "answering.names",
    },
    "answering.interpreting": {"answering.addressing", "answering.conversation", "answering.hearing"},
    "answering.citing": {"answering.conversation", "answering.language"},
    "answering.incoming_reply": {"answering.model_output"},
    "answering.shown_reply": {"answering.model_output"},
    "answering.doubts": {
        "answering.wording", "answering.checking", "answering.composing", "answering.language", "answering.model_output",
        "answering.translating", "errors",
    },
    "answering.checked_reply": {
        "answering.wording", "answering.chat_model", "answering.checking", "answering.composing", "answering.conversation",
        "answering.doubts", "answering.incoming_reply", "answering.model_output", "answering.shown_reply", "meter",
    },
    "answering.writing": {
        "answering.chat_model", "answering.checked_reply", "answering.checking", "answering.citing", "answering.composing",
        "answering.conversation", "answering.interpreting", "answering.language", "answering.model_output", "answering.shown_reply", "errors", "meter",
    },
    "answering.quoted_answers": {
        "answering.wording", "answering.checked_reply", "answering.citing", "answering.conversation", "answering.hearing",
        "answering.interpreting", "answering.language", "answering.quoting",
    },
    "answering.advisor": {
        "answering.addressing", "answering.wording", "answering.checked_reply", "answering.citing", "answering.conversation", "answering.hearing",
        "answering.interpreting", "answering.quoted_answers", "answering.shown_reply", "answering.writing", "errors", "meter",
    },
}  # fmt: skip
"""Which modules of bot each module of answering may import."""
BUILT_BY = {
    "composition": {
        "Advisor", "Application", "Checker", "Composer", "CopiedGuides", "Freshness", "GitGuides", "HttpsGuides", "IndexReader", "IndexStore", "Interpreter", "LocalEncoder", "PrometheusMeter", "open_langsmith",
        "QuotedAnswers", "Quoter", "Reader", "SameQuestions", "Searcher", "SlackBot", "Writer", "open_chat_model", "open_encoder",
    },
    "slack/app": {
        "AnswerButtons", "AppContext", "ConfirmedAnswers", "DraftPosting", "Drafting", "Mentors", "People", "PeriodicJobs", "PrivateAnswers",
        "HttpReceiver", "QuestionWorker", "Readiness", "Replies", "SettingsForm", "SlackClients", "SocketModeConnections", "WebServer",
    },
    "serving": {"InstalledBots", "ManyWorkspaces", "OAuth", "Traces", "WorkspaceApplication"},
    "storage": {"AuditLog", "Channels", "Confirmations", "Drafts", "Feedback", "Handovers", "Inbox", "Installations", "Promises", "Receipts", "Shares", "Threads", "WeeklyReports"},
}  # fmt: skip
"""The one module that builds each part: everything else is given it. Commands make an Application of their settings."""
LARGEST = {"file": 400, "class": 150, "function": 40}
"""Lines."""
OVERSIZED: dict[str, int] = {}
"""What is larger, with its lines: to become smaller, and never to grow."""


def imports(path: Path, *, at_run_time: bool = False) -> Iterator[str]:
    """The modules that a file imports anywhere in it; or only those that importing it imports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in tree.body if at_run_time else ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if _file(node.module).exists() or not _file(node.module).with_suffix("").is_dir():
                yield node.module
            else:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _file(module: str) -> Path:
    return ROOT / f"{module.replace('.', '/')}.py"


def _module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def room(module: str) -> str:
    """The room of a module of bot: the folder it lies in, or itself where it lies in bot or in slack."""
    *folders, name = module.split(".")[1:]
    return "/".join(folders) if folders and folders != ["slack"] else "/".join([*folders, name])


def room_of_knowledge(module: str) -> str:
    """The room of a module of knowledge: the folder it lies in, or itself."""
    return module.split(".")[1]


IMPORTS = {_module(path): {name for name in imports(path) if name.startswith("bot.")} for path in MODULES if path.is_relative_to(ROOT / "bot") and path.stem != "__init__"}  # fmt: skip
"""What each module of bot imports of bot."""
FLOOR = {name: number for number, floor in enumerate(FLOORS) for name in floor}


@pytest.mark.parametrize("path", [p for p in MODULES if p.is_relative_to(ROOT / "knowledge")], ids=str)
def test_knowledge_knows_nobody(path: Path) -> None:
    assert [name for name in imports(path) if name.split(".")[0] in {"bot", "prompts", "tests"}] == []


@pytest.mark.parametrize(
    "path",
    [p for p in MODULES if p.is_relative_to(ROOT / "knowledge") and p.parent.name + p.stem != "knowledge__init__"],
    ids=str,
)
def test_arrows_inside_knowledge_point_down(path: Path) -> None:
    here = room_of_knowledge(_module(path))
    known = {room_of_knowledge(name) for name in imports(path) if name.startswith("knowledge.")} - {here}
    assert [room for room in known if KNOWLEDGE_FLOOR[room] >= KNOWLEDGE_FLOOR[here]] == []


@pytest.mark.parametrize("path", [p for p in MODULES if not p.is_relative_to(ROOT / "bot" / "slack")], ids=str)
def test_only_the_folder_slack_knows_slack(path: Path) -> None:
    assert [name for name in imports(path) if name.startswith(("slack_sdk", "slack_bolt"))] == []


def test_every_module_of_bot_has_its_place_in_the_picture() -> None:
    assert {room(module) for module in IMPORTS} == FLOOR.keys()


@pytest.mark.parametrize("module", sorted(IMPORTS))
def test_arrows_between_rooms_point_down(module: str) -> None:
    here = room(module)
    known = {name for name in IMPORTS[module] if room(name) != here and (module, name) not in BACK}
    assert [name for name in known if FLOOR[room(name)] >= FLOOR[here]] == []
    assert {room(name) for name in known} <= NARROW.get(here, FLOOR.keys())


def test_at_most_two_arrows_run_back_between_a_pair_of_rooms() -> None:
    pairs = [(room(here), room(there)) for here, there in BACK]
    assert all(pairs.count(pair) <= 2 for pair in pairs)
    assert all(there in IMPORTS[here] for here, there in BACK), "one that is not there any more"


def test_no_module_imports_itself_through_others() -> None:
    free = dict(IMPORTS)
    while ready := [module for module, known in free.items() if not known & free.keys()]:
        for module in ready:
            del free[module]
    assert free == {}


@pytest.mark.parametrize("name", sorted(MAY_KNOW))
def test_arrows_inside_answering_point_one_way(name: str) -> None:
    known = {i.removeprefix("bot.") for i in IMPORTS[f"bot.{name}"]}
    assert known <= MAY_KNOW[name]


def test_every_module_of_answering_has_its_place_in_the_picture() -> None:
    inner = {f"answering.{path.stem}" for path in (ROOT / "bot" / "answering").glob("*.py")} - {"answering.__init__"}
    assert inner == MAY_KNOW.keys()


@pytest.mark.parametrize("builder", sorted(BUILT_BY))
def test_each_part_is_built_in_one_place(builder: str) -> None:
    found = {
        (room(module), name)
        for module in IMPORTS
        for name in _called(_file(module)) & BUILT_BY[builder]
        if room(module) != builder and not (name == "Application" and room(module) in {"__main__", "cli"})
    }
    assert found == set()
    assert BUILT_BY[builder] - {"Application"} <= _called(_file(f"bot.{builder.replace('/', '.')}"))


def _called(path: Path) -> set[str]:
    calls = [node.func for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    return {name.id for name in calls if isinstance(name, ast.Name)}


def test_nothing_is_larger_than_a_reader_takes_in() -> None:
    large = {
        name: lines for path in MODULES for name, kind, lines in _sizes(path) if lines > LARGEST[kind]
    }  # fmt: skip
    assert {name for name in large if large[name] > OVERSIZED.get(name, 0)} == set()
    assert OVERSIZED.keys() <= large.keys(), "one that is small enough by now"


def _sizes(path: Path) -> Iterator[tuple[str, str, int]]:
    text, name = path.read_text(encoding="utf-8"), str(path.relative_to(ROOT))
    yield name, "file", len(text.splitlines())
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            kind = "class" if isinstance(node, ast.ClassDef) else "function"
            yield f"{name} {node.name}", kind, (node.end_lineno or node.lineno) - node.lineno + 1


def test_the_advisor_knows_neither_slack_nor_chroma_nor_openai() -> None:
    reached = {"bot.answering.advisor"}
    while more := {n for m in reached for n in imports(_file(m), at_run_time=True) if _file(n).exists()} - reached:
        reached |= more
    outside = {name.split(".")[0] for module in reached for name in imports(_file(module), at_run_time=True)}
    assert outside.isdisjoint({"slack_sdk", "slack_bolt", "chromadb", "openai", "langchain", "langchain_openai"})


@pytest.mark.parametrize(
    "package",
    [
        "chromadb",
        "langchain",
        "langchain_openai",
        "slack_bolt",
        "onnxruntime",
        "bs4",
        "liteparse",
        "matplotlib",
        "watchfiles",
        "opentelemetry",
        "langsmith",
    ],
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
