"""The line under an answer that says how it was made: told once in a thread, and again when it has changed. Pure."""

from collections.abc import Sequence

from bot.answering.conversation import Answer
from bot.slack.api.threads import Message, sent_at
from bot.slack.format.blocks import COMPOSED_NOTE, QUOTED_NOTE, note_of
from bot.slack.format.message_text import nodes

_NOTES = (QUOTED_NOTE, COMPOSED_NOTE)


def note_told(thread: Sequence[Message], before: str, bot_user: str) -> str:
    """The last such line that stands in a thread before the message with the ts `before`; empty where there is none."""
    own = [m for m in thread if m.get("user") == bot_user and sent_at(m) < float(before)]
    return next((note for message in reversed(own) for note in _NOTES if note in _small_print(message)), "")


def note_to_tell(answer: Answer, told: str) -> str:
    """The line that an answer needs, where `told` is the last one its readers were told."""
    note = note_of(answer)
    return "" if note == told else note


def _small_print(message: Message) -> str:
    contexts = (block for block in nodes(message.get("blocks")) if block.get("type") == "context")
    return "\n".join(str(element.get("text") or "") for block in contexts for element in nodes(block.get("elements")))
