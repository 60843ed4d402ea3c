"""What the buttons under an answer do."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.mentoring.guides import GuideIndex
from bot.slack.api.audience import OUTSIDE, Audience
from bot.slack.api.messages import Block, post, post_ephemeral, thread_of
from bot.slack.api.payloads import value_of
from bot.slack.format.blocks import CONTINUE_PRIVATELY, FEEDBACK, SHOW_PASSAGE, plain_post
from bot.slack.format.message_text import nodes
from bot.slack.format.modals import note_modal
from bot.slack.format.reading import readable
from bot.slack.questions.views import REASON_VIEW, changed_modal, passages_modal, reason_in, reason_modal
from bot.storage import Records

FORGOTTEN = note_modal("Sources", "I keep no record of this answer any more. Ask again to see its passages.")
THANKS = "Thank you, noted."
PRIVATELY = "Let us go on here, where only you and I read it. Ask on in this thread."

Offer = Callable[[Block, str, str], Awaitable[Block]]
"""Adds to a window what a person may do about the answer with a key."""


def listen_to_answer_buttons(
    app: AsyncApp, records: Records, guide_index: GuideIndex, offer: Offer, audience: Audience
) -> None:
    """The buttons under an answer, and the window that asks what was not good about it."""
    app.action(SHOW_PASSAGE)(passage_shown(records, guide_index))
    app.action(FEEDBACK)(rated(records))
    app.view(REASON_VIEW)(reason_given(records, offer))
    app.action(CONTINUE_PRIVATELY)(continued_privately(audience))


def passage_shown(records: Records, guide_index: GuideIndex):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The button "Show passage" opens the exact passages of its answer."""

    async def listener(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        key = value_of(action)
        receipt = await records.receipts.find(key) if await _sees_answer(records, body, action, key) else None
        draft = None if body.get("message") else await records.drafts.find(key, str(body["user"]["id"]))
        view = (
            _sources(receipt["passages"], guide_index, draft.text if draft else _text(body)) if receipt else FORGOTTEN
        )
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    return listener


def rated(records: Records):  # type: ignore[no-untyped-def]
    """The feedback buttons: a thumbs-up is noted, a thumbs-down is noted and asks why."""

    async def listener(
        ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], client: AsyncWebClient, respond: AsyncRespond
    ) -> None:
        await ack()
        direction, _, key = value_of(action).partition(" ")
        if not await _sees_answer(records, body, action, key):
            await client.views_open(trigger_id=body["trigger_id"], view=FORGOTTEN)
            return
        await records.feedback.keep(key, body["user"]["id"], liked=direction == "up")
        if direction == "down":
            await client.views_open(trigger_id=body["trigger_id"], view=reason_modal(key))
        else:
            await post_ephemeral(respond, plain_post(THANKS), thread_of(body))

    return listener


def reason_given(records: Records, offer: Offer):  # type: ignore[no-untyped-def]
    """The modal that asks why an answer was not good; `offer` adds what may be done next to the thanks."""

    async def listener(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        reason, text = reason_in(view)
        key, person = str(view["private_metadata"]), body["user"]["id"]
        await records.feedback.keep(key, person, liked=False, reason=reason, text=text)
        await ack(response_action="update", view=await offer(note_modal("Feedback", THANKS), key, person))

    return listener


def continued_privately(audience: Audience):  # type: ignore[no-untyped-def]
    """The button "Ask privately": the answer is quoted there, and its thread is a conversation; not with whom the bot does not answer."""

    async def listener(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient, respond: AsyncRespond) -> None:
        await ack()
        person = str(body["user"]["id"])
        if await audience.excludes(person):
            return await post_ephemeral(respond, plain_post(OUTSIDE), thread_of(body))
        quoted = "\n".join(f"> {line}" for line in _text(body).splitlines())
        await post(client, person, plain_post(f"{PRIVATELY}\n\n{quoted}"))
        return None

    return listener


async def _sees_answer(records: Records, body: Mapping[str, Any], action: Mapping[str, Any], key: str) -> bool:
    """Whether who pressed has the answer with this key before them, whatever key a payload brings.

    It is theirs, or Slack says with the press that the message has that button: a press under a message that only one person sees
    comes without it.
    """
    if value_of(action) in _values(body.get("message") or {}, str(action.get("action_id"))):
        return True
    receipt = await records.receipts.find(key)
    return receipt is not None and str(receipt["person"]) == str(body["user"]["id"])


def _values(message: Mapping[str, Any], action_id: str) -> set[str]:
    """What the buttons of this kind under a message hand back; of two halves, each of them."""
    rows = [nodes(block.get("elements")) for block in nodes(message.get("blocks"))]
    buttons = [element for row in rows for element in row if element.get("action_id") == action_id]
    halves = [button.get(half) for button in buttons for half in ("positive_button", "negative_button")]
    return {str(one["value"]) for one in (*buttons, *halves) if isinstance(one, dict) and one.get("value")}


def _sources(cited: Sequence[Mapping[str, str]], guide_index: GuideIndex, answer: str) -> Block:
    """The passages of a receipt, as far as they are still in the guides as they were."""
    found = {number: guide_index.passage(entry["passage"]) for number, entry in enumerate(cited, 1)}
    hashes = {number: entry["hash"] for number, entry in enumerate(cited, 1)}
    there = {number: passage for number, passage in found.items() if passage and passage.hash == hashes[number]}
    return passages_modal(there, answer, whole=len(there) == len(cited)) if there else changed_modal()


def _text(body: dict[str, Any]) -> str:
    """The answer in the message whose button was pressed."""
    message = body.get("message") or {}
    told = [str(block.get("text")) for block in nodes(message.get("blocks")) if block.get("type") == "markdown"]
    return readable("\n".join(told) or str(message.get("text") or ""), "")
