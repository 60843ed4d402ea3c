"""Answers that are posted away from the message that asked for them: from drafts, and when they are shared."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from slack_sdk.web.async_client import AsyncWebClient

from bot.records.threads import ThreadAddress
from bot.slack.api.messages import Block, Post, post
from bot.slack.format.blocks import Shown, messages
from bot.slack.questions.answer_metadata import detached_metadata
from bot.storage import Records

QUOTED = 300
"""Characters of a question that are kept with its answer."""


@dataclass(frozen=True)
class DetachedQuestion:
    """A question that is answered somewhere else: in a channel or a person's direct messages, or in a thread there.

    `thread_ts` is that thread, empty for a message of its own.
    """

    team: str
    channel: str
    thread_ts: str
    person: str
    question: str


async def post_detached(
    client: AsyncWebClient,
    records: Records,
    asked: DetachedQuestion,
    what: Shown,
    *,
    owned: sa.Update | sa.Delete,
    head: Sequence[Block],
    lead: str = "",
) -> tuple[str, list[str]]:
    """Post an answer under `head`, away from the message that asked for it, and let its thread go on asking.

    `owned` changes the row that it is posted from, once it is there: see Inbox.note_posted. `lead` says what stands in the
    head where only text is shown. Returns the channel it went to and the ts of its
    messages. Raises SlackApiError where the bot may not post.
    """
    first, *rest = messages(what)
    metadata = detached_metadata(asked.question[:QUOTED])
    opening = Post(f"{lead}\n\n{first.text}" if lead else first.text, [*head, *first.blocks])
    channel, ts = await post(client, asked.channel, opening, thread_ts=asked.thread_ts, metadata=metadata)
    thread_ts = asked.thread_ts or ts
    others = [await post(client, channel, message, thread_ts=thread_ts) for message in rest]
    await records.inbox.note_posted(ThreadAddress(asked.team, channel, thread_ts), ts, asked.person, owned)
    return channel, [ts, *(other for _, other in others)]
