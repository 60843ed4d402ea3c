"""What Slack makes of what people type and forward: blocks beside the text, attachments."""

import html
import re
import uuid
from collections.abc import Mapping
from typing import Any

_PIECE = re.compile(
    r"<(?P<sign>[@#!]|)(?P<target>[^<>|]*)(?:\|(?P<label>[^<>]*))?>|:(?P<emoji>[a-z0-9_+-]*[a-z+][a-z0-9_+-]*):"
)


def rich_text(text: str) -> list[dict[str, Any]]:
    """The block that Slack sends beside the text of a message that a person typed."""
    sections = []
    for line in text.split("\n"):
        quoted = re.match(r"(?:&gt;|>) ?", line)
        kind = "rich_text_quote" if quoted else "rich_text_section"
        sections.append({"type": kind, "elements": _pieces(line[quoted.end() :] if quoted else line)})
    return [{"type": "rich_text", "block_id": "b1", "elements": sections}]


def forward(message: Mapping[str, Any], channel: str, **more: Any) -> dict[str, Any]:
    """A message as Slack attaches it to another: shared by a person (`is_share`), or below a link (`is_msg_unfurl`)."""
    inner = {
        "team": message.get("team"),
        "channel": channel,
        "ts": message["ts"],
        "message": {"blocks": message.get("blocks") or []},
    }
    return {
        "id": 1,
        "ts": message["ts"],
        "channel_id": channel,
        "author_id": message.get("user"),
        "author_name": "Somebody",
        "fallback": f"[November 26th, 2026 9:00 AM] somebody: {message.get('text')}",
        "text": message.get("text"),
        "message_blocks": [inner],
        **({"files": message["files"]} if message.get("files") else {}),
        "from_url": f"https://test.slack.com/archives/{channel}/p{message['ts'].replace('.', '')}",
        "footer": "Posted in a channel",
        **(more or {"is_share": True}),
    }


def handed_file(name: str, **more: Any) -> dict[str, Any]:
    """A file as Slack puts it into a message; its address takes a token with files:read."""
    made = {"id": f"F{uuid.uuid4().hex[:10].upper()}", "name": name, "title": name, "mode": "hosted", "size": 1024}
    address = {"url_private": f"https://files.slack.com/files-pri/T0TEAM-{made['id']}/{name}"}
    return {**made, **address, "user": "U0ANNA", "is_external": False, "file_access": "visible", **more}


def _pieces(line: str) -> list[dict[str, Any]]:
    pieces, at = [], 0
    for found in _PIECE.finditer(line):
        if found.start() > at:
            pieces.append({"type": "text", "text": html.unescape(line[at : found.start()])})
        pieces.append(_piece(found))
        at = found.end()
    rest = html.unescape(line[at:])
    return [*pieces, *([{"type": "text", "text": rest}] if rest else [])]


def _piece(found: re.Match[str]) -> dict[str, Any]:
    target = found["target"] or ""
    if found["emoji"]:
        return {"type": "emoji", "name": found["emoji"]}
    if found["sign"] == "@":
        return {"type": "user", "user_id": target}
    if found["sign"] == "#":
        return {"type": "channel", "channel_id": target}
    if target.startswith("subteam^"):
        return {"type": "usergroup", "usergroup_id": target.removeprefix("subteam^")}
    if found["sign"] == "!":
        return {"type": "broadcast", "range": target}
    label = {"text": html.unescape(found["label"])} if found["label"] else {}
    return {"type": "link", "url": html.unescape(target), **label}
