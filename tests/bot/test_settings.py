import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import HOME, Settings, clone, home


@pytest.fixture(autouse=True)
def _empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME, str(tmp_path))
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_nothing_needs_to_be_set() -> None:
    settings = Settings.load()
    assert settings.slack_mode is None
    assert settings.slack_lacks == ""
    assert settings.listening_port is None
    assert not settings.has_model


SECRET = "8f742231b10e8888abcd99eeefff85a5"


@pytest.mark.parametrize(
    ("set_to", "mode", "lacks", "port"),
    [
        ({"bot": "xoxb-1", "app": "xapp-1"}, "Socket Mode", "", None),
        ({"bot": "xoxb-1", "app": "xapp-1", "secret": SECRET}, "Socket Mode", "", None),
        ({"bot": "xoxb-1", "secret": SECRET}, "HTTP mode", "", 3000),
        ({"bot": "xoxb-1"}, None, "SLACK_APP_TOKEN, or SLACK_SIGNING_SECRET for HTTP mode,", None),
        ({"app": "xapp-1"}, None, "SLACK_BOT_TOKEN", None),
        ({"secret": SECRET}, None, "SLACK_BOT_TOKEN", None),
    ],
)
def test_the_app_token_or_else_the_signing_secret_decides_how_slack_delivers(
    monkeypatch: pytest.MonkeyPatch, set_to: dict[str, str], mode: str | None, lacks: str, port: int | None
) -> None:
    names = {"bot": "SLACK_BOT_TOKEN", "app": "SLACK_APP_TOKEN", "secret": "SLACK_SIGNING_SECRET"}
    for name, value in set_to.items():
        monkeypatch.setenv(names[name], value)
    settings = Settings.load()
    assert (settings.slack_mode, settings.slack_lacks, settings.listening_port) == (mode, lacks, port)
    monkeypatch.setenv("HTTP_PORT", "8080")
    assert Settings.load().listening_port == 8080


def test_a_signing_secret_that_is_none_is_named_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "xoxb-mixed-up")
    with pytest.raises(SettingsError, match="SLACK_SIGNING_SECRET: a signing secret has 32 digits") as raised:
        Settings.load()
    assert "mixed-up" not in str(raised.value)


def test_settings_come_from_the_environment_and_env_where_the_environment_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("CHAT_MODEL=from-file\nCONTACT=#mentors\nUNKNOWN=1\n")
    monkeypatch.setenv("CHAT_MODEL", "from-environment")
    settings = Settings.load()
    assert (settings.chat_model, settings.contact) == ("from-environment", "#mentors")


def test_an_empty_value_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert not Settings.load().has_model


def test_all_problems_are_told_together_without_a_value(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "SLACK_BOT_TOKEN": "xapp-secret-1",
        "SLACK_APP_TOKEN": "xoxb-secret-2",
        "KNOWLEDGE_DIR": "/no/such/secret-folder",
        "KNOWLEDGE_GIT": "ext::secret",
        "KNOWLEDGE_GIT_FOLDER": "../secret",
        "KNOWLEDGE_HTTPS": "http://secret",
        "KNOWLEDGE_HTTPS_MINUTES": "0.5",
        "CHAT_TIMEOUT": "soon-secret",
        "OPENAI_BASE_URL": "secret.example",
        "CHROMA_URL": "secret:8000",
        "DATABASE_URL": "mysql://secret",
        "LOG_LEVEL": "secret",
        "MAX_QUESTION_CHARS": "-1",
    }
    for name, value in wrong.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        Settings.load()
    assert all(name in str(raised.value) for name in wrong)
    assert "secret" not in str(raised.value)


def test_tokens_and_keys_are_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-private")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", SECRET)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-private")
    monkeypatch.setenv("KNOWLEDGE_GIT", "https://private@example.org/guides.git")
    monkeypatch.setenv("KNOWLEDGE_HTTPS", "https://private@example.org/?private")
    shown = repr(Settings.load())
    assert "private" not in shown
    assert SECRET not in shown


def test_a_model_of_another_provider_needs_no_openai_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_MODEL", "ollama:llama3")
    assert Settings.load().has_model


def test_a_server_of_ones_own_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:11434/v1")
    settings = Settings.load()
    assert settings.has_model
    assert settings.openai_key == ""


def test_a_model_id_with_a_colon_is_no_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAT_MODEL", "llama3.2:3b")
    assert not Settings.load().has_model


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "OPENAI_BASE_URL", "CHAT_MODEL"])
def test_without_a_model_nothing_of_it_is_left(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    values = {"OPENAI_API_KEY": "sk-secret", "OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "CHAT_MODEL": "ollama:llama3"}
    monkeypatch.setenv(name, values[name])
    assert Settings.load().has_model
    assert not Settings.load().without_model().has_model


def test_env_and_data_are_found_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("CONTACT=#mentors\nKNOWLEDGE_DIR=guides\n")
    (tmp_path / "guides").mkdir()
    monkeypatch.chdir("/")
    settings = Settings.load()
    assert settings.contact == "#mentors"
    assert (settings.data_dir, settings.knowledge_dir) == (tmp_path / "data", tmp_path / "guides")


def test_a_folder_in_full_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DATA_DIR", "/srv/bot")
    assert Settings.load().data_dir == Path("/srv/bot")
    monkeypatch.setenv("DATA_DIR", "~/bot")
    assert Settings.load().data_dir == tmp_path / "bot"


def test_in_a_clone_the_bots_folder_is_the_projects(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(HOME)
    assert home() == clone() == Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("MENTORS", "@anna", "only ids of people give rights"),
        ("MENTORS", "U012ABC, anna", "Copy member ID"),
        ("CHANNEL_ADMINS", "anna@example.com", "Copy member ID"),
        ("CHANNEL_ADMINS", "u012abc", "Copy member ID"),
        ("MENTOR_GROUP", "@mentors", "the id of a user group"),
        ("MENTOR_GROUP", "S1,S2", "it is one id"),
        ("MENTORS_CHANNEL", "#mentors", "the id of a channel"),
    ],
)
def test_names_where_only_ids_give_rights_are_refused_with_where_ids_are_found(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name}: .*{told}") as raised:
        Settings.load()
    assert value not in str(raised.value)


def test_ids_stand_with_commas_or_blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MENTORS", "U012ABC, W34D U5")
    monkeypatch.setenv("CHANNEL_ADMINS", "U1")
    settings = Settings.load()
    assert (sorted(settings.mentor_ids), *settings.admins) == (["U012ABC", "U5", "W34D"], "U1")


def test_a_folder_of_workspaces_without_the_settings_for_many_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORKSPACES_DIR", str(tmp_path))
    with pytest.raises(SettingsError, match=r"WORKSPACES_DIR: .*SLACK_CLIENT_ID is not set"):
        Settings.load()
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    assert Settings.load().slack_lacks == "SLACK_CLIENT_SECRET"


@pytest.mark.parametrize(
    ("set_to", "same"),
    [
        ({"HTTP_PORT": "9000"}, True),
        ({"HTTP_PORT": "9000", "HTTP_HOST": "0.0.0.0", "METRICS_HOST": "10.0.0.5"}, True),
        ({"HTTP_PORT": "9000", "METRICS_HOST": "10.0.0.5"}, False),
        ({"HTTP_PORT": "9001"}, False),
        ({}, False),
        ({"METRICS_PORT": "3000"}, False),
        ({"METRICS_PORT": "3000", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": SECRET}, True),
    ],
)
def test_one_port_for_two_is_refused_with_both_names(
    monkeypatch: pytest.MonkeyPatch, set_to: dict[str, str], same: bool
) -> None:
    for name, value in {"METRICS_PORT": "9000", **set_to}.items():
        monkeypatch.setenv(name, value)
    if same:
        with pytest.raises(SettingsError, match="METRICS_PORT and HTTP_PORT are both"):
            Settings.load()
    else:
        assert Settings.load().metrics_port


def test_contradictions_are_told_beside_what_else_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {"LOG_LEVEL": "loud", "HTTP_PORT": "9000", "METRICS_PORT": "9000", "TRACES_LANGSMITH": "true"}
    for name, value in {**wrong, "WORKSPACES_DIR": str(tmp_path), "MENTORS": "anna"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as raised:
        Settings.load()
    assert all(name in str(raised.value) for name in (*wrong, "WORKSPACES_DIR", "LANGSMITH_API_KEY", "MENTORS"))


def test_an_env_file_that_cannot_be_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"CONTACT=\xff\n")
    with pytest.raises(SettingsError, match="cannot be read"):
        Settings.load()
    (tmp_path / ".env").chmod(0)
    with somebody_else(), pytest.raises(SettingsError, match="Permission denied"):
        Settings.load()


@contextlib.contextmanager
def somebody_else() -> Iterator[None]:
    """Runs as a person without rights where the tests run as root, who may read everything."""
    kept = os.geteuid()
    if kept == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(kept)
