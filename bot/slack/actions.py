"""What the buttons under an answer and in the Home tab do."""

import logging
from collections.abc import Sequence
from typing import Any, Protocol

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.records import Records
from bot.slack.views import changed_modal, home, passages_modal, reason_modal
from bot.smalltalk import EXAMPLES
from knowledge.passages import Guide, Passage

THANKS = "Thank you, noted."
DELETED = "Done: what I kept of you is deleted ({questions} questions)."

log = logging.getLogger(__name__)


class Library(Protocol):
    """The guides and passages of the current index."""

    def guides(self) -> Sequence[Guide]:
        """The guides, in the order of their paths."""

    def passage(self, key: str) -> Passage | None:
        """A passage by its id, if it is still there."""


def passage_shown(records: Records, library: Library):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The button "Show passage" opens the exact passages of its answer."""

    async def listener(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        receipt = await records.receipt(str(action["value"]))
        cited = [(entry, library.passage(entry["passage"])) for entry in (receipt["passages"] if receipt else [])]
        there = [passage for entry, passage in cited if passage and passage.hash == entry["hash"]]
        answer = " ".join(
            str(block.get("text")) for block in body["message"].get("blocks", []) if block["type"] == "markdown"
        )
        view = passages_modal(there, answer or str(body["message"].get("text"))) if there else changed_modal()
        await client.views_open(trigger_id=body["trigger_id"], view=view)

    return listener


def rated(records: Records):  # type: ignore[no-untyped-def]
    """The feedback buttons: a thumbs-up is noted, a thumbs-down is noted and asks why."""

    async def listener(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        direction, _, key = str(action["value"]).partition(" ")
        await records.rated(key, body["user"]["id"], liked=direction == "up")
        if direction == "down":
            await client.views_open(trigger_id=body["trigger_id"], view=reason_modal(key))
        else:
            await _tell(client, body, THANKS)

    return listener


def reason_given(records: Records):  # type: ignore[no-untyped-def]
    """The modal that asks why an answer was not good."""

    async def listener(ack: AsyncAck, body: dict[str, Any], view: dict[str, Any]) -> None:
        given = view["state"]["values"]
        reason = (given["reason"]["reason"].get("selected_option") or {}).get("value") or "other"
        text = given["text"]["text"].get("value") or ""
        await records.rated(str(view["private_metadata"]), body["user"]["id"], liked=False, reason=reason, text=text)
        await ack(response_action="update", view={"type": "modal", "title": view["title"], "blocks": _said(THANKS)})

    return listener


def home_opened(library: Library, mode: str):  # type: ignore[no-untyped-def]
    """The event app_home_opened: the Home tab is drawn, the Messages tab gets suggested prompts."""
    prompts = [{"title": example[:60], "message": example} for example in EXAMPLES]

    async def listener(event: dict[str, Any], client: AsyncWebClient) -> None:
        if event.get("tab") == "home":
            await client.views_publish(user_id=event["user"], view=home(library.guides(), mode))
        else:  # with a thread_ts the call silently fails for agents
            await client.assistant_threads_setSuggestedPrompts(channel_id=event["channel"], prompts=prompts)

    return listener


async def example_asked(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], client: AsyncWebClient) -> None:
    """An example in the Home tab starts a conversation in the direct message."""
    await ack()
    text = f"Write me your question here, for example: {action['value']}"
    await client.chat_postMessage(channel=body["user"]["id"], text=text)


def data_deleted(records: Records):  # type: ignore[no-untyped-def]
    """The button "Delete my data"."""

    async def listener(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        questions = await records.forget(body["user"]["id"])
        await client.chat_postMessage(channel=body["user"]["id"], text=DELETED.format(questions=questions))

    return listener


async def _tell(client: AsyncWebClient, body: dict[str, Any], text: str) -> None:
    """A word to the one who clicked, which nobody else sees."""
    message, place = body.get("message") or {}, body["channel"]["id"]
    await client.chat_postEphemeral(
        channel=place, user=body["user"]["id"], text=text, thread_ts=message.get("thread_ts")
    )


def _said(text: str) -> list[dict[str, Any]]:
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
