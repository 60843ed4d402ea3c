"""A workspace's own settings and guides, where many workspaces have the bot."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings
from bot.workspace_settings import check_common, faults, guides_of, of_workspace

SECRET = "8f742231b10e8888abcd99eeefff85a5"
OF_MANY = {"slack_client_id": "1.2", "slack_client_secret": "s", "slack_signing_secret": SECRET}


def load(folder: Path, **values: object) -> Settings:
    return Settings.load(_env_file=None, **OF_MANY, **{"workspaces_dir": folder, **values})


def put(folder: Path, key: str, text: str) -> None:
    (folder / key).mkdir(exist_ok=True)
    (folder / key / ".env").write_text(text, encoding="utf-8")


def test_a_workspace_has_the_common_settings_but_for_its_own(tmp_path: Path) -> None:
    put(tmp_path, "T1", "MENTORS=U1,U2\nCONTACT=#mentors\nWEEKLY_REPORT=never\n")
    settings = load(tmp_path, contact="@dana", emergency="call 112", openai_api_key="sk-1")
    own, other = of_workspace(settings, "T1"), of_workspace(settings, "T2")
    assert (own.mentor_ids, own.contact, own.weekly_report) == (frozenset({"U1", "U2"}), "#mentors", "never")
    assert (own.emergency, own.openai_key, own.slack_signing_secret) == (
        other.emergency,
        "sk-1",
        settings.slack_signing_secret,
    )
    assert (other.mentor_ids, other.contact, other.weekly_report) == (frozenset(), "@dana", settings.weekly_report)


@pytest.mark.parametrize(
    ("name", "value"), [("MENTORS", "U1"), ("MENTOR_GROUP", "S1"), ("MENTORS_CHANNEL", "C1"), ("CHANNEL_ADMINS", "W1")]
)
def test_what_names_people_of_one_workspace_is_refused_for_all_and_counts_for_none(
    tmp_path: Path, name: str, value: str
) -> None:
    settings = load(tmp_path, **{name.lower(): value})
    with pytest.raises(SettingsError, match=f"{name} is of one workspace"):
        check_common(settings)
    assert getattr(of_workspace(settings, "T1"), name.lower()) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("WEEKLY_REPORT=sometimes", "WEEKLY_REPORT: it is a weekday"),
        ("OPENAI_API_KEY=sk-private", "OPENAI_API_KEY cannot be set for one workspace"),
        ("MENTORS_=U1", "MENTORS_ cannot be set"),
    ],
)
def test_wrong_settings_of_a_workspace_are_named_without_their_values(tmp_path: Path, text: str, told: str) -> None:
    put(tmp_path, "T1", text)
    with pytest.raises(SettingsError, match=told) as refused:
        of_workspace(load(tmp_path), "T1")
    assert "private" not in str(refused.value)


def test_what_is_wrong_in_any_folder_is_found_and_other_folders_and_files_are_left_alone(tmp_path: Path) -> None:
    put(tmp_path, "T1", "LOG_LEVEL=DEBUG")
    put(tmp_path, "T2", "CONTACT=#mentors")
    put(tmp_path, "E1", "MENTOR_GROUP=S1")
    (tmp_path / "acme" / "guides").mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    (tmp_path / "README.md").write_text("Folders of workspaces.")
    told = faults(load(tmp_path))
    assert told.keys() == {"T1", "E1", "acme"}
    assert "LOG_LEVEL cannot be set" in told["T1"]
    assert "name the folder by the id" in told["acme"]
    assert faults(Settings.load(_env_file=None, **OF_MANY)) == {}


def test_a_user_group_is_no_setting_of_an_organisation(tmp_path: Path) -> None:
    put(tmp_path, "E1", "MENTOR_GROUP=S1")
    with pytest.raises(SettingsError, match="MENTORS"):
        of_workspace(load(tmp_path), "E1")


def test_guides_of_its_own_are_those_in_its_folder_and_no_id_leads_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "inside" / "T1" / "guides").mkdir(parents=True)
    (tmp_path / "guides").mkdir()
    settings = load(tmp_path / "inside")
    assert guides_of(settings, "T1") == tmp_path / "inside" / "T1" / "guides"
    assert [guides_of(settings, key) for key in ("T2", "..", "", "T1/..")] == [None] * 4
    assert guides_of(Settings.load(_env_file=None, **OF_MANY), "T1") is None


@pytest.mark.parametrize("lacking", sorted(OF_MANY))
def test_many_workspaces_take_all_three_and_what_lacks_is_named(lacking: str) -> None:
    settings = Settings.load(_env_file=None, **{name: value for name, value in OF_MANY.items() if name != lacking})
    assert (settings.many_workspaces, settings.slack_mode) == (False, None)
    if lacking != "slack_client_id":
        assert settings.slack_lacks == lacking.upper()


@pytest.mark.parametrize("token", [{"slack_bot_token": "xoxb-1"}, {"slack_app_token": "xapp-1"}])
def test_a_token_of_one_workspace_beside_the_client_id_is_refused(token: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="leave out SLACK_BOT_TOKEN"):
        Settings.load(_env_file=None, **OF_MANY, **token)
