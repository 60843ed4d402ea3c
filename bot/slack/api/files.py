"""Files for people: into their direct messages, or under a message of the bot's."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.posting import post
from bot.slack.format.blocks import Post


async def send_file(client: AsyncWebClient, channel: str, message: Post, name: str, content: bytes) -> None:
    """Post a message, to a person's direct messages where `channel` is a user, and the file in its thread.

    Raises SlackApiError where the bot may not post; the message is there even where the file is refused.
    """
    place, ts = await post(client, channel, message)
    await client.files_upload_v2(channel=place, thread_ts=ts, filename=name, title=name, content=content)
