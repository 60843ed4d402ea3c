"""What the parts of the bot tell of their work to whoever counts or traces it: numbers and words of short lists; what people or
a model wrote is told apart, and kept by nobody unless a setting says so.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum


class Place(StrEnum):
    """Where a question was asked: in a thread of Slack's, or privately (`/career`, the shortcut)."""

    THREAD = "thread"
    PRIVATE = "private"


class Step(StrEnum):
    """A step on the way to an answer: hearing what is asked, searching, having the chat model write while its sentences are
    checked, checking some of them, quoting the guides, one reply of the chat model (a plan, a text, a second look), handing the
    answer to Slack, and all of it until the answer stands there.
    """

    HEAR = "hear"
    SEARCH = "search"
    COMPOSE = "compose"
    CHECK = "check"
    QUOTE = "quote"
    MODEL = "model"
    DELIVER = "deliver"
    WHOLE = "whole"


class Failure(StrEnum):
    """Why a call to another service failed."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    RATE_LIMIT = "rate limit"
    REFUSED = "refused"
    SERVER = "server"
    OTHER = "other"


class Span:
    """A step while it lasts, as whoever traces it hears of it; keeps nothing."""

    def tell(self, **facts: str | int) -> None:
        """Facts about the step: numbers and words of short lists."""

    def quote(self, **texts: str) -> None:
        """What people or a model wrote."""


class Tracer:
    """Hears which step lasts from when to when, within which other; keeps nothing: for where no traces are wanted."""

    @contextmanager
    def span(self, step: Step, *, aside: bool = False) -> Iterator[Span]:  # noqa: ARG002  which nobody traces
        """A step while it lasts. Steps that begin meanwhile in the same task, or in one that is started there, are parts of it,
        unless it goes on `aside`.
        """
        yield Span()


class Meter:
    """Hears what is to be counted, and counts nothing: for where no metrics are wanted. `tracer` traces what is timed."""

    def __init__(self, tracer: Tracer | None = None) -> None:
        self.tracer = tracer or Tracer()

    def asked(self, place: Place) -> None:
        """A question was accepted."""

    def answered(self, mode: str, coverage: str, withheld: int) -> None:
        """An answer stands: its receipt's mode, how far the guides answer, how many sentences of the chat model were withheld."""

    def unanswered(self) -> None:
        """A sentence was said instead of an answer, or nothing."""

    def took(self, step: Step, seconds: float) -> None:
        """A step was done, or failed, after so many seconds."""

    def slack_failed(self, why: Failure) -> None:
        """A call of Slack's Web API failed, its retries included."""

    def model_failed(self, why: Failure) -> None:
        """The chat model failed at a reply."""

    def spent(self, sent: int, received: int) -> None:
        """The chat model's provider told how many tokens a reply took."""

    @contextmanager
    def timing(self, step: Step, *, aside: bool = False) -> Iterator[Span]:
        """Trace a step, and tell how long it takes, whether it fails or not."""
        began = time.monotonic()
        try:
            with self.tracer.span(step, aside=aside) as span:
                yield span
        finally:
            self.took(step, time.monotonic() - began)
