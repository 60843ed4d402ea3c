"""Windows and what they are made of. Pure."""

from collections.abc import Sequence

from bot.slack.api.limits import MODAL_BLOCKS, MODAL_TITLE, SECTION_TEXT
from bot.slack.api.messages import Block
from bot.slack.api.outgoing import harmless
from bot.slack.format.blocks import plain_text
from bot.slack.format.mrkdwn import as_text


def note_modal(title: str, text: str) -> Block:
    """A window that only says something."""
    return modal(title, [section(text)])


def section(text: str) -> Block:
    """A paragraph of Markdown, where only Slack's mrkdwn is taken."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": as_text(text, SECTION_TEXT)}}


def field(name: str, label: str, element: Block, *, optional: bool = False) -> Block:
    """A labelled input whose block and action have the same name."""
    named = element | {"action_id": name}
    return {"type": "input", "block_id": name, "label": plain_text(label), "element": named, "optional": optional}


def modal(title: str, blocks: Sequence[Block], *, submit: str = "", **more: str) -> Block:
    """A window; with `submit` it has a button of that name."""
    sending = (
        {"submit": plain_text(submit), "close": plain_text("Cancel")} if submit else {"close": plain_text("Close")}
    )
    head = {"type": "modal", "title": plain_text(title[:MODAL_TITLE]), "blocks": list(blocks[:MODAL_BLOCKS])}
    return dict(harmless(head | sending | more))
