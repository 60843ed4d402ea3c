"""What mentors press to confirm and correct answers, to look again at what has expired, and to withdraw."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from bot.errors import CareerBotError
from bot.mentoring.confirmations import Confirmation, ConfirmationState
from bot.mentoring.confirmed_answers import ConfirmOutcome
from bot.slack.api.errors import FAILURES
from bot.slack.api.mentors import ONLY_MENTORS
from bot.slack.api.messages import Block, post_ephemeral, thread_of, update
from bot.slack.api.payloads import pressed_at, value_of
from bot.slack.api.windows import open_window, show
from bot.slack.context import AppContext
from bot.slack.format.blocks import plain_post
from bot.slack.format.confirmed import FRESH, SHOW_CONFIRMED
from bot.slack.format.mrkdwn import as_text
from bot.slack.mentors.confirming import views
from bot.slack.mentors.confirming.exporting import ExportListener
from bot.slack.mentors.confirming.fresh_answer import confirmed_shown, fresh_asked
from bot.slack.mentors.confirming.labels import FORGOTTEN, show_label
from bot.slack.mentors.confirming.service import ConfirmingService
from bot.slack.mentors.confirming.texts import READING
from bot.slack.questions.buttons import MENTOR_MENU
from knowledge.errors import KnowledgeError

log = logging.getLogger(__name__)


def listen_to_confirming(app: AsyncApp, ctx: AppContext) -> None:
    """What mentors press to confirm, correct, withdraw and export; and the button for a fresh answer."""
    listeners = ConfirmingListeners(ctx)
    app.action(MENTOR_MENU)(listeners.menu_used)
    app.view(views.CONFIRM_VIEW)(listeners.submitted)
    app.action(views.CONFIRM_AGAIN)(listeners.looked_again)
    app.action(views.WITHDRAW)(listeners.withdrawn)
    app.action(views.EXPORT)(ExportListener(ctx).asked)
    app.action(FRESH)(fresh_asked(ctx))
    app.action(SHOW_CONFIRMED)(confirmed_shown(ctx))


class ConfirmingListeners:
    """The listeners."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx
        self._records = ctx.records
        self._service = ConfirmingService(ctx)

    async def menu_used(
        self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond
    ) -> None:
        """The mentors' menu under an answer opens the window to confirm or correct it."""
        await ack()
        what, _, key = value_of(action).partition(" ")
        channel, _ = pressed_at(body)
        await self._open_window(body, respond, lambda mentor: self._service.window(mentor, what, key, channel))

    async def looked_again(
        self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond
    ) -> None:
        """The button "Confirm again" of a notice opens the window with the answer as it was."""
        await ack()
        key, notice = value_of(action), " ".join(pressed_at(body))
        await self._open_window(body, respond, lambda mentor: self._service.window_again(mentor, key, notice))

    async def _open_window(
        self, body: dict[str, Any], respond: AsyncRespond, filled: Callable[[str], Awaitable[Block]]
    ) -> None:
        """Open a window at once and show in it what is made for the mentor; others are told that it is for mentors."""
        mentor = body["user"]["id"]
        if not await self._ctx.mentors.include(mentor):
            await post_ephemeral(respond, plain_post(ONLY_MENTORS), thread_of(body))
            return
        window = await open_window(self._ctx.client, body, views.note(READING))
        await show(self._ctx.client, window, await _sentence_or(filled(mentor)))

    async def submitted(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """The window was sent: the answer is confirmed as it was left there."""
        mentor = body["user"]["id"]
        key, _, notice = str(view["private_metadata"]).partition(" ")
        try:
            refusal = await self._service.refusal(mentor, key)
            if not refusal and (errors := await self._service.mistakes(view)):
                await ack(response_action="errors", errors=errors)
                return
            outcome = ConfirmOutcome(None) if refusal else await self._service.settle(mentor, key, view)
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
        mentor, key = body["user"]["id"], value_of(action)
        if not await self._ctx.mentors.include(mentor):
            await open_window(self._ctx.client, body, views.note(as_text(ONLY_MENTORS)))
            return
        done = await self._records.confirmations.withdraw(key, mentor)
        standing = await self._records.confirmations.find(key)
        told = views.what_became(standing, mentor) if standing else FORGOTTEN
        await open_window(self._ctx.client, body, views.note(told))
        if standing and done:
            await show_label(self._ctx, standing)
        if standing and body.get("message"):
            await self._settle_notice(" ".join(pressed_at(body)), standing)

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
