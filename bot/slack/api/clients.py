"""The clients of Slack's Web API: one that waits for rate limits, and one for calls that are better left out than late."""

import time

from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

RATE_LIMIT_TRIES = 5
"""How often a call is tried again when Slack limits its rate."""


class SlackClients:
    """Both clients of one installation, and who the bot is in it.

    `retrying` waits as long as a rate limit says; `single_try` does without what is refused. `bot_user` is known once
    the bot has connected. Slack lets an app begin about 20 streams a minute; while it refuses more, answers are posted
    in one piece.
    """

    def __init__(self, token: str, api_url: str) -> None:
        self.retrying = open_client(token, api_url)
        self.single_try = AsyncWebClient(token=token, base_url=api_url, retry_handlers=[])
        self.bot_user = ""
        self._streams_from = 0.0

    @property
    def streams(self) -> bool:
        """Whether Slack takes new streams at this moment, as far as is known."""
        return time.monotonic() >= self._streams_from

    def refused_stream(self, seconds: float) -> None:
        """Slack takes no new stream for so many seconds."""
        self._streams_from = time.monotonic() + seconds


def open_client(token: str, api_url: str) -> AsyncWebClient:
    """A client that waits as long as Slack says when it is rate limited.

    It does not repeat calls whose outcome is unknown: a message might be posted twice.
    """
    waiting = AsyncRateLimitErrorRetryHandler(max_retry_count=RATE_LIMIT_TRIES)
    return AsyncWebClient(token=token, base_url=api_url, retry_handlers=[waiting])
