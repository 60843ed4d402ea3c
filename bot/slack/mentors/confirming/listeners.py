"""Mentors confirm and correct answers, look again at what has expired, and withdraw."""

import logging
import uuid
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.answering.conversation import Citation
from bot.errors import CareerBotError
from bot.mentoring.confirmations import Basis, Confirmation, ConfirmationState, renumbered
from bot.mentoring.confirmed import MODE, ConfirmOutcome, present
from bot.records.inbox import AskedQuestion
from bot.slack.api.errors import FAILURES, passing
from bot.slack.api.mentors import ONLY_MENTORS
from bot.slack.api.messages import Block, post, thread_of, update, whisper
from bot.slack.api.windows import open_window, show
from bot.slack.context import AppContext
from bot.slack.format.blocks import place_of, plain_post, source_lines
from bot.slack.format.confirmed import FRESH, SHOW_CONFIRMED
from bot.slack.format.escaping import visible
from bot.slack.format.mrkdwn import as_text
from bot.slack.mentors.confirming import views
from bot.slack.mentors.confirming.afresh import confirmed_shown, fresh_asked
from bot.slack.mentors.confirming.exporting import Exporting
from bot.slack.mentors.confirming.labels import FORGOTTEN, UNREADABLE, confirmable_answer, show_label
from bot.slack.questions.buttons import CONFIRM, CORRECT, MENTOR_MENU
from knowledge.errors import KnowledgeError
from knowledge.passages import Passage

READING = "Reading the thread…"
NOT_YOURS = "That answer belongs to somebody's direct messages; only its own reader can do that."
CONFIRMED_ALREADY = "This is an answer that a mentor has confirmed. To change it, choose *correct* in its menu."
NO_PASSAGE_LEFT = (
    "None of the passages that this answer rests on is in the guides any more. Withdraw it, or confirm a new answer."
)
EMPTY = "Write something that can be read."
LEANS = "This is not clear without the conversation. Write it so that it can be asked on its own."

log = logging.getLogger(__name__)


def listen_to_confirming(app: AsyncApp, ctx: AppContext) -> None:
    """What mentors press to confirm, correct, withdraw and export; and the button for a fresh answer."""
    worker = Confirming(ctx)
    app.action(MENTOR_MENU)(worker.menu_used)
    app.view(views.CONFIRM_VIEW)(worker.submitted)
    app.action(views.CONFIRM_AGAIN)(worker.looked_again)
    app.action(views.WITHDRAW)(worker.withdrawn)
    app.action(views.EXPORT)(Exporting(ctx).asked)
    app.action(FRESH)(fresh_asked(ctx))
    app.action(SHOW_CONFIRMED)(confirmed_shown(ctx))


async def expire(ctx: AppContext) -> list[Confirmation]:
    """Let confirmations expire whose passages have changed, and ask their mentors to look again; those that expired now.

    What expired when somebody asked for it is told here too. Of several processes one tells.
    """
    expired = await ctx.confirmed.expire()
    for one in await ctx.records.confirmations.untold():
        if await ctx.records.confirmations.tell(one.id):
            await _ask_to_look_again(ctx, one)
    return expired


async def confirmations_blocks(ctx: AppContext, team: str = "") -> list[Block]:
    """The mentors' part of the Home tab: the newest confirmations of a workspace, or of all."""
    return views.listed(await ctx.records.confirmations.active(team))


class Confirming:
    """The listeners."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx
        self._records = ctx.records

    async def menu_used(
        self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond
    ) -> None:
        """The mentors' menu under an answer opens the window to confirm or correct it."""
        await ack()
        mentor = body["user"]["id"]
        if not await self._ctx.mentors.include(mentor):
            return await whisper(respond, plain_post(ONLY_MENTORS), thread_of(body))
        what, _, key = str(action["selected_option"]["value"]).partition(" ")
        window = await open_window(self._ctx.client, body, views.note(READING))
        await show(self._ctx.client, window, await _sentence_or(self._window(mentor, what, key, body["channel"]["id"])))
        return None

    async def looked_again(
        self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond
    ) -> None:
        """The button "Confirm again" of a notice opens the window with the answer as it was."""
        await ack()
        mentor = body["user"]["id"]
        if not await self._ctx.mentors.include(mentor):
            return await whisper(respond, plain_post(ONLY_MENTORS), thread_of(body))
        window = await open_window(self._ctx.client, body, views.note(READING))
        notice = f"{body['channel']['id']} {body['message']['ts']}"
        await show(
            self._ctx.client, window, await _sentence_or(self._window_again(mentor, str(action["value"]), notice))
        )
        return None

    async def submitted(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """The window was sent: the answer is confirmed as it was left there."""
        mentor = body["user"]["id"]
        key, _, notice = str(view["private_metadata"]).partition(" ")
        try:
            refusal = await self._refusal(mentor, key)
            if not refusal and (errors := await self._mistakes(view)):
                await ack(response_action="errors", errors=errors)
                return
            outcome = ConfirmOutcome(None) if refusal else await self._settle(mentor, key, view)
        except (CareerBotError, KnowledgeError) as error:
            await ack(response_action="update", view=views.note(str(error)))
            return
        await ack(response_action="update", view=views.note(refusal or views.told(outcome, key, mentor)))
        if (made := outcome.standing) and made.id == key and made.state is ConfirmationState.ACTIVE:
            await show_label(self._ctx, made)
            await self._settle_notice(notice, made)

    async def withdrawn(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any]) -> None:
        """A button "Withdraw", in the Home tab or in a notice."""
        await ack()
        mentor, key = body["user"]["id"], str(action["value"])
        if not await self._ctx.mentors.include(mentor):
            await open_window(self._ctx.client, body, views.note(as_text(ONLY_MENTORS)))
            return
        done = await self._records.confirmations.withdraw(key, mentor)
        standing = await self._records.confirmations.find(key)
        told = views.what_became(standing, mentor) if standing else FORGOTTEN
        await open_window(self._ctx.client, body, views.note(told))
        if standing and done:
            await show_label(self._ctx, standing)
        if standing and (message := body.get("message")):
            await self._settle_notice(f"{body['channel']['id']} {message['ts']}", standing)

    async def _window(self, mentor: str, what: str, key: str, channel: str) -> Block:
        """The window for an answer, or one that says why it cannot be confirmed."""
        question, receipt = await self._records.inbox.find(key), await self._records.receipts.find(key)
        if question is None or receipt is None or question.channel != channel:
            return views.note(FORGOTTEN)
        if question.is_direct and question.person != mentor:
            return views.note(NOT_YOURS)
        if receipt["mode"] == MODE and what == CONFIRM:
            return views.note(as_text(CONFIRMED_ALREADY))
        return await self._window_for(mentor, what, question, receipt["passages"])

    async def _window_for(
        self, mentor: str, what: str, question: AskedQuestion, cited: Sequence[Mapping[str, str]]
    ) -> Block:
        bases = [Basis(entry["passage"], entry["hash"], entry["guide"]) for entry in cited]
        passages = present(self._ctx.guide_index, bases) or ()
        standing = await confirmable_answer(self._ctx, question)
        if not passages or standing is None:
            return views.note(UNREADABLE if passages else views.CHANGED)
        before = await self._records.confirmations.of_answer(question.key)
        if before and what == CONFIRM and before.answer.split() == standing.text.split():
            return views.note(views.what_became(before, mentor))
        draft = _draft(mentor, question, standing.text, passages, before)
        await self._records.confirmations.draft(draft)
        return views.window(draft, standing.question, editable=what == CORRECT, before=before)

    async def _window_again(self, mentor: str, key: str, notice: str) -> Block:
        """The window for an expired confirmation, resting on those of its passages that are still there."""
        before = await self._records.confirmations.find(key)
        if before is None:
            return views.note(FORGOTTEN)
        if before.state is not ConfirmationState.EXPIRED:
            return views.note(views.what_became(before, mentor))
        found = {n: self._ctx.guide_index.passage(basis.passage) for n, basis in enumerate(before.passages, 1)}
        there = {number: passage for number, passage in found.items() if passage}
        if not there:
            return views.note(NO_PASSAGE_LEFT)
        answer = renumbered(before.answer, list(there))
        draft = _draft(mentor, before, answer, list(there.values()), before)
        await self._records.confirmations.draft(draft)
        changed = [passage for n, passage in there.items() if passage.hash != before.passages[n - 1].hash]
        view = views.window(draft, before.question, editable=True, notice=notice, before=before)
        return view | {"blocks": [*view["blocks"], *views.now_reads(changed)]}

    async def _settle(self, mentor: str, key: str, view: Mapping[str, Any]) -> ConfirmOutcome:
        question, answer = views.filled_in(view)
        draft = await self._records.confirmations.find(key)
        kept = draft.answer if draft else ""
        return await self._ctx.confirmed.settle(key, mentor, question, kept if answer is None else answer)

    async def _refusal(self, mentor: str, key: str) -> str:
        """Why a mentor may not confirm what they sent, if so."""
        if not await self._ctx.mentors.include(mentor):
            return as_text(ONLY_MENTORS)
        draft = await self._records.confirmations.find(key)
        question = await self._records.inbox.find(draft.key) if draft else None
        return NOT_YOURS if question and question.is_direct and question.person != mentor else ""

    async def _mistakes(self, view: Mapping[str, Any]) -> dict[str, str]:
        question, answer = views.filled_in(view)
        if not visible(question):
            return {views.QUESTION: EMPTY}
        if not await self._ctx.confirmed.stands_alone(question):
            return {views.QUESTION: LEANS}
        return {} if answer is None or visible(answer) else {views.first_field(view): EMPTY}

    async def _settle_notice(self, notice: str, confirmation: Confirmation) -> None:
        """Take the buttons from the notice that a mentor has acted on."""
        channel, _, ts = notice.partition(" ")
        if not ts:
            return
        message = views.settled_notice(confirmation, views.what_became(confirmation))
        try:
            await update(self._ctx.client, channel, ts, message)
        except FAILURES as error:
            log.info("A notice keeps its buttons: %s", type(error).__name__)


async def _sentence_or(making: Awaitable[Block]) -> Block:
    """A window, or what went wrong with it in a sentence."""
    try:
        return await making
    except (CareerBotError, KnowledgeError) as error:
        return views.note(str(error))


def _draft(
    mentor: str,
    question: AskedQuestion | Confirmation,
    answer: str,
    passages: Sequence[Passage],
    before: Confirmation | None,
) -> Confirmation:
    """What a mentor has before them; the question is kept only once they have left names out of it."""
    cited = [Citation(number, passage, 1.0) for number, passage in enumerate(passages, 1)]
    bases = tuple(Basis(p.id, p.hash, p.guide.path, f"{p.guide.title}: {place_of(p)}") for p in passages)
    instead_of = before.id if before else ""
    return Confirmation(
        uuid.uuid4().hex,
        question.team,
        question.key,
        "",
        answer,
        source_lines(cited),
        bases,
        mentor,
        instead_of=instead_of,
    )


async def _ask_to_look_again(ctx: AppContext, confirmation: Confirmation) -> None:
    """Tell the mentor, or the mentors' channel where that one is a mentor no more, that a confirmation has expired."""
    there = [ctx.guide_index.passage(basis.passage) for basis in confirmation.passages]
    changed = [
        basis.place or basis.guide
        for basis, passage in zip(confirmation.passages, there, strict=True)
        if passage is None or passage.hash != basis.hash
    ]
    is_mentor = bool(confirmation.mentor) and await ctx.mentors.include(confirmation.mentor)
    places = [confirmation.mentor if is_mentor else "", ctx.mentors.channel]
    for place in filter(None, places):
        own = place == confirmation.mentor
        message = views.expired_notice(confirmation, changed, again=any(there), own=own)
        try:
            await post(ctx.client, place, message)
            return
        except FAILURES as error:
            log.warning("Nobody was told in one place that a confirmation expired: %s", type(error).__name__)
            if passing(error):
                await ctx.records.confirmations.tell(confirmation.id, told=False)
                return
