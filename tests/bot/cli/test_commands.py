"""The commands that texts name are those that a person can type."""

import shutil
import sys
from pathlib import Path

import pytest

from bot.cli.commands import as_typed

PROGRAM = Path(sys.executable).with_name("careerbot")
ROOT = Path(__file__).parents[3]
TOLD = "There is no index of the guides yet; run `careerbot index`."


def test_careerbot_is_named_where_the_path_leads_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "careerbot").symlink_to(PROGRAM)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert as_typed(TOLD) == TOLD


@pytest.mark.parametrize("another", [True, False])
def test_elsewhere_make_is_named_with_the_folder_where_that_is_another(
    another: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if another:
        (tmp_path / "careerbot").write_text("#!/bin/sh")
        (tmp_path / "careerbot").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert bool(shutil.which("careerbot")) == another
    monkeypatch.chdir(ROOT)
    assert as_typed(TOLD).endswith("run `make index`.")
    monkeypatch.chdir(tmp_path)
    assert as_typed(TOLD).endswith(f"run `make -C {ROOT} index`.")


def test_what_make_does_not_have_is_named_with_the_programs_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert as_typed("`careerbot report --since 30d`") == f"`{PROGRAM} report --since 30d`"


def test_other_texts_stay_as_they_are() -> None:
    assert as_typed("`careerbot` and the careerbot index") == "`careerbot` and the careerbot index"
