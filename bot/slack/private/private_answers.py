"""Answers for one person's eyes, from the moment they are asked for until they are there, over a stop of the bot."""

import asyncio
import datetime as dt
import logging
import uuid
from contextlib import suppress

from slack_sdk.errors import SlackApiError

from bot.errors import RecordsUnavailable
from bot.records.database import now
from bot.records.drafts import Draft
from bot.records.promises import Promise
from bot.slack.api.audience import OUTSIDE
from bot.slack.api.clients import SlackClients
from bot.slack.api.errors import FAILURES, passing, told
from bot.slack.api.limits import RESPONSE_SECONDS, RESPONSES
from bot.slack.api.messages import Elsewhere, Post, post_ephemeral
from bot.slack.api.windows import Window, show_promised
from bot.slack.format.blocks import button, messages, plain_post
from bot.slack.format.handed_files import unread
from bot.slack.format.modals import note_modal
from bot.slack.private.drafting import Drafting, Unanswerable, as_shown
from bot.slack.private.views import DRAFT_VIEW, TITLE, draft_modal
from bot.slack.questions.detached import QUOTED, DetachedQuestion
from bot.storage import Records
from knowledge.threads import in_thread

POST_DRAFT = "post_draft"
MOST_TRIES = 3
"""A question that ended the process so often is not tried again."""
AT_ONCE = 4
"""Private questions that are gone on with at the same time after a start."""
PAUSES = (1.0, 3.0, 8.0)
"""Seconds between tries while the database or Slack does not answer."""
LEAVING_SECONDS = 1.0
"""How long a stop lets what is nearly there arrive."""
STOPPED = "I was stopped before I could answer this. Please ask again."
AWAY = "I cannot answer just now. Please ask again in some minutes."

log = logging.getLogger(__name__)


def promise_of(asked: DetachedQuestion, response_url: str = "") -> Promise:
    """A new private question, to be answered through a response_url or else in a window."""
    place = asked.team, asked.channel, asked.thread_ts, asked.person
    return Promise(uuid.uuid4().hex, *place, asked.question, response_url)


class PrivateAnswers:
    """Keeps promises: makes the draft that a person waits for, and shows it to them."""

    def __init__(self, clients: SlackClients, records: Records, drafting: Drafting) -> None:
        self._clients = clients
        self._client = clients.retrying
        self._records = records
        self._drafting = drafting
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def keep(self, promise: Promise) -> None:
        """Answer what was promised, as far as it is not answered yet, or end it with a sentence."""
        task = self._under_way[promise.id] = asyncio.create_task(self._keep_trying(promise))
        try:
            await asyncio.wait([task])
        finally:
            self._under_way.pop(promise.id, None)
        if not task.cancelled():
            task.result()

    async def leave(self, seconds: float = LEAVING_SECONDS) -> None:
        """Break off what is under way, if it takes longer than that, and hand it to another process, or the next one."""
        tasks = list(self._under_way.values())
        if tasks:
            await asyncio.wait(tasks, timeout=seconds)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(RecordsUnavailable):  # the leases run out
            await self._records.promises.release_all()

    async def go_on(self) -> None:
        """Go on with what an earlier process has left open. Raises RecordsUnavailable when the database does not answer."""
        await asyncio.gather(*map(self._go_on, await self._records.promises.claim(self._under_way.keys())))

    async def _keep_trying(self, promise: Promise) -> None:
        for pause in (*PAUSES, 0.0):
            try:
                await self._keep(promise)
                return
            except (RecordsUnavailable, *FAILURES) as error:
                if isinstance(error, SlackApiError) and not passing(error):
                    raise
                log.warning("A private question waits: %s", told(error))
            await asyncio.sleep(pause)
        await self._say(promise, AWAY)

    async def _go_on(self, promise: Promise) -> None:
        async with self._slots:
            try:
                await self.keep(promise)
            except FAILURES as error:
                log.warning("A private question is not answered yet: %s", told(error))

    async def _keep(self, promise: Promise) -> None:
        try:
            draft = await self._draft(promise)
        except Unanswerable as refusal:
            await self._say(promise, str(refusal))
        else:
            await (self._send(promise, draft) if promise.response_url else self._show(promise, draft))
        await self._records.promises.fulfil(promise.id)

    async def _draft(self, promise: Promise) -> Draft:
        if await self._clients.audience.excludes(promise.person):
            raise Unanswerable(OUTSIDE)
        if draft := await self._records.drafts.find(promise.id, promise.person):
            return draft
        if promise.tries > MOST_TRIES or is_over(promise, now()):
            raise Unanswerable(f"{STOPPED}\n\n> {' '.join(promise.question.split())[:QUOTED]}")
        place = promise.team, promise.channel, promise.thread_ts, promise.person
        return await self._drafting.draft(DetachedQuestion(*place, promise.question), promise.id)

    async def _send(self, promise: Promise, draft: Draft) -> None:
        """The messages that have not arrived; those beyond what the response_url takes go the other way."""
        direct = draft.channel.startswith("D")
        offer = [] if direct else [button("Post to channel", POST_DRAFT, draft.id, style="primary")]
        for number, message in enumerate(await in_thread(messages, as_shown(draft, *offer)), 1):
            if number > promise.sent:
                await self._tell(promise, message, by_url=number <= RESPONSES)
                await self._records.promises.arrived(promise.id, number)

    async def _show(self, promise: Promise, draft: Draft) -> None:
        """In the window; a draft that nobody sees any more is thrown away, one that rests on nothing offers nothing."""
        note = unread(promise.files.splitlines())
        view = draft_modal(draft, DRAFT_VIEW, note) if draft.sources else note_modal(TITLE, f"{draft.text}\n\n{note}")
        there = await show_promised(self._client, _window(promise), view)
        if not there or not draft.sources:
            await self._records.drafts.discard(draft.id, draft.person)

    async def _say(self, promise: Promise, sentence: str) -> None:
        if promise.response_url:
            await self._tell(promise, plain_post(sentence), by_url=True)
        else:
            await show_promised(self._client, _window(promise), note_modal(TITLE, sentence))

    async def _tell(self, promise: Promise, message: Post, *, by_url: bool) -> None:
        elsewhere = Elsewhere(self._client, promise.channel, promise.person)
        if by_url and not is_over(promise, now()):
            await post_ephemeral(self._clients.respond(promise.response_url), message, elsewhere=elsewhere)
        elif not await elsewhere.say(message):
            log.warning("A private message was lost: Slack takes it nowhere")


def _window(promise: Promise) -> Window:
    return Window(promise.id, promise.window, promise.window_hash)


def is_over(promise: Promise, moment: dt.datetime) -> bool:
    """Whether Slack takes nothing for it any more, or nobody waits for it."""
    return moment - promise.made_at > dt.timedelta(seconds=RESPONSE_SECONDS)
