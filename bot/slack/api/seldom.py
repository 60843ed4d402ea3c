"""Lines of the log that anybody can cause are written at most once in a while."""

import math
import time

SECONDS = 60.0


class Seldom:
    """Tells whether a line is due, which it is once in so many seconds."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._last = -math.inf

    def is_due(self) -> bool:
        """Whether the line is to be written now; if so it is not due again for a while."""
        now = time.monotonic()
        if now - self._last < self._seconds:
            return False
        self._last = now
        return True
