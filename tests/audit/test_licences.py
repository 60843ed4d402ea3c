"""Every locked package has a licence that is allowed, and nothing else passes for one."""

from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.audit.__main__ import LOCK
from tests.audit.licences import EXEMPTIONS, judged, licence_told, locked_packages, why_refused


def test_the_licence_of_every_locked_package_is_allowed() -> None:
    packages = list(judged(locked_packages(LOCK)))
    assert [f"{package.name}: {package.refused}" for package in packages if package.refused] == []
    assert {"chromadb", "pip-audit", "matplotlib"} <= {package.name for package in packages}


def test_the_lock_for_tests_holds_whatever_the_others_hold() -> None:
    every = set(LOCK.read_text(encoding="utf-8").splitlines())
    for other in ("requirements.lock", "requirements-charts.lock"):
        lines = LOCK.with_name(other).read_text(encoding="utf-8").splitlines()
        assert {line for line in lines if "==" in line and not line.startswith(" ")} <= every


def test_a_package_of_another_machine_is_none_of_ours(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    lock.write_text('one==1 ; sys_platform == "elsewhere" \\\n    --hash=sha256:0\ntwo==2 \\\n    --hash=sha256:0\n')
    assert [requirement.name for requirement in locked_packages(lock)] == ["two"]


@pytest.mark.parametrize("name", sorted(EXEMPTIONS))
def test_an_exemption_holds_for_what_was_looked_at_and_no_longer(name: str) -> None:
    assert why_refused(name, EXEMPTIONS[name].told) == ""
    assert why_refused(name, f"{EXEMPTIONS[name].told}, AGPL-3.0-only")
    assert why_refused("another", EXEMPTIONS[name].told)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"license_expression": "MIT", "license": "GPL"}, "MIT"),
        ({"license": "BSD-3-Clause", "classifier": ["License :: OSI Approved :: BSD License"]}, "BSD-3-Clause"),
        ({"license": "(c) somebody\nAll this", "classifier": ["License :: OSI Approved :: MIT License"]}, "MIT License"),
        ({"classifier": ["License :: OSI Approved :: MIT License", "License :: Public Domain", "Typing :: Typed"]}, "MIT License, Public Domain"),
        ({"license": "Some licence\nin many words"}, "Some licence"),
        ({}, ""),
    ],
)  # fmt: skip
def test_a_licence_is_what_the_metadata_tell_the_clearest_first(fields: dict[str, Any], told: str) -> None:
    assert licence_told(fields) == told


@pytest.mark.parametrize(
    "told", ["MIT", "GPL-3.0-only OR MIT", "MIT AND (Apache-2.0 OR AGPL-3.0-only)", "MIT License, BSD License"]
)
def test_one_of_several_licences_to_choose_from_is_enough(told: str) -> None:
    assert why_refused("a-package", told) == ""


@pytest.mark.parametrize(
    "told",
    [
        "", "AGPL-3.0-or-later", "GPL-2.0-only WITH Classpath-exception-2.0", "MIT AND GPL-3.0-or-later",
        "MIT License, GNU General Public License v3 (GPLv3)", "LGPL-3.0-only", "Proprietary", "MIT OR nonsense",
    ],
)  # fmt: skip
def test_whatever_else_is_told_is_refused_with_the_reason(told: str) -> None:
    assert told in why_refused("a-package", told)
    assert why_refused("a-package", told)


def test_a_package_that_is_not_installed_as_locked_is_refused() -> None:
    absent, other = judged([Requirement("no-such-package==1"), Requirement("pytest==0.1")])
    assert "not installed" in absent.refused
    assert "not the locked one" in other.refused
