"""Who is a mentor: asked anew with every action, so that a button that somebody kept gives no right."""

import time
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import FAILURES

KEPT_SECONDS = 60.0
"""How long the members of the user group are believed before Slack is asked again."""
ONLY_MENTORS = "Only mentors can do that. A mentor can be asked with the button *Ask a mentor* under an answer."


@dataclass(frozen=True)
class MentorSettings:
    """The mentors as they are set: users by id, a user group by id, and the channel in which they work."""

    users: frozenset[str] = frozenset()
    group: str = ""
    channel: str = ""

    @property
    def exists(self) -> bool:
        """Whether there are mentors at all."""
        return bool(self.users or self.group)


class Mentors:
    """Tells who is a mentor. Where Slack does not tell who is in the user group, only those named by id are."""

    def __init__(self, client: AsyncWebClient, mentor_settings: MentorSettings) -> None:
        self._client = client
        self._settings = mentor_settings
        self._members: frozenset[str] = frozenset()
        self._asked_at = -KEPT_SECONDS

    @property
    def exist(self) -> bool:
        """Whether there are mentors at all."""
        return self._settings.exists

    @property
    def channel(self) -> str:
        """The mentors' channel, empty where none is set."""
        return self._settings.channel

    async def include(self, user: str) -> bool:
        """Whether a person is a mentor."""
        return user in self._settings.users or user in await self._group()

    async def _group(self) -> frozenset[str]:
        if not self._settings.group or time.monotonic() - self._asked_at < KEPT_SECONDS:
            return self._members
        try:
            told = await self._client.usergroups_users_list(usergroup=self._settings.group)
            self._members = frozenset(map(str, told["users"]))
        except FAILURES:
            self._members = frozenset()
        self._asked_at = time.monotonic()
        return self._members
