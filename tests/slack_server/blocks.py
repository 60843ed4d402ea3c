"""What Slack refuses in a message or a view: blocks, their elements, and their limits. Pure.

Sources: docs.slack.dev/reference/block-kit, and bolt-js#2509 and metabase#79908 for what Slack makes of a markdown block.
"""

import json
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

LIVE = re.compile(r"<(?:!(?:channel|here|everyone|subteam\^)|@[UW]|#C)")
SELECTS = frozenset(
    f"{many}{kind}_select"
    for many in ("", "multi_")
    for kind in ("static", "external", "users", "conversations", "channels")
)
PICKERS = SELECTS | {"datepicker", "timepicker", "datetimepicker", "radio_buttons", "checkboxes"}
TYPED = frozenset({"plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"})
ACTIONS = PICKERS | {"button", "overflow", "workflow_button"}
INPUTS = PICKERS | TYPED | {"file_input"}
INVISIBLE = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc")

_COMMONMARK = MarkdownIt("commonmark", {"html": False, "maxNesting": 100}).enable(["table", "strikethrough"])


@lru_cache(maxsize=16)
def _tree(markdown: str) -> SyntaxTreeNode:
    return SyntaxTreeNode(_COMMONMARK.parse(markdown))


def problem(arguments: Mapping[str, Any]) -> str | None:
    """Slack's error for the arguments of chat.postMessage and its like, or None when it takes them."""
    blocks = arguments.get("blocks")
    if isinstance(blocks, str):
        try:
            blocks = json.loads(blocks)
        except ValueError:
            return "invalid_blocks_format"
    text, markdown = str(arguments.get("text") or ""), str(arguments.get("markdown_text") or "")
    if not _encodable(f"{text}{markdown}{json.dumps(blocks, ensure_ascii=False, default=str)}"):
        return "invalid_json"
    if markdown and (text or blocks):
        return "markdown_text_conflict"
    if not (seen(text) or blocks or seen(markdown) or arguments.get("attachments")):
        return "no_text"
    if len(markdown) > 12_000:
        return "msg_too_long"
    return blocks_problem(blocks) if blocks else None


def blocks_problem(blocks: Any) -> str | None:
    """Slack's error for a list of blocks of a message."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return "invalid_blocks_format"
    if any(block.get("type") in {"alert", "input"} or not _valid(block) for block in blocks):
        return "invalid_blocks"
    if not _unique(block.get("block_id") for block in blocks if block["type"] != "markdown"):
        return "invalid_blocks"
    markdown = [block["text"] for block in blocks if block["type"] == "markdown"]
    if len(blocks) - len(markdown) + sum(map(expanded, markdown)) > 50:
        return "invalid_blocks"
    rows = [row for block in blocks if block["type"] == "table" for row in block["rows"]]
    if _cell_characters(markdown) + len(json.dumps(rows, ensure_ascii=False)) > 10_000 + len("[]"):
        return "invalid_blocks"
    if sum(map(len, markdown)) > 12_000:
        return "msg_blocks_too_long"
    return "msg_blocks_too_long" if _characters(blocks) > 13_200 else None


def view_problem(view: Any) -> str | None:
    """Slack's error for a modal or a Home tab."""
    if not isinstance(view, dict) or view.get("type") not in {"modal", "home"}:
        return "invalid_arguments"
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or not 0 < len(blocks) <= 100 or not all(map(_valid, blocks)):
        return "invalid_arguments"
    if not _encodable(json.dumps(view, ensure_ascii=False)):
        return "invalid_arguments"
    named = _short(view.get("callback_id", ""), 255) and _short(view.get("private_metadata", ""), 3000)
    if not (named and _unique(block.get("block_id") for block in blocks)):
        return "invalid_arguments"
    if view["type"] == "home":
        return None
    titles = all(_plain(view[name], 24) for name in ("submit", "close") if name in view)
    asks = any(block["type"] == "input" for block in blocks)
    good = titles and _plain(view.get("title"), 24) and (not asks or "submit" in view)
    return None if good else "invalid_arguments"


def seen(text: str) -> bool:
    """Whether there is anything to see in a text."""
    return any(unicodedata.category(sign)[0] not in "CZM" and sign not in INVISIBLE for sign in text)


# What Slack makes of Markdown


def expanded(markdown: str) -> int:
    """How many blocks a markdown block becomes: one for each thing in it; a thing in a list or quote parts it in two."""
    return sum(1 + 2 * _foreign(block) for block in _tree(markdown).children)


def _foreign(container: SyntaxTreeNode) -> int:
    lists = {"bullet_list", "ordered_list", "list_item"}
    own = lists | {"paragraph", "inline"} if container.type in lists else {"paragraph", "inline"}
    if container.type not in lists | {"blockquote"}:
        return 0
    return sum((child.type not in own) + _foreign(child) for child in container.children)


def _markdown(text: str) -> bool:
    tree = _tree(text)
    shown = any(
        node.type == "hr" or seen(node.content if node.type != "root" and not node.children else "")
        for node in _walk(tree)
    )
    return 0 < len(text) <= 12_000 and shown and all(map(_takes, _walk(tree)))


def _walk(node: SyntaxTreeNode) -> Sequence[SyntaxTreeNode]:
    return [node, *(inner for child in node.children for inner in _walk(child))]


def _takes(node: SyntaxTreeNode) -> bool:
    if node.type == "heading":
        return len(node.children[0].content) <= 150 if node.children else True
    if node.type != "table":
        return True
    rows = [row for part in node.children for row in part.children]
    return len(rows) <= 100 and all(len(row.children) <= 20 for row in rows)


def _cell_characters(markdown: Sequence[str]) -> int:
    nodes = [node for text in markdown for node in _walk(_tree(text))]
    return sum(
        len(node.content)
        for node in nodes
        if node.type == "inline" and node.parent and node.parent.type in {"th", "td"}
    )


# Blocks


def _section(block: Mapping[str, Any]) -> bool:
    fields = block.get("fields", [])
    accessory = block.get("accessory")
    return (
        ("text" in block or bool(fields))
        and ("text" not in block or _text(block["text"], 3000))
        and len(fields) <= 10
        and all(_text(field, 2000) for field in fields)
        and (accessory is None or _image(accessory) or _element(accessory, ACTIONS))
    )


def _image(block: Mapping[str, Any]) -> bool:
    url = block.get("image_url")
    source = _short(url, 3000, 1) or isinstance(block.get("slack_file"), dict)
    titled = "title" not in block or _plain(block["title"], 2000)
    return block.get("type") == "image" and source and _filled(block.get("alt_text"), 2000) and titled


def _context(block: Mapping[str, Any]) -> bool:
    elements = block.get("elements", [])
    return 0 < len(elements) <= 10 and all(_image(e) or _text(e, 3000) for e in elements)


def _actions(block: Mapping[str, Any]) -> bool:
    return _elements(block, 25, lambda element: _element(element, ACTIONS))


def _context_actions(block: Mapping[str, Any]) -> bool:
    return _elements(block, 5, _context_action)


def _elements(block: Mapping[str, Any], most: int, valid: Callable[[Mapping[str, Any]], bool]) -> bool:
    elements = block.get("elements", [])
    return 0 < len(elements) <= most and all(map(valid, elements)) and _unique(e.get("action_id") for e in elements)


def _input(block: Mapping[str, Any]) -> bool:
    hinted = "hint" not in block or _plain(block["hint"], 2000)
    return _plain(block.get("label"), 2000) and hinted and _element(block.get("element"), INPUTS)


def _table(block: Mapping[str, Any]) -> bool:
    rows = block.get("rows", [])
    settings = block.get("column_settings", [])
    return (
        0 < len(rows) <= 100
        and len(settings) <= 20
        and all(0 < len(row) <= 20 and all(map(_cell, row)) for row in rows)
    )


def _cell(cell: Mapping[str, Any]) -> bool:
    return _filled(cell.get("text"), 10_000) if cell.get("type") == "raw_text" else _rich_text(cell)


def _rich_text(block: Mapping[str, Any]) -> bool:
    elements = block.get("elements", [])
    return block.get("type") == "rich_text" and bool(elements) and all(map(_rich_element, elements))


def _rich_element(element: Mapping[str, Any]) -> bool:
    inner = element.get("elements")
    if not isinstance(inner, list):
        return False
    if element.get("type") == "rich_text_list":
        styled = element.get("style") in {"bullet", "ordered"}
        return styled and all(item.get("type") == "rich_text_section" and _rich_element(item) for item in inner)
    known = element.get("type") in {"rich_text_section", "rich_text_preformatted", "rich_text_quote"}
    return known and all(map(_rich_inline, inner))


def _rich_inline(element: Mapping[str, Any]) -> bool:
    needed = {
        "text": "text",
        "link": "url",
        "emoji": "name",
        "user": "user_id",
        "channel": "channel_id",
        "usergroup": "usergroup_id",
        "broadcast": "range",
        "date": "timestamp",
        "color": "value",
    }
    return bool(element.get(needed.get(element.get("type", ""), "")))


def _anything(block: Mapping[str, Any]) -> bool:
    return bool(block)


_BLOCKS: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "section": _section,
    "divider": _anything,
    "image": _image,
    "actions": _actions,
    "context": _context,
    "context_actions": _context_actions,
    "input": _input,
    "file": _anything,
    "header": lambda block: _plain(block.get("text"), 150),
    "markdown": lambda block: isinstance(block.get("text"), str) and _markdown(block["text"]),
    "video": lambda block: _filled(block.get("alt_text"), 2000) and _plain(block.get("title"), 200),
    "rich_text": _rich_text,
    "table": _table,
    "task_card": _anything,
    "plan": _anything,
    "card": _anything,
    "container": _anything,
    "carousel": _anything,
    "alert": _anything,
}
KNOWN = frozenset(_BLOCKS) - {"alert"}


def _valid(block: Any) -> bool:
    if not isinstance(block, dict) or not _short(block.get("block_id", "x"), 255, 1):
        return False
    check = _BLOCKS.get(block.get("type", ""))
    return check is not None and check(block)


# Elements


def _element(element: Any, kinds: frozenset[str]) -> bool:
    if (
        not isinstance(element, dict)
        or element.get("type") not in kinds
        or not _short(element.get("action_id"), 255, 1)
    ):
        return False
    if not _asked_again(element) or not ("placeholder" not in element or _plain(element["placeholder"], 150)):
        return False
    match element["type"]:
        case "button":
            return _button(element)
        case "overflow":
            return _options(element, 5, plain=True)
        case "radio_buttons" | "checkboxes":
            return _options(element, 10, plain=False)
        case "static_select" | "multi_static_select":
            return _choices(element)
        case "plain_text_input":
            return _typed(element)
        case _:
            return True


def _button(element: Mapping[str, Any]) -> bool:
    return (
        _plain(element.get("text"), 75)
        and _short(element.get("value", ""), 2000)
        and _short(element.get("url", ""), 3000)
        and _short(element.get("accessibility_label", ""), 75)
        and element.get("style", "primary") in {"primary", "danger"}
    )


def _options(element: Mapping[str, Any], most: int, *, plain: bool) -> bool:
    options = element.get("options")
    if not isinstance(options, list) or not 0 < len(options) <= most:
        return False
    chosen = [element["initial_option"]] if "initial_option" in element else element.get("initial_options", [])
    good = all(_option(option, plain=plain) for option in options) and _unique(option["value"] for option in options)
    return good and all(option in options for option in chosen)


def _option(option: Mapping[str, Any], *, plain: bool) -> bool:
    text, more = option.get("text"), option.get("description")
    check = _plain if plain else _text
    return (
        check(text, 75)
        and _short(option.get("value"), 150, 1)
        and (more is None or check(more, 75))
        and _short(option.get("url", ""), 3000)
    )


def _choices(element: Mapping[str, Any]) -> bool:
    if "option_groups" not in element:
        return _options(element, 100, plain=True)
    groups = element["option_groups"]
    named = 0 < len(groups) <= 100 and all(_plain(group.get("label"), 75) for group in groups)
    return named and "options" not in element and all(_options(group, 100, plain=True) for group in groups)


def _typed(element: Mapping[str, Any]) -> bool:
    least, most = element.get("min_length", 0), element.get("max_length", 3000)
    return 0 <= least <= most and 0 < most <= 3000 and _short(element.get("initial_value", ""), most)


def _context_action(element: Mapping[str, Any]) -> bool:
    if not isinstance(element, dict) or not _short(element.get("action_id", "x"), 255, 1) or not _asked_again(element):
        return False
    if element.get("type") == "icon_button":
        return element.get("icon") == "trash" and _half(element, valued=False)
    halves = (element.get("positive_button"), element.get("negative_button"))
    return element.get("type") == "feedback_buttons" and all(_half(half, valued=True) for half in halves)


def _half(half: Any, *, valued: bool) -> bool:
    if not isinstance(half, dict) or not _plain(half.get("text"), 75):
        return False
    named = _short(half.get("accessibility_label", ""), 75)
    return named and _short(half.get("value", "" if not valued else None), 2000, int(valued))


def _asked_again(element: Mapping[str, Any]) -> bool:
    confirm = element.get("confirm")
    if confirm is None:
        return True
    limits = {"title": 100, "text": 300, "confirm": 30, "deny": 30}
    return isinstance(confirm, dict) and all(_plain(confirm.get(name), longest) for name, longest in limits.items())


# Texts


def _text(text: Any, longest: int) -> bool:
    if not isinstance(text, dict) or text.get("type") not in {"mrkdwn", "plain_text"}:
        return False
    return _filled(text.get("text"), longest) and not ("emoji" in text and text["type"] == "mrkdwn")


def _plain(text: Any, longest: int) -> bool:
    return _text(text, longest) and bool(text["type"] == "plain_text")


def _filled(text: Any, longest: int) -> bool:
    return _short(text, longest, 1) and seen(text)


def _short(text: Any, longest: int, shortest: int = 0) -> bool:
    return isinstance(text, str) and shortest <= len(text) <= longest


def _unique(names: Any) -> bool:
    given = [name for name in names if name is not None]
    return len(given) == len(set(given))


def _encodable(text: str) -> bool:
    return not re.search("[\ud800-\udfff\0]", text)


def _characters(thing: Any) -> int:
    """The characters of all texts in blocks, which Slack counts together."""
    return sum(map(len, _inside(thing)))


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
