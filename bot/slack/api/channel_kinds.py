"""Which conversations are confidential: direct messages, of one person with the bot or of several."""

import logging

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import code, passing

DIRECT, GROUP_DIRECT = "im", "mpim"
"""Slack's `channel_type` of direct messages, and of those of several people."""

log = logging.getLogger(__name__)


class ChannelKinds:
    """Tells group direct messages from channels, which have ids of the same kind. What is known of one stays true."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._confidential: dict[str, bool] = {}

    def met(self, channel: str, kind: str) -> None:
        """Note of which kind a conversation is, as an event in it says."""
        if channel and kind:
            self._confidential[channel] = kind in {DIRECT, GROUP_DIRECT}

    async def is_confidential(self, channel: str) -> bool:
        """Whether a conversation is a direct message, also where Slack does not tell. Raises what Slack raises for a moment."""
        if channel.startswith("D"):
            return True
        if channel not in self._confidential:
            try:
                told = (await self._client.conversations_info(channel=channel))["channel"]
            except SlackApiError as error:
                if passing(error):
                    raise
                log.info("Of which kind a conversation is could not be read: %s", code(error))
                return True
            self._confidential[channel] = bool(told.get("is_im") or told.get("is_mpim"))
        return self._confidential[channel]
