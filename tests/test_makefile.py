"""The Makefile, run by a real make on a stand-in for the bot that prints what reaches it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A folder with the Makefile, where everything is installed already."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    program = tmp_path / ".venv" / "bin" / "careerbot"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!{sys.executable}\nimport sys\nsys.stdout.write('|'.join(sys.argv[1:]))\n")
    program.chmod(0o755)
    (program.parent / "pip").touch()
    for name in ("requirements.lock", "pyproject.toml", ".venv/installed"):
        (tmp_path / name).touch()
    return tmp_path


def asked(clone: Path, *arguments: str, **environment: str) -> str:
    done = subprocess.run(
        ["make", "ask", *arguments], cwd=clone, env={"PATH": os.environ["PATH"], **environment}, capture_output=True, text=True, check=True
    )  # fmt: skip
    return done.stdout


@pytest.mark.parametrize(
    "question",
    [
        "$120,000?",
        "$$ and $(HOME) and ${HOME} and $HOME and $@",
        "$(shell touch made-by-make) `touch made-by-shell` $(touch made-by-shell)",
        """it's "quoted" 'twice'""",
        r"back\slash \n \\ \$ \"",
        "a # b; c | d > e & f * g ? ~ !x %s",
        "--json",
        "two\nlines",
        "Ä € 日本",
    ],
)
def test_a_question_reaches_the_bot_as_it_is_typed(clone: Path, question: str) -> None:
    assert asked(clone, f"Q={question}") == f"ask|--|{question}"
    assert asked(clone, Q=question) == f"ask|--|{question}"
    assert list(clone.glob("made-by-*")) == []
