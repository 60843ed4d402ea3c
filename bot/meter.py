"""What the parts of the bot tell of their work to whoever counts it: numbers and words of short lists, nothing of persons."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum


class Place(StrEnum):
    """Where a question was asked: in a thread of Slack's, or privately (`/career`, the shortcut)."""

    THREAD = "thread"
    PRIVATE = "private"


class Step(StrEnum):
    """A step on the way to an answer: searching, having the chat model write while its sentences are checked, and all of it until
    the answer stands in Slack.
    """

    SEARCH = "search"
    COMPOSE = "compose"
    WHOLE = "whole"


class Failure(StrEnum):
    """Why a call to another service failed."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    RATE_LIMIT = "rate limit"
    REFUSED = "refused"
    SERVER = "server"
    OTHER = "other"


class Meter:
    """Hears what is to be counted, and counts nothing: for where no metrics are wanted."""

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
    def timing(self, step: Step) -> Iterator[None]:
        """Tell how long a step takes, whether it fails or not."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.took(step, time.monotonic() - began)
