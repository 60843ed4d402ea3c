"""Answers for one person's eyes: made without a thread, kept as a draft, and posted only when that person says so."""

from collections.abc import Callable

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.answering.advisor import Advisor
from bot.answering.conversation import Answer, Conversation, Turn
from bot.errors import CareerBotError
from bot.meter import Meter, Place, Step
from bot.records.drafts import Draft
from bot.slack.api.errors import FAILURES, code, passing
from bot.slack.api.messages import Block
from bot.slack.api.refusals import why
from bot.slack.format.blocks import Shown, context, shown
from bot.slack.format.modals import section
from bot.slack.format.mrkdwn import as_text
from bot.slack.questions.counting import count_answer, fields_of
from bot.slack.questions.detached import QUOTED, DetachedQuestion, post_detached
from bot.storage import Records
from knowledge.errors import KnowledgeError

GONE = "This draft is gone: it was posted already, or is too old. Ask again to get a new one."
UNDER_WAY = "This is being posted already."
NOT_HERE = "I am no member of this channel, so I cannot post here. Invite me with /invite, then post it again."
REFUSED = "I cannot post it there: {why}. Your draft is kept for a day."
UNSURE = "Slack did not tell me whether it was posted. Look for it there before you post it again; your draft is kept."
FORGOTTEN = "Your question was deleted while I was answering it, so I kept no answer either. Ask again to get one."
DELETED = (
    "I was not told that it was posted, and your draft was deleted meanwhile. Look for it there before you ask again."
)


class Unanswerable(Exception):
    """A question gets no draft; the message says why, or is said instead, and can be shown."""


class Drafting:
    """Makes drafts with the advisor, keeps and counts them. `longest` bounds a question's characters."""

    def __init__(self, advisor: Advisor, records: Records, longest: int, meter: Meter) -> None:
        self._advisor = advisor
        self._records = records
        self._longest = longest
        self._meter = meter

    async def draft(self, asked: DetachedQuestion, key: str) -> Draft:
        """An answer for the person who asks, kept under the key of its promise. Raises Unanswerable, and RecordsUnavailable."""
        self._meter.asked(Place.PRIVATE)
        try:
            with self._meter.timing(Step.WHOLE) as whole:
                answer = await self._answer(asked)
                whole.tell(place=Place.PRIVATE, **fields_of(answer))
                whole.quote(question=asked.question, answer=answer.text)
        except Unanswerable:
            self._meter.unanswered()
            raise
        count_answer(self._meter, answer)
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
        if not await self._records.drafts.keep(draft, answer):
            raise Unanswerable(FORGOTTEN)
        return draft

    async def _answer(self, asked: DetachedQuestion) -> Answer:
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
        return answer


def as_shown(draft: Draft, *buttons: Block) -> Shown:
    """A draft as it is shown, with its own buttons beside those of an answer."""
    return Shown(draft.text, draft.sources, draft.note, draft.id if draft.sources else "", buttons)


class DraftPosting:
    """Posts drafts, each once; a draft that Slack does not take is kept for another try, unless it was deleted meanwhile."""

    def __init__(self, client: AsyncWebClient, records: Records) -> None:
        self._client = client
        self._records = records
        self._under_way: set[str] = set()

    async def post(self, key: str, person: str, made: Callable[[Draft], Shown], byline: str) -> str:
        """Post a person's draft with a key as it is `made` to be shown; why not, in a sentence, where it was not posted."""
        if key in self._under_way:
            return UNDER_WAY
        self._under_way.add(key)
        try:
            draft = await self._records.drafts.take(key, person)
            return GONE if draft is None else await self._post(draft, made(draft), byline)
        finally:
            self._under_way.discard(key)

    async def _post(self, draft: Draft, what: Shown, byline: str) -> str:
        try:
            await post_draft(self._client, self._records, draft, what, byline.format(person=draft.person))
        except FAILURES as error:
            if not await self._records.drafts.give_back(draft):
                return DELETED
            if passing(error):
                return UNSURE
            reason = code(error) if isinstance(error, SlackApiError) else ""
            return NOT_HERE if reason in {"not_in_channel", "channel_not_found"} else REFUSED.format(why=why(reason))
        return ""


async def post_draft(client: AsyncWebClient, records: Records, draft: Draft, what: Shown, byline: str) -> None:
    """Post a draft where it belongs, under a line that says who did. Raises SlackApiError where the bot may not post."""
    asked = DetachedQuestion(draft.team, draft.channel, draft.thread_ts, draft.person, draft.question)
    owned = records.drafts.posted(draft.id)
    if draft.thread_ts:
        await post_detached(client, records, asked, what, owned=owned, head=[context(byline)])
    else:
        quoted = f"> {' '.join(draft.question.split())[:QUOTED]}"
        head = [context(byline), section(quoted)]
        await post_detached(client, records, asked, what, owned=owned, head=head, lead=as_text(quoted))
