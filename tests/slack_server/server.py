"""The server: Web API, Socket Mode, and what people do in the workspace."""

import asyncio
import json
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Self

from aiohttp import WSMsgType, web

from tests.slack_server.blocks import blocks_problem, problem, view_problem

BOT_TOKEN = "xoxb-test-token"
APP_TOKEN = "xapp-test-token"
TEAM, BOT_USER, BOT_ID, APP_ID = "T0TEAM", "U0BOT", "B0BOT", "A0APP"
LONGEST_TEXT = 40_000
UPDATE_BYTES = 4_000

NEEDED_SCOPE = {
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "chat.delete": {"chat:write"},
    "conversations.replies": {"channels:history", "groups:history", "im:history"},
    "chat.startStream": {"chat:write"},
    "chat.appendStream": {"chat:write"},
    "chat.stopStream": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "agents.sessions.setStatus": {"chat:write", "assistant:write"},
    "assistant.threads.setSuggestedPrompts": {"assistant:write"},
    "assistant.threads.setStatus": {"chat:write", "assistant:write"},
    "users.info": {"users:read"},
}
ALL_SCOPES = "app_mentions:read,chat:write,channels:history,groups:history,im:history,assistant:write"


@dataclass
class Call:
    """A Web API call as it came, and when."""

    method: str
    arguments: dict[str, Any]
    at: float


@dataclass
class Channel:
    """A channel and its messages by ts."""

    id: str
    kind: str
    member: bool = True
    archived: bool = False
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)


@dataclass
class Envelope:
    """An event on its way to the app through Socket Mode."""

    payload: dict[str, Any]
    attempt: int = 0
    id: str = ""
    kind: str = "events_api"


class SlackServer:
    """One workspace. `async with SlackServer() as slack:` serves it on a free port of 127.0.0.1.

    `ack_seconds` is how long an envelope may stay unacknowledged before it is delivered again (3 s at Slack).
    """

    def __init__(self, ack_seconds: float = 3.0, retries: int = 3, scopes: str = ALL_SCOPES) -> None:
        self.ack_seconds = ack_seconds
        self.retries = retries
        self.scopes = scopes
        self.calls: list[Call] = []
        self.channels: dict[str, Channel] = {}
        self.delivered: list[Envelope] = []
        self.acknowledged: list[str] = []
        self.lost: list[Envelope] = []
        self.ephemeral: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.homes: dict[str, dict[str, Any]] = {}
        self.sessions: dict[tuple[str, str], dict[str, Any]] = {}
        self.prompts: dict[str, list[dict[str, str]]] = {}
        self.url = ""
        self._triggers: set[str] = set()
        self._faults: dict[str, list[Callable[[], web.Response]]] = {}
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: list[Envelope] = []
        self._pending: dict[str, asyncio.Event] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Condition()
        self._last_ts = 0
        self._turn = 0

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=10 * 2**20)
        app.router.add_route("*", "/api/{method}", self._web_api)
        app.router.add_get("/socket/{ticket}", self._socket)
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
        await self.drop_connections()
        await self._runner.cleanup()

    # What people and Slack itself do

    def add_channel(self, channel: str, kind: str = "channel", *, member: bool = True, archived: bool = False) -> str:
        """A channel ("channel", "group" for private, "im")."""
        self.channels[channel] = Channel(channel, kind, member, archived)
        return channel

    def add_dm(self, channel: str = "D0ANNA") -> str:
        """A direct message channel with the bot."""
        return self.add_channel(channel, "im")

    async def say(
        self,
        channel: str,
        text: str,
        *,
        user: str = "U0ANNA",
        thread_ts: str | None = None,
        times: int = 1,
        deliver: bool = True,
        **extra: Any,
    ) -> str:
        """A person posts a message; what Slack delivers for it is delivered `times` times. Returns its ts."""
        place = self.channels[channel]
        message = {"type": "message", "user": user, "text": text, "ts": self._next_ts(), "team": TEAM, **extra}
        message.setdefault("client_msg_id", str(uuid.uuid4()))
        if thread_ts:
            message["thread_ts"] = thread_ts
        place.messages[message["ts"]] = message
        if deliver:
            for _ in range(times):
                await self._deliver_message(place, message)
        return str(message["ts"])

    async def _deliver_message(self, place: Channel, message: Mapping[str, Any]) -> None:
        common = {**message, "channel": place.id, "event_ts": message["ts"]}
        as_message = {**common, "channel_type": place.kind}
        names_bot = place.kind != "im" and f"<@{BOT_USER}" in str(message["text"]) and "subtype" not in message
        events = [as_message] if place.member else []
        if names_bot:
            events.append({**common, "type": "app_mention"})
        self._turn += 1
        if self._turn % 2:  # Slack promises no order
            events.reverse()
        for event in events:
            await self.send_event(event)

    async def edit(self, channel: str, ts: str, text: str) -> None:
        """A person edits a message."""
        old = dict(self.channels[channel].messages[ts])
        new = {**old, "text": text, "edited": {"user": old["user"], "ts": self._next_ts()}}
        self.channels[channel].messages[ts] = new
        await self._about(channel, "message_changed", {"message": new, "previous_message": old, "ts": self._next_ts()})

    async def delete(self, channel: str, ts: str) -> None:
        """A person deletes a message."""
        old = self.channels[channel].messages.pop(ts)
        await self._about(
            channel, "message_deleted", {"deleted_ts": ts, "previous_message": old, "ts": self._next_ts()}
        )

    async def _about(self, channel: str, subtype: str, body: Mapping[str, Any]) -> None:
        kind = self.channels[channel].kind
        head = {"type": "message", "subtype": subtype, "hidden": True, "channel": channel, "channel_type": kind}
        await self.send_event({**head, **body, "event_ts": body["ts"]})

    async def press(self, channel: str, ts: str, action_id: str, user: str = "U0ANNA", value: str = "") -> None:
        """A person presses a button under a message; of two halves the one with `value`'s beginning."""
        message = self.channels[channel].messages[ts]
        action = next(a for a in _actions(message["blocks"]) if a["action_id"] == action_id)
        if action["type"] == "feedback_buttons":
            halves = (action["positive_button"], action["negative_button"])
            action = {**action, "value": next(h["value"] for h in halves if h["value"].startswith(value))}
        place = {"channel": {"id": channel}, "message": message, "container": {"message_ts": ts}}
        await self._interact({"type": "block_actions", "actions": [action], **place}, user)

    async def press_at_home(self, action_id: str, user: str = "U0ANNA") -> None:
        """A person presses a button in the Home tab."""
        action = next(a for a in _actions(self.homes[user]["blocks"]) if a["action_id"] == action_id)
        await self._interact({"type": "block_actions", "actions": [action], "view": self.homes[user]}, user)

    async def submit(self, view: Mapping[str, Any], values: Mapping[str, Any], user: str = "U0ANNA") -> None:
        """A person submits a modal."""
        await self._interact({"type": "view_submission", "view": {**view, "state": {"values": values}}}, user)

    async def open_tab(self, tab: str, channel: str, user: str = "U0ANNA") -> None:
        """A person opens the app's Home or Messages tab."""
        await self.send_event({"type": "app_home_opened", "user": user, "channel": channel, "tab": tab})

    async def press_stop(self, channel: str, thread_ts: str, user: str = "U0ANNA") -> None:
        """A person presses the stop button of a session."""
        place = {"channel": channel, "thread_ts": thread_ts, "user": user, "streaming_message_ts": []}
        await self.send_event({"type": "agent_session_stopped", **place})

    def expire_streams(self) -> None:
        """Slack closes streams that are too old."""
        for place in self.channels.values():
            for message in place.messages.values():
                message.pop("streaming", None)

    async def _interact(self, payload: Mapping[str, Any], user: str) -> None:
        trigger = uuid.uuid4().hex
        self._triggers.add(trigger)
        common = {
            "user": {"id": user, "team_id": TEAM},
            "team": {"id": TEAM},
            "api_app_id": APP_ID,
            "trigger_id": trigger,
        }
        await self._deliver(Envelope({**common, **payload}, kind="interactive"))

    async def send_event(self, event: Mapping[str, Any]) -> None:
        """Deliver an event to the app, under a new event id."""
        payload = {
            "token": "verification",
            "team_id": TEAM,
            "api_app_id": APP_ID,
            "event": dict(event),
            "type": "event_callback",
            "event_id": f"Ev{uuid.uuid4().hex[:10].upper()}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
        }
        await self._deliver(Envelope(payload))

    async def redeliver(self, envelope: Envelope) -> None:
        """Deliver an event again under a new envelope, as Slack does now and then although it was acknowledged."""
        await self._deliver(Envelope(envelope.payload, envelope.attempt + 1))

    # What tests look at

    def messages(self, channel: str, thread_ts: str | None = None) -> list[dict[str, Any]]:
        """The messages of a channel, or of one thread in it, oldest first."""
        found = self.channels[channel].messages.values()
        return [m for m in found if thread_ts is None or m.get("thread_ts") == thread_ts or m["ts"] == thread_ts]

    def answers(self, channel: str | None = None) -> list[dict[str, Any]]:
        """The messages that the bot posted."""
        places = [self.channels[channel]] if channel else self.channels.values()
        return [m for place in places for m in place.messages.values() if m.get("bot_id") == BOT_ID]

    def called(self, method: str) -> list[Call]:
        """The calls of one method, in order."""
        return [call for call in self.calls if call.method == method]

    async def until(self, condition: Callable[[], object], seconds: float = 10.0) -> None:
        """Wait until something is so; fails with TimeoutError when it does not become so."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: bool(condition()))

    async def settled(self, seconds: float = 10.0) -> None:
        """Wait until every envelope is acknowledged or given up."""
        await self.until(lambda: not self._pending and not self._waiting, seconds)

    # Faults

    def fail(self, method: str, error: str, times: int = 1) -> None:
        """The next calls of a method answer with an error."""
        self._faults.setdefault(method, []).extend([lambda: _error(error)] * times)

    def rate_limit(self, method: str, times: int = 1, retry_after: int = 1) -> None:
        """The next calls of a method are refused with 429."""

        def refused() -> web.Response:
            body = {"ok": False, "error": "ratelimited"}
            return web.json_response(body, status=429, headers={"Retry-After": str(retry_after)})

        self._faults.setdefault(method, []).extend([refused] * times)

    async def drop_connections(self) -> None:
        """Cut every Socket Mode connection without a word."""
        for socket in list(self._sockets):
            if socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()
        self._sockets.clear()

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the app to connect anew, as Slack does every few hours."""
        for socket in list(self._sockets):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    # Web API

    async def _web_api(self, request: web.Request) -> web.Response:
        method = request.match_info["method"]
        arguments = await _arguments(request)
        self.calls.append(Call(method, arguments, time.monotonic()))
        response = (
            self._faults[method].pop(0)() if self._faults.get(method) else self._answer(method, request, arguments)
        )
        async with self._changed:
            self._changed.notify_all()
        return response

    def _answer(self, method: str, request: web.Request, arguments: dict[str, Any]) -> web.Response:
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if method == "apps.connections.open":
            return self._open_connection(token)
        if token != BOT_TOKEN:
            return _error(
                "not_allowed_token_type" if token.startswith("xapp-") else "invalid_auth" if token else "not_authed"
            )
        granted = set(self.scopes.split(","))
        needed = NEEDED_SCOPE.get(method, set())
        if needed and not needed & granted:
            return _error("missing_scope", needed=",".join(sorted(needed)), provided=self.scopes)
        act = getattr(self, f"_{method.replace('.', '_')}", None)
        return act(arguments) if act else _error("unknown_method")

    def _open_connection(self, token: str) -> web.Response:
        if not token.startswith("xapp-"):
            return _error("not_allowed_token_type")
        if token != APP_TOKEN:
            return _error("invalid_auth")
        return web.json_response({"ok": True, "url": f"ws://{self._address}/socket/{uuid.uuid4().hex}"})

    def _auth_test(self, _: Mapping[str, Any]) -> web.Response:
        body = {
            "ok": True,
            "url": self.url,
            "team": "Test",
            "team_id": TEAM,
            "user": "bot",
            "user_id": BOT_USER,
            "bot_id": BOT_ID,
        }
        return web.json_response(body, headers={"x-oauth-scopes": self.scopes})

    def _chat_postMessage(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self._place(str(arguments.get("channel")))
        if error := self._place_problem(place) or problem(arguments):
            return _error(error)
        assert place is not None
        thread = str(arguments.get("thread_ts") or "")
        if thread and thread not in place.messages:
            return _error("thread_not_found")
        message: dict[str, Any] = {
            "type": "message",
            "user": BOT_USER,
            "bot_id": BOT_ID,
            "app_id": APP_ID,
            "ts": self._next_ts(),
            "text": str(arguments.get("text") or "")[:LONGEST_TEXT],
            "blocks": _parsed(arguments.get("blocks")) or [],
            "metadata": _parsed(arguments.get("metadata")) or {},
            "team": TEAM,
        }
        if thread:
            message["thread_ts"] = thread
        place.messages[message["ts"]] = message
        self._spawn(self._echo(place, message))
        return web.json_response({"ok": True, "channel": place.id, "ts": message["ts"], "message": message})

    async def _echo(self, place: Channel, message: Mapping[str, Any]) -> None:
        """Slack delivers the app its own messages too."""
        event = {**message, "channel": place.id, "channel_type": place.kind, "event_ts": message["ts"]}
        await self.send_event(event)

    def _chat_update(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self.channels.get(str(arguments.get("channel")))
        if error := self._place_problem(place):
            return _error(error)
        assert place is not None
        message = place.messages.get(str(arguments.get("ts")))
        if message is None:
            return _error("message_not_found")
        if message.get("bot_id") != BOT_ID:
            return _error("cant_update_message")
        text = str(arguments.get("text") or "").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        if len(text.encode()) > UPDATE_BYTES:
            return _error("msg_too_long")
        if error := problem(arguments):
            return _error(error)
        message |= {"text": str(arguments.get("text") or ""), "blocks": _parsed(arguments.get("blocks")) or []}
        return web.json_response({"ok": True, "channel": place.id, "ts": message["ts"]})

    def _conversations_replies(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self.channels.get(str(arguments.get("channel")))
        if place is None or (not place.member and place.kind == "group"):
            return _error("channel_not_found")
        if not place.member:
            return _error("not_in_channel")
        root = str(arguments.get("ts"))
        if root not in place.messages:
            return _error("thread_not_found")
        limit = min(int(arguments.get("limit") or 1000), 1000)
        start = int(arguments.get("cursor") or 0)
        found = sorted(self.messages(place.id, root), key=lambda message: float(message["ts"]))
        page = [dict(message) for message in found[start : start + limit]]
        if str(arguments.get("include_all_metadata")).lower() not in {"true", "1"}:
            page = [{key: value for key, value in message.items() if key != "metadata"} for message in page]
        more = start + limit < len(found)
        cursor = {"next_cursor": str(start + limit) if more else ""}
        return web.json_response({"ok": True, "messages": page, "has_more": more, "response_metadata": cursor})

    def _assistant_threads_setStatus(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self.channels.get(str(arguments.get("channel_id")))
        if place is None:
            return _error("channel_not_found")
        return (
            web.json_response({"ok": True})
            if arguments.get("thread_ts") in place.messages
            else _error("thread_not_found")
        )

    def _chat_startStream(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self.channels.get(str(arguments.get("channel")))
        if error := self._place_problem(place):
            return _error(error)
        assert place is not None
        thread = str(arguments.get("thread_ts") or "")
        if thread not in place.messages:
            return _error("thread_not_found" if thread else "invalid_arguments")
        if place.kind != "im" and not (arguments.get("recipient_user_id") and arguments.get("recipient_team_id")):
            return _error("missing_recipient_user_id")
        ts, text = self._next_ts(), str(arguments.get("markdown_text") or "")
        message = {"type": "message", "user": BOT_USER, "bot_id": BOT_ID, "app_id": APP_ID, "ts": ts, "team": TEAM}
        place.messages[ts] = message | {
            "thread_ts": thread,
            "text": text,
            "blocks": [],
            "metadata": {},
            "streaming": True,
        }
        return web.json_response({"ok": True, "channel": place.id, "ts": ts})

    def _chat_appendStream(self, arguments: Mapping[str, Any]) -> web.Response:
        message = self._streaming(arguments)
        if isinstance(message, web.Response):
            return message
        message["text"] += str(arguments.get("markdown_text") or "")
        return web.json_response({"ok": True, "ts": message["ts"]})

    def _chat_stopStream(self, arguments: Mapping[str, Any]) -> web.Response:
        message = self._streaming(arguments)
        if isinstance(message, web.Response):
            return message
        blocks = _parsed(arguments.get("blocks")) or []
        if blocks and (error := blocks_problem(blocks)):
            return _error(error)
        del message["streaming"]
        message["text"] += str(arguments.get("markdown_text") or "")
        message |= {"blocks": blocks, "metadata": _parsed(arguments.get("metadata")) or {}}
        if status := arguments.get("session_status"):
            self.sessions[str(arguments["channel"]), message["thread_ts"]] = {"status": status}
        return web.json_response({"ok": True, "ts": message["ts"], "message": message})

    def _streaming(self, arguments: Mapping[str, Any]) -> dict[str, Any] | web.Response:
        place = self.channels.get(str(arguments.get("channel")))
        message = place.messages.get(str(arguments.get("ts"))) if place else None
        if message is None:
            return _error("message_not_found")
        if not message.get("streaming"):
            return _error("message_not_in_streaming_state")
        return _error("msg_too_long") if len(str(arguments.get("markdown_text") or "")) > 12_000 else message

    def _chat_delete(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self.channels.get(str(arguments.get("channel")))
        message = place.messages.get(str(arguments.get("ts"))) if place else None
        if place is None or message is None:
            return _error("message_not_found")
        if message.get("bot_id") != BOT_ID:
            return _error("cant_delete_message")
        del place.messages[str(arguments["ts"])]
        return web.json_response({"ok": True})

    def _chat_postEphemeral(self, arguments: Mapping[str, Any]) -> web.Response:
        place = self.channels.get(str(arguments.get("channel")))
        if error := self._place_problem(place) or problem(arguments):
            return _error(error)
        self.ephemeral.append(dict(arguments))
        return web.json_response({"ok": True, "message_ts": self._next_ts()})

    def _agents_sessions_setStatus(self, arguments: Mapping[str, Any]) -> web.Response:
        if (
            arguments.get("status") not in {"processing", "active", "suspended", "closed"}
            or len(str(arguments.get("title", ""))) > 200
        ):
            return _error("invalid_arguments")
        place = self.channels.get(str(arguments.get("channel_id")))
        if place is None or arguments.get("thread_ts") not in place.messages:
            return _error("thread_not_found" if place else "channel_not_found")
        self.sessions.setdefault((place.id, str(arguments["thread_ts"])), {}).update(arguments)
        return web.json_response({"ok": True})

    def _assistant_threads_setSuggestedPrompts(self, arguments: Mapping[str, Any]) -> web.Response:
        prompts = _parsed(arguments.get("prompts")) or []
        if arguments.get("thread_ts") or not 0 < len(prompts) <= 4:
            return _error("invalid_arguments")
        self.prompts[str(arguments.get("channel_id"))] = prompts
        return web.json_response({"ok": True})

    def _views_open(self, arguments: Mapping[str, Any]) -> web.Response:
        trigger = str(arguments.get("trigger_id"))
        if trigger not in self._triggers:
            return _error("expired_trigger_id")
        self._triggers.remove(trigger)
        view = _parsed(arguments.get("view"))
        if error := view_problem(view):
            return _error(error)
        self.views.append(view)
        return web.json_response({"ok": True, "view": view})

    def _views_publish(self, arguments: Mapping[str, Any]) -> web.Response:
        view = _parsed(arguments.get("view"))
        if error := view_problem(view):
            return _error(error)
        self.homes[str(arguments.get("user_id"))] = view
        return web.json_response({"ok": True})

    def _place(self, channel: str) -> Channel | None:
        """A channel by its id, or the direct message with a user."""
        if channel.startswith("U"):
            return next((place for place in self.channels.values() if place.kind == "im"), None)
        return self.channels.get(channel)

    def _place_problem(self, place: Channel | None) -> str | None:
        if place is None:
            return "channel_not_found"
        if place.archived:
            return "is_archived"
        return None if place.member else "not_in_channel"

    # Socket Mode

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        connected = len(self._sockets) + 1
        info = {"approximate_connection_time": 18060}
        await socket.send_json(
            {"type": "hello", "num_connections": connected, "debug_info": info, "connection_info": {"app_id": APP_ID}}
        )
        self._sockets.append(socket)
        waiting, self._waiting = self._waiting, []
        for envelope in waiting:
            await self._deliver(envelope)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    await self._acknowledge(json.loads(message.data))
        finally:
            with suppress(ValueError):
                self._sockets.remove(socket)
        return socket

    async def _acknowledge(self, said: Mapping[str, Any]) -> None:
        if event := self._pending.pop(str(said.get("envelope_id")), None):
            self.acknowledged.append(str(said["envelope_id"]))
            event.set()
        async with self._changed:
            self._changed.notify_all()

    async def _deliver(self, envelope: Envelope) -> None:
        """To one open connection; without any it waits for the next."""
        if not self._sockets:
            self._waiting.append(envelope)
            return
        envelope.id = str(uuid.uuid4())
        acknowledged = asyncio.Event()
        self._pending[envelope.id] = acknowledged
        self.delivered.append(envelope)
        frame: dict[str, Any] = {
            "type": envelope.kind,
            "envelope_id": envelope.id,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.kind == "interactive",
        }
        if envelope.attempt:
            frame |= {"retry_attempt": envelope.attempt, "retry_reason": "timeout"}
        self._turn += 1
        with suppress(ConnectionError):
            await self._sockets[self._turn % len(self._sockets)].send_json(frame)
        self._spawn(self._await_acknowledgement(envelope, acknowledged))

    async def _await_acknowledgement(self, envelope: Envelope, acknowledged: asyncio.Event) -> None:
        try:
            await asyncio.wait_for(acknowledged.wait(), self.ack_seconds)
        except TimeoutError:
            self._pending.pop(envelope.id, None)
            if envelope.attempt < self.retries:
                await self._deliver(Envelope(envelope.payload, envelope.attempt + 1, kind=envelope.kind))
            else:
                self.lost.append(envelope)
        async with self._changed:
            self._changed.notify_all()

    def _spawn(self, work: Any) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _next_ts(self) -> str:
        """Slack's ts: seconds and microseconds, always rising."""
        self._last_ts = max(self._last_ts + 1, int(time.time() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"


async def _arguments(request: web.Request) -> dict[str, Any]:
    if request.content_type == "application/json":
        return dict(await request.json())
    return dict(request.query) | dict(await request.post())


def _actions(blocks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        element for block in blocks if block["type"] in {"actions", "context_actions"} for element in block["elements"]
    ]


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value


def _error(error: str, **more: str) -> web.Response:
    return web.json_response({"ok": False, "error": error, **more})
