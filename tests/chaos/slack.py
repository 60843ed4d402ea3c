"""A Slack that is slow, fails, loses its replies, and delivers late, twice and in any order."""

import asyncio
import random
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from tests.slack_server import SlackServer
from tests.slack_server.server import limited
from tests.slack_server.workspace import Envelope

SLOWEST = 0.3
"""Seconds that a call takes at most, beside outages."""
LATEST = 4.0
"""Seconds by which a delivery is late at most."""
RETRIES = 30
"""Deliveries of an event without an acknowledgement: with 3 s each as long as Slack's own three, which are minutes apart."""


class UnreliableSlack(SlackServer):
    """`trouble` is what every call is answered with at the moment: "429", "500" or nothing."""

    def __init__(self, chance: random.Random) -> None:
        super().__init__(retries=RETRIES)
        self._chance = chance
        self.trouble = ""
        self.lossy = False
        """Whether some calls take effect and lose their reply."""

    def go_through(self, port: int) -> None:
        """Name this port of 127.0.0.1 as the address of WebSockets and responses."""
        self._address = f"127.0.0.1:{port}"
        self.url = f"http://{self._address}/api/"

    @property
    def connections(self) -> int:
        """How many Socket Mode connections are open."""
        return len(self._sockets)

    @property
    def is_settled(self) -> bool:
        """Whether every delivery was acknowledged or given up."""
        return not self._pending and not self._waiting

    def acknowledged_questions(self) -> set[tuple[str, str]]:
        """Channel and ts of the messages that were delivered and acknowledged at least once."""
        taken = set(self.acknowledged)
        events = [one.payload.get("event", {}) for one in self.delivered if one.id in taken]
        return {(str(event.get("channel")), str(event.get("ts"))) for event in events}

    async def _web_api(self, request: web.Request) -> web.Response:
        await asyncio.sleep(self._chance.random() ** 3 * SLOWEST)
        if self.lossy and self._chance.random() < 0.2:
            self.lose_reply(request.match_info["method"])
        return await super()._web_api(request)

    def _answer(self, method: str, request: web.Request, arguments: dict[str, Any]) -> web.Response:
        if self.trouble == "429":
            return limited(2)
        if self.trouble == "500":
            return web.Response(status=500, text="Internal Server Error")
        return super()._answer(method, request, arguments)

    async def send_event(self, event: Mapping[str, Any]) -> None:
        """Deliver an event, perhaps late, perhaps twice, some of those under the id of the first."""
        if self._chance.random() < 0.3:
            self._spawn(self._send_later(event, self._chance.random() * LATEST))
        else:
            await super().send_event(event)
        if self._chance.random() < 0.1 and self.delivered:
            self._spawn(self._repeat(self._chance.choice(self.delivered[-50:]), self._chance.random() * LATEST))

    async def _send_later(self, event: Mapping[str, Any], seconds: float) -> None:
        await asyncio.sleep(seconds)
        await super().send_event(event)

    async def _repeat(self, envelope: Envelope, seconds: float) -> None:
        await asyncio.sleep(seconds)
        await self.redeliver(envelope)
