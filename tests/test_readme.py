"""The README is true: its settings, commands and files are those of the code."""

import re
from pathlib import Path

import pytest
from typer.main import get_command

from bot.__main__ import cli
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
TABLE = {row[0]: row[1:] for row in re.findall(r"^\| `([A-Z_]+)` \| (?:`([^`]*)`)? ?\| (.+) \|$", README, re.M)}


def test_the_settings_table_holds_every_setting_with_its_default_and_description() -> None:
    shown = {name: (default, text) for name, (default, text) in TABLE.items()}
    fields = {
        name.upper(): ("" if field.default in (None, "") else str(field.default), field.description or "")
        for name, field in Settings.model_fields.items()
    }
    assert shown == fields


def test_the_command_line_has_the_commands_that_are_named() -> None:
    named = re.search(r"careerbot (run(?: \| \w+)+)`", README)
    assert named
    commands = set(get_command(cli).commands)  # type: ignore[attr-defined]
    assert set(named[1].split(" | ")) <= commands


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake (\w+)", README))))
def test_every_make_target_that_is_named_exists(target: str) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^(?:\w+ )*{target}(?: \w+)*:", makefile, re.M)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`((?:bot|knowledge|prompts|tests)/[\w./-]+)`", README))))
def test_every_file_that_is_named_exists(path: str) -> None:
    assert (ROOT / path).exists()


def test_the_map_names_files_that_exist() -> None:
    block = README.split("## Map")[1].split("```")[1]
    packages = ("bot", "knowledge", "prompts", "tests")
    known = {*packages, *(path.name for package in packages for path in (ROOT / package).rglob("*"))}
    named = re.findall(r"\b(\w+\.py)\b|^\s*(\w+)/", block, re.M)
    assert {file or folder for file, folder in named} <= known


def test_the_example_settings_are_settings() -> None:
    names = re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M)
    assert {name.lower() for name in names} <= Settings.model_fields.keys()
