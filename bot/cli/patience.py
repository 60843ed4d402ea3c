"""Starting while a server that the bot needs is away: what fails for that reason is tried again for a while."""

import math
import time
from collections.abc import Callable
from typing import TypeVar

from bot.errors import RecordsUnreachable
from knowledge.errors import IndexUnreachable

T = TypeVar("T")
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0
"""Seconds between two tries; each pause is twice as long as the one before it."""


def patiently(
    step: Callable[[], T], seconds: float, tell: Callable[[str], None], sleep: Callable[[float], None] = time.sleep
) -> T:
    """What a step gives. Where a database or Chroma server does not answer, `tell` is told and the step tried again.

    Raises what the step raises, where it is another reason or so many seconds are over since the first failure.
    """
    ends, pause = 0.0, FIRST_PAUSE
    while True:
        try:
            return step()
        except (RecordsUnreachable, IndexUnreachable) as error:
            ends = ends or time.monotonic() + seconds
            left = ends - time.monotonic()
            if left <= 0:
                raise
            tell(f"{error} Waiting for it, for {math.ceil(left)} s at most.")
            sleep(min(pause, left))
            pause = min(2 * pause, LONGEST_PAUSE)
