"""What is sent through a response_url: Bolt does not look whether it arrives."""

import asyncio
import json
from typing import Any

import aiohttp
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.webhook import WebhookResponse

PAUSES = (1.0, 4.0)
"""Seconds before the second and the third try, where Slack had an error of its own or could not be reached."""
LONGEST_WAIT = 30.0
"""Seconds that one rate limit is waited for at most."""
_HTTP_OK, _HTTP_LIMITED, _HTTP_BROKEN = 200, 429, 500


class NotDelivered(Exception):
    """Slack did not take what was sent; `code` is its own word for why, or the HTTP status, or the kind of failure."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


async def respond_with(respond: AsyncRespond, **body: Any) -> None:
    """Send something, and wait and try again where that may help. Raises NotDelivered.

    Whether a broken connection has taken it nobody knows: what only one person sees rather comes twice than never.
    """
    for pause in (*PAUSES, None):
        try:
            said = await respond(**body)
        except (aiohttp.ClientError, TimeoutError) as error:
            code, wait = type(error).__name__, pause
        else:
            code = _refusal(said)
            if not code:
                return
            wait = _wait(said, pause)
        if pause is None or wait is None:
            raise NotDelivered(code)
        await asyncio.sleep(wait)


def _refusal(said: WebhookResponse) -> str:
    """Slack's word for why it did not take something; empty where it did. The body is JSON, or that word alone."""
    try:
        told = json.loads(said.body)
    except ValueError:
        told = said.body.strip()
    if isinstance(told, dict):
        told = "" if told.get("ok", said.status_code == _HTTP_OK) else str(told.get("error") or "")
        return told or ("" if said.status_code == _HTTP_OK else str(said.status_code))
    if said.status_code == _HTTP_OK:
        return ""
    return told if isinstance(told, str) and told.replace("_", "").isalpha() else str(said.status_code)


def _wait(said: WebhookResponse, pause: float | None) -> float | None:
    if said.status_code == _HTTP_LIMITED:
        seconds = str((said.headers or {}).get("Retry-After") or "1")
        return min(float(seconds) if seconds.isdigit() else 1.0, LONGEST_WAIT)
    return pause if said.status_code >= _HTTP_BROKEN else None
