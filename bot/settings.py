"""Every setting: typed, documented on its field, read once from the environment and `.env`.

Both `.env` and the data lie in the bot's folder, whatever folder a command is started in: see `home`.
"""

import os
import re
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError

HOME = "CAREERBOT_HOME"
"""The variable of the environment that names the bot's folder."""
ENV_FILE = ".env"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_TOKENS = {
    "slack_bot_token": ("xoxb-", "a bot token begins with xoxb- (OAuth & Permissions)"),
    "slack_app_token": ("xapp-", "an app-level token begins with xapp- (Basic Information)"),
}
"""How tokens begin, and what to tell where one does not."""


def home() -> Path:
    """The bot's folder, which holds `.env`: `CAREERBOT_HOME`, else the project's folder where the bot runs from a clone,
    else `~/.careerbot`.
    """
    if named := os.environ.get(HOME):
        return Path(named).expanduser().absolute()
    return clone() or Path.home() / ".careerbot"


def clone() -> Path | None:
    """The project's folder, where the bot runs from a clone of it and not from installed files."""
    folder = Path(__file__).resolve().parents[1]
    return folder if (folder / "pyproject.toml").is_file() and (folder / "Makefile").is_file() else None


Folder = Annotated[Path, AfterValidator(lambda folder: home() / folder.expanduser())]
"""A folder that is found from wherever a command is started: a relative one counts from the bot's folder."""


class Settings(BaseSettings):
    """The settings. Names are those of the environment in lower case; an empty value counts as not set."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    slack_bot_token: SecretStr | None = Field(None, description="Bot token of the Slack app (xoxb-…).")
    slack_app_token: SecretStr | None = Field(None, description="App-level token with connections:write (xapp-…).")
    slack_api_url: str = Field(
        "https://slack.com/api/", description="Slack's Web API; another address for a test server."
    )
    openai_api_key: SecretStr | None = Field(
        None, description="Key of the chat model; without key and OPENAI_BASE_URL answers are quoted."
    )
    openai_base_url: str | None = Field(
        None,
        description="Address of a gateway or local server that speaks OpenAI's protocol; a local one needs no key.",
    )
    chat_model: str = Field(
        "gpt-5.4-mini", description="Chat model; `provider:model` for any other provider of LangChain."
    )
    chat_timeout: float = Field(30.0, gt=0, le=600, description="Seconds that composing an answer may take.")
    embeddings: str = Field("local", description="`local` (MiniLM on this machine) or an OpenAI embedding model.")
    knowledge_dir: Folder | None = Field(
        None,
        description="A folder of your own guides, beside those in `knowledge/guides`; a relative one counts from the bot's folder.",
    )
    data_dir: Folder = Field(
        Path("data"),
        validate_default=True,
        description="Where the index and the records are kept; a relative folder counts from the bot's folder.",
    )
    chroma_url: str = Field("", description="A Chroma server (http://host:port); empty for the embedded database.")
    database_url: str = Field(
        "", repr=False, description="PostgreSQL for the records (postgresql://…); empty for SQLite in `DATA_DIR`."
    )
    max_question_chars: int = Field(4000, ge=100, le=40_000, description="Longer messages are refused politely.")
    max_concurrent: int = Field(100, ge=1, le=1000, description="Questions that are answered at the same time.")
    channel_admins: str = Field(
        "", description="Slack user ids, with commas, who may change channel settings besides workspace admins."
    )
    answer_missed_hours: float = Field(
        12.0,
        ge=0,
        le=24,
        description="Hours after which what was asked while the bot was off is not answered any more; 0: it does not look.",
    )
    answer_outsiders: bool = Field(False, description="Whether guests and people of other organisations are answered.")
    mentors: str = Field("", description="Slack user ids of mentors, with commas.")
    mentor_group: str = Field("", description="A Slack user group (S…) whose members are mentors, too.")
    mentors_channel: str = Field(
        "", description="The mentors' channel (C…), for questions to mentors, reminders and the weekly report."
    )
    remind_hours: float = Field(
        24.0, gt=0, le=720, description="Hours after which a question that no mentor took is brought up again."
    )
    weekly_report: str = Field(
        "monday 09:00", description="When the weekly report is posted, in UTC; `never` for none."
    )
    retention_days: int = Field(
        90, ge=1, le=3650, description="Days that texts of questions and feedback, and who asked where, are kept."
    )
    contact: str = Field("", description="Whom to ask when the guides do not answer, e.g. `#career-mentors`.")
    emergency: str = Field("", description="Whom to call when somebody is in danger, e.g. `the crisis line 988 (US)`.")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @field_validator("slack_bot_token", "slack_app_token")
    @classmethod
    def _is_token(cls, token: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        return _begins(token, *_TOKENS[str(info.field_name)])

    @field_validator("log_level")
    @classmethod
    def _is_log_level(cls, level: str) -> str:
        if level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("it is DEBUG, INFO, WARNING or ERROR")
        return level.upper()

    @field_validator("weekly_report")
    @classmethod
    def _is_weekly(cls, moment: str) -> str:
        if not re.fullmatch(rf"never|(?:{'|'.join(WEEKDAYS)}) (?:[01]\d|2[0-3]):[0-5]\d", moment.lower()):
            raise ValueError("it is a weekday and a time such as `monday 09:00`, or `never`")
        return moment.lower()

    @field_validator("knowledge_dir")
    @classmethod
    def _is_folder(cls, folder: Path | None) -> Path | None:
        if folder is not None and not folder.is_dir():
            raise ValueError("there is no such folder")
        return folder

    @field_validator("chroma_url", "openai_base_url", "slack_api_url")
    @classmethod
    def _is_web_address(cls, url: str | None) -> str | None:
        if url and not url.startswith(("http://", "https://")):
            raise ValueError("it begins with http:// or https://")
        return url

    @field_validator("database_url")
    @classmethod
    def _is_database(cls, url: str) -> str:
        if url and not url.startswith(("postgresql://", "postgres://", "postgresql+asyncpg://", "sqlite")):
            raise ValueError("it begins with postgresql:// or sqlite")
        return url

    @classmethod
    def load(cls, **overrides: Any) -> "Settings":
        """Read the settings. Raises SettingsError with one line for every problem; values are never shown."""
        file = home() / ENV_FILE
        try:
            return cls(**{"_env_file": file, **overrides})
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not in UTF-8"
            raise SettingsError(f"{file} cannot be read ({why}); set {HOME} to the folder of another one.") from None
        except ValidationError as error:
            problems = [f"{str(e['loc'][0]).upper()}: {e['msg'].removeprefix('Value error, ')}" for e in error.errors()]
            raise SettingsError("Some settings are wrong. " + "; ".join(problems) + ".") from None

    @property
    def openai_key(self) -> str:
        """The key as text, empty when there is none."""
        return self.openai_api_key.get_secret_value() if self.openai_api_key else ""

    @property
    def slack_tokens(self) -> tuple[str, str] | None:
        """Bot and app token when both are set."""
        if self.slack_bot_token and self.slack_app_token:
            return self.slack_bot_token.get_secret_value(), self.slack_app_token.get_secret_value()
        return None

    @property
    def admins(self) -> frozenset[str]:
        """The people of `channel_admins`."""
        return _ids(self.channel_admins)

    @property
    def mentor_ids(self) -> frozenset[str]:
        """The people of `mentors`."""
        return _ids(self.mentors)

    @property
    def has_model(self) -> bool:
        """Whether answers are composed by a chat model: with a key, a server's address, or another provider's model."""
        from bot.answering.chat_model import is_provider

        return bool(self.openai_api_key or self.openai_base_url) or is_provider(self.chat_model)

    def without_model(self) -> "Settings":
        """The same settings, but for answers without a chat model."""
        return self.model_copy(update={"openai_api_key": None, "openai_base_url": None, "chat_model": "none"})


def _ids(listed: str) -> frozenset[str]:
    return frozenset(listed.replace(",", " ").split())


def _begins(token: SecretStr | None, prefix: str, remedy: str) -> SecretStr | None:
    if token is not None and not token.get_secret_value().startswith(prefix):
        raise ValueError(remedy)
    return token
