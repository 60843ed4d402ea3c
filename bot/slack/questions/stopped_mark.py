"""The mark of an answer that the person who asked has stopped."""

from collections.abc import Sequence

from bot.slack.api.messages import Post
from bot.slack.api.threads import Message
from bot.slack.format.blocks import markdown, plain_post
from bot.slack.format.message_text import nodes
from bot.slack.questions.answer_messages import AnswerMessages

STOPPED = "_Stopped._"


async def mark_what_stands(messages: AnswerMessages, thread: Sequence[Message]) -> None:
    """Mark what an earlier run has begun as stopped, below the text that stands in the thread. Raises what Slack raises."""
    standing = next((message for message in thread if message["ts"] in messages.ts[:1]), None)
    if standing:
        await messages.complete([marked(standing)])
    else:  # nobody knows what would be overwritten
        await messages.add(plain_post(STOPPED))


def marked(message: Message) -> Post:
    """What a message shows, with the mark below. Its text is escaped already."""
    said = str(message.get("text") or "")
    shown = [dict(block) for block in nodes(message.get("blocks"))] or [{"type": "markdown", "text": said}]
    return Post(f"{said} {STOPPED}", [*shown, markdown(STOPPED)])
