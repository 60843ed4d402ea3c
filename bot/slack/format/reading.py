"""Slack's own text as a person reads it. Pure."""

import html
import re


def readable(text: str, bot_user: str) -> str:
    """Slack's text as a person reads it: without mentions of people, links as their label, nothing escaped."""
    text = re.sub(rf"<@{re.escape(bot_user)}(?:\|[^>]*)?>", " ", text) if bot_user else text
    text = re.sub(r"<[#!][^>|]*\|([^>]*)>", r"\1", text)
    text = re.sub(r"<!([a-z]+)[^>]*>|<[@#][^>]*>", " ", text)
    text = re.sub(r"<((?:https?|mailto):[^>|]*)(?:\|([^>]*))?>", lambda link: link[2] or link[1], text)
    return html.unescape(re.sub(r"[ \t]+", " ", text)).strip()
