"""A circuit breaker: a service that fails again and again is left alone for a while, then tried with a single call."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

FAILURES = 3
"""Calls in a row that fail before a service is left alone."""
FIRST_PAUSE, LONGEST_PAUSE = 15.0, 300.0
"""Seconds until it is tried again: at first, and at most; the pause doubles with each try that fails."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outage:
    """A service that is left alone: since when (UTC), after how many failures, why the last call failed, and after how many
    seconds the next one may try.
    """

    since: datetime
    failures: int
    why: str
    seconds: float


class CircuitOpen(Exception):
    """The service is left alone for now."""

    def __init__(self, outage: Outage) -> None:
        super().__init__(outage.why)
        self.outage = outage


@dataclass
class Attempt:
    """One call of the service. Whoever makes it says how it went; a call of which nothing is said counts as neither."""

    is_probe: bool
    answered: bool = False
    failure: str = ""


class Circuit:
    """The breaker of one service, named as the log names it. Safe to use from several threads.

    Closed: every call passes. Open, after so many `failures` in a row: none does. After the pause one passes as a probe, the
    others still do not; the probe's outcome closes the circuit or doubles the pause. The log has one line when it
    opens and one when it closes.
    """

    def __init__(
        self,
        name: str,
        clock: Callable[[], float] = time.monotonic,
        *,
        failures: int = FAILURES,
        longest_pause: float = LONGEST_PAUSE,
    ) -> None:
        self._name = name
        self._clock = clock
        self._most_failures = failures
        self._longest_pause = longest_pause
        self._lock = threading.Lock()
        self._failures = 0
        self._why = ""
        self._since: datetime | None = None
        self._pause = FIRST_PAUSE
        self._retry_at = 0.0
        self._probing = False

    @property
    def outage(self) -> Outage | None:
        """What is known of the service while it is left alone; None while it is asked."""
        with self._lock:
            return self._outage()

    @contextmanager
    def attempt(self) -> Iterator[Attempt]:
        """A call of the service. Raises CircuitOpen where it is left alone."""
        made = self._admitted()
        try:
            yield made
        finally:
            self._settle(made)

    def _admitted(self) -> Attempt:
        with self._lock:
            if (outage := self._outage()) is None:
                return Attempt(is_probe=False)
            if self._probing or self._clock() < self._retry_at:
                raise CircuitOpen(outage)
            self._probing = True
            return Attempt(is_probe=True)

    def _settle(self, made: Attempt) -> None:
        with self._lock:
            if made.is_probe:
                self._probing = False
            if made.failure:
                self._failed(made)
            elif made.answered:
                self._answered()

    def _answered(self) -> None:
        if self._since is not None:
            log.info("%s answers again.", self._name)
        self._failures, self._since, self._pause = 0, None, FIRST_PAUSE

    def _failed(self, made: Attempt) -> None:
        if self._since is not None and not made.is_probe:
            return  # a call that was under way when the circuit opened
        self._failures += 1
        self._why = made.failure
        if made.is_probe:
            self._pause = min(2 * self._pause, self._longest_pause)
        elif self._failures >= self._most_failures:
            self._since = datetime.now(UTC)
            told = f"failed {self._failures} times in a row" if self._failures > 1 else "failed"
            log.warning(
                "%s %s and is left alone: %s. It is tried again after %g s at first, later after %g s.",
                self._name, told, self._why, FIRST_PAUSE, self._longest_pause,
            )  # fmt: skip
        self._retry_at = self._clock() + self._pause

    def _outage(self) -> Outage | None:
        if self._since is None:
            return None
        return Outage(self._since, self._failures, self._why, max(0.0, self._retry_at - self._clock()))
