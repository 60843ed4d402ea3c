"""The way over which Slack delivers to one of several installations that share an address."""

import asyncio

from slack_bolt import BoltResponse
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest


class HandedOn:
    """Takes what was meant for one installation and gives it to the app of that installation."""

    def __init__(self) -> None:
        self._app: AsyncApp | None = None
        self._closed = False

    async def begin(self, app: AsyncApp) -> None:
        """Take what comes until close()."""
        self._app = app

    @property
    def is_open(self) -> bool:
        """Whether what comes is taken."""
        return self._app is not None and not self._closed

    async def lost(self) -> None:
        """Never returns: there is no connection that could be lost."""
        await asyncio.Event().wait()

    async def close(self) -> None:
        """Take nothing more."""
        self._closed = True

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """What the app answers; where it takes nothing Slack delivers again, perhaps to another process."""
        if self._app is None or self._closed:
            return BoltResponse(status=503)
        return await self._app.async_dispatch(req)
