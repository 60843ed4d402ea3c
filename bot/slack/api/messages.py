"""Posting and changing messages, with or without a file; as plain text where Slack refuses the blocks."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import FAILURES, code
from bot.slack.api.errors import told as told_of
from bot.slack.api.lesser_blocks import Block, lesser
from bot.slack.api.responses import NotDelivered, respond_with

__all__ = [
    "OTHER_MARK",
    "Block",
    "Elsewhere",
    "Metadata",
    "Post",
    "post",
    "post_ephemeral",
    "send_file",
    "thread_of",
    "update",
]

BLOCKS_REFUSED = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "msg_too_long"})

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
    said = await _with_what_is_taken(lambda **what: client.chat_postMessage(**place, **what), message)
    return str(said["channel"]), str(said["ts"])


async def update(
    client: AsyncWebClient, channel: str, ts: str, message: Post, metadata: Metadata | None = None
) -> None:
    """Put a message in the place of one of the bot's own. Raises SlackApiError where that cannot be."""
    place: dict[str, Any] = {"channel": channel, "ts": ts, "metadata": metadata}
    await _with_what_is_taken(lambda **what: client.chat_update(**place, **what), message)


@dataclass(frozen=True)
class Elsewhere:
    """Where a person can be told something alone when its own way is closed: where they are, else in direct messages."""

    client: AsyncWebClient
    channel: str
    person: str

    async def say(self, message: Post) -> bool:
        """Whether the person was told."""
        whisper: dict[str, Any] = {"channel": self.channel, "user": self.person}
        try:
            if not self.channel.startswith("D"):
                await _with_what_is_taken(lambda **what: self.client.chat_postEphemeral(**whisper, **what), message)
                return True
        except FAILURES as error:
            log.info("A private message goes to direct messages: %s", told_of(error))
        try:
            await post(self.client, self.person, message)
        except FAILURES as error:
            log.info("A private message was not taken in direct messages: %s", told_of(error))
            return False
        return True


async def post_ephemeral(
    respond: AsyncRespond, message: Post, thread_ts: str = "", elsewhere: Elsewhere | None = None
) -> None:
    """Say something to the one who pressed or typed, which nobody else sees and which needs no membership.

    Where Slack does not take it there, it is said `elsewhere`. What is lost is logged.
    """

    async def send(**what: Any) -> None:
        await respond_with(
            respond, **what, response_type="ephemeral", replace_original=False, thread_ts=thread_ts or None
        )

    try:
        await _with_what_is_taken(send, message)
    except NotDelivered as error:
        if elsewhere is None or not await elsewhere.say(message):
            log.warning("A private message was lost: Slack did not take it (%s)", error.code)


async def send_file(client: AsyncWebClient, channel: str, message: Post, name: str, content: bytes) -> None:
    """Post a message, to a person's direct messages where `channel` is a user, and the file in its thread.

    Raises SlackApiError where the bot may not post; the message is there even where the file is refused.
    """
    place, ts = await post(client, channel, message)
    await client.files_upload_v2(channel=place, thread_ts=ts, filename=name, title=name, content=content)


def thread_of(body: Mapping[str, Any]) -> str:
    """The thread of the message whose button was pressed; Slack tells it of ephemeral ones in the container."""
    return str((body.get("message") or {}).get("thread_ts") or (body.get("container") or {}).get("thread_ts") or "")


async def _with_what_is_taken(send: Callable[..., Awaitable[Any]], message: Post) -> Any:
    """Send a message with all its blocks, or else with as many as Slack takes, or else as text alone."""
    try:
        return await send(text=message.text, blocks=message.blocks)
    except (SlackApiError, NotDelivered) as error:
        complaints = _complaints(error)
        log.warning("Slack refused blocks of a message (%s)", _code(error))
    for blocks in lesser(message.blocks, complaints):
        try:
            return await send(text=message.text, blocks=blocks or None)
        except (SlackApiError, NotDelivered) as error:
            _complaints(error)
    return await send(text=message.text)


def _complaints(error: SlackApiError | NotDelivered) -> str:
    """What Slack has against the blocks. Raises the error where a message with other blocks would not mend it."""
    if _code(error) not in BLOCKS_REFUSED:
        raise error
    data = getattr(error.response, "data", None) if isinstance(error, SlackApiError) else None
    return str(data) if isinstance(data, dict) else ""


def _code(error: SlackApiError | NotDelivered) -> str:
    return code(error) if isinstance(error, SlackApiError) else error.code
