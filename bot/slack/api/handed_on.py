"""The way over which Slack delivers to one of several installations that share an address."""

from http import HTTPStatus

from slack_bolt import BoltResponse
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.slack.api.receiver import Receiver


class HandedOn(Receiver):
    """Takes what was meant for one installation and gives it to the app of that installation."""

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        """What the app answers; where it takes nothing Slack delivers again, perhaps to another process."""
        if self._app is None or self._closed:
            return BoltResponse(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return await self._app.async_dispatch(req)
