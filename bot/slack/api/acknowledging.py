"""What Slack is answered to a payload, over whichever way it came."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

from slack_bolt import BoltResponse

from bot.slack.api.payloads import MalformedPayload, check

log = logging.getLogger(__name__)


async def answer_to(
    payload: Mapping[str, Any], kind: str, handle: Callable[[], Awaitable[BoltResponse]]
) -> BoltResponse:
    """What `handle` answers to a payload; what cannot be read or is not listened to is acknowledged, as it would only come again."""
    try:
        check(payload)
    except MalformedPayload as error:
        log.warning("A payload of Slack's was left out: %s has no good %s", kind, error.place)
        return BoltResponse(status=HTTPStatus.OK)
    response = await handle()
    return BoltResponse(status=HTTPStatus.OK) if response.status == HTTPStatus.NOT_FOUND else response
