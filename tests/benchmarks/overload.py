"""A thousand questions at once from fifty people, and one person who sends three hundred: who waits how long."""

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bot.slack.app import Limits
from tests.bot.slack.scene import MENTION, Scripted, running
from tests.slack_server import SlackServer

PEOPLE, QUESTIONS, AT_ONCE = 50, 1_000, 8
EAGER = 300


@dataclass(frozen=True)
class Overload:
    """What one flood showed: seconds until each acknowledgement that came in time, deliveries again, seconds until each answer by person."""

    acknowledged: list[float]
    again: int
    lost: int
    waits: dict[str, list[float]]


async def flood(questions: list[str], seconds: float = 300.0) -> Overload:
    """Every person of the list asks a question for each time they stand in it, all at the same moment."""
    with tempfile.TemporaryDirectory() as folder:
        async with (
            SlackServer() as slack,
            running(slack, Scripted(), Path(folder), limits=Limits(4000, AT_ONCE)),
        ):
            for person in dict.fromkeys(questions):
                slack.add_channel(f"C{person}")
            began, asked = time.monotonic(), dict[str, str]()
            for person in questions:
                asked[await slack.say(f"C{person}", f"{MENTION} what pays?", user=person)] = person
            await slack.until(lambda: len(slack.answers()) >= len(questions), seconds)
            await slack.settled()
            waits = dict[str, list[float]]()
            for call in slack.called("chat.postMessage"):
                waits.setdefault(asked[call.arguments["thread_ts"]], []).append(call.at - began)
            acks = [
                slack.acknowledged_at[envelope.id] - envelope.at
                for envelope in slack.delivered
                if envelope.id in slack.acknowledged_at
            ]
            again = sum(envelope.attempt > 0 for envelope in slack.delivered)
            return Overload(acks, again, len(slack.lost), waits)


async def overload() -> str:
    """Fifty people, a thousand questions; then one with three hundred among forty-nine with one each."""
    many = await flood([f"U{number % PEOPLE}" for number in range(QUESTIONS)])
    eager = ["UEAGER"] * EAGER + [f"U{number}" for number in range(PEOPLE - 1)]
    one = await flood(eager)
    others = [wait for person, waits in one.waits.items() if person != "UEAGER" for wait in waits]
    ordered = sorted(many.acknowledged)
    return "\n".join(
        [
            f"{QUESTIONS} questions at once from {PEOPLE} people: {len(ordered)} deliveries acknowledged within 3 s, after a median of "
            f"{statistics.median(ordered):.2f} s; {many.again} deliveries again, {many.lost} given up",
            f"one person sends {EAGER}, {PEOPLE - 1} send one each: the others wait a median of {statistics.median(others):.2f} s, "
            f"the eager one {statistics.median(one.waits['UEAGER']):.2f} s",
        ]
    )
