"""What the bot knows of the people who write to it: their locale and time zone, and whether they run the workspace."""

import datetime as dt
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import FAILURES
from bot.slack.api.limits import PEOPLE_PAGE

NAMES_SECONDS = 6 * 3600.0
"""How long the names of the workspace are believed."""
NAMES_PAGES = 20
"""Pages of the workspace's people that are read; what comes after them is not known by name."""
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
        self._names_until = 0.0
        self.names: frozenset[str] = frozenset()
        """First and last names of people of the workspace, in lower case; none before they were learned."""

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

    async def learn_names(self, _: dt.datetime) -> None:
        """Read the names of the workspace's people, a few times a day. Raises what Slack raises."""
        if time.monotonic() < self._names_until:
            return
        found, cursor = set[str](), None
        for _page in range(NAMES_PAGES):
            page = await self._client.users_list(limit=PEOPLE_PAGE, cursor=cursor)
            found.update(name for member in page["members"] for name in _names(member))
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
        self.names = frozenset(found)
        self._names_until = time.monotonic() + NAMES_SECONDS


def _names(member: Mapping[str, Any]) -> Iterator[str]:
    """The words of a person's names; nothing of a bot or of somebody who left."""
    if member.get("is_bot") or member.get("deleted"):
        return
    profile = member.get("profile") or {}
    for name in (member.get("real_name"), profile.get("real_name"), profile.get("display_name")):
        yield from (word for word in re.findall(r"\w+", str(name or "").casefold()) if len(word) > 1)
