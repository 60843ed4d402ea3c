"""What people press to share an answer with a person or a channel, under their own name and with a note."""

from collections.abc import Mapping
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck

from bot.errors import CareerBotError
from bot.records.threads import ThreadAddress
from bot.slack.api.errors import FAILURES, SORRY
from bot.slack.api.messages import Block
from bot.slack.api.windows import open_window, show
from bot.slack.context import AppContext
from bot.slack.format.modals import note_modal
from bot.slack.mentors.sharing.service import Pressed, SharingService
from bot.slack.mentors.sharing.targets import Misfilled, Unshareable
from bot.slack.mentors.sharing.texts import READING, SHARING
from bot.slack.mentors.sharing.views import QUESTION, SHARE_VIEW, TITLE, chosen_in, share_modal
from bot.slack.questions.buttons import SHARE
from bot.slack.questions.submitting import Submitted, submit
from knowledge.errors import KnowledgeError

SHARE_SHORTCUT = "share_answer_of"


def listen_to_sharing(app: AsyncApp, ctx: AppContext) -> None:
    """The button under an answer, the message shortcut, and the window that they open."""
    listeners = SharingListeners(ctx)
    app.action(SHARE)(listeners.asked_for)
    app.shortcut(SHARE_SHORTCUT)(listeners.asked_for)
    app.view(SHARE_VIEW)(listeners.submitted)
    app.view_closed(SHARE_VIEW)(listeners.closed)


class SharingListeners:
    """The listeners."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx
        self._service = SharingService(ctx)

    async def asked_for(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """The button under an answer, and the message shortcut: a window opens at once, and is filled when it is ready."""
        await ack()
        window = await open_window(self._ctx.client, body, note_modal(TITLE, READING))
        view = await self._window(_pressed(body))
        if not await show(self._ctx.client, window, view):  # closed in the meantime
            await self._ctx.records.shares.discard(str(view.get("private_metadata") or ""))

    async def submitted(self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        """The window's button "Share"."""
        await submit(ack, self._ctx.client, body, self._shared(body, view), SHARING)

    async def _shared(self, body: Mapping[str, Any], view: Mapping[str, Any]) -> Submitted:
        try:
            return Submitted(await self._service.share(view["private_metadata"], body["user"]["id"], chosen_in(view)))
        except Misfilled as error:
            return Submitted(errors={error.field: str(error)})
        except (CareerBotError, KnowledgeError) as error:
            return Submitted(errors={QUESTION: str(error)})
        except Unshareable as refusal:
            return Submitted(str(refusal))

    async def closed(self, ack: AsyncAck, view: dict[str, Any]) -> None:
        """The window was closed: what it showed is forgotten."""
        await ack()
        await self._ctx.records.shares.discard(str(view["private_metadata"]))

    async def _window(self, place: Pressed) -> Block:
        """The window for a person who wants to share the answer that a message belongs to, or why they cannot."""
        try:
            share, question = await self._service.open(place)
        except (Unshareable, CareerBotError, KnowledgeError) as refusal:
            return note_modal(TITLE, str(refusal))
        except FAILURES:
            return note_modal(TITLE, SORRY)
        return share_modal(share, question, outside=self._ctx.clients.audience.everybody)


def _pressed(body: Mapping[str, Any]) -> Pressed:
    """The message that was pressed under or chosen, and who did."""
    message, container = body.get("message") or {}, body.get("container") or {}
    ts = str(message.get("ts") or container.get("message_ts") or "")
    channel = str((body.get("channel") or {}).get("id") or container.get("channel_id") or "")
    thread_ts = str(message.get("thread_ts") or container.get("thread_ts") or ts)
    thread = ThreadAddress(str((body.get("team") or {}).get("id") or ""), channel, thread_ts)
    return Pressed(thread, ts, body["user"]["id"])
