"""What takes Slack's deliveries for an app, as long as it is there to take them."""

import asyncio
from typing import Protocol

from slack_bolt import BoltResponse
from slack_bolt.request.async_request import AsyncBoltRequest


class Listening(Protocol):
    """What requests are given to: Bolt's app of one installation, or what knows the apps of several."""

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """What is answered to a request."""
        ...


class Receiver:
    """Has an app from begin() until close()."""

    def __init__(self) -> None:
        self._app: Listening | None = None
        self._closed = False

    async def begin(self, app: Listening) -> None:
        """Take what comes until close()."""
        self._app = app

    @property
    def is_open(self) -> bool:
        """Whether what comes is taken; whether it finds its way here is not known."""
        return self._app is not None and not self._closed

    async def lost(self) -> None:
        """Never returns: there is no connection that could be lost."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Take nothing more."""
        self._closed = True
