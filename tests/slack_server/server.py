"""The server: everything together on a free port, with tokens, scopes, limits and faults."""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import web

from tests.slack_server.agent_api import AgentApi
from tests.slack_server.chat_api import ChatApi
from tests.slack_server.directory_api import DirectoryApi
from tests.slack_server.people import People
from tests.slack_server.rate_limits import PER_MINUTE, POSTS_PER_SECOND
from tests.slack_server.workspace import (
    ALL_SCOPES,
    APP_ID,
    APP_TOKEN,
    BOT_ID,
    BOT_TOKEN,
    BOT_USER,
    MENTOR_SCOPES,
    SCOPE_OF_KIND,
    TEAM,
    Call,
    Channel,
    Envelope,
    Person,
    connection_of,
    parsed,
    refused,
    refused_blocks,
)

__all__ = [
    "ALL_SCOPES",
    "APP_ID",
    "APP_TOKEN",
    "BOT_ID",
    "BOT_TOKEN",
    "BOT_USER",
    "MENTOR_SCOPES",
    "NEEDED_SCOPE",
    "TEAM",
    "Call",
    "Channel",
    "Envelope",
    "Person",
    "SlackServer",
]

NEEDED_SCOPE = {
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "chat.delete": {"chat:write"},
    "chat.startStream": {"chat:write"},
    "chat.appendStream": {"chat:write"},
    "chat.stopStream": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "agents.sessions.setStatus": {"chat:write", "assistant:write"},
    "assistant.threads.setSuggestedPrompts": {"assistant:write"},
    "assistant.threads.setStatus": {"chat:write", "assistant:write"},
    "users.info": {"users:read"},
    "users.list": {"users:read"},
    "usergroups.users.list": {"usergroups:read"},
    "conversations.open": {"im:write"},
    "conversations.replies": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "conversations.history": {"channels:history", "groups:history", "im:history", "mpim:history"},
    "conversations.info": {"channels:read", "groups:read", "im:read", "mpim:read"},
    "conversations.members": {"channels:read", "groups:read", "im:read", "mpim:read"},
    "files.getUploadURLExternal": {"files:write"},
    "files.completeUploadExternal": {"files:write"},
}
"""Method -> scopes of which one is needed; for conversations the one of that kind of channel."""
OF_A_WORKSPACE = frozenset({"users.list", "users.conversations", "usergroups.users.list"})
"""Methods that take a `team_id` where the token is an organisation's."""


@dataclass
class Limit:
    """So many calls in so many seconds."""

    most: int
    seconds: float
    per_channel: bool
    past: dict[str, list[float]] = field(default_factory=dict)


class SlackServer(People, AgentApi, ChatApi, DirectoryApi):
    """One workspace. `async with SlackServer() as slack:` serves it on a free port of 127.0.0.1.

    Every Web API call takes `latency` seconds. `ack_seconds` is how long an envelope may stay unacknowledged before it is delivered again (3 s at Slack).
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._faults: dict[str, list[Callable[[], web.Response]]] = {}
        self._limits: dict[str, list[Limit]] = {}
        self._held: dict[str, asyncio.Event] = {}
        self._lost: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=10 * 2**20)
        app.router.add_route("*", "/api/{method}", self._web_api)
        app.router.add_get("/socket/{ticket}", self._socket)
        app.router.add_post("/response/{token}", self._respond)
        app.router.add_post("/upload/{file}", self._upload)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self._address = f"{host}:{port}"
        self.url = f"http://{self._address}/api/"
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.close_request_url()
        await self.drop_connections()
        await self._runner.cleanup()

    # Faults and limits

    def hold(self, method: str) -> asyncio.Event:
        """Calls of a method are on their way until the event is set."""
        return self._held.setdefault(method, asyncio.Event())

    def fail(self, method: str, error: str, times: int = 1) -> None:
        """The next calls of a method answer with an error."""
        self._faults.setdefault(method, []).extend([lambda: refused(error)] * times)

    def break_down(self, method: str, status: int = 503, times: int = 1) -> None:
        """The next calls of a method get a page of some server before Slack, with this HTTP status."""
        page = "<html>No server is available to handle this request.</html>"
        self._faults.setdefault(method, []).extend(
            [lambda: web.Response(text=page, status=status, content_type="text/html")] * times
        )

    def lose_reply(self, method: str, times: int = 1) -> None:
        """The next calls of a method take effect, but their connection breaks before the answer arrives."""
        self._lost[method] = self._lost.get(method, 0) + times

    def rate_limit(self, method: str, times: int = 1, retry_after: int = 1) -> None:
        """The next calls of a method are refused with 429."""
        self._faults.setdefault(method, []).extend([lambda: limited(retry_after)] * times)

    def limit(self, method: str, *, per_minute: int = 0, per_second_per_channel: int = 0) -> None:
        """From now on a method is refused with 429 beyond so many calls."""
        found = self._limits.setdefault(method, [])
        if per_minute:
            found.append(Limit(per_minute, 60.0, per_channel=False))
        if per_second_per_channel:
            found.append(Limit(per_second_per_channel, 1.0, per_channel=True))

    def limit_as_documented(self) -> None:
        """From now on Slack's documented limits hold for every method."""
        for method, most in PER_MINUTE.items():
            self.limit(method, per_minute=most)
        self.limit("chat.postMessage", per_second_per_channel=POSTS_PER_SECOND)

    def _over_limit(self, method: str, arguments: dict[str, Any]) -> web.Response | None:
        now = time.monotonic()
        windows = []
        for limit in self._limits.get(method, []):
            key = str(arguments.get("channel")) if limit.per_channel else ""
            limit.past[key] = [at for at in limit.past.get(key, []) if now - at < limit.seconds]
            if len(limit.past[key]) >= limit.most:
                return limited(max(1, math.ceil(limit.past[key][0] + limit.seconds - now)))
            windows.append(limit.past[key])
        for window in windows:
            window.append(now)
        return None

    # Web API

    async def _web_api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append(Call(method, arguments, time.monotonic(), connection_of(request)))
        await self._tell()
        if self.latency:
            await asyncio.sleep(self.latency)
        if held := self._held.get(method):
            await held.wait()
        if self._faults.get(method):
            response = self._faults[method].pop(0)()
        else:
            response = self._over_limit(method, arguments) or self._answer(method, request, arguments)
        await self._tell()
        if self._lost.get(method) and request.transport:
            self._lost[method] -= 1
            request.transport.close()
        return response

    def _answer(self, method: str, request: web.Request, arguments: dict[str, Any]) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if method == "apps.connections.open":
            return self._open_connection(token)
        if token not in self.tokens:
            return refused(
                "not_allowed_token_type" if token.startswith("xapp-") else "invalid_auth" if token else "not_authed"
            )
        if self.tokens[token] <= time.time():
            return refused("token_expired")
        if self.token_error:
            return refused(self.token_error)
        needed = self._needed(method, arguments)
        if needed and not any(self._granted(scope) for scope in needed):
            return refused("missing_scope", needed=",".join(sorted(needed)), provided=self.scopes)
        if method in OF_A_WORKSPACE and self.organisation and arguments.get("team_id") not in self.workspaces:
            return refused("missing_argument")
        act = getattr(self, f"_{method.replace('.', '_')}", None)
        if act is None:
            return refused("unknown_method")
        blocks = parsed(arguments.get("blocks")) or []
        if bad := [number for number, block in enumerate(blocks) if self.refused_block(block)]:
            return refused_blocks(bad)
        answer: web.Response = act(arguments)
        return answer

    def _needed(self, method: str, arguments: dict[str, Any]) -> set[str]:
        needed = NEEDED_SCOPE.get(method, set())
        place = self.channels.get(str(arguments.get("channel")))
        if len(needed) == len(SCOPE_OF_KIND) and place:
            return {scope for scope in needed if scope.startswith(f"{SCOPE_OF_KIND[place.kind]}:")}
        return needed

    def _open_connection(self, token: str) -> web.Response:
        if not token.startswith("xapp-"):
            return refused("not_allowed_token_type")
        if token != APP_TOKEN:
            return refused("invalid_auth")
        return web.json_response({"ok": True, "url": f"ws://{self._address}/socket/{self._new_ticket()}"})


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    return dict(request.query) | dict(await request.post())


def limited(retry_after: int) -> web.Response:
    """Slack's "slower, please", with the seconds to wait."""
    body = {"ok": False, "error": "ratelimited"}
    return web.json_response(body, status=429, headers={"Retry-After": str(retry_after)})
