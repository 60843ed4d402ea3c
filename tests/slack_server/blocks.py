"""What Slack refuses in a message: block and length limits. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

KNOWN = frozenset(
    [
        "section",
        "divider",
        "image",
        "actions",
        "context",
        "context_actions",
        "input",
        "file",
        "header",
        "markdown",
        "video",
        "rich_text",
        "table",
        "task_card",
        "plan",
        "card",
        "container",
        "carousel",
    ]
)
LIVE = re.compile(r"<(?:!(?:channel|here|everyone|subteam\^)|@[UW]|#C)")


def problem(arguments: Mapping[str, Any]) -> str | None:
    """Slack's error for the arguments of chat.postMessage and its like, or None when it takes them."""
    blocks = arguments.get("blocks")
    if isinstance(blocks, str):
        try:
            blocks = json.loads(blocks)
        except ValueError:
            return "invalid_blocks_format"
    if arguments.get("markdown_text") and (arguments.get("text") or blocks):
        return "markdown_text_conflict"
    if not (arguments.get("text") or blocks or arguments.get("markdown_text") or arguments.get("attachments")):
        return "no_text"
    if len(str(arguments.get("markdown_text") or "")) > 12_000:
        return "msg_too_long"
    return blocks_problem(blocks) if blocks else None


def blocks_problem(blocks: Any) -> str | None:
    """Slack's error for a list of blocks."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return "invalid_blocks_format"
    if len(blocks) > 50 or any(not _valid(block) for block in blocks):
        return "invalid_blocks"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        return "invalid_blocks"
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > 12_000:
        return "msg_blocks_too_long"
    return "msg_blocks_too_long" if len(json.dumps(blocks, ensure_ascii=False)) > 26_400 else None


def view_problem(view: Any) -> str | None:
    """Slack's error for a modal or a Home tab."""
    if not isinstance(view, dict) or view.get("type") not in {"modal", "home"}:
        return "invalid_arguments"
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or len(blocks) > 100 or any(not _valid(block) for block in blocks):
        return "invalid_arguments"
    if view["type"] == "home":
        return None
    inputs = any(block["type"] == "input" for block in blocks)
    titled = _text(view.get("title"), 24) and view["title"]["type"] == "plain_text"
    return None if titled and (not inputs or "submit" in view) else "invalid_arguments"


def _valid(block: Mapping[str, Any]) -> bool:
    kind = block.get("type")
    if kind not in KNOWN or len(block.get("block_id", "x")) > 255:
        return False
    match kind:
        case "section":
            fields = block.get("fields", [])
            return (
                (_text(block.get("text"), 3000) or bool(fields))
                and len(fields) <= 10
                and all(_text(f, 2000) for f in fields)
            )
        case "header":
            return _text(block.get("text"), 150) and block["text"]["type"] == "plain_text"
        case "markdown":
            return isinstance(block.get("text"), str) and 0 < len(block["text"]) <= 12_000
        case "context":
            elements = block.get("elements", [])
            return 0 < len(elements) <= 10 and all(_context_element(element) for element in elements)
        case "actions":
            elements = block.get("elements", [])
            return 0 < len(elements) <= 25 and all(_action(element) for element in elements)
        case "context_actions":
            elements = block.get("elements", [])
            return 0 < len(elements) <= 5 and all(
                e.get("type") in {"feedback_buttons", "icon_button"} for e in elements
            )
        case _:
            return True


def _context_element(element: Mapping[str, Any]) -> bool:
    return element.get("type") == "image" or _text(element, 3000)


def _action(element: Mapping[str, Any]) -> bool:
    if element.get("type") in {"feedback_buttons", "icon_button"} or len(element.get("action_id", "x")) > 255:
        return False
    if element.get("type") == "button":
        return (
            _text(element.get("text"), 75)
            and len(element.get("value", "")) <= 2000
            and len(element.get("url", "")) <= 3000
        )
    return len(element.get("options", [])) <= 100


def _text(text: Any, longest: int) -> bool:
    return (
        isinstance(text, dict)
        and text.get("type") in {"mrkdwn", "plain_text"}
        and isinstance(text.get("text"), str)
        and 0 < len(text["text"]) <= longest
    )


def texts(message: Mapping[str, Any]) -> Sequence[str]:
    """Every text that a message shows, as Slack would interpret it."""
    found = [str(message.get("text") or "")]
    blocks = message.get("blocks") or []
    for block in json.loads(blocks) if isinstance(blocks, str) else blocks:
        found += _inside(block)
    return found


def _inside(thing: Any) -> list[str]:
    if isinstance(thing, dict):
        own = [thing["text"]] if isinstance(thing.get("text"), str) else []
        return own + [text for value in thing.values() if isinstance(value, dict | list) for text in _inside(value)]
    return [text for entry in thing for text in _inside(entry)] if isinstance(thing, list) else []
