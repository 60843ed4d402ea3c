"""The settings of how Slack reaches the bot and the bot Slack."""

import re
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings

SlackMode = Literal["Socket Mode", "HTTP mode"]
HTTP_MODE_PORT = 3000
"""Where HTTP mode listens without another port, as Bolt does."""


def _is_bot_token(token: SecretStr) -> SecretStr:
    return _begins(token, "xoxb-", "a bot token begins with xoxb- (OAuth & Permissions)")


def _is_app_token(token: SecretStr) -> SecretStr:
    return _begins(token, "xapp-", "an app-level token begins with xapp- (Basic Information)")


def _begins(token: SecretStr, prefix: str, remedy: str) -> SecretStr:
    if not token.get_secret_value().startswith(prefix):
        raise ValueError(remedy)
    return token


def _is_signing_secret(secret: SecretStr) -> SecretStr:
    if not re.fullmatch("[0-9a-f]{32}", secret.get_secret_value()):
        raise ValueError("a signing secret has 32 digits and letters from a to f (Basic Information)")
    return secret


def _is_web_address(url: str) -> str:
    if url and not url.startswith(("http://", "https://")):
        raise ValueError("it begins with http:// or https://")
    return url


def _are_ids(first: str, where: str) -> Callable[[str], str]:
    """Refuses what is no list of Slack's ids that begin with one of the letters; `where` says where they are found."""

    def checked(listed: str) -> str:
        if not all(re.fullmatch(f"[{first}][A-Z0-9]+", one) for one in ids_in(listed)):
            raise ValueError(where)
        return listed

    return checked


def ids_in(listed: str) -> list[str]:
    """The ids of a list with commas or blanks."""
    return listed.replace(",", " ").split()


def _is_one(listed: str) -> str:
    if len(ids_in(listed)) > 1:
        raise ValueError("it is one id")
    return listed.strip()


_PEOPLE = "only ids of people give rights (U… or W…), not names or addresses; *Copy member ID* stands behind the three dots of a profile in Slack"
_GROUP = "it is the id of a user group (S…), not its name"
_CHANNEL = "it is the id of a channel (C… or G…), not its name; it stands at the end of the channel's details in Slack"
BotToken = Annotated[SecretStr, AfterValidator(_is_bot_token)]
AppToken = Annotated[SecretStr, AfterValidator(_is_app_token)]
SigningSecret = Annotated[SecretStr, AfterValidator(_is_signing_secret)]
WebAddress = Annotated[str, AfterValidator(_is_web_address)]
People = Annotated[str, AfterValidator(_are_ids("UW", _PEOPLE))]
UserGroup = Annotated[str, AfterValidator(_are_ids("S", _GROUP)), AfterValidator(_is_one)]
Channel = Annotated[str, AfterValidator(_are_ids("CG", _CHANNEL)), AfterValidator(_is_one)]


_OF_MANY = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET", "SLACK_SIGNING_SECRET")


class SlackSettings(BaseSettings):
    """The part of the settings that is about the connection to Slack."""

    slack_bot_token: BotToken | None = Field(None, description="Bot token of the Slack app (xoxb-…).")
    slack_app_token: AppToken | None = Field(None, description="App-level token with connections:write (xapp-…).")
    socket_connections: int = Field(
        2,
        ge=1,
        le=10,
        description="Connections that a process keeps in Socket Mode: while one breaks or is replaced, the others deliver. An app has ten, those of all its processes together.",
    )
    slack_signing_secret: SigningSecret | None = Field(
        None,
        description="Signing secret of the Slack app, for HTTP mode: without SLACK_APP_TOKEN Slack delivers to HTTP_HOST and HTTP_PORT.",
    )
    slack_client_id: str = Field(
        "", description="Client ID of the Slack app: many workspaces install it at /slack/install, in HTTP mode."
    )
    slack_client_secret: SecretStr | None = Field(None, description="Client secret of the Slack app, for the same.")
    http_host: str = Field("127.0.0.1", description="Address to listen on; 0.0.0.0 for all of this machine's.")
    http_port: int | None = Field(
        None,
        ge=1,
        le=65535,
        description="Port for /slack/events (HTTP mode), /healthz and /readyz; without it 3000 in HTTP mode and none in Socket Mode.",
    )
    slack_api_url: WebAddress = Field(
        "https://slack.com/api/", description="Slack's Web API; another address for a test server."
    )

    @field_validator("slack_client_id")
    @classmethod
    def _is_alone(cls, client_id: str, info: ValidationInfo) -> str:
        if client_id and (info.data.get("slack_bot_token") or info.data.get("slack_app_token")):
            raise ValueError(
                "the workspaces that install the bot bring their tokens; leave out SLACK_BOT_TOKEN and SLACK_APP_TOKEN"
            )
        return client_id

    @property
    def many_workspaces(self) -> bool:
        """Whether many workspaces have the bot, each with a token that its installation brought."""
        return bool(self.slack_client_id and self.slack_client_secret and self.slack_signing_secret)

    @property
    def slack_mode(self) -> SlackMode | None:
        """Over which way Slack delivers: Socket Mode where both tokens are set, HTTP mode with a signing secret in the app
        token's place. None: the bot answers in the terminal.
        """
        if self.many_workspaces:
            return "HTTP mode"
        if self.slack_bot_token is None:
            return None
        if self.slack_app_token:
            return "Socket Mode"
        return "HTTP mode" if self.slack_signing_secret else None

    @property
    def slack_lacks(self) -> str:
        """The setting for want of which the bot is not in Slack though another one is there; empty where none or all are."""
        if (self.slack_client_id or self.slack_client_secret) and not self.many_workspaces:
            there = (self.slack_client_id, self.slack_client_secret, self.slack_signing_secret)
            return next(name for name, value in zip(_OF_MANY, there, strict=True) if not value)
        if self.slack_mode or not (self.slack_bot_token or self.slack_app_token or self.slack_signing_secret):
            return ""
        return "SLACK_APP_TOKEN, or SLACK_SIGNING_SECRET for HTTP mode," if self.slack_bot_token else "SLACK_BOT_TOKEN"

    @property
    def half_set_up(self) -> str:
        """What there is to do where Slack is set up by half, without a full stop; empty where it is not."""
        lacking = self.slack_lacks
        return lacking and f"{lacking} is not set though other settings of Slack are; set it, or leave those out"

    @property
    def listening_port(self) -> int | None:
        """The port to listen on; None: on none."""
        return self.http_port or (HTTP_MODE_PORT if self.slack_mode == "HTTP mode" else None)


def secret_text(secret: SecretStr | None) -> str:
    """A secret as text, empty when there is none."""
    return secret.get_secret_value() if secret else ""
