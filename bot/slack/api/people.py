"""What the bot knows of the people who write to it: their locale and time zone, and whether they run the workspace."""

import time
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import FAILURES

KEPT_SECONDS = 3600.0
"""How long a person's profile is believed before Slack is asked again."""


@dataclass(frozen=True)
class Person:
    """A person's profile: locale as BCP 47 ("de-DE"), IANA time zone, and whether they administer the workspace.

    `is_human`: Slack says that this is no bot.
    """

    locale: str = ""
    zone: str = ""
    is_admin: bool = False
    is_human: bool = False


class People:
    """Profiles, asked of Slack once an hour at most. Where Slack does not tell, a profile is empty."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._known: dict[str, tuple[float, Person]] = {}

    async def person(self, user: str) -> Person:
        """A person's profile."""
        known = self._known.get(user)
        if known and time.monotonic() - known[0] < KEPT_SECONDS:
            return known[1]
        try:
            told = (await self._client.users_info(user=user, include_locale=True))["user"]
        except FAILURES:
            return Person()
        runs_it = bool(told.get("is_admin") or told.get("is_owner"))
        found = Person(str(told.get("locale") or ""), str(told.get("tz") or ""), runs_it, told.get("is_bot") is False)
        self._known[user] = (time.monotonic(), found)
        return found
