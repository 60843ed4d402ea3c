"""What Slack's refusals mean: what may work a moment later, and what never will. Pure."""

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.meter import Failure

FAILURES = (SlackApiError, aiohttp.ClientError, TimeoutError)
"""What a call to Slack can raise: a refusal of Slack's, or that Slack cannot be reached."""
_PASSING = frozenset(
    {
        "",
        "internal_error",
        "fatal_error",
        "service_unavailable",
        "request_timeout",
        "ratelimited",
        "rate_limited",
        "team_added_to_org",
    }
)
"""Errors of Slack's own; the empty code is an answer that was not Slack's at all, such as a proxy's error page."""

NO_ENTRY = frozenset({"not_in_channel", "channel_not_found", "is_archived", "no_permission", "restricted_action"})
"""The bot may not post there: it is no member, or nobody may."""

TOO_MANY = "too_many_websockets"
"""Why Slack ends a connection of Socket Mode, or says this instead of hello: the app has as many as it takes."""

SORRY = "Sorry, that did not work. Try it once more; if it fails again, tell the person who runs me."
"""What a person is told of an error that nobody foresaw."""


def code(error: SlackApiError) -> str:
    """Slack's error code; empty when what came back was no answer of Slack's."""
    data = getattr(error.response, "data", error.response)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def told(error: Exception) -> str:
    """An error for the log: Slack's code, or the kind of failure."""
    return code(error) or type(error).__name__ if isinstance(error, SlackApiError) else type(error).__name__


def passing(error: Exception) -> bool:
    """Whether the same call may succeed a moment later."""
    if isinstance(error, SlackApiError):
        return code(error) in _PASSING
    return isinstance(error, aiohttp.ClientError | TimeoutError)


def retry_after(error: Exception) -> float:
    """How many seconds Slack wants to be left alone with this method; 0 when it was no rate limit."""
    if not isinstance(error, SlackApiError) or getattr(error.response, "status_code", 0) != 429:
        return 0.0
    return float((error.response.headers or {}).get("Retry-After") or 1)


def failure_of(error: Exception) -> Failure:
    """What an error is counted as."""
    if not isinstance(error, SlackApiError):
        return Failure.TIMEOUT if isinstance(error, TimeoutError) else Failure.UNREACHABLE
    if retry_after(error):
        return Failure.RATE_LIMIT
    return Failure.SERVER if passing(error) else Failure.REFUSED
