"""Every setting: typed, documented on its field, read once from the environment and `.env`.

Both `.env` and the data lie in the bot's folder, whatever folder a command is started in: see `home`.
"""

import os
import re
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Literal
from urllib.parse import unquote

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import SettingsError
from bot.slack_settings import Channel, People, SlackSettings, UserGroup, WebAddress, ids_in, secret_text
from knowledge.sources.git_address import GitAddress
from knowledge.sources.https_address import HttpsAddress

HOME = "CAREERBOT_HOME"
"""The variable of the environment that names the bot's folder."""
ENV_FILE = ".env"
EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104  compared with, not listened on
"""Addresses that stand for all of this machine's."""
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


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


def _is_log_level(level: str) -> str:
    if level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError("it is DEBUG, INFO, WARNING or ERROR")
    return level.upper()


def _is_weekly(moment: str) -> str:
    if not re.fullmatch(rf"never|(?:{'|'.join(WEEKDAYS)}) (?:[01]\d|2[0-3]):[0-5]\d", moment.lower()):
        raise ValueError("it is a weekday and a time such as `monday 09:00`, or `never`")
    return moment.lower()


def _is_there(folder: Path) -> Path:
    try:
        there = folder.is_dir()
    except OSError:  # such as a name that is too long
        there = False
    if not there:
        raise ValueError("there is no such folder")
    return folder


def _is_repository(address: SecretStr) -> SecretStr:
    GitAddress.of(address.get_secret_value())
    return address


def _is_https(address: SecretStr) -> SecretStr:
    HttpsAddress.of(address.get_secret_value())
    return address


def _is_folder_of_repository(folder: str) -> str:
    parts = PurePosixPath(folder).parts
    if not folder.isprintable() or folder.startswith("/") or ".." in parts:
        raise ValueError("it is a folder below the repository's top, such as docs/guides")
    return "/".join(parts)


def _are_headers(listed: SecretStr) -> SecretStr:
    if not all(re.fullmatch(r"\s*[\w-]+\s*=.*", one) for one in listed.get_secret_value().split(",")):
        raise ValueError(
            "it is name=value, several with commas; a comma or a percent sign in a value is written %2C or %25"
        )
    return listed


def _is_database(url: str) -> str:
    if url and not url.startswith(("postgresql://", "postgres://", "postgresql+asyncpg://", "sqlite")):
        raise ValueError("it begins with postgresql:// or sqlite")
    return url


LogLevel = Annotated[str, AfterValidator(_is_log_level)]
WeeklyMoment = Annotated[str, AfterValidator(_is_weekly)]
FolderThere = Annotated[Folder, AfterValidator(_is_there)]
Headers = Annotated[SecretStr, AfterValidator(_are_headers)]
Repository = Annotated[SecretStr, AfterValidator(_is_repository)]
OnWebServer = Annotated[SecretStr, AfterValidator(_is_https)]
FolderOfRepository = Annotated[str, AfterValidator(_is_folder_of_repository)]
DatabaseAddress = Annotated[str, AfterValidator(_is_database)]


class TraceSettings(BaseSettings):
    """The settings of traces, which are settings like the others."""

    traces_url: WebAddress = Field(
        "",
        description="A collector for OpenTelemetry's traces (OTLP over HTTP; /v1/traces is added where there is no path); empty: no traces.",
    )
    traces_headers: Headers | None = Field(
        None, description="What that collector is sent besides, as `name=value` with commas (its key, for instance)."
    )
    traces_texts: bool = Field(False, description="Whether questions and answers are in the traces, too.")
    traces_langsmith: bool = Field(
        False, description="Whether each call of the chat model is sent to LangSmith, with its whole prompt and reply."
    )
    langsmith_api_key: SecretStr | None = Field(None, description="Key of LangSmith.")
    langsmith_endpoint: WebAddress = Field(
        "https://api.smith.langchain.com", description="LangSmith's address, or that of one of your own."
    )
    langsmith_project: str = Field("careerbot", description="The project at LangSmith.")

    @field_validator("langsmith_api_key")
    @classmethod
    def _is_there_for_langsmith(cls, key: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if info.data.get("traces_langsmith") and not secret_text(key):
            raise ValueError("TRACES_LANGSMITH needs it; set it, or leave TRACES_LANGSMITH out")
        return key

    @property
    def collector_headers(self) -> dict[str, str]:
        """The headers of `traces_headers`, by their names."""
        pairs = (one.split("=", 1) for one in secret_text(self.traces_headers).split(",") if one)
        return {name.strip(): unquote(value.strip()) for name, value in pairs}


class Settings(SlackSettings, TraceSettings):
    """The settings. Names are those of the environment in lower case; an empty value counts as not set."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    openai_api_key: SecretStr | None = Field(
        None, description="Key of the chat model; without key and OPENAI_BASE_URL answers are quoted."
    )
    openai_base_url: WebAddress | None = Field(
        None,
        description="Address of a gateway or local server that speaks OpenAI's protocol; a local one needs no key.",
    )
    chat_model: str = Field("gpt-5.4-mini", description="Chat model; `provider:model` for any other of LangChain's.")
    chat_timeout: float = Field(30.0, gt=0, le=600, description="Seconds that composing an answer may take.")
    embeddings: str = Field("local", description="`local` (MiniLM on this machine) or an OpenAI embedding model.")
    knowledge_dir: FolderThere | None = Field(
        None,
        description="A folder of your own guides, beside those in `knowledge/guides`; a relative one counts from the bot's folder.",
    )
    knowledge_git: Repository | None = Field(
        None,
        description="A git repository with guides (https, ssh or file; `#branch` at its end), whose newest commit is copied into `DATA_DIR`.",
    )
    knowledge_git_folder: FolderOfRepository = Field(
        "", description="The folder of that repository that holds the guides."
    )
    knowledge_git_minutes: float = Field(
        10.0, ge=1, le=1440, description="Minutes after which the repository is looked at again."
    )
    knowledge_https: OnWebServer | None = Field(
        None,
        description="An https:// address of guides, which are copied into `DATA_DIR`: a folder whose page lists them, an archive (.zip, .tar.gz), or one guide.",
    )
    knowledge_https_minutes: float = Field(
        10.0, ge=1, le=1440, description="Minutes after which that address is looked at again."
    )
    data_dir: Folder = Field(
        Path("data"),
        validate_default=True,
        description="Where the index and the records are kept; a relative folder counts from the bot's folder.",
    )
    chroma_url: WebAddress = Field("", description="A Chroma server (http://host:port); empty for the embedded one.")
    database_url: DatabaseAddress = Field(
        "", repr=False, description="PostgreSQL for the records (postgresql://…); empty for SQLite in `DATA_DIR`."
    )
    max_question_chars: int = Field(4000, ge=100, le=40_000, description="Longer messages are refused politely.")
    start_wait: float = Field(
        120.0,
        ge=0,
        le=3600,
        description="Seconds that `careerbot run` waits at its start for a database, and for a Chroma server, that does not answer, from the first failure on; then it ends with the reason.",
    )
    max_concurrent: int = Field(100, ge=1, le=1000, description="Questions that are answered at the same time.")
    workspaces_dir: FolderThere | None = Field(
        None,
        description="A folder with a folder for each workspace that has settings or guides of its own, named by its id (T… or E…).",
    )
    channel_admins: People = Field(
        "", description="Slack user ids, with commas, who may change channel settings besides workspace admins."
    )
    answer_missed_hours: float = Field(
        12.0,
        ge=0,
        le=24,
        description="Hours after which what was asked while the bot was off is not answered any more; 0: it does not look.",
    )
    answer_outsiders: bool = Field(False, description="Whether guests and people of other organisations are answered.")
    mentors: People = Field("", description="Slack user ids of mentors, with commas.")
    mentor_group: UserGroup = Field("", description="A Slack user group (S…) whose members are mentors, too.")
    mentors_channel: Channel = Field(
        "", description="The mentors' channel (C…), for questions to mentors, reminders and the weekly report."
    )
    remind_hours: float = Field(
        24.0, gt=0, le=720, description="Hours after which a question that no mentor took is brought up again."
    )
    weekly_report: WeeklyMoment = Field(
        "monday 09:00", description="When the weekly report is posted, in UTC; `never` for none."
    )
    retention_days: int = Field(
        90, ge=1, le=3650, description="Days that texts of questions and feedback, and who asked where, are kept."
    )
    contact: str = Field("", description="Whom to ask when the guides do not answer, e.g. `#career-mentors`.")
    emergency: str = Field("", description="Whom to call when somebody is in danger, e.g. `the crisis line 988 (US)`.")
    log_level: LogLevel = Field("INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_format: Literal["text", "json"] = Field("text", description="`text`, or `json` for an object on each line.")
    metrics_port: int | None = Field(None, ge=1, le=65535, description="Port of /metrics for Prometheus; empty: none.")
    metrics_host: str = Field("127.0.0.1", description="Address of /metrics; 0.0.0.0 for all of this machine's.")

    @field_validator("workspaces_dir")
    @classmethod
    def _is_of_many(cls, folder: Path | None, info: ValidationInfo) -> Path | None:
        if folder and not (info.data.get("slack_client_id") or info.data.get("slack_client_secret")):
            raise ValueError("it is for many workspaces, and SLACK_CLIENT_ID is not set; set that, or leave this out")
        return folder

    @field_validator("metrics_host")
    @classmethod
    def _has_a_port_of_its_own(cls, host: str, info: ValidationInfo) -> str:
        slack = SlackSettings.model_construct(**info.data)
        port = info.data.get("metrics_port")
        if port and port == slack.listening_port and (host == slack.http_host or {host, slack.http_host} & EVERYWHERE):
            raise ValueError(f"METRICS_PORT and HTTP_PORT are both {port}; set METRICS_PORT to another one")
        return host

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
        return secret_text(self.openai_api_key)

    @property
    def admins(self) -> frozenset[str]:
        """The people of `channel_admins`."""
        return frozenset(ids_in(self.channel_admins))

    @property
    def mentor_ids(self) -> frozenset[str]:
        """The people of `mentors`."""
        return frozenset(ids_in(self.mentors))

    @property
    def has_model(self) -> bool:
        """Whether answers are composed by a chat model: with a key, a server's address, or another provider's model."""
        from bot.answering.chat_model import is_provider

        return bool(self.openai_api_key or self.openai_base_url) or is_provider(self.chat_model)

    def without_model(self) -> "Settings":
        """The same settings, but for answers without a chat model."""
        return self.model_copy(update={"openai_api_key": None, "openai_base_url": None, "chat_model": "none"})
