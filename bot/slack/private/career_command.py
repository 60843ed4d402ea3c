"""The slash command /career: a private answer that can be posted to the channel, help, and a channel's settings."""

import logging
from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.messages import post_ephemeral
from bot.slack.api.payloads import value_of
from bot.slack.api.responses import NotDelivered, respond_with
from bot.slack.format.blocks import plain_post
from bot.slack.format.reading import readable
from bot.slack.private.channel_settings import SettingsForm
from bot.slack.private.drafting import DraftPosting, as_shown
from bot.slack.private.private_answers import PrivateAnswers, promise_of
from bot.slack.questions.detached import DetachedQuestion
from bot.storage import Records

COMMAND = "/career"
ASKED_BY = "<@{person}> asked the career guide"
HELP = (
    "Ask me about careers, and only you see the answer:\n"
    "- `/career what does a senior backend engineer earn?`\n"
    "- `/career settings` sets how I behave in this channel\n\n"
    "Or mention me in a channel, write me a direct message, or choose *Answer from the career guide* in the menu of "
    "somebody's message."
)

log = logging.getLogger(__name__)


def career_asked(records: Records, answers: PrivateAnswers, settings: SettingsForm):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The listener of the command; a question is written down before Slack is told that it was received."""

    async def listener(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        text = readable(str(command.get("text") or ""), "")
        if text.casefold() not in {"", "help", "?", "settings"}:
            place = command["team_id"], command["channel_id"], "", command["user_id"]
            promise = promise_of(DetachedQuestion(*place, text), str(command["response_url"]))
            try:
                await records.promises.make(promise)
            finally:
                await ack()
            return await answers.keep(promise)
        await ack()
        told = await settings.open(client, command) if text.casefold() == "settings" else HELP
        if told:
            await post_ephemeral(respond, plain_post(told))
        return None

    return listener


def draft_posted(posting: DraftPosting):  # type: ignore[no-untyped-def]
    """The button "Post to channel" under a private answer."""

    async def listener(ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        if refusal := await posting.post(value_of(action), str(body["user"]["id"]), as_shown, ASKED_BY):
            await post_ephemeral(respond, plain_post(refusal))
            return
        try:
            await respond_with(respond, text="Posted.", delete_original=True)
        except NotDelivered as error:
            log.info("A private answer that was posted still stands there: %s", error.code)

    return listener
