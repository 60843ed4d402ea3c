"""Answers for one person's eyes: made without a thread, kept as a draft, and posted only when that person says so."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from slack_sdk.web.async_client import AsyncWebClient

from bot.answering.advisor import Advisor
from bot.answering.conversation import Conversation, Turn
from bot.errors import CareerBotError
from bot.records.drafts import Draft
from bot.records.threads import ThreadAddress
from bot.slack.api.messages import Block, Post, post
from bot.slack.format.blocks import Shown, context, messages, shown
from bot.slack.format.modals import section
from bot.slack.format.mrkdwn import as_text
from bot.slack.questions.answer_metadata import ANSWER_EVENT
from bot.storage import Records
from knowledge.errors import KnowledgeError

QUOTED = 300
"""Characters of a question that are quoted above its answer."""


@dataclass(frozen=True)
class Asked:
    """What somebody asks for their own eyes: `thread_ts` is where the answer may be posted, empty for the channel."""

    team: str
    channel: str
    thread_ts: str
    person: str
    question: str


class Unanswerable(Exception):
    """A question gets no draft; the message says why, or is said instead, and can be shown."""


class Drafting:
    """Makes drafts with the advisor and keeps them. `longest` bounds a question's characters."""

    def __init__(self, advisor: Advisor, records: Records, longest: int) -> None:
        self._advisor = advisor
        self._records = records
        self._longest = longest

    async def draft(self, asked: Asked) -> Draft:
        """An answer for the person who asks. Raises Unanswerable."""
        if len(asked.question) > self._longest:
            raise Unanswerable(
                f"That is more than I can read at once; please ask in at most {self._longest:,} characters."
            )
        settings = await self._records.channels.settings(asked.team, asked.channel)
        conversation = Conversation((Turn("person", asked.question),), guides=settings.guides)
        try:
            answer = await self._advisor.answer(conversation)
        except (CareerBotError, KnowledgeError) as error:
            raise Unanswerable(f"I cannot answer just now. {error}") from error
        if answer.personal:  # for nobody else's eyes, and kept nowhere
            raise Unanswerable(answer.text)
        key = uuid.uuid4().hex
        what = shown(answer, key)
        draft = Draft(
            key,
            asked.team,
            asked.channel,
            asked.thread_ts,
            asked.person,
            asked.question,
            answer.text,
            what.sources,
            what.note,
        )
        await self._records.drafts.keep(draft)
        await self._records.receipts.keep(key, asked.person, answer)
        return draft


def as_shown(draft: Draft, *buttons: Block) -> Shown:
    """A draft as it is shown, with its own buttons beside those of an answer."""
    return Shown(draft.text, draft.sources, draft.note, draft.id if draft.sources else "", buttons)


async def post_draft(client: AsyncWebClient, records: Records, draft: Draft, what: Shown, byline: str) -> None:
    """Post a draft where it belongs, under a line that says who did. Raises SlackApiError where the bot may not post."""
    asked = Asked(draft.team, draft.channel, draft.thread_ts, draft.person, draft.question)
    if draft.thread_ts:
        await post_asked(client, records, asked, what, head=[context(byline)])
    else:
        quoted = f"> {' '.join(draft.question.split())[:QUOTED]}"
        head = [context(byline), section(quoted)]
        await post_asked(client, records, asked, what, head=head, lead=as_text(quoted))


async def post_asked(
    client: AsyncWebClient, records: Records, asked: Asked, what: Shown, *, head: Sequence[Block], lead: str = ""
) -> tuple[str, list[str]]:
    """Post an answer under `head`, away from the message that asked for it, and let its thread go on asking.

    `lead` says what stands in the head where only text is shown. Returns the channel it went to and the ts of its
    messages. Raises SlackApiError where the bot may not post.
    """
    first, *rest = messages(what)
    metadata = {"event_type": ANSWER_EVENT, "event_payload": {"asked": asked.question[:QUOTED]}}
    opening = Post(f"{lead}\n\n{first.text}" if lead else first.text, [*head, *first.blocks])
    channel, ts = await post(client, asked.channel, opening, thread_ts=asked.thread_ts, metadata=metadata)
    thread_ts = asked.thread_ts or ts
    others = [await post(client, channel, message, thread_ts=thread_ts) for message in rest]
    await records.inbox.note_posted(ThreadAddress(asked.team, channel, thread_ts), ts, asked.person)
    return channel, [ts, *(other for _, other in others)]
