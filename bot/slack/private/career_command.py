"""The slash command /career: a private answer that can be posted to the channel, help, and a channel's settings."""

from typing import Any

from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.api.errors import NO_ENTRY, code
from bot.slack.api.limits import RESPONSES
from bot.slack.api.messages import post_ephemeral
from bot.slack.format.blocks import button, messages, plain_post
from bot.slack.format.reading import readable
from bot.slack.private.channel_settings import SettingsForm
from bot.slack.private.drafting import Drafting, Unanswerable, as_shown, post_draft
from bot.slack.questions.detached import DetachedQuestion
from bot.storage import Records

COMMAND, POST_DRAFT = "/career", "post_draft"
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


def career_asked(drafting: Drafting, settings: SettingsForm):  # type: ignore[no-untyped-def]  # Bolt reads the listener's own signature
    """The listener of the command."""

    async def listener(ack: AsyncAck, command: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient) -> None:
        await ack()
        text = readable(str(command.get("text") or ""), "")
        if text.casefold() in {"", "help", "?"}:
            await post_ephemeral(respond, plain_post(HELP))
        elif text.casefold() == "settings":
            if refusal := await settings.open(client, command):
                await post_ephemeral(respond, plain_post(refusal))
        else:
            await _answer(drafting, command, text, respond)

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


async def _answer(drafting: Drafting, command: dict[str, Any], text: str, respond: AsyncRespond) -> None:
    asked = DetachedQuestion(command["team_id"], command["channel_id"], "", command["user_id"], text)
    try:
        draft = await drafting.draft(asked)
    except Unanswerable as error:
        return await post_ephemeral(respond, plain_post(str(error)))
    offer = [] if draft.channel.startswith("D") else [button("Post to channel", POST_DRAFT, draft.id, style="primary")]
    for message in messages(as_shown(draft, *offer))[:RESPONSES]:
        await post_ephemeral(respond, message)
    return None
