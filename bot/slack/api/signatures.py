"""Whether a request over HTTP is Slack's, of these minutes, and comes for the first time.

Slack signs the time and the body of each request with the app's signing secret.
Source: https://docs.slack.dev/authentication/verifying-requests-from-slack/
"""

import re
from collections import OrderedDict

from slack_sdk.signature import Clock, SignatureVerifier

FRESH_SECONDS = 5 * 60
"""How old a request may be, or how far ahead of this machine's clock. Source: the page above."""
MOST_REMEMBERED = 50_000
"""Signatures that are remembered, some 10 MB; Slack sends a workspace's app at most 30,000 events an hour, so 2,500 in five minutes."""

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


class SignedRequests:
    """Tells Slack's requests from forged, stale and replayed ones.

    What was taken is remembered by this process alone: questions are told apart by the inbox, which all processes share.
    """

    def __init__(self, signing_secret: str, clock: Clock | None = None) -> None:
        self._clock = clock or Clock()
        self._verifier = SignatureVerifier(signing_secret, self._clock)
        self._taken: OrderedDict[str, float] = OrderedDict()

    def is_fresh(self, timestamp: str) -> bool:
        """Whether a request says that it was signed within these minutes; it says so itself, before its body is read."""
        return bool(_TIMESTAMP.fullmatch(timestamp)) and abs(self._clock.now() - int(timestamp)) <= FRESH_SECONDS

    def take(self, timestamp: str, signature: str, body: bytes) -> bool:
        """Whether a request is Slack's, fresh, and was not taken before; from now on it counts as taken."""
        if not self.is_fresh(timestamp) or not self._is_signed(timestamp, signature, body):
            return False
        self._forget()
        if signature in self._taken:
            return False
        self._taken[signature] = int(timestamp) + FRESH_SECONDS
        return True

    def give_back(self, signature: str) -> None:
        """Let a request come again that was not acknowledged: Slack sends it anew, perhaps within the same second."""
        self._taken.pop(signature, None)

    def _is_signed(self, timestamp: str, signature: str, body: bytes) -> bool:
        if not _SIGNATURE.fullmatch(signature):
            return False
        try:
            return self._verifier.is_valid(body, timestamp, signature)
        except UnicodeDecodeError:
            return False

    def _forget(self) -> None:
        """Drop, from the oldest on, what is stale by now and what is too much."""
        while self._taken:
            oldest = next(iter(self._taken))
            if self._taken[oldest] >= self._clock.now() and len(self._taken) < MOST_REMEMBERED:
                return
            del self._taken[oldest]
