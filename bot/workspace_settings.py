"""The settings of one of many workspaces: those of the bot, and its own from its folder in WORKSPACES_DIR."""

import re
from pathlib import Path

from dotenv import dotenv_values

from bot.errors import SettingsError
from bot.settings import ENV_FILE, Settings

OF_ITS_PEOPLE = frozenset({"channel_admins", "mentors", "mentor_group", "mentors_channel"})
"""Settings that name people or channels of one workspace: each has its own, or none."""
OWN = OF_ITS_PEOPLE | {"answer_outsiders", "contact", "emergency", "remind_hours", "weekly_report"}
"""The settings that a workspace may have in the `.env` of its folder."""
GUIDES = "guides"


def check_common(settings: Settings) -> None:
    """Look whether the bot's settings can be those of many workspaces. Raises SettingsError."""
    if named := sorted(name.upper() for name in OF_ITS_PEOPLE if getattr(settings, name)):
        raise SettingsError(
            f"{named[0]} is of one workspace; where many have the bot it belongs into the file {ENV_FILE} of that workspace's folder in WORKSPACES_DIR."
        )


def of_workspace(settings: Settings, key: str) -> Settings:
    """The settings of the workspace with this id. Raises SettingsError where its own are wrong."""
    folder = _folder(settings, key)
    own = _read(folder / ENV_FILE) if folder else {}
    if key.startswith("E") and own.get("mentor_group"):
        raise SettingsError("MENTOR_GROUP is of one workspace; name the mentors of an organisation in MENTORS.")
    common = settings.model_dump() | dict.fromkeys(OF_ITS_PEOPLE, "")
    return Settings.load(_env_file=None, **common | own)


def faults(settings: Settings) -> dict[str, str]:
    """What is wrong with the folders in WORKSPACES_DIR, by their names: settings that are wrong or may not stand there, and
    names that are no id, so that what stands in there is of nobody.
    """
    try:
        folders = sorted(settings.workspaces_dir.iterdir()) if settings.workspaces_dir else []
    except OSError as error:
        return {"WORKSPACES_DIR": f"it cannot be read ({error.strerror})"}
    told = {folder.name: _fault(settings, folder) for folder in folders}
    return {name: fault for name, fault in told.items() if fault}


def _fault(settings: Settings, folder: Path) -> str:
    if not re.fullmatch("[TE][A-Z0-9]+", folder.name):
        used = any((folder / name).exists() for name in (ENV_FILE, GUIDES))
        return (
            "it is no id of a workspace (T… or E…), so what stands in it counts nowhere; name the folder by the id"
            if used
            else ""
        )
    try:
        of_workspace(settings, folder.name)
    except SettingsError as error:
        return str(error)
    return ""


def guides_of(settings: Settings, key: str) -> Path | None:
    """The folder of a workspace's own guides; None where it answers from those that all share."""
    folder = _folder(settings, key)
    return folder / GUIDES if folder and (folder / GUIDES).is_dir() else None


def _folder(settings: Settings, key: str) -> Path | None:
    return settings.workspaces_dir / key if settings.workspaces_dir and key.isalnum() else None


def _read(file: Path) -> dict[str, str]:
    """The settings in a file, by their names in lower case. Raises SettingsError for one that is not a workspace's to set."""
    try:
        if not file.is_file():
            return {}
        found = {name.lower(): value for name, value in dotenv_values(file).items() if value}
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"The {ENV_FILE} of this workspace's folder cannot be read.") from None
    if others := sorted(name.upper() for name in found if name not in OWN):
        raise SettingsError(
            f"{others[0]} cannot be set for one workspace; set it for all, or take it out of its {ENV_FILE}."
        )
    return found
