"""The slash command /career: a private answer that can be posted to the channel, help, and a channel's settings."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import NO_ENTRY, code
from bot.slack.api.messages import post_ephemeral
from bot.slack.format.blocks import plain_post
from bot.slack.format.reading import readable
from bot.slack.private.channel_settings import SettingsForm
from bot.slack.private.drafting import as_shown, post_draft
from bot.slack.private.private_answers import PrivateAnswers, promise_of
from bot.slack.questions.detached import DetachedQuestion
from bot.storage import Records

COMMAND = "/career"
HELP = (
    "Ask me about careers, and only you see the answer:\n"
    "- `/career what does a senior backend engineer earn?`\n"
    "- `/career settings` sets how I behave in this channel\n\n"
    "Or mention me in a channel, write me a direct message, or choose *Answer from the career guide* in the menu of "
    "somebody's message."
)
NOT_HERE = (
    "I cannot post here, since I am no member of this channel. Invite me with `/invite`, then press the button again."
)
GONE = "This answer was posted already, or is too old. Ask again to get a new one."


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


def draft_posted(records: Records):  # type: ignore[no-untyped-def]
    """The button "Post to channel" under a private answer."""

    async def listener(ack: AsyncAck, action: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        await ack()
        draft = await records.drafts.take(str(action["value"]))
        if draft is None:
            return await post_ephemeral(respond, plain_post(GONE))
        try:
            await post_draft(client, records, draft, as_shown(draft), f"<@{draft.person}> asked the career guide")
        except SlackApiError as error:
            await records.drafts.keep(draft)
            if code(error) not in NO_ENTRY:
                raise
            return await post_ephemeral(respond, plain_post(NOT_HERE))
        await respond(text="Posted.", delete_original=True)
        return None

    return listener
