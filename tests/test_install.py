"""What an installation brings: no torch by any way, and the locks only what is used."""

import re
from importlib.metadata import requires
from pathlib import Path

import pytest

from knowledge.minilm.model import WEIGHTS_PACKAGE

ROOT = Path(__file__).parents[1]
LOCKS = ["requirements.lock", "requirements-charts.lock", "requirements-dev.lock"]
LEFT_OUT = re.findall(r"^([\w-]+) ;", (ROOT / "requirements-left-out.txt").read_text(), re.M)


def locked(name: str) -> set[str]:
    return set(re.findall(r"^([\w-]+)==", (ROOT / name).read_text(), re.M))


def test_installing_the_project_does_not_ask_for_the_weights_package_and_so_not_for_torch() -> None:
    assert [asked for asked in requires("career-advice-bot") or [] if asked.startswith(WEIGHTS_PACKAGE)] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_has_the_weights_and_nothing_that_is_left_out(name: str) -> None:
    assert WEIGHTS_PACKAGE in locked(name)
    assert locked(name).isdisjoint({*LEFT_OUT, "torch"})


def test_matplotlib_is_in_the_lock_with_charts_only() -> None:
    assert [name for name in LOCKS if "matplotlib" in locked(name)] == [
        "requirements-charts.lock",
        "requirements-dev.lock",
    ]


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_registry(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()
