"""The last look at everything that goes out to Slack: nothing the bot says calls a channel or a group. Pure.

Guides, file names, models and people write what they like. Where the bot puts such words into Markdown or mrkdwn they
are escaped (`bot.slack.format.escaping`); what else is shown (notifications, titles, options, labels) passes here.
"""

import re
from collections.abc import Mapping
from typing import Any

WORD_JOINER = "\u2060"
"""Shows nothing, and keeps @here and its like from being read as a call."""
_SHOWN = frozenset(
    {
        "accessibility_label",
        "alt_text",
        "alt_txt",
        "description",
        "label",
        "loading_messages",
        "markdown_text",
        "message",
        "status",
        "text",
        "title",
    }
)
"""The names under which Slack takes what people read. What a person may edit (`initial_value`) stays as it is."""
_PLAIN = frozenset({"loading_messages", "message", "status", "title"})
"""Those whose text is plain, so that nothing in it is meant to be a mention of somebody."""
_ADDRESS = r"(?P<address><?https?://[^\s<>|]*)"
_CALL = re.compile(
    rf"{_ADDRESS}|<(?=!(?:here|channel|everyone|group|subteam\b))|@(?=(?:here|channel|everyone)\b)", re.IGNORECASE
)


def harmless(payload: Any) -> Any:
    """The arguments of a call, or a view, in which nothing that is shown calls a channel or a group."""
    if isinstance(payload, Mapping):
        return {
            name: _shown(value, plain=name in _PLAIN) if name in _SHOWN else harmless(value)
            for name, value in payload.items()
        }
    return [harmless(entry) for entry in payload] if isinstance(payload, list | tuple) else payload


_MENTION = re.compile("<(?=[@#!])")


def called_by_nobody(text: str) -> str:
    """A text without live calls of channels and groups; addresses stay."""
    return _CALL.sub(lambda found: found["address"] or f"{found[0]}{WORD_JOINER}", text)


def _shown(value: Any, *, plain: bool) -> Any:
    if isinstance(value, str):
        safe = called_by_nobody(value)
        return _MENTION.sub(f"<{WORD_JOINER}", safe) if plain else safe
    if isinstance(value, list | tuple) and all(isinstance(entry, str) for entry in value):
        return [_shown(entry, plain=plain) for entry in value]
    return harmless(value)
