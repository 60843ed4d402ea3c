"""What the bot keeps can be read by its owner alone, whatever the machine's habits are and whatever an earlier version left."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.private_files import mend_rights

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _open_machine() -> Iterator[None]:
    """A machine on which new files can be read by everybody."""
    before = os.umask(0o000)
    yield
    os.umask(before)


def careerbot(folder: Path, *arguments: str, said: str = "") -> None:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "CAREERBOT_HOME": str(folder)}
    command = [sys.executable, "-m", "bot", *arguments]
    subprocess.run(
        command, cwd=folder, env=environment, input=said, capture_output=True, text=True, timeout=120, check=True
    )


def open_to_others(folder: Path) -> list[str]:
    """What below a folder, or the folder itself, others have any right to."""
    found = [folder, *folder.rglob("*")]
    return [str(path) for path in found if stat.S_IMODE(path.lstat().st_mode) & 0o077]


def test_every_command_keeps_what_it_makes_for_its_owner_and_mends_what_is_there(tmp_path: Path) -> None:
    careerbot(tmp_path, "ask", "what is it?")
    careerbot(tmp_path, "doctor")
    careerbot(tmp_path, "chat", said="what is it?\n")
    guides = tmp_path / "guides"
    guides.mkdir()
    (guides / "baker.md").write_text("# Baker\n\nBakers earn $30,000.\n", "utf-8")
    careerbot(tmp_path, "index", "--guides", str(guides))
    assert open_to_others(tmp_path / "data") == []
    for path in (tmp_path / "data", *(tmp_path / "data").rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
    careerbot(tmp_path, "confirmations")
    assert open_to_others(tmp_path / "data") == []


def test_a_file_that_was_asked_for_by_name_has_the_usual_rights(tmp_path: Path) -> None:
    careerbot(tmp_path, "index")
    careerbot(tmp_path, "report", "--out", str(tmp_path / "report.md"))
    assert stat.S_IMODE((tmp_path / "report.md").stat().st_mode) == 0o666


def test_what_is_not_the_bots_stays_as_it_is(tmp_path: Path) -> None:
    for name in ("records.sqlite3", "records.sqlite3-wal", "thesis.odt"):
        (tmp_path / name).touch()
    (tmp_path / "index").mkdir()
    (tmp_path / "index" / "link").symlink_to(tmp_path / "thesis.odt")
    assert mend_rights(tmp_path) == []
    assert set(open_to_others(tmp_path)) - {str(tmp_path)} == {
        str(tmp_path / "thesis.odt"),
        str(tmp_path / "index" / "link"),
    }
