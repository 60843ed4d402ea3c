"""README and documents are true: their settings, commands, files, links and numbers are those of the code."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from typer.main import get_command

from bot.__main__ import cli
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.md")])
}
EVERYTHING = "\n".join(DOCUMENTS.values())
SETTINGS = re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\| (.+) \|$", DOCUMENTS["docs/settings.md"], re.M)
FIXED = re.findall(r"^\| `((?:bot|knowledge)\.[\w.]+)\.([^.`]+)` \| ([^|]+?) \|", DOCUMENTS["docs/capacity.md"], re.M)
LOG_LINES = re.findall(r"^\| `([^`]+)` \|", DOCUMENTS["docs/operations.md"].split("## Logs")[1].split("\n## ")[0], re.M)
DECISIONS = [name for name in DOCUMENTS if re.match(r"docs/decisions/\d", name)]
LINKS = [
    (name, target)
    for name, text in DOCUMENTS.items()
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text)
]  # fmt: skip


def test_the_readme_is_read_in_one_go() -> None:
    assert len(README.splitlines()) <= 150


def test_the_settings_tables_hold_every_setting_once_with_its_default_and_description() -> None:
    shown = {name: (default, text) for name, default, text in SETTINGS}
    fields = {
        name.upper(): ("" if field.default in (None, "") else str(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    }
    assert shown == fields
    assert len(SETTINGS) == len(shown)


def test_the_command_line_has_the_commands_that_are_named() -> None:
    listed = re.search(r"careerbot (run(?: \| \w+)+)`", README)
    assert listed
    named = {*listed[1].split(" | "), *re.findall(r"`(?:[\w. -]*\bbot )?careerbot (\w+)", EVERYTHING)}
    assert named <= set(get_command(cli).commands)  # type: ignore[attr-defined]


@pytest.mark.parametrize("target", sorted(set(re.findall(r"(?:`|^)make (\w+)", EVERYTHING, re.M))))
def test_every_make_target_that_is_named_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^(?:\w+ )*{target}(?: \w+)*:", makefile, re.M)


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:bot|knowledge|prompts|tests|docs|deploy|\.github|\.ci)/[\w./-]+)`", EVERYTHING)))
)  # fmt: skip
def test_every_file_that_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("document", "target"), LINKS)
def test_every_link_leads_somewhere(document: str, target: str) -> None:
    place, _, heading = target.partition("#")
    file = (ROOT / document).parent / place if place else ROOT / document
    assert file.exists()
    if heading:
        there = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.M)
        assert heading in {re.sub(r"[^\w -]", "", text).strip().lower().replace(" ", "-") for text in there}


def test_the_map_names_files_that_exist() -> None:
    block = DOCUMENTS["docs/how-it-answers.md"].split("## Map")[1].split("```")[1]
    packages = ("bot", "knowledge", "prompts", "tests", "docs", "deploy")
    known = {*packages, *(path.name for package in packages for path in (ROOT / package).rglob("*"))}
    named = re.findall(r"\b(\w+\.py)\b|^\s*(\w+)/", block, re.M)
    assert {file or folder for file, folder in named} <= known


@pytest.mark.parametrize(("module", "name", "value"), FIXED)
def test_every_fixed_number_is_that_of_the_code(module: str, name: str, value: str) -> None:
    assert str(getattr(import_module(module), name)) == value


@pytest.mark.parametrize("line", LOG_LINES)
def test_every_line_of_the_log_that_is_explained_is_written_somewhere(line: str) -> None:
    assert any(
        line in path.read_text(encoding="utf-8")
        for folder in ("bot", "knowledge")
        for path in (ROOT / folder).rglob("*.py")
    )


def test_every_table_of_the_records_is_told_with_how_long_it_is_kept() -> None:
    import bot.storage  # noqa: F401  # which knows every table
    from bot.records.database import TABLES

    counted_only = {"confirmations_version", "weekly_reports"}
    kept = DOCUMENTS["SECURITY.md"].split("## What is kept")[1].split("\n## ")[0]
    assert set(TABLES.tables) - counted_only <= set(re.findall(r"\(`(\w+)`", kept))


@pytest.mark.parametrize("name", DECISIONS)
def test_every_decision_has_the_same_headings_and_stands_in_the_list(name: str) -> None:
    title, *headings = re.findall(r"^#+ (.+)$", DOCUMENTS[name], re.M)
    file = name.rpartition("/")[2]
    assert headings == ["Context", "Decision", "Measurements", "Consequences"]
    assert f"| [{file[:4]}]({file}) | {title.removeprefix(f'{file[:4]}. ')} |" in DOCUMENTS["docs/decisions/README.md"]


def test_decisions_are_numbered_without_holes() -> None:
    assert [int(name.rpartition("/")[2][:4]) for name in DECISIONS] == list(range(1, len(DECISIONS) + 1))


def test_the_example_settings_are_settings() -> None:
    names = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M)
    assert {name.lower() for name in names} <= Settings.model_fields.keys()
