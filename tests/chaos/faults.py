"""Outages: what each of them does to the line to a service, and to what the service says."""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.chaos.proxy import Line, Proxy
from tests.chaos.slack import UnreliableSlack
from tests.openai_server import Fault

MODEL_FAULTS = (
    Fault(status=500),
    Fault(status=429),
    Fault(cut_after=3),
    Fault(malformed=True),
    Fault(silent=True),
    Fault(finish_reason="length"),
)


@dataclass(frozen=True)
class Services:
    """Slack, the lines to all services, by name, and the folder of the guides."""

    slack: UnreliableSlack
    lines: Mapping[str, Proxy]
    guides: Path


async def outage(services: Services, name: str, seconds: float) -> None:
    """Something is away for so many seconds, and then there again."""
    begin, end = OUTAGES[name]
    begin(services)
    try:
        await asyncio.sleep(seconds)
    finally:
        end(services)


def possible(services: Services) -> list[str]:
    """The outages of those services that there are."""
    return [name for name in OUTAGES if name.split()[0] in {*services.lines, "slack"}]


def seconds_of(chance: random.Random, shortest: float, longest: float) -> float:
    """How long an outage is: most are short."""
    return shortest + (longest - shortest) * float(chance.random() ** 3)


def _line(name: str, line: Line) -> tuple[Callable[[Services], None], Callable[[Services], None]]:
    return lambda s: s.lines[name].set(line), lambda s: s.lines[name].set(Line.OPEN)


def _says(trouble: str) -> tuple[Callable[[Services], None], Callable[[Services], None]]:
    return lambda s: setattr(s.slack, "trouble", trouble), lambda s: setattr(s.slack, "trouble", "")


OUTAGES = {
    "slack refuses": _line("slack", Line.REFUSING),
    "slack hangs": _line("slack", Line.HANGING),
    "slack says 429": _says("429"),
    "slack says 500": _says("500"),
    "slack loses replies": (lambda s: setattr(s.slack, "lossy", True), lambda s: setattr(s.slack, "lossy", False)),
    "slack cuts": (lambda s: s.lines["slack"].cut(), lambda s: None),
    "model refuses": _line("model", Line.REFUSING),
    "model hangs": _line("model", Line.HANGING),
    "database refuses": _line("database", Line.REFUSING),
    "database hangs": _line("database", Line.HANGING),
    "chroma refuses": _line("chroma", Line.REFUSING),
    "chroma hangs": _line("chroma", Line.HANGING),
}
"""What begins and what ends each of them; the first word is the service."""
