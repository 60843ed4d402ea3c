"""Whom the bot answers: members of its own workspace; people of other organisations and guests only where that is set.

Who is a guest Slack tells only of people one asks about. So that no answer waits for that, everybody is listed when the
bot starts and every hour, with their names, by which a line to one of them is told; whoever has come since is a member until the next list, which then comes within minutes.
"""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import FAILURES, told
from bot.slack.api.limits import USERS_PAGE

LISTED_SECONDS = 3600.0
"""How long a list of everybody is believed."""
BEGIN_SECONDS = 3.0
"""How long a start waits for the first list."""
OUTSIDE = "Sorry, I answer members of this workspace only, not guests or people of other organisations."

log = logging.getLogger(__name__)


class Audience:
    """Who is answered. `team` is the installation's workspace and `organisation` its Grid, known once the bot has connected."""

    def __init__(self, client: AsyncWebClient, *, everybody: bool = False) -> None:
        self._client = client
        self.everybody = everybody
        self.team = ""
        self.organisation = ""
        self._elsewhere: dict[str, str] = {}
        self.names: frozenset[str] = frozenset()
        """The words of the names of the workspace's people, in lower case; none before they were listed."""
        self._listed: dict[str, bool] = {}
        self._listed_at = 0.0
        self._unknown = False
        self._listing = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def teams(self) -> AsyncIterator[str]:
        """The workspaces that are asked about one by one: those of an organisation that has the bot as a whole, else just this one.

        Raises what Slack raises.
        """
        if not self.organisation or self.team != self.organisation:
            yield self.team
            return
        cursor = None
        while True:
            page = await self._client.auth_teams_list(cursor=cursor)
            for team in page["teams"]:
                yield str(team["id"])
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    def met(self, person: str, team: str) -> None:
        """Note the workspace that a person belongs to, as an event of theirs says."""
        if team and team not in {self.team, self.organisation}:
            self._elsewhere[person] = team
        else:
            self._elsewhere.pop(person, None)

    def team_of(self, person: str) -> str:
        """A person's own workspace, by which a stream is addressed to them."""
        return self._elsewhere.get(person, self.team)

    async def excludes(self, person: str) -> bool:
        """Whether a person is not answered."""
        if self.everybody:
            return False
        if self.team == self.organisation and person in self._listed:
            return self._listed[person]
        if person in self._elsewhere:
            return not self.organisation or await self._is_outside(person)
        if person in self._listed:
            return self._listed[person]
        if self._listed:
            self._unknown = True
            return False
        return await self._is_outside(person)

    def outside(self, profile: Mapping[str, Any]) -> bool:
        """Whether a profile is that of a guest or of somebody of another organisation."""
        if any(profile.get(name) for name in ("is_stranger", "is_restricted", "is_ultra_restricted")):
            return True
        grid = str((profile.get("enterprise_user") or {}).get("enterprise_id") or "")
        same_grid = bool(self.organisation) and grid == self.organisation
        team = str(profile.get("team_id") or "")
        return bool(team) and team not in {self.team, self.organisation} and not same_grid

    async def begin(self) -> None:
        """List everybody for the first time; a workspace of very many is listed to the end while the bot works already."""
        task = asyncio.create_task(self.refresh())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        await asyncio.wait([task], timeout=BEGIN_SECONDS)

    async def refresh(self) -> None:
        """List everybody anew, if that is due. Where Slack does not let the bot, people are asked about one by one."""
        async with self._listing:
            fresh = time.monotonic() - self._listed_at < LISTED_SECONDS
            if not (self._listed and fresh and not self._unknown):
                await self._list()

    async def _list(self) -> None:
        listed, names = dict[str, bool](), set[str]()
        try:
            async for team in self.teams():
                async for user in self._members(team):
                    listed[str(user["id"])] = self.outside(user)
                    names.update(_names(user))
        except FAILURES as error:
            log.warning("Who is a guest could not be listed: %s", told(error))
            return
        self._listed, self._listed_at, self._unknown = listed, time.monotonic(), False
        self.names = frozenset(names)

    async def _members(self, team: str) -> AsyncIterator[Mapping[str, Any]]:
        cursor = None
        while True:
            page = await self._client.users_list(limit=USERS_PAGE, cursor=cursor, team_id=team)
            for user in page["members"]:
                yield user
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return

    async def _is_outside(self, person: str) -> bool:
        """As Slack says now; somebody of whom it does not tell is a member, unless their events say otherwise."""
        try:
            profile = (await self._client.users_info(user=person))["user"]
        except FAILURES:
            return person in self._elsewhere
        found = self.outside(profile)
        if person not in self._elsewhere:
            self._listed[person] = found
        return found


def _names(member: Mapping[str, Any]) -> Iterator[str]:
    """The words of a person's names; nothing of a bot or of somebody who left."""
    if member.get("is_bot") or member.get("deleted"):
        return
    profile = member.get("profile") or {}
    for name in (member.get("real_name"), profile.get("real_name"), profile.get("display_name")):
        yield from (word for word in re.findall(r"\w+", str(name or "").casefold()) if len(word) > 1)
