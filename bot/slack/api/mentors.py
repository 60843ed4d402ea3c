"""Who is a mentor: asked anew with every action, so that a button that somebody kept gives no right."""

import logging
import time
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import CareerBotError
from bot.slack.api.errors import FAILURES, told

KEPT_SECONDS = 60.0
"""How long the members of the user group are believed before Slack is asked again."""
AGAIN_SECONDS = 5.0
"""After this time Slack is asked again where it did not tell."""
_NONE_THERE = frozenset({"no_such_subteam", "subteam_not_found", "missing_scope"})
"""There is no such group, or the bot may not see it: nobody is a mentor through it."""
UNKNOWN = "Slack does not tell me just now who the mentors are. Try it once more in a moment."
ONLY_MENTORS = "Only mentors can do that. A mentor can be asked with the button *Ask a mentor* under an answer."

log = logging.getLogger(__name__)


class MentorsUnknown(CareerBotError):
    """Slack has not told who is in the mentors' group since the bot was started."""


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
    """Tells who is a mentor. While Slack does not tell who is in the user group, those are that it told of last."""

    def __init__(self, client: AsyncWebClient, mentor_settings: MentorSettings) -> None:
        self._client = client
        self._settings = mentor_settings
        self._members: frozenset[str] | None = None
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
        """Whether a person is a mentor. Raises MentorsUnknown where Slack has never told and does not just now."""
        if user in self._settings.users:
            return True
        members = await self._group()
        if members is None:
            raise MentorsUnknown(UNKNOWN)
        return user in members

    async def may_include(self, user: str) -> bool:
        """Whether a person is a mentor as far as is known: what they have is not taken from them before Slack tells."""
        try:
            return await self.include(user)
        except MentorsUnknown:
            return True

    async def _group(self) -> frozenset[str] | None:
        if not self._settings.group:
            return frozenset()
        if time.monotonic() - self._asked_at < KEPT_SECONDS:
            return self._members
        try:
            found = await self._client.usergroups_users_list(usergroup=self._settings.group)
            self._members = frozenset(map(str, found["users"]))
        except FAILURES as error:
            log.warning("Who is in MENTOR_GROUP is not known anew: %s", told(error))
            if told(error) in _NONE_THERE:
                self._members = frozenset()
            self._asked_at = time.monotonic() - KEPT_SECONDS + AGAIN_SECONDS
        else:
            self._asked_at = time.monotonic()
        return self._members
