"""Slack's rich text and tables as Markdown: what Slack makes of the Markdown it is given, read back. Pure."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from bot.slack.api.messages import Block

_MARKS = (("code", "`"), ("strike", "~~"), ("italic", "_"), ("bold", "**"))
_INDENT = "    "


def as_markdown(block: Block) -> str:
    """A block that Slack shows as text; nothing of any other kind. Mentions are left out."""
    match block.get("type"):
        case "markdown":
            return str(block["text"])
        case "rich_text":
            return _joined(block.get("elements") or [])
        case "header":
            return f"## {block['text']['text']}"
        case "table":
            return _table(block.get("rows") or [])
        case _:
            return ""


def _joined(elements: list[Block]) -> str:
    """The parts of a rich text. A list in a list follows the line it belongs to."""
    joints = ["", *("\n" if _are_lists(*pair) else "\n\n" for pair in pairwise(elements))]
    return "".join(joint + _part(element) for joint, element in zip(joints, elements, strict=True)).strip()


def _are_lists(first: Block, second: Block) -> bool:
    return first.get("type") == second.get("type") == "rich_text_list"


def _part(element: Block) -> str:
    inner = element.get("elements") or []
    match element.get("type"):
        case "rich_text_list":
            return _list(element, [_words(item) for item in inner])
        case "rich_text_preformatted":
            return f"```\n{''.join(str(piece.get('text') or '') for piece in inner)}\n```"
        case "rich_text_quote":
            return "\n".join(f"> {line}" for line in _words(element).splitlines())
        case _:
            return _words(element)


def _list(element: Block, items: list[str]) -> str:
    indent, first = _INDENT * int(element.get("indent") or 0), int(element.get("offset") or 0) + 1
    ordered = element.get("style") == "ordered"
    return "\n".join(f"{indent}{f'{n}.' if ordered else '-'} {item}" for n, item in enumerate(items, first))


def _words(section: Block) -> str:
    return "".join(map(_piece, section.get("elements") or []))


def _piece(piece: Mapping[str, Any]) -> str:
    text = str(piece.get("text") or "")
    match piece.get("type"):
        case "text":
            return _styled(text, piece.get("style") or {})
        case "link":
            return f"[{text}]({piece['url']})" if text else f"<{piece['url']}>"
        case "emoji":
            return f":{piece['name']}:"
        case _:
            return ""


def _styled(text: str, style: Mapping[str, Any]) -> str:
    """Marks stand close to the words, or they mark nothing."""
    words = text.strip()
    if not words:
        return text
    before, _, after = text.partition(words)
    for name, mark in _MARKS:
        words = f"{mark}{words}{mark}" if style.get(name) else words
    return f"{before}{words}{after}"


def _table(rows: list[list[Block]]) -> str:
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    rule = f"|{' --- |' * len(rows[0])}" if rows else ""
    return "\n".join([*lines[:1], rule, *lines[1:]])


def _cell(cell: Block) -> str:
    text = str(cell.get("text") or "") if cell.get("type") == "raw_text" else as_markdown(cell)
    return " ".join(text.split()).replace("|", "\\|")
