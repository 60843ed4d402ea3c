"""Socket Mode: how events, commands and presses get to the app, once or again."""

import asyncio
import json
import random
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiohttp import WSMsgType, web

from tests.slack_server.workspace import APP_ID, SCOPE_OF_KIND, Channel, Envelope, Workspace

MOST_CONNECTIONS = 10
"""Of one app."""


class SocketMode(Workspace):
    """Delivers each time to one of the open connections, in no pattern. Events come again when unacknowledged; nothing else does.

    An acknowledgement counts over the connection of its envelope alone: Slack promises nothing of others.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._sockets: dict[int, web.WebSocketResponse] = {}
        self._opened = 0
        self._chance = random.Random(1)
        self._waiting: list[Envelope] = []
        self._pending: dict[str, tuple[Envelope, asyncio.Event]] = {}
        self._tickets: dict[str, bool] = {}
        self.stale_tickets: list[str] = []
        self.too_many = 0
        """How often a connection was refused because the app had as many as it takes."""
        self.gateway = "open"
        """Whether new connections are taken: "open", "refusing" (an error), or "silent" (no answer, and no pong either)."""

    @property
    def tickets(self) -> list[str]:
        """All tickets that were given out."""
        return list(self._tickets)

    @property
    def connections(self) -> int:
        """How many Socket Mode connections are open."""
        return len(self._sockets)

    @property
    def open_connections(self) -> list[int]:
        """The numbers of those that are open, each higher than those before it."""
        return list(self._sockets)

    def expire_tickets(self) -> None:
        """Let the time pass for which tickets are good."""
        self._tickets = dict.fromkeys(self._tickets, False)

    async def gateway_away(self) -> None:
        """Cut all connections, and refuse new ones until open_gateway(); tickets given out meanwhile expire by then."""
        self.gateway = "refusing"
        await self.drop_connections()

    def open_gateway(self) -> None:
        """Take connections again, with fresh tickets only."""
        self.expire_tickets()
        self.gateway = "open"

    def _new_ticket(self) -> str:
        ticket = uuid.uuid4().hex
        self._tickets[ticket] = True
        return ticket

    async def settled(self, seconds: float = 10.0) -> None:
        """Wait until every envelope is acknowledged or given up."""
        await self.until(lambda: not self._pending and not self._waiting, seconds)

    async def send_event(self, event: Mapping[str, Any]) -> None:
        """Deliver an event to the app, under a new event id; nothing that it may not hear."""
        if not all(map(self._granted, _scopes_of(event))):
            return
        payload = {
            "token": "verification",
            "team_id": self.team,
            "api_app_id": APP_ID,
            "event": dict(event),
            "type": "event_callback",
            "event_id": f"Ev{uuid.uuid4().hex[:10].upper()}",
            "event_time": int(time.time()),
            "authorizations": [self._authorization()],
        }
        await self._deliver(Envelope(payload))

    def _authorization(self) -> dict[str, Any]:
        """Whom an event is for: the workspace that has the bot, or the organisation."""
        whole = bool(self.organisation)
        return {
            "enterprise_id": self.organisation or None,
            "team_id": self.team,
            "user_id": self.bot_user,
            "is_bot": True,
            "is_enterprise_install": whole,
        }

    def give_up_waiting(self) -> None:
        """Let the six minutes pass after which Slack delivers an event to nobody any more."""
        self.lost += self._waiting
        self._waiting = []

    async def redeliver(self, envelope: Envelope, over: int = 0) -> None:
        """Deliver something again under a new envelope, as Slack does now and then with acknowledged events; over a certain connection."""
        await self._deliver(Envelope(envelope.payload, envelope.attempt + 1, kind=envelope.kind, over=over))

    async def drop_connections(self, *numbers: int) -> None:
        """Cut Socket Mode connections without a word: those with these numbers, or all."""
        for number in numbers or tuple(self._sockets):
            socket = self._sockets.pop(number)
            if socket._req is not None and socket._req.transport is not None:
                socket._req.transport.abort()

    async def disconnect(self, reason: str = "refresh_requested", *numbers: int) -> None:
        """Ask the app to connect anew, as Slack does every few hours, in the place of the connections with these numbers, or of all."""
        for number in numbers or tuple(self._sockets):
            await self._sockets[number].send_json({"type": "disconnect", "reason": reason, "debug_info": {}})

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        ticket = request.match_info["ticket"]
        if self.gateway == "refusing":
            raise web.HTTPServiceUnavailable
        if not self._tickets.get(ticket):
            self.stale_tickets.append(ticket)
            raise web.HTTPForbidden
        self._tickets[ticket] = False  # it is good for one connection
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        if self.gateway == "silent":
            await self._say_nothing(socket)
            return socket
        if len(self._sockets) >= MOST_CONNECTIONS:
            return await self._refuse(socket)
        self._opened += 1
        number, self._sockets[self._opened] = self._opened, socket
        info = {"approximate_connection_time": 18060}
        await socket.send_json(
            {
                "type": "hello",
                "num_connections": len(self._sockets),
                "debug_info": info,
                "connection_info": {"app_id": APP_ID},
            }
        )
        await self._tell()
        waiting, self._waiting = self._waiting, []
        for envelope in waiting:
            await self._deliver(envelope)
        try:
            async for message in socket:
                if self.gateway == "silent":
                    self._sockets.pop(number, None)
                    await self._say_nothing(socket)
                elif message.type is WSMsgType.PING:
                    await socket.pong(message.data)
                elif message.type is WSMsgType.TEXT:
                    await self._acknowledge(json.loads(message.data), number)
        finally:
            self._sockets.pop(number, None)
            await self._tell()
        return socket

    async def _refuse(self, socket: web.WebSocketResponse) -> web.WebSocketResponse:
        """Instead of a hello, and without closing it in form."""
        self.too_many += 1
        await socket.send_json({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {}})
        if socket._req is not None and socket._req.transport is not None:
            socket._req.transport.close()
        await self._tell()
        return socket

    async def _say_nothing(self, socket: web.WebSocketResponse) -> None:
        """As a network does that lost its way: nothing comes back, and no end either."""
        async for _ in socket:
            pass

    async def _acknowledge(self, said: Mapping[str, Any], over: int = 0) -> None:
        found = self._pending.get(str(said.get("envelope_id")))
        if found and found[0].over == over:
            envelope, acknowledged = found
            del self._pending[envelope.id]
            self.acknowledged.append(envelope.id)
            self.acknowledged_at[envelope.id] = time.monotonic()
            if envelope.answered:
                envelope.answered(said.get("payload") or {})
            acknowledged.set()
        await self._tell()

    async def _deliver(self, envelope: Envelope) -> None:
        """To one open connection; without any it waits for the next."""
        if not self._sockets:
            self._waiting.append(envelope)
            if envelope.kind != "events_api":
                self._spawn(self._give_up(envelope))
            return
        envelope.id = str(uuid.uuid4())
        acknowledged = asyncio.Event()
        self._pending[envelope.id] = (envelope, acknowledged)
        envelope.at = time.monotonic()
        self.delivered.append(envelope)
        frame: dict[str, Any] = {
            "type": envelope.kind,
            "envelope_id": envelope.id,
            "payload": envelope.payload,
            "accepts_response_payload": envelope.kind != "events_api",
        }
        if envelope.attempt:
            frame |= {"retry_attempt": envelope.attempt, "retry_reason": "timeout"}
        envelope.over = envelope.over or self._chance.choice(list(self._sockets))
        with suppress(ConnectionError):
            await self._sockets[envelope.over].send_json(frame)
        self._spawn(self._await_acknowledgement(envelope, acknowledged))

    async def _give_up(self, envelope: Envelope) -> None:
        """A person does not wait for the app to connect as an event does."""
        await asyncio.sleep(self.ack_seconds)
        if envelope in self._waiting:
            self._waiting.remove(envelope)
            self.timeouts.append(envelope)
            await self._tell()

    async def _await_acknowledgement(self, envelope: Envelope, acknowledged: asyncio.Event) -> None:
        try:
            await asyncio.wait_for(acknowledged.wait(), self.ack_seconds)
        except TimeoutError:
            self._pending.pop(envelope.id, None)
            if envelope.kind != "events_api":
                self.timeouts.append(envelope)
            elif envelope.attempt < self.retries:
                await self._deliver(Envelope(envelope.payload, envelope.attempt + 1))
            else:
                self.lost.append(envelope)
        await self._tell()

    async def _echo(self, place: Channel, message: Mapping[str, Any]) -> None:
        """Slack delivers the app its own messages too."""
        event = {**message, "channel": place.id, "channel_type": place.kind, "event_ts": message["ts"]}
        await self.send_event(event)


def _scopes_of(event: Mapping[str, Any]) -> list[str]:
    """The scopes without which an app does not hear an event."""
    if event.get("type") == "app_mention":
        return ["app_mentions:read"]
    kind = SCOPE_OF_KIND.get(str(event.get("channel_type")))
    return [f"{kind}:history"] if kind and event.get("type") == "message" else []
