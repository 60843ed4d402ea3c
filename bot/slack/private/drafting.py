"""Answers for one person's eyes: made without a thread, kept as a draft, and posted only when that person says so."""

from slack_sdk.web.async_client import AsyncWebClient

from bot.answering.advisor import Advisor
from bot.answering.conversation import Conversation, Turn
from bot.errors import CareerBotError
from bot.records.drafts import Draft
from bot.slack.api.messages import Block
from bot.slack.format.blocks import Shown, context, shown
from bot.slack.format.modals import section
from bot.slack.format.mrkdwn import as_text
from bot.slack.questions.detached import QUOTED, DetachedQuestion, post_detached
from bot.storage import Records
from knowledge.errors import KnowledgeError


class Unanswerable(Exception):
    """A question gets no draft; the message says why, or is said instead, and can be shown."""


class Drafting:
    """Makes drafts with the advisor and keeps them. `longest` bounds a question's characters."""

    def __init__(self, advisor: Advisor, records: Records, longest: int) -> None:
        self._advisor = advisor
        self._records = records
        self._longest = longest

    async def draft(self, asked: DetachedQuestion, key: str) -> Draft:
        """An answer for the person who asks, kept under a key. Raises Unanswerable, and RecordsUnavailable."""
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
        await self._records.receipts.keep(key, asked.person, answer)  # first: a draft that is there has its receipt
        await self._records.drafts.keep(draft)
        return draft


def as_shown(draft: Draft, *buttons: Block) -> Shown:
    """A draft as it is shown, with its own buttons beside those of an answer."""
    return Shown(draft.text, draft.sources, draft.note, draft.id if draft.sources else "", buttons)


async def post_draft(client: AsyncWebClient, records: Records, draft: Draft, what: Shown, byline: str) -> None:
    """Post a draft where it belongs, under a line that says who did. Raises SlackApiError where the bot may not post."""
    asked = DetachedQuestion(draft.team, draft.channel, draft.thread_ts, draft.person, draft.question)
    if draft.thread_ts:
        await post_detached(client, records, asked, what, head=[context(byline)])
    else:
        quoted = f"> {' '.join(draft.question.split())[:QUOTED]}"
        head = [context(byline), section(quoted)]
        await post_detached(client, records, asked, what, head=head, lead=as_text(quoted))
