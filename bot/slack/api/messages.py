"""Posting and changing messages, with or without a file; as plain text where Slack refuses the blocks."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import code

BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})

Block = dict[str, Any]
Metadata = dict[str, Any]

OTHER_MARK: Metadata = {"event_type": "career_message", "event_payload": {"kind": "other"}}
"""The mark of messages that are found again in no other way; a message of the bot's without any is an open stream."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Post:
    """One message: its blocks, and the text that notifications and screen readers get."""

    text: str
    blocks: list[Block]


async def post(
    client: AsyncWebClient, channel: str, message: Post, *, thread_ts: str = "", metadata: Metadata | None = None
) -> tuple[str, str]:
    """Post a message, to a person's direct messages where `channel` is a user; the channel and ts it got.

    It carries `metadata`, otherwise OTHER_MARK. Links are not unfurled. Raises SlackApiError where the bot may not post.
    """
    place: dict[str, Any] = {
        "channel": channel,
        "unfurl_links": False,
        "unfurl_media": False,
        "metadata": metadata or OTHER_MARK,
    }
    place |= {"thread_ts": thread_ts} if thread_ts else {}
    try:
        said = await client.chat_postMessage(**place, text=message.text, blocks=message.blocks)
    except SlackApiError as error:
        _check_refused(error)
        said = await client.chat_postMessage(**place, text=message.text)
    return str(said["channel"]), str(said["ts"])


async def update(
    client: AsyncWebClient, channel: str, ts: str, message: Post, metadata: Metadata | None = None
) -> None:
    """Put a message in the place of one of the bot's own. Raises SlackApiError where that cannot be."""
    place: dict[str, Any] = {"channel": channel, "ts": ts, "metadata": metadata}
    try:
        await client.chat_update(**place, text=message.text, blocks=message.blocks)
    except SlackApiError as error:
        _check_refused(error)
        await client.chat_update(**place, text=message.text)


async def post_ephemeral(respond: AsyncRespond, message: Post, thread_ts: str = "") -> None:
    """Say something to the one who pressed or typed, which nobody else sees and which needs no membership."""
    await respond(
        text=message.text,
        blocks=message.blocks,
        response_type="ephemeral",
        replace_original=False,
        thread_ts=thread_ts or None,
    )


async def send_file(client: AsyncWebClient, channel: str, message: Post, name: str, content: bytes) -> None:
    """Post a message, to a person's direct messages where `channel` is a user, and the file in its thread.

    Raises SlackApiError where the bot may not post; the message is there even where the file is refused.
    """
    place, ts = await post(client, channel, message)
    await client.files_upload_v2(channel=place, thread_ts=ts, filename=name, title=name, content=content)


def thread_of(body: Mapping[str, Any]) -> str:
    """The thread of the message whose button was pressed; Slack tells it of ephemeral ones in the container."""
    return str((body.get("message") or {}).get("thread_ts") or (body.get("container") or {}).get("thread_ts") or "")


def _check_refused(error: SlackApiError) -> None:
    """Let pass only what a plain text can mend."""
    if code(error) not in BLOCKS_REFUSED:
        raise error
    log.warning("Slack refused the blocks of a message (%s); it is sent as text", code(error))
