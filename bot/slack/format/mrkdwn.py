"""The plain text beside Slack's blocks, in its own mrkdwn: for notifications, screen readers and windows. Pure."""

import re
from collections.abc import Sequence
from itertools import dropwhile, pairwise
from typing import TYPE_CHECKING

from bot.slack.api.limits import TEXT_BYTES
from bot.slack.api.outgoing import WORD_JOINER
from bot.slack.format.escaping import clean, harmless, prose, visible
from bot.slack.format.markdown import NOTHING, leads_in, tree

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

_RULE = "———"
_MARKS = {"strong": "*", "em": "_", "s": "~"}
_LEAD_IN = re.compile(r"[:：][*_~]*$")
_LITERAL = re.compile(r"(?P<address>https?://\S+)|(?<![\w`])[*_~](?=[^\s*_~])|(?<=[^\s*_~])[*_~](?![\w`])")
"""A mark that stands in the words as it is, where Slack would take it for the beginning or the end of formatting."""
_EMOJI = re.compile(r":[\w+'-]+:")
_APART = f"`{WORD_JOINER}`{WORD_JOINER}`"


def as_text(markdown: str, limit: int = TEXT_BYTES) -> str:
    """Markdown in Slack's own mrkdwn of at most `limit` bytes, for notifications, screen readers and modals."""
    blocks = list(dropwhile(lambda node: node.type == "hr", tree(markdown).children))
    return _within_bytes(_joined(blocks).strip(), limit) or NOTHING


def _mrkdwn(node: "SyntaxTreeNode", joint: str = "\n\n") -> str:
    match node.type:
        case "paragraph":
            text = _words(node)
        case "heading":
            text = f"*{_words(node).replace('*', '')}*"
        case "bullet_list":
            text = "\n".join(_listed("•", item) for item in node.children)
        case "ordered_list":
            first = int(node.attrs.get("start", 1))
            text = "\n".join(_listed(f"{number}.", item) for number, item in enumerate(node.children, first))
        case "fence" | "code_block":
            text = f"```\n{prose(node.content).rstrip().replace('```', _APART)}\n```"
        case "blockquote":
            text = "\n".join(f"> {line}".rstrip() for line in _joined(node.children, joint).split("\n"))
        case "table":
            text = "\n".join(" | ".join(map(_words, row.children)) for part in node.children for row in part.children)
        case "hr":
            text = _RULE
        case _:
            text = _joined(node.children, joint)
    return text


def _words(node: "SyntaxTreeNode") -> str:
    return "".join(_inline(child) for line in node.children for child in line.children)


def _joined(nodes: "Sequence[SyntaxTreeNode]", joint: str = "\n\n") -> str:
    joints = ["", *("\n" if _close(*pair) else joint for pair in pairwise(nodes))]
    return "".join(between + _mrkdwn(node) for between, node in zip(joints, nodes, strict=False))


def _close(before: "SyntaxTreeNode", node: "SyntaxTreeNode") -> bool:
    """Whether a list belongs to the line above it; a blank line between the two leaves a hole in Slack's windows."""
    if leads_in(before, node):
        return True
    listed = before.type == "paragraph" and node.type in {"bullet_list", "ordered_list"}
    return listed and _LEAD_IN.search(_EMOJI.sub("", _words(before))) is not None


def _listed(marker: str, item: "SyntaxTreeNode") -> str:
    first, *more = _joined(item.children, "\n").split("\n")
    return "\n".join([f"{marker} {first}", *(f"    {line}" if line else "" for line in more)])


def _inline(node: "SyntaxTreeNode", within: str = "") -> str:
    """A piece of text in mrkdwn; no link stands `within` another."""
    inner = "".join(_inline(child, within or node.type) for child in node.children)
    match node.type:
        case "text":
            inner = _LITERAL.sub(_as_typed, prose(node.content).replace("```", _APART))
        case "code_inline":
            inner = f"`{prose(node.content.replace('`', 'ˋ'))}`"
        case "strong" | "em" | "s" if inner:
            inner = f"{_MARKS[node.type]}{inner}{_MARKS[node.type]}"
        case "softbreak" | "hardbreak":
            inner = "\n"
        case "link":
            inner = _mrkdwn_link(str(node.attrs.get("href", "")), inner)
        case "image":
            alt = prose(node.content)
            inner = alt if within == "link" else _mrkdwn_link(str(node.attrs.get("src", "")), alt)
    return inner


def _as_typed(found: re.Match[str]) -> str:
    return found["address"] or f"{WORD_JOINER}{found[0]}{WORD_JOINER}"


def _mrkdwn_link(address: str, label: str) -> str:
    target = prose(harmless(address))
    if not target:
        return label
    return f"<{target}|{' '.join(label.split())}>" if visible(label) else f"<{target}>"


def _within_bytes(text: str, limit: int) -> str:
    if _bytes(text) <= limit:
        return text
    room = at = limit - len("…\n```".encode())
    while (long := _bytes(text.encode()[:at].decode(errors="ignore"))) > room:
        at = at * room // long
    cut = re.sub(r"&[a-z]{0,4}$|<[^>]*$", "", text.encode()[:at].decode(errors="ignore"))
    return clean(cut.rstrip(f"\u200d{WORD_JOINER}")) + "…" + "\n```" * (cut.count("```") % 2)


def _bytes(text: str) -> int:
    """How long Slack finds a text: it escapes what it is given."""
    return len(text.encode()) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))
