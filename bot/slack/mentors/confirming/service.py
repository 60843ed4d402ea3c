"""Confirming and correcting answers, looking again at what has expired."""

import logging
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from bot.answering.conversation import Citation
from bot.mentoring.confirmations import Basis, Confirmation, ConfirmationState, renumbered
from bot.mentoring.confirmed_answers import MODE, ConfirmOutcome, present
from bot.records.inbox import AskedQuestion
from bot.slack.api.errors import FAILURES, passing
from bot.slack.api.mentors import ONLY_MENTORS
from bot.slack.api.messages import Block, post
from bot.slack.context import AppContext
from bot.slack.format.blocks import place_of, source_lines
from bot.slack.format.escaping import visible
from bot.slack.format.mrkdwn import as_text
from bot.slack.mentors.confirming import views
from bot.slack.mentors.confirming.labels import FORGOTTEN, UNREADABLE, confirmable_answer
from bot.slack.mentors.confirming.texts import CONFIRMED_ALREADY, EMPTY, LEANS, NO_PASSAGE_LEFT, NOT_YOURS
from bot.slack.questions.buttons import CONFIRM, CORRECT
from knowledge.passages import Passage
from knowledge.threads import in_thread

log = logging.getLogger(__name__)


async def expire(ctx: AppContext) -> list[Confirmation]:
    """Let confirmations expire whose passages have changed, and ask their mentors to look again; those that expired now.

    What expired when somebody asked for it is told here too. Of several processes one tells.
    """
    expired = await ctx.confirmed.expire()
    for one in await ctx.records.confirmations.untold():
        if await ctx.records.confirmations.tell(one.id):
            await _ask_to_look_again(ctx, one)
    return expired


class ConfirmingService:
    """Makes the windows in which mentors confirm, and settles what they send."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx
        self._records = ctx.records

    async def window(self, mentor: str, what: str, key: str, channel: str) -> Block:
        """The window for an answer, or one that says why it cannot be confirmed."""
        question, receipt = await self._records.inbox.find(key), await self._records.receipts.find(key)
        if question is None or receipt is None or question.channel != channel:
            return views.note(FORGOTTEN)
        if await self._is_anothers(question, mentor):
            return views.note(NOT_YOURS)
        if receipt["mode"] == MODE and what == CONFIRM:
            return views.note(as_text(CONFIRMED_ALREADY))
        return await self._window_for(mentor, what, question, receipt["passages"])

    async def window_again(self, mentor: str, key: str, notice: str) -> Block:
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
        return await in_thread(_window_again, draft, before, notice, changed)

    async def settle(self, mentor: str, key: str, view: Mapping[str, Any]) -> ConfirmOutcome:
        """Confirm the draft with this id as it was left in a window. Raises the index's error where it cannot be read."""
        question, answer = views.filled_in(view)
        draft = await self._records.confirmations.find(key)
        kept = draft.answer if draft else ""
        return await self._ctx.confirmed.settle(key, mentor, question, kept if answer is None else answer)

    async def refusal(self, mentor: str, key: str) -> str:
        """Why a mentor may not confirm what they sent, if so."""
        if not await self._ctx.mentors.include(mentor):
            return as_text(ONLY_MENTORS)
        draft = await self._records.confirmations.find(key)
        question = await self._records.inbox.find(draft.key) if draft else None
        return NOT_YOURS if question and await self._is_anothers(question, mentor) else ""

    async def _is_anothers(self, question: AskedQuestion, mentor: str) -> bool:
        """Whether a question was asked by somebody else in direct messages."""
        return question.person != mentor and await self._ctx.clients.channel_kinds.is_confidential(question.channel)

    async def mistakes(self, view: Mapping[str, Any]) -> dict[str, str]:
        """What is to be filled in otherwise, by the names of the fields."""
        question, answer = views.filled_in(view)
        if not visible(question):
            return {views.QUESTION: EMPTY}
        if not await self._ctx.confirmed.stands_alone(question):
            return {views.QUESTION: LEANS}
        return {} if answer is None or visible(answer) else {views.first_field(view): EMPTY}

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
        return await in_thread(_window, draft, standing.question, what == CORRECT, before)


def _window(draft: Confirmation, question: str, editable: bool, before: Confirmation | None) -> Block:
    return views.window(draft, question, editable=editable, before=before)


def _window_again(draft: Confirmation, before: Confirmation, notice: str, changed: Sequence[Passage]) -> Block:
    view = views.window(draft, before.question, editable=True, notice=notice, before=before)
    return view | {"blocks": [*view["blocks"], *views.now_reads(changed)]}


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
    is_mentor = bool(confirmation.mentor) and await ctx.mentors.may_include(confirmation.mentor)
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
