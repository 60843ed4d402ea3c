"""What Slack's refusals mean: what may work a moment later, and what never will. Pure."""

import aiohttp
from slack_sdk.errors import SlackApiError

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


def code(error: SlackApiError) -> str:
    """Slack's error code; empty when what came back was no answer of Slack's."""
    data = getattr(error.response, "data", error.response)
    return str(data.get("error") or "") if isinstance(data, dict) else ""


def passing(error: Exception) -> bool:
    """Whether the same call may succeed a moment later."""
    if isinstance(error, SlackApiError):
        return code(error) in _PASSING
    return isinstance(error, aiohttp.ClientError | TimeoutError)
