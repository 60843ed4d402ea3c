"""Slack's rich text and tables as Markdown: what Slack makes of the Markdown it is given, read back. Pure."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from bot.slack.format.message_text import Node, nodes, table_rows

_MARKS = (("code", "`"), ("strike", "~~"), ("italic", "_"), ("bold", "**"))
_INDENT = "    "
MOST_INDENT, MOST_OFFSET = 8, 1_000_000
"""Slack indents lists no deeper; numbers beyond are nobody's."""


def as_markdown(block: Node) -> str:
    """A block that Slack shows as text; nothing of any other kind. Mentions are left out."""
    match block.get("type"):
        case "markdown":
            return str(block.get("text") or "")
        case "rich_text":
            return _joined(nodes(block.get("elements")))
        case "header":
            return f"## {' '.join(str(node.get('text') or '') for node in nodes([block.get('text')]))}"
        case "table":
            return _table(table_rows(block))
        case _:
            return ""


def _joined(elements: Sequence[Node]) -> str:
    """The parts of a rich text. A list in a list follows the line it belongs to."""
    joints = ["", *("\n" if _are_lists(*pair) else "\n\n" for pair in pairwise(elements))]
    return "".join(joint + _part(element) for joint, element in zip(joints, elements, strict=False)).strip()


def _are_lists(first: Node, second: Node) -> bool:
    return first.get("type") == second.get("type") == "rich_text_list"


def _part(element: Node) -> str:
    inner = nodes(element.get("elements"))
    match element.get("type"):
        case "rich_text_list":
            return _list(element, [_words(item) for item in inner])
        case "rich_text_preformatted":
            return f"```\n{''.join(str(piece.get('text') or '') for piece in inner)}\n```"
        case "rich_text_quote":
            return "\n".join(f"> {line}" for line in _words(element).splitlines())
        case _:
            return _words(element)


def _list(element: Node, items: list[str]) -> str:
    indent, first = _INDENT * _number(element, "indent", MOST_INDENT), _number(element, "offset", MOST_OFFSET) + 1
    ordered = element.get("style") == "ordered"
    return "\n".join(f"{indent}{f'{n}.' if ordered else '-'} {item}" for n, item in enumerate(items, first))


def _number(element: Node, name: str, most: int) -> int:
    value = element.get(name)
    return min(max(value, 0), most) if isinstance(value, int) else 0


def _words(section: Node) -> str:
    return "".join(map(_piece, nodes(section.get("elements"))))


def _piece(piece: Mapping[str, Any]) -> str:
    text = str(piece.get("text") or "")
    match piece.get("type"):
        case "text":
            return _styled(text, _style_of(piece))
        case "link":
            return f"[{text}]({piece.get('url')})" if text else f"<{piece.get('url')}>"
        case "emoji":
            return f":{piece.get('name')}:"
        case _:
            return ""


def _style_of(piece: Mapping[str, Any]) -> Mapping[str, Any]:
    style = piece.get("style")
    return style if isinstance(style, Mapping) else {}


def _styled(text: str, style: Mapping[str, Any]) -> str:
    """Marks stand close to the words, or they mark nothing."""
    words = text.strip()
    if not words:
        return text
    before, _, after = text.partition(words)
    for name, mark in _MARKS:
        words = f"{mark}{words}{mark}" if style.get(name) else words
    return f"{before}{words}{after}"


def _table(rows: Sequence[Sequence[Node]]) -> str:
    lines = [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    rule = f"|{' --- |' * len(rows[0])}" if rows else ""
    return "\n".join([*lines[:1], rule, *lines[1:]])


def _cell(cell: Node) -> str:
    text = str(cell.get("text") or "") if cell.get("type") == "raw_text" else as_markdown(cell)
    return " ".join(text.split()).replace("|", "\\|")
