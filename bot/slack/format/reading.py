"""Slack's own text as a person reads it. Pure."""

import html
import re
from dataclasses import dataclass

from bot.answering.addressing import COLLEAGUE

_NAMELESS = {"@": COLLEAGUE, "#": "#channel", "!subteam": "@group"}
_CALL = re.compile(r"<(@|#|!subteam)[^<>|]*(?:\|([^<>]*))?>")
_SPECIAL = re.compile(r"<!([a-z]+)[^<>|]*(?:\|([^<>]*))?>")
_LINK = re.compile(r"<([a-z][\w+.-]*:[^<>|]*)(?:\|([^<>]*))?>", re.IGNORECASE)
_MARKED = tuple(re.compile(rf"(?<![\w{m}]){m}(?=\S)([^{m}\n]*[^{m}\s]){m}(?![\w{m}])") for m in (r"\*", "_", "~", "`"))
_EMOJI = re.compile(r"(?<![\w:]):[a-z0-9_+'-]*[a-z+][a-z0-9_+'-]*:(?::skin-tone-\d:)?(?!\w)")


@dataclass(frozen=True)
class Said:
    """What a message says in its own words, and what it quotes or forwards; plain text."""

    own: str
    quoted: str

    @property
    def question(self) -> str:
        """What it asks: its own words, or what it hands over without a word."""
        return self.own or self.quoted

    @property
    def context(self) -> str:
        """What it quotes beside its own words."""
        return self.quoted if self.own else ""


def readable(text: str, bot_user: str) -> str:
    """Slack's text as a person reads it: who and what is named stays named, links as their label, nothing escaped.

    Only the bot is not named.
    """
    text = mention_of(bot_user).sub(" ", text) if bot_user else text
    text = _CALL.sub(lambda call: _label(call[1], call[2] or ""), text)
    text = _SPECIAL.sub(lambda call: call[2] or f"@{call[1]}", text)
    text = _LINK.sub(lambda link: link[2] or re.sub(r"^(?:mailto|tel):", "", link[1]), text)
    return html.unescape(re.sub(r"[ \t]+", " ", text)).strip()


def said_in(text: str, bot_user: str) -> Said:
    """What a message says, without the marks of its format and without emoji."""
    lines = [line.strip() for line in readable(text, bot_user).splitlines()]
    begun = next((n for n, line in enumerate(lines) if line.startswith(">>>")), len(lines))
    quoted = [line.lstrip("> ") for n, line in enumerate(lines) if line.startswith(">") or n >= begun]
    own = [line for line in lines[:begun] if not line.startswith(">")]
    return Said(_unmarked("\n".join(own)), _unmarked("\n".join(quoted)))


def mention_of(user: str) -> re.Pattern[str]:
    """Matches a mention of a person in Slack's text."""
    return re.compile(rf"<@{re.escape(user)}(?:\|[^<>]*)?>")


def _label(kind: str, label: str) -> str:
    sign = _NAMELESS[kind][0]
    return f"{sign}{label.lstrip('@#')}" if label.strip("@#") else _NAMELESS[kind]


def _unmarked(text: str) -> str:
    for mark in _MARKED:
        text = mark.sub(r"\1", text)
    return re.sub(r"[ \t]+", " ", _EMOJI.sub(" ", text)).strip()
