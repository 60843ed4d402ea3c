"""What there is in the workspace: people, channels, messages, and how a test looks at them."""

import asyncio
import json
import math
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

BOT_TOKEN = "xoxb-test-token"
APP_TOKEN = "xapp-test-token"
TEAM, BOT_USER, BOT_ID, APP_ID = "T0TEAM", "U0BOT", "B0BOT", "A0APP"
ALL_SCOPES = "app_mentions:read,assistant:write,channels:history,chat:write,commands,groups:history,im:history,mpim:history,users:read"
MENTOR_SCOPES = "im:read,im:write,usergroups:read,channels:read,groups:read,mpim:read,files:write"
SCOPE_OF_KIND = {"channel": "channels", "group": "groups", "im": "im", "mpim": "mpim"}
"""The kind of a channel -> what its scopes begin with."""
LONGEST_TEXT = 40_000


@dataclass
class Call:
    """A Web API call as it came, when, and over which connection. What is posted to a response_url has the method "response_url"."""

    method: str
    arguments: dict[str, Any]
    at: float
    connection: str


def connection_of(request: web.Request) -> str:
    """What tells a connection from the others: the address of its other end."""
    return str(request.transport.get_extra_info("peername")) if request.transport else ""


@dataclass
class Person:
    """A user of the workspace."""

    id: str
    name: str
    locale: str = "en-US"
    tz: str = "Europe/Berlin"
    tz_offset: int = 3600
    admin: bool = False
    bot: bool = False
    guest: bool = False
    team: str = TEAM
    deactivated: bool = False


@dataclass
class Channel:
    """A channel and its messages by ts. `member` is about the bot, `members` about people (None: everybody).

    `rule` is what an admin has set: "read_only_channel", "thread_only_channel" or "non_threadable_channel"; the threads
    in `locked`, by ts, take nothing more.
    """

    id: str
    kind: str
    member: bool = True
    archived: bool = False
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)
    members: set[str] | None = None
    user: str = ""
    name: str = ""
    creator: str = "U0ANNA"
    shared: bool = False
    rule: str = ""
    locked: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Envelope:
    """Something on its way to the app. `answered` takes what the app acknowledged it with, `reason` is why it comes again.

    `over` is the number of the Socket Mode connection that it was delivered over, 0 over HTTP.
    """

    payload: dict[str, Any]
    attempt: int = 0
    id: str = ""
    kind: str = "events_api"
    at: float = 0.0
    answered: Callable[[Mapping[str, Any]], None] | None = None
    reason: str = ""
    over: int = 0


@dataclass
class Trigger:
    """The right to open one modal for a person, for a short while."""

    user: str
    made: float
    used: bool = False


class Workspace:
    """The state that all parts of the server share."""

    def __init__(
        self,
        ack_seconds: float = 3.0,
        retries: int = 3,
        scopes: str = f"{ALL_SCOPES},{MENTOR_SCOPES}",
        *,
        team: str = TEAM,
        bot_user: str = BOT_USER,
        organisation: str = "",
    ) -> None:
        self.team = team
        self.bot_user, self.bot_id = bot_user, f"B{bot_user[1:]}"
        self.organisation = organisation
        """The id of the Enterprise Grid organisation that has the bot as a whole; `team` is one of its workspaces."""
        self.workspaces = {team}
        self.tokens: dict[str, float] = {BOT_TOKEN: math.inf}
        """The bot's tokens, each with the Unix time at which it expires."""
        self.ack_seconds = ack_seconds
        self.retries = retries
        self.scopes = scopes
        self.trigger_seconds = 3.0
        self.stream_seconds = 300.0
        self.calls: list[Call] = []
        self.people: dict[str, Person] = {bot_user: Person(bot_user, "bot", bot=True, team=team)}
        self.usergroups: dict[str, list[str]] = {}
        self.channels: dict[str, Channel] = {}
        self.delivered: list[Envelope] = []
        self.acknowledged: list[str] = []
        self.acknowledged_at: dict[str, float] = {}
        self.lost: list[Envelope] = []
        self.timeouts: list[Envelope] = []
        self.problems: list[str] = []
        self.ephemeral: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.modal_errors: dict[str, dict[str, str]] = {}
        self.homes: dict[str, dict[str, Any]] = {}
        self.sessions: dict[tuple[str, str], dict[str, Any]] = {}
        self.statuses: dict[tuple[str, str], str] = {}
        self.prompts: dict[str, list[dict[str, str]]] = {}
        self.files: dict[str, dict[str, Any]] = {}
        self.file_contents: dict[str, bytes] = {}
        self.refused_block: Callable[[dict[str, Any]], bool] = lambda _: False
        self.refused_view_block: Callable[[dict[str, Any]], bool] = lambda _: False
        self.latency = 0.0
        self.token_error = ""
        """What every call with the bot's token is refused with: "token_revoked", "token_expired", "account_inactive"."""
        self.history_page = 999
        """Messages that conversations.history gives at once; 15 to apps outside the Marketplace that are not internal."""
        self.names_team = True
        self.url = ""
        self._address = ""
        self._triggers: dict[str, Trigger] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()
        self._last_ts = 0

    # What a test puts there

    def add_channel(
        self,
        channel: str,
        kind: str = "channel",
        *,
        member: bool = True,
        archived: bool = False,
        members: Iterable[str] | None = None,
        name: str = "",
        creator: str = "U0ANNA",
    ) -> str:
        """A channel ("channel", "group" for private, "im", "mpim"). `members` are the people in it; without it, everybody."""
        people = None if members is None else set(members)
        for user in people or ():
            self._person(user)
        self.channels[channel] = Channel(
            channel, kind, member, archived, members=people, name=name or channel.lower(), creator=creator
        )
        return channel

    def add_dm(self, channel: str = "D0ANNA", user: str = "") -> str:
        """A direct message channel of a person with the bot; without a user, of the first person to use it."""
        self.add_channel(channel, "im", members=[user] if user else None)
        self.channels[channel].user = user
        return channel

    def add_group_dm(self, channel: str, users: Iterable[str]) -> str:
        """A direct message of several people and the bot; at Slack nobody can be added to one."""
        people = list(users)
        assert 1 < len(people) < 9, "a group direct message has three to nine members with the bot"
        names = "--".join(user.lower() for user in people)
        return self.add_channel(channel, "mpim", members=people, name=f"mpdm-{names}--bot-1")

    def add_person(
        self,
        id: str,  # noqa: A002  # Slack's own name for it
        *,
        name: str,
        locale: str = "en-US",
        tz: str = "Europe/Berlin",
        tz_offset: int | None = None,
        admin: bool = False,
        bot: bool = False,
        guest: bool = False,
        team: str = "",
        deactivated: bool = False,
    ) -> str:
        """A person (a `guest`, one of another `team`, one whose account is `deactivated`), or another bot. People that act without having been added get defaults."""
        if tz_offset is None:
            offset = datetime.now(ZoneInfo(tz)).utcoffset()
            tz_offset = int(offset.total_seconds()) if offset else 0
        self.people[id] = Person(id, name, locale, tz, tz_offset, admin, bot, guest, team or self.team, deactivated)
        return id

    def add_usergroup(self, id: str, users: Iterable[str]) -> str:  # noqa: A002
        """A user group with these people in it."""
        self.usergroups[id] = [self._person(user).id for user in users]
        return id

    # What a test looks at

    def messages(self, channel: str, thread_ts: str | None = None) -> list[dict[str, Any]]:
        """The messages of a channel, or of one thread in it, oldest first."""
        found = self.channels[channel].messages.values()
        return [m for m in found if thread_ts is None or m.get("thread_ts") == thread_ts or m["ts"] == thread_ts]

    def answers(self, channel: str | None = None) -> list[dict[str, Any]]:
        """The messages that the bot posted."""
        places = [self.channels[channel]] if channel else self.channels.values()
        return [m for place in places for m in place.messages.values() if m.get("bot_id") == self.bot_id]

    def sees(self, user: str, channel: str | None = None) -> list[dict[str, Any]]:
        """Everything that a person can see, everywhere or in one channel, oldest first, each with its `channel`."""
        places = [place for place in self.channels.values() if channel in {None, place.id} and _shown(place, user)]
        found = [{**message, "channel": place.id} for place in places for message in place.messages.values()]
        private = [m for m in self.ephemeral if m["user"] == user and channel in {None, m["channel"]} and m["shown"]]
        return sorted([*found, *map(dict, private)], key=lambda message: float(message["ts"]))

    def called(self, method: str) -> list[Call]:
        """The calls of one method, in order."""
        return [call for call in self.calls if call.method == method]

    async def until(self, condition: Callable[[], object], seconds: float = 10.0) -> None:
        """Wait until something is so; fails with TimeoutError when it does not become so."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: bool(condition()))

    # What the parts of the server share

    def _person(self, user: str) -> Person:
        return self.people.setdefault(user, Person(user, user.lower(), team=self.team))

    def _place(self, channel: str) -> Channel | None:
        """A channel by its id, or the direct message with a user."""
        return self._dm_of(channel) if channel.startswith(("U", "W")) else self.channels.get(channel)

    def _dm_of(self, user: str) -> Channel | None:
        """The direct message with a person; a free one becomes theirs, and without any it is made."""
        dms = [place for place in self.channels.values() if place.kind == "im"]
        if place := next((place for place in dms if place.user == user), None):
            return place
        if place := next((place for place in dms if not place.user), None):
            place.user = user
            return place
        return self.channels[self.add_dm(f"D{user[1:]}", user)] if user in self.people else None

    def _post(self, place: Channel, body: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """A message of the bot in a channel. It ends the status of its thread."""
        message: dict[str, Any] = {
            "type": "message",
            "user": self.bot_user,
            "bot_id": self.bot_id,
            "app_id": APP_ID,
            "ts": self._next_ts(),
            "text": str(body.get("text") or body.get("markdown_text") or "")[:LONGEST_TEXT],
            "blocks": parsed(body.get("blocks")) or [],
            "metadata": parsed(body.get("metadata")) or {},
            "team": self.team,
            **{key: body[key] for key in ("unfurl_links", "unfurl_media") if key in body},
            **more,
        }
        if thread := body.get("thread_ts"):
            message["thread_ts"] = str(thread)
            self.statuses.pop((place.id, str(thread)), None)
        place.messages[message["ts"]] = message
        return message

    def _whisper(self, channel: str, user: str, body: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        """A message that only one person sees. In a thread it shows only where somebody has replied already."""
        thread = str(body.get("thread_ts") or "")
        place = self.channels.get(channel)
        active = not thread or any(m.get("thread_ts") == thread for m in (place.messages.values() if place else ()))
        message = {
            **body,
            "channel": channel,
            "user": user,
            "text": str(body.get("text") or ""),
            "blocks": parsed(body.get("blocks")) or [],
            "ts": self._next_ts(),
            "is_ephemeral": True,
            "shown": active,
            **more,
        }
        self.ephemeral.append(message)
        return message

    def _new_trigger(self, user: str) -> str:
        trigger = f"{uuid.uuid4().int % 10**12}.{uuid.uuid4().int % 10**12}.{uuid.uuid4().hex}"
        self._triggers[trigger] = Trigger(user, time.monotonic())
        return trigger

    def _granted(self, scope: str) -> bool:
        return scope in self.scopes.split(",")

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self) -> None:
        """Let those who wait for something look again."""
        async with self._changed:
            self._changed.notify_all()

    def _next_ts(self) -> str:
        """Slack's ts: seconds and microseconds, always rising."""
        self._last_ts = max(self._last_ts + 1, int(time.time() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"


def is_in(place: Channel, user: str) -> bool:
    """Whether a person is in a channel."""
    return place.members is None or user in place.members


def _shown(place: Channel, user: str) -> bool:
    return place.user == user if place.kind == "im" else is_in(place, user)


def place_problem(place: Channel | None) -> str | None:
    """Why the bot can do nothing there."""
    if place is None:
        return "channel_not_found"
    if place.archived:
        return "is_archived"
    return None if place.member else "not_in_channel"


def posting_problem(place: Channel | None, thread_ts: str) -> str | None:
    """Why the bot cannot post there, in a thread or without one; the codes are those of chat.postMessage."""
    if error := place_problem(place):
        return error
    assert place is not None
    if thread_ts in place.locked:
        return "restricted_action_thread_locked"
    forbidden = {"read_only_channel"} | {"non_threadable_channel" if thread_ts else "thread_only_channel"}
    return f"restricted_action_{place.rule}" if place.rule in forbidden else None


def parsed(value: Any) -> Any:
    """An argument that may have come as JSON."""
    return json.loads(value) if isinstance(value, str) and value else value


def flag(value: Any) -> bool:
    """An argument that is a yes or no."""
    return str(value).lower() in {"true", "1"}


def accepted(**body: Any) -> web.Response:
    """Slack's yes."""
    return web.json_response({"ok": True, **body})


def refused_blocks(numbers: Iterable[int]) -> web.Response:
    """Slack's no to some of the blocks, with what it says about where they are."""
    complaints = [f"[ERROR] unsupported block [json-pointer:/blocks/{number}]" for number in numbers]
    metadata = {"messages": complaints}
    return web.json_response({"ok": False, "error": "invalid_blocks", "response_metadata": metadata})


def refused(error: str, **more: str) -> web.Response:
    """Slack's no."""
    return web.json_response({"ok": False, "error": error, **more})
