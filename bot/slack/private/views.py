"""The window with a draft. Pure."""

from bot.records.drafts import Draft
from bot.slack.api.messages import Block
from bot.slack.format.blocks import context, plain_text
from bot.slack.format.long_fields import long_field
from bot.slack.format.modals import modal, section

TITLE = "Career guide"
DRAFT_VIEW, DRAFT_TEXT = "draft", "draft_text"
_QUOTED, _MOST_SOURCES = 300, 8


def draft_modal(draft: Draft, callback_id: str, note: str = "") -> Block:
    """A draft that can be edited, posted in the thread or thrown away; `note` is small print below it."""
    quoted = "> " + " ".join(draft.question.split())[:_QUOTED]
    blocks = [
        section(quoted),
        *long_field(DRAFT_TEXT, "Your answer", draft.text),
        context(*draft.sources[:_MOST_SOURCES], "It is posted in the thread under your name. Nobody sees it before."),
        *([context(note)] if note else []),
    ]
    closing = {"close": plain_text("Discard"), "notify_on_close": True}
    return modal(TITLE, blocks, submit="Post in thread", callback_id=callback_id, private_metadata=draft.id) | closing
