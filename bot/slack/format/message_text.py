"""The text of a Slack message as mrkdwn, wherever in the message it stands. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.slack.format.escaping import ENTITIES

Node = Mapping[str, Any]

DEPTH = 3
"""Forwards of forwards are read so deep."""
_CALLS = {"user": "@", "channel": "#", "usergroup": "!subteam^", "broadcast": "!"}
"""What a piece of rich text that names somebody begins with in mrkdwn; its id stands under `<type>_id`, or `range`."""


def text_of(message: Node, depth: int = DEPTH) -> str:
    """All that a message hands over: its own words, and below them, as quoted lines, what it forwards."""
    forwards = [_handed_over(node, depth) for node in nodes(message.get("attachments")) if is_forward(node)]
    return "\n".join(filter(None, [own_text(message), *map(_quoted, forwards)]))


def own_text(message: Node) -> str:
    """What a message says itself.

    `text` is a copy of the blocks where a person wrote it, and often less than they show where an app did.
    """
    said = str(message.get("text") or "").strip()
    shown = [text for block in nodes(message.get("blocks")) if (text := block_text(block))]
    if not message.get("client_msg_id"):  # an app's
        shown += [_handed_over(node, 0) for node in nodes(message.get("attachments")) if _is_of_an_app(node)]
    more = [text for text in shown if not _repeats(text, said)]
    if more and _repeats(said, "\n".join(shown)):
        return "\n".join(shown).strip()
    return "\n".join(filter(None, [said, *more])).strip()


def is_forward(attachment: Node) -> bool:
    """Whether an attachment is another message: forwarded, or shown by Slack below a link to it."""
    return bool(attachment.get("is_share") or attachment.get("is_msg_unfurl"))


def block_text(block: Node) -> str:
    """What a block says, as mrkdwn; nothing of one that says nothing. Kinds that are not known are read for their texts."""
    match block.get("type"):
        case "rich_text":
            return "\n".join(filter(None, map(_rich_part, nodes(block.get("elements")))))
        case "table":
            return "\n".join(" | ".join(map(block_text, row)) for row in table_rows(block))
        case "actions" | "input" | "context_actions":
            return ""
        case "markdown" | "plain_text" | "raw_text":
            return _escaped(block.get("text"))
        case "mrkdwn":
            return str(block.get("text") or "").strip()
        case _:
            return "\n".join(filter(None, map(block_text, _inner(block))))


def forwarded(attachment: Node) -> list[Node]:
    """The messages that an attachment holds whole."""
    return [
        node["message"] for node in nodes(attachment.get("message_blocks")) if isinstance(node.get("message"), Mapping)
    ]


def nodes(value: object) -> Sequence[Node]:
    """The objects in a list of Slack's, which may be missing."""
    return (
        [node for node in value if isinstance(node, Mapping)]
        if isinstance(value, Sequence) and not isinstance(value, str)
        else []
    )


def table_rows(table: Node) -> list[Sequence[Node]]:
    """The rows of a table's cells."""
    rows = table.get("rows")
    return [nodes(row) for row in rows if isinstance(row, list)] if isinstance(rows, list) else []


def _inner(block: Node) -> Iterator[Node]:
    for name, value in block.items():
        if name != "accessory":
            yield from nodes([value] if isinstance(value, Mapping) else value)


def _rich_part(part: Node) -> str:
    pieces = nodes(part.get("elements"))
    if part.get("type") == "rich_text_list":
        return "\n".join(f"• {_rich_part(item)}" for item in pieces)
    said = "".join(map(_piece, pieces)).strip()
    return _quoted(said) if part.get("type") == "rich_text_quote" else said


def _piece(piece: Node) -> str:
    kind = str(piece.get("type"))
    if kind in _CALLS:
        return f"<{_CALLS[kind]}{piece.get(f'{kind}_id') or piece.get('range') or ''}>"
    text = _escaped(piece.get("text"), strip=False)
    if kind == "link":
        return f"<{piece.get('url')}|{text}>" if text else f"<{piece.get('url')}>"
    if kind == "date":
        return str(piece.get("fallback") or "")
    return f":{piece.get('name')}:" if kind == "emoji" else text


def _handed_over(attachment: Node, depth: int) -> str:
    """The text of an attachment: the message in it, or the fields of one that an app made."""
    inner = forwarded(attachment)
    messages = inner or ([attachment] if attachment.get("blocks") else [])
    said = [text_of({**m, "text": m.get("text") or ""}, depth - 1) for m in messages if depth or not inner]
    if not any(said):
        said = [str(attachment.get(name) or "") for name in ("pretext", "title", "text")]
        said += [f"{node.get('title') or ''}: {node.get('value') or ''}" for node in nodes(attachment.get("fields"))]
    other = "" if inner else str(attachment.get("fallback") or "")
    return "\n".join(part.strip() for part in said if part.strip()) or other


def _is_of_an_app(attachment: Node) -> bool:
    return not is_forward(attachment) and not attachment.get("from_url")


def _repeats(text: str, other: str) -> bool:
    """Whether a text says no word that another does not."""
    return {*_words(text)} <= {*_words(other)}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _quoted(text: str) -> str:
    return "\n".join(line if line.startswith("&gt;") else f"&gt; {line}" for line in text.splitlines())


def _escaped(text: object, *, strip: bool = True) -> str:
    said = re.sub("[&<>]", lambda sign: ENTITIES[sign[0]], str(text or ""))
    return said.strip() if strip else said
