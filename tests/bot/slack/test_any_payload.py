"""Whatever Slack delivers, with anything in it missing, wrong or hostile: it is acknowledged, and nothing breaks or gets out."""

import asyncio
import importlib
import json
import logging
import re
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering.same_question import SameQuestions
from bot.errors import CareerBotError
from knowledge.errors import KnowledgeError
from knowledge.search.encoder import LocalEncoder
from tests.anything import SECONDS, often, spoilt
from tests.bot.slack.everything import by_mentors, handed_over, hostile_guides, in_private, live, move_in, read
from tests.bot.slack.scene import ANNA, EMIL, MENTION, MENTORS, Scripted, running
from tests.conftest import AdvisorWith
from tests.slack_server import SlackServer
from tests.slack_server.workspace import Envelope

SLACK = Path(__file__).parents[3] / "bot" / "slack"
Delivery = tuple[str, dict[str, Any]]
"""The kind of an envelope and its payload."""


class Faults(logging.Handler):
    """The exceptions in the log that are neither ours nor Slack's refusals."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error and not isinstance(error, CareerBotError | KnowledgeError) and type(error).__name__ != "SlackApiError":
            self.found.append(logging.Formatter().format(record))


@pytest.fixture
def faults() -> Iterator[Faults]:
    handler = Faults()
    logging.getLogger().addHandler(handler)
    yield handler
    logging.getLogger().removeHandler(handler)


def listened_to() -> Iterator[tuple[str, str]]:
    """Everything the bot listens to, by the method of Bolt's and a name; of a pattern one name that it matches."""
    for path in SLACK.rglob("*.py"):
        for method, name in re.findall(r"app\.(action|view|view_closed|shortcut|options|command|event)\((.+?)\)\(", path.read_text("utf-8")):  # fmt: skip
            module = importlib.import_module(".".join(path.relative_to(SLACK.parents[1]).with_suffix("").parts))
            value = eval(name + ")" * (name.count("(") - name.count(")")), vars(module))
            yield method, value.pattern.strip("^") + "0" if isinstance(value, re.Pattern) else value


async def recorded(slack: SlackServer, bot: Any) -> list[Delivery]:
    """What Slack delivers when people do everything, one of each kind, and what is like it for every other listener."""
    await read(slack)
    await in_private(slack)
    await by_mentors(slack, bot)
    await handed_over(slack)
    ts = await slack.say("C1", f"{MENTION} What does a lion tamer earn?", files=[{"id": "F1", "name": "cv.pdf"}])
    await slack.edit("C1", ts, f"{MENTION} What does a baker earn?")
    await slack.delete("C1", ts)
    await slack.send_event({"type": "agent_session_stopped", "channel": "C1", "thread_ts": ts})
    await slack.settled()
    deliveries = {
        _name(envelope.kind, envelope.payload): (envelope.kind, envelope.payload) for envelope in slack.delivered
    }
    for method, name in listened_to():
        if (method, name) not in {key[:2] for key in deliveries}:
            deliveries[method, name, ""] = _like(method, name, [*deliveries.values()])
    return [json.loads(json.dumps(delivery)) for _, delivery in sorted(deliveries.items())]


def _name(kind: str, payload: Mapping[str, Any]) -> tuple[str, str, str]:
    """The method of Bolt's that hears a payload, the name it is heard by, and what else tells it from others."""
    match payload.get("type"):
        case "event_callback":
            event = payload["event"]
            return (
                "event",
                event["type"],
                f"{event.get('subtype')} {event.get('channel_type')} {event.get('tab')} {'bot_id' in event}",
            )
        case "block_actions":
            return "action", payload["actions"][0]["action_id"], ""
        case "view_submission" | "view_closed" as kind:
            return {"view_submission": "view"}.get(kind, kind), payload["view"]["callback_id"], ""
        case "message_action":
            return "shortcut", payload["callback_id"], ""
        case "block_suggestion":
            return "options", payload["action_id"], ""
        case _:
            return "command", payload["command"], payload["text"]


def _like(method: str, name: str, known: list[Delivery]) -> Delivery:
    """A delivery that nobody has caused yet, made of one that is like it."""
    kinds = {"action": "block_actions", "view": "view_submission", "view_closed": "view_submission", "options": "view_submission", "shortcut": "message_action"}  # fmt: skip
    kind, payload = next((k, json.loads(json.dumps(p))) for k, p in known if p.get("type") == kinds[method])
    match method:
        case "action":
            payload["actions"][0]["action_id"] = name
        case "view" | "view_closed":
            payload["view"]["callback_id"] = name
            payload["type"] = {"view": "view_submission"}.get(method, method)
        case "options":
            payload |= {"type": "block_suggestion", "action_id": name, "block_id": name, "value": "baker"}
        case _:
            payload["callback_id"] = name
    return kind, payload


async def deliver(slack: SlackServer, bot: Any, kind: str, payload: dict[str, Any]) -> None:
    """Deliver something, and wait until it is acknowledged and what it caused is done."""
    if isinstance(payload.get("trigger_id"), str):  # each is good for one window
        payload["trigger_id"] = slack._new_trigger(ANNA)
    before = asyncio.all_tasks()
    await slack._deliver(Envelope(payload, kind=kind))
    await slack.settled()
    await bot.worker.idle(5)
    ours = [
        task
        for task in asyncio.all_tasks() - before
        if "slack_bolt" in str(task.get_coro()) or "/bot/" in str(task.get_coro())
    ]
    if ours:
        await asyncio.wait(ours, timeout=5)


@st.composite
def spoilt_delivery(draw: st.DrawFn, seeds: list[Delivery]) -> Delivery:
    kind, payload = draw(st.sampled_from(seeds))
    return kind, draw(spoilt([payload]))


def spoilt_deliveries(seeds: list[Delivery]) -> list[Delivery]:
    """The deliveries of a run; always the same ones."""
    inputs: list[Delivery] = []

    @often(300)
    @given(spoilt_delivery(seeds))
    def collect(delivery: Delivery) -> None:
        inputs.append(delivery)

    collect()
    return inputs


async def test_deliveries_of_any_shape_break_nothing_and_let_nothing_out(
    slack: SlackServer,
    encoder: LocalEncoder,
    advisor_with: AdvisorWith,
    same: SameQuestions,
    tmp_path: Path,
    faults: Faults,
) -> None:
    move_in(slack)
    guides = hostile_guides(encoder, tmp_path)
    async with running(
        slack, advisor_with(guides), tmp_path, guides, mentor_settings=MENTORS, same=same, admins=[EMIL]
    ) as bot:
        seeds = await recorded(slack, bot)
    assert faults.found == []
    inputs = spoilt_deliveries(seeds)
    slack.retries = 0
    slow = []
    async with running(slack, Scripted(), tmp_path, guides, mentor_settings=MENTORS, same=same, admins=[EMIL]) as bot:
        for number, (kind, payload) in enumerate(inputs):
            slack.calls.clear()
            started = time.thread_time()
            await deliver(slack, bot, kind, payload)
            if (seconds := time.thread_time() - started) > SECONDS:
                slow.append((number, seconds))
            assert list(live([call.arguments for call in slack.calls])) == []
    assert (slow, sorted(set(faults.found))) == ([], [])
    assert slack.lost + slack.timeouts == []
