"""Confirmed answers as a file that can become a guide."""

import logging
from collections.abc import Mapping
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck

from bot.mentoring.confirmations import as_guide
from bot.records.database import now
from bot.slack.api.errors import FAILURES
from bot.slack.api.mentors import ONLY_MENTORS
from bot.slack.api.messages import send_file
from bot.slack.api.windows import open_window, show
from bot.slack.context import AppContext
from bot.slack.format.blocks import plain_post
from bot.slack.format.mrkdwn import as_text
from bot.slack.mentors.confirming.views import note

FILE = "confirmed-answers.md"
SENDING, SENT = "Putting the file together…", "The file is in your direct messages with me."
NOTHING_TO_EXPORT = "No answer is confirmed at the moment, so there is nothing to export."
NOT_SENT = "Slack did not take the file. Try it again in a moment; if it fails again, tell the person who runs me."
WITH_IT = "These are the confirmed answers. Put the file into the folder of your guides to make them a guide."

log = logging.getLogger(__name__)


class ExportListener:
    """Sends the file to one mentor once at a time, however often they press."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx
        self._busy: set[str] = set()

    async def asked(self, ack: AsyncAck, body: dict[str, Any]) -> None:
        """The button "Export as Markdown"."""
        await ack()
        mentor = body["user"]["id"]
        if not await self._ctx.mentors.include(mentor):
            await open_window(self._ctx.client, body, note(as_text(ONLY_MENTORS)))
        elif mentor not in self._busy:
            self._busy.add(mentor)
            try:
                await self._send(body, mentor)
            finally:
                self._busy.discard(mentor)

    async def _send(self, body: Mapping[str, Any], mentor: str) -> None:
        window = await open_window(self._ctx.client, body, note(SENDING))
        told = await self._sent(str((body.get("team") or {}).get("id") or ""), mentor)
        await show(self._ctx.client, window, note(told))

    async def _sent(self, team: str, mentor: str) -> str:
        """Send the file; what to tell the mentor."""
        confirmations = await self._ctx.records.confirmations.active(team)
        if not confirmations:
            return NOTHING_TO_EXPORT
        content = as_guide(confirmations, now()).encode()
        try:
            await send_file(self._ctx.client, mentor, plain_post(WITH_IT), FILE, content)
        except FAILURES as error:
            log.warning("The confirmed answers were not sent: %s", type(error).__name__)
            return NOT_SENT
        await self._ctx.records.audit_log.record(mentor, "exported", "confirmations")
        return SENT
