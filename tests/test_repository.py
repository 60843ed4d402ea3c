"""The files around the code agree with it and with each other: packages, image, compose file, unit, workflow, changelog."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from bot.settings import Settings
from bot.slack.api.connections import MOST_CONNECTIONS
from bot.watchdog import END_SECONDS

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
UNIT = (ROOT / "deploy" / "careerbot.service").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
STOP = END_SECONDS
"""Seconds that a stop may take."""


def _locked(name: str) -> list[tuple[int, ...]]:
    lock = (ROOT / "requirements-dev.lock").read_text(encoding="utf-8")
    return [_version(found) for found in re.findall(rf"^{re.escape(name)}==([^ \\;]+)", lock, re.M)]


def _version(text: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", text)))


def _requirements() -> list[str]:
    return [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]


@pytest.mark.parametrize("requirement", _requirements())
def test_every_direct_dependency_has_a_lower_bound_that_the_lock_meets(requirement: str) -> None:
    name = re.split(r"[\[<>=]", requirement)[0].lower()
    bound = re.search(r"[>=]=([\d.]+)", requirement)
    assert bound
    assert _locked(name)
    assert all(version >= _version(bound[1]) for version in _locked(name))


def test_the_newest_version_of_the_changelog_is_that_of_the_project() -> None:
    versions = re.findall(r"^## \[(\d[\d.]*)\] - \d{4}-\d\d-\d\d$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert versions[0] == PROJECT["project"]["version"]
    assert versions == sorted(versions, key=_version, reverse=True)


def test_the_image_holds_the_locked_packages_and_runs_the_bot_itself_as_nobody() -> None:
    assert "--require-hashes --no-deps -r requirements-charts.lock" in DOCKERFILE
    assert re.search(r"^USER careerbot$", DOCKERFILE, re.M)
    assert re.search(r'^ENTRYPOINT \["careerbot"\]$', DOCKERFILE, re.M)


def test_the_image_is_built_from_all_that_the_package_needs_and_from_no_secrets() -> None:
    let_in = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.M)
    packages = {name.partition(".")[0] for name in PROJECT["tool"]["setuptools"]["packages"]["find"]["include"]}
    files = {
        "pyproject.toml",
        "requirements-charts.lock",
        PROJECT["project"]["readme"],
        *PROJECT["project"]["license-files"],
    }
    assert set(let_in) == packages | files


def test_the_compose_file_sets_settings_and_gives_the_bot_time_to_stop() -> None:
    bot: dict[str, Any] = COMPOSE["services"]["bot"]
    assert {name.lower() for name in bot["environment"]} <= Settings.model_fields.keys()
    assert float(bot["stop_grace_period"].removesuffix("s")) > STOP


def interpolated(text: str, variables: Mapping[str, str]) -> str:
    """A value of the compose file with variables put in as Compose does, which looks at a default also where it takes none.

    Raises KeyError with its message where one is required.
    """
    while found := re.search(r"\$\{(\w+)(?::([-?])([^${}]*))?\}", text):
        name, how, rest = found.groups()
        if not variables.get(name) and how == "?":
            raise KeyError(rest)
        text = text.replace(found[0], variables.get(name) or (rest if how == "-" else ""))
    return text


def started_with(**variables: str) -> Mapping[str, str]:
    """The environment of the bots that the compose file sets, where `.env` holds these; every value of the file is put in."""

    def values(node: Any) -> Iterator[str]:
        if isinstance(node, dict | list):
            for one in node.values() if isinstance(node, dict) else node:
                yield from values(one)
        elif isinstance(node, str):
            yield node

    for value in values(COMPOSE):
        interpolated(value, variables)
    return {name: interpolated(value, variables) for name, value in COMPOSE["services"]["bot"]["environment"].items()}


BOT = {"SLACK_BOT_TOKEN": "xoxb-1"}
SIGNED = {"SLACK_SIGNING_SECRET": "0123456789abcdef" * 2}
PASSWORD = {"POSTGRES_PASSWORD": "p1"}


@pytest.mark.parametrize(
    "given",
    [
        BOT | {"SLACK_APP_TOKEN": "xapp-1"},
        BOT | SIGNED,
        SIGNED | {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "0123456789abcdef" * 2},
    ],
    ids=["Socket Mode", "HTTP mode", "many workspaces"],
)
def test_the_compose_file_starts_bots_in_every_mode_that_listen_where_their_health_is_asked(
    given: dict[str, str],
) -> None:
    set_here = {name.lower(): value for name, value in started_with(**PASSWORD, **given).items()}
    of_env_file = {name.lower(): value for name, value in given.items()}
    settings = Settings.load(_env_file=None, **(of_env_file | set_here | {"knowledge_dir": ROOT}))
    assert settings.slack_mode == ("Socket Mode" if "SLACK_APP_TOKEN" in given else "HTTP mode")
    assert settings.many_workspaces is ("SLACK_CLIENT_ID" in given)
    asked = urlsplit(re.findall(r"http://[^']+", COMPOSE["services"]["bot"]["healthcheck"]["test"][-1])[0])
    assert (settings.http_host, settings.listening_port, asked.path) == ("0.0.0.0", asked.port, "/readyz")


def test_the_compose_file_asks_for_a_password_of_the_database() -> None:
    with pytest.raises(KeyError, match=r"set it in \.env"):
        started_with(**BOT, SLACK_APP_TOKEN="xapp-1")


def test_the_compose_file_starts_two_bots_that_share_records_index_and_folder() -> None:
    bot = COMPOSE["services"]["bot"]
    assert bot["deploy"]["replicas"] == 2
    settings = started_with(**PASSWORD)
    assert urlsplit(settings["DATABASE_URL"]).hostname in COMPOSE["services"]
    assert urlsplit(settings["CHROMA_URL"]).hostname in COMPOSE["services"]
    assert f"data:{settings['DATA_DIR']}" in bot["volumes"]
    assert "container_name" not in bot
    assert set(bot["depends_on"]) == {name for name in COMPOSE["services"] if name != "bot"}
    assert all("healthcheck" in service for service in COMPOSE["services"].values())


def test_the_chroma_server_has_the_version_of_the_client() -> None:
    assert _version(COMPOSE["services"]["chroma"]["image"].partition(":")[2]) == _locked("chromadb")[0]


def test_the_unit_sets_settings_and_gives_the_bot_time_to_stop() -> None:
    environment = re.search(r"^Environment=(.+)$", UNIT, re.M)
    assert environment
    names = {one.partition("=")[0].lower() for one in environment[1].split()}
    assert names - {"careerbot_home"} <= Settings.model_fields.keys()
    stop = re.search(r"^TimeoutStopSec=(\d+)$", UNIT, re.M)
    assert stop
    assert float(stop[1]) > STOP
    files = re.search(r"^LimitNOFILE=(\d+)$", UNIT, re.M)
    assert files
    assert int(files[1]) >= 2 * MOST_CONNECTIONS


def test_the_workflow_runs_what_ci_runs_and_nothing_else() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))
    commands = [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]
    assert commands == [".ci/run"]


def test_hooks_run_the_checks_of_make_lint_with_the_locked_tools() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"][0]["hooks"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lint = re.findall(r"^\t\$\(BIN\)/(ruff \w+|mypy)", makefile.split("\nlint:")[1].split("\neval:")[0], re.M)
    assert [re.sub(r"\.venv/bin/| --.*", "", hook["entry"]) for hook in hooks] == lint


def test_the_compose_file_publishes_no_port() -> None:
    assert [name for name, service in COMPOSE["services"].items() if "ports" in service] == []


def _threats() -> list[list[str]]:
    """The rows of the table of threats in SECURITY.md, as their cells."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8").split("## What is protected")[1].split("\n## ")[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


@pytest.mark.parametrize("row", _threats(), ids=lambda row: row[0])
def test_every_threat_names_tests_that_exist(row: list[str]) -> None:
    tests = {name for path in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)\(", path.read_text("utf-8"))}  # fmt: skip
    named = re.findall(r"`(test_\w+)`", row[3])
    assert named
    assert set(named) <= tests
