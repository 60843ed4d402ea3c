"""Windows that are sent: Slack hears at once that they were, and the person what became of it, in the window or alone."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import CareerBotError
from bot.slack.api.errors import FAILURES, SORRY, told
from bot.slack.api.messages import Block, Elsewhere
from bot.slack.api.windows import show
from bot.slack.format.blocks import plain_post
from bot.slack.format.modals import note_modal, section
from knowledge.errors import KnowledgeError

ACK_SECONDS = 1.0
"""How long a window waits for what was sent to be done; Slack gives up after three seconds."""
_KEPT = ("type", "title", "submit", "close", "callback_id", "private_metadata", "notify_on_close")
_INITIAL = {
    "value": "initial_value",
    "selected_user": "initial_user",
    "selected_conversation": "initial_conversation",
    "selected_option": "initial_option",
    "selected_options": "initial_options",
    "selected_time": "initial_time",
}
"""The state of a field -> what fills it in again."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Submitted:
    """What became of a window: a sentence, after which it shows nothing else; or what is to be filled in otherwise, by field.

    One that is `done` need not be looked at any more where it was done at once.
    """

    sentence: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    done: bool = False


async def submit(
    ack: AsyncAck, client: AsyncWebClient, body: Mapping[str, Any], work: Awaitable[Submitted], waiting: str
) -> None:
    """Do the work of a window that was sent, and say how it ended: with the acknowledgement, or in the window later."""
    view, person = body["view"], str(body["user"]["id"])
    title = str(view["title"]["text"])
    task = asyncio.ensure_future(_outcome(work))
    if (await asyncio.wait([task], timeout=ACK_SECONDS))[0]:
        await _acknowledge(ack, title, task.result())
        return
    await ack(response_action="update", view=note_modal(title, waiting))
    outcome = await task
    shown = filled_in_again(view, outcome.errors) if outcome.errors else note_modal(title, outcome.sentence)
    try:
        if await show(client, str(view["id"]), shown):
            return
    except FAILURES as error:
        log.info("A window does not show what became of it: %s", told(error))
    await Elsewhere(client, "D", person).say(plain_post(outcome.sentence or "\n".join(outcome.errors.values())))


def filled_in_again(view: Mapping[str, Any], errors: Mapping[str, str]) -> Block:
    """The window as it was sent, with what is wrong above it."""
    values = view["state"]["values"]
    blocks = [section(f"**{sentence}**") for sentence in errors.values()]
    for block in view["blocks"]:
        state: Mapping[str, Any] = next(iter((values.get(block.get("block_id")) or {}).values()), {})
        filled = {name: state[key] for key, name in _INITIAL.items() if state.get(key)}
        element = block.get("element")
        blocks.append(block | {"element": element | filled} if element else dict(block))
    return {name: view[name] for name in _KEPT if view.get(name) is not None} | {"blocks": blocks}


async def _outcome(work: Awaitable[Submitted]) -> Submitted:
    try:
        return await work
    except (CareerBotError, KnowledgeError) as error:
        return Submitted(str(error))
    except FAILURES as error:
        log.warning("A window's work was not done: %s", told(error))
    except Exception as error:  # whoever sent it hears of it
        log.error("A window's work failed with %s", type(error).__name__, exc_info=error)
    return Submitted(SORRY)


async def _acknowledge(ack: AsyncAck, title: str, outcome: Submitted) -> None:
    if outcome.errors:
        await ack(response_action="errors", errors=dict(outcome.errors))
    elif outcome.done:
        await ack()
    else:
        await ack(response_action="update", view=note_modal(title, outcome.sentence))
