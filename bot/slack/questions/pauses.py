"""How long the worker waits before it tries something again, in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pauses:
    """The waiting times of a worker. Shorter ones than these are for tests."""

    retry: tuple[float, ...] = (0.5, 2.0, 8.0)
    """Between the tries to answer a question while Slack cannot be reached."""
    again: float = 10.0
    """Until a question is taken up again that could not be answered, by whichever process looks first."""
    mending: float = 60.0
    """The same where somebody has to mend something first."""
    look: float = 5.0
    """Between two looks into the inbox: leases are renewed, and what nobody works on is claimed."""
    patience: float = 20.0
    """Until somebody who waits is told how many are before them."""
