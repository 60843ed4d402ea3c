"""The clients of Slack's Web API, over one pool of connections: one that tries again, and one for what is better left out than late."""

import time
from typing import Any

import aiohttp
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse
from slack_sdk.webhook.async_client import AsyncWebhookClient
from slack_sdk.webhook.webhook_response import WebhookResponse

from bot.flight_recorder import waiting
from bot.meter import Meter
from bot.slack.api.audience import Audience
from bot.slack.api.channel_kinds import ChannelKinds
from bot.slack.api.errors import FAILURES, failure_of
from bot.slack.api.outgoing import harmless
from bot.slack.api.payloads import MalformedPayload

RATE_LIMIT_TRIES = 5
"""How often a call is tried again when Slack limits its rate."""
CALL_SECONDS = 30.0
"""How long a call may take, connecting included."""
REPEATABLE = frozenset(
    {
        "agents.sessions.setStatus",
        "apps.connections.open",
        "assistant.threads.setStatus",
        "assistant.threads.setSuggestedPrompts",
        "auth.test",
        "chat.update",
        "conversations.history",
        "conversations.info",
        "conversations.members",
        "conversations.replies",
        "files.getUploadURLExternal",
        "usergroups.users.list",
        "users.conversations",
        "users.info",
        "users.list",
        "views.publish",
        "views.update",
    }
)
"""Methods that leave the same behind however often they are called: one whose outcome is unknown is called again."""


class SlackClients:
    """Both clients of one installation, and who the bot is in it. Made within a running event loop; close() ends it.

    `retrying` waits as long as a rate limit says, and calls again what failed on the way where that changes nothing;
    `single_try` does without what is refused. `bot_user` is known once the bot has connected; `audience` tells who is answered,
    `channel_kinds` which conversations are direct messages. Slack lets an app begin about 20 streams a minute; while it refuses more, answers
    are posted in one piece.
    """

    def __init__(self, token: str, api_url: str, *, everybody: bool = False, meter: Meter | None = None) -> None:
        self.session = open_session()
        self.meter = meter or Meter()
        waiting = AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_TRIES)
        self.retrying = _OutgoingClient(
            self.meter,
            token=token,
            base_url=api_url,
            session=self.session,
            retry_handlers=[waiting, _RepeatAfterBrokenConnection(), _RepeatAfterServerError()],
        )
        self.single_try = _OutgoingClient(
            self.meter, token=token, base_url=api_url, session=self.session, retry_handlers=[]
        )
        self.bot_user = ""
        self.audience = Audience(self.retrying, everybody=everybody)
        self.channel_kinds = ChannelKinds(self.retrying)
        self._streams_from = 0.0

    def use_token(self, token: str) -> None:
        """Call Slack with another token from now on: the one before is about to expire."""
        self.retrying.token = self.single_try.token = token

    async def close(self) -> None:
        """Close the connections."""
        await self.session.close()

    @property
    def streams(self) -> bool:
        """Whether Slack takes new streams at this moment, as far as is known."""
        return time.monotonic() >= self._streams_from

    def refused_stream(self, seconds: float) -> None:
        """Slack takes no new stream for so many seconds."""
        self._streams_from = time.monotonic() + seconds

    def respond(self, response_url: str | None) -> AsyncRespond:
        """What answers at a response_url, as Bolt's own does, over the same connections."""
        return _PooledRespond(response_url, self.retrying)


def open_session() -> aiohttp.ClientSession:
    """A pool of connections that many calls share.

    Their number is not limited: calls that hang would hold back those behind them, and the worker limits how many work.
    """
    timeout = aiohttp.ClientTimeout(total=CALL_SECONDS)
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), timeout=timeout)


class _OutgoingClient(AsyncWebClient):
    """Looks at everything before it goes out, and tells the meter what failed."""

    def __init__(self, meter: Meter, **options: Any) -> None:
        super().__init__(**options)
        self._meter = meter

    async def api_call(self, api_method: str, *, json: dict[str, Any] | None = None, **more: Any) -> AsyncSlackResponse:
        """Create a request and execute it."""
        try:
            async with waiting():
                return await super().api_call(api_method, json=harmless(json), **more)
        except FAILURES as error:
            self._meter.slack_failed(failure_of(error))
            raise


class _RepeatAfterBrokenConnection(AsyncConnectionErrorRetryHandler):
    """Calls again when no connection came about, and when one broke in a call that may be repeated.

    A message whose reply was lost stands in its thread perhaps; the job that posts it looks there before it tries again.
    """

    async def _can_retry_async(self, *, request: HttpRequest, error: Exception | None = None, **more: Any) -> bool:
        unsent = isinstance(error, aiohttp.ClientConnectorError)
        return (unsent or _repeatable(request)) and await super()._can_retry_async(request=request, error=error, **more)


class _RepeatAfterServerError(AsyncServerErrorRetryHandler):
    """Calls again when Slack fails in a call that may be repeated."""

    async def _can_retry_async(self, *, request: HttpRequest, **more: Any) -> bool:
        return _repeatable(request) and await super()._can_retry_async(request=request, **more)


def _repeatable(request: HttpRequest) -> bool:
    return request.url.rpartition("/")[2] in REPEATABLE


class _PooledRespond(AsyncRespond):
    """Posts to a response_url with the session and the retries of a client."""

    def __init__(self, response_url: str | None, client: AsyncWebClient) -> None:
        super().__init__(response_url=response_url, proxy=client.proxy, ssl=client.ssl)
        self._session = client.session
        self._retry_handlers: list[AsyncRetryHandler] = client.retry_handlers

    async def __call__(self, text: str | dict[str, Any] = "", **message: Any) -> WebhookResponse:  # type: ignore[override]
        """Post a message. Raises MalformedPayload where Slack gave no address to post it to."""
        if not self.response_url:
            raise MalformedPayload("response_url")
        client = AsyncWebhookClient(
            self.response_url,
            proxy=self.proxy,
            ssl=self.ssl,
            session=self._session,
            retry_handlers=self._retry_handlers,
        )
        whole = text if isinstance(text, dict) else {"text": text, **message}
        return await client.send_dict({name: value for name, value in whole.items() if value is not None})
