"""The Tab key: what a real bash offers, and that zsh accepts its script."""

import shutil
import subprocess
from pathlib import Path

import pytest

from bot.__main__ import cli
from bot.cli.completion import script


def offered(line: str, folder: Path) -> set[str]:
    """What bash offers at the end of a line."""
    words = line.split(" ")
    array = " ".join(f"'{word}'" for word in words)
    asked = f"COMP_WORDS=({array}) COMP_CWORD={len(words) - 1}; _careerbot; printf '%s\\n' \"${{COMPREPLY[@]}}\""
    done = subprocess.run(
        ["bash", "-c", f"{script('bash', cli)}\n{asked}"], cwd=folder, capture_output=True, text=True, check=True
    )
    assert done.stderr == ""
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("line", "among"),
    [
        ("careerbot in", {"index"}),
        ("careerbot --v", {"--version"}),
        ("careerbot ask --", {"--json", "--guides", "--help"}),
        ("careerbot ask --j", {"--json"}),
        ("careerbot report --format ", {"md", "json", "csv", "html"}),
        ("careerbot confirmations --format j", {"json"}),
        ("careerbot report --format md --o", {"--out"}),
        ("careerbot completion ", {"bash", "zsh"}),
        ("careerbot report --out ", set()),
    ],
)
def test_bash_offers_what_may_stand_there(line: str, among: set[str], tmp_path: Path) -> None:
    assert offered(line, tmp_path) == among


def test_bash_offers_every_command(tmp_path: Path) -> None:
    commands = {info.callback.__name__ for info in cli.registered_commands if info.callback}
    assert commands <= offered("careerbot ", tmp_path)


def test_zsh_offers_the_same_with_words_on_each() -> None:
    told = script("zsh", cli)
    assert "'index:Bring the index in line with the guides" in told
    assert "'--format[How it is written.]:How it is written.:(md json csv html)'" in told
    assert told.startswith("#compdef careerbot\n")


@pytest.mark.skipif(not shutil.which("zsh"), reason="zsh is not installed")
def test_zsh_accepts_its_script() -> None:
    asked = f"autoload -U compinit; compinit -D\n{script('zsh', cli)}\nprint $_comps[careerbot]"
    done = subprocess.run(["zsh", "-f", "-c", asked], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("_careerbot\n", "")
