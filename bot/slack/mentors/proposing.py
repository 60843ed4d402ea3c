"""Mentors turn what the guides do not answer into the draft of a section, edit it and download it."""

import re
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.mentoring.proposals import Proposal, proposed
from bot.records.database import now
from bot.slack.api.mentors import ONLY_MENTORS
from bot.slack.api.messages import Block, send_file
from bot.slack.api.payloads import MalformedPayload, value_of
from bot.slack.context import AppContext
from bot.slack.format.blocks import context, plain_post
from bot.slack.format.long_fields import long_field, text_in
from bot.slack.format.modals import modal, note_modal

PROPOSE, PROPOSAL_VIEW, TEXT = "propose_text", "proposal", "proposal_text"
LONGEST = 25_000
"""Characters of a draft; no passages of a guide are longer together."""
NEAREST = 3
"""Passages shown beside a draft."""
SENT = "The file is in your direct messages with me. Put it into the folder of guides when it is ready."
DOWNLOAD = "The section you drafted. I change no guide by myself: put it into KNOWLEDGE_DIR and run `careerbot index`."
_MARKS = re.compile(r" ?\[\d{1,2}\]")
HINT = "Only you see this. You get it as a Markdown file; nothing is changed in the guides."


def listen_to_proposals(app: AsyncApp, ctx: AppContext) -> None:
    """The button "Propose text" beside a gap, and the window it opens."""
    worker = ProposalListeners(ctx)
    app.action(re.compile(f"^{PROPOSE}_"))(worker.opened)
    app.view(PROPOSAL_VIEW)(worker.submitted)


class ProposalListeners:
    """The listeners."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx

    async def opened(self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], client: AsyncWebClient) -> None:
        """A mentor wants to write down what people ask for."""
        await ack()
        if not await self._ctx.mentors.include(body["user"]["id"]):
            view = note_modal("Propose text", ONLY_MENTORS)
        else:
            people, _, question = value_of(action).partition(" ")
            if not people.isdecimal():
                raise MalformedPayload("actions.0.value")
            view = proposal_modal(await self._draft(question, int(people), str(body["team"]["id"])))
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    async def submitted(
        self, ack: AsyncAck, body: dict[str, Any], view: dict[str, Any], client: AsyncWebClient
    ) -> None:
        """The draft as the mentor left it goes into their direct messages as a file."""
        person = body["user"]["id"]
        if not await self._ctx.mentors.include(person):
            await ack(response_action="update", view=note_modal("Propose text", ONLY_MENTORS))
            return
        await ack(response_action="update", view=note_modal("Propose text", SENT))
        text = text_in(view, TEXT)
        name = str(view["private_metadata"])
        await self._ctx.records.audit_log.record(person, "proposed", name)
        await send_file(client, person, plain_post(DOWNLOAD), name, text.encode())

    async def _draft(self, question: str, people: int, team: str) -> Proposal:
        """What is known, and what the guides say nearby."""
        nearest = [hit.passage for hit in await self._ctx.guide_index.search(question, k=NEAREST)]
        found = await self._ctx.confirmed.answer_to(question, team, frozenset())
        known = _MARKS.sub("", found.confirmation.answer) if found and found.certain else ""
        return proposed(question, people, nearest, known, f"{now():%Y-%m}")


def proposal_modal(draft: Proposal) -> Block:
    """The window with a draft that can be edited."""
    blocks = [*long_field(TEXT, "Section in Markdown", draft.text[:LONGEST]), context(HINT)]
    return modal("Propose text", blocks, submit="Download", callback_id=PROPOSAL_VIEW, private_metadata=draft.name)
