"""Markdown for Slack: what must be escaped, how long texts are split, and the plain text beside the blocks. Pure."""

import re
from collections.abc import Iterator, Sequence

from bot.slack.limits import TEXT_BYTES
from knowledge.blocks import Block, Kind, blocks, header_lines, paragraph, sentences

_BROADCAST = re.compile(r"@(?=(?:here|channel|everyone)\b)", re.IGNORECASE)
_WORD_JOINER = "\u2060"
"""Shows nothing, and keeps @here from being read as a call to everybody."""


def escaped(text: str, *, literal: bool = False) -> str:
    """Text in which nothing calls people or channels. `literal` also keeps *, _, ` and ~ from formatting."""
    quotes_kept = re.sub(
        r"^((?:&gt;)+)(?=\s|$)", lambda m: m[0].replace("&gt;", ">"), _entities(text), flags=re.MULTILINE
    )
    safe = _BROADCAST.sub(f"@{_WORD_JOINER}", _entities(text) if literal else quotes_kept)
    return re.sub(r"([*_`~])", lambda mark: f"{_WORD_JOINER}{mark[0]}{_WORD_JOINER}", safe) if literal else safe


def _entities(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def split(markdown: str, longest: int) -> list[str]:
    """Markdown in parts of at most `longest` characters, cut between blocks, items, rows or sentences.

    Tables keep their header and code its fences in every part.
    """
    parts: list[str] = []
    for piece in _pieces(markdown, longest):
        if parts and len(parts[-1]) + len(piece) + 2 <= longest:
            parts[-1] += f"\n\n{piece}"
        else:
            parts.append(piece)
    return parts or [markdown]


def _pieces(markdown: str, longest: int) -> Iterator[str]:
    for block in blocks(markdown):
        if len(block.text) <= longest:
            yield block.text
        elif block.kind is Kind.TABLE:
            head = block.lines[: header_lines(block)]
            yield from _packed(block.lines[len(head) :], longest, "\n", "\n".join(head))
        elif block.kind is Kind.CODE:
            yield from _code(block, longest)
        elif block.kind is Kind.LIST:
            yield from _packed(block.lines, longest, "\n")
        else:
            yield from _packed(sentences(paragraph(block.lines)), longest, " ")


def _code(block: Block, longest: int) -> Iterator[str]:
    fence = block.lines[0]
    inside = [line for line in block.lines[1:] if not line.lstrip().startswith(("```", "~~~"))]
    for part in _packed(inside, longest - 2 * len(fence) - 2, "\n"):
        yield f"{fence}\n{part}\n```"


def _packed(lines: Sequence[str], longest: int, joint: str, head: str = "") -> Iterator[str]:
    room = longest - len(head) - 1
    current = ""
    for line in (part for whole in lines for part in _cut(whole, room)):
        if current and len(current) + len(joint) + len(line) > room:
            yield f"{head}\n{current}".strip("\n")
            current = ""
        current = f"{current}{joint}{line}" if current else line
    if current:
        yield f"{head}\n{current}".strip("\n")


def _cut(line: str, longest: int) -> Iterator[str]:
    """A single line that is longer than a whole part, at spaces where it has any."""
    while len(line) > longest:
        at = line.rfind(" ", 1, longest)
        at = at if at > longest // 2 else longest
        yield line[:at]
        line = line[at:].lstrip()
    yield line


def as_text(markdown: str, limit: int = TEXT_BYTES) -> str:
    """Markdown in Slack's own mrkdwn of at most `limit` bytes, for notifications, screen readers and modals."""
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(markdown)
    return _within_bytes(re.sub(r"\n{3,}", "\n\n", "".join(_mrkdwn(tokens))).strip(), limit)


def _mrkdwn(tokens) -> Iterator[str]:  # type: ignore[no-untyped-def]  # noqa: PLR0912  # a branch for each kind of token
    lists: list[str] = []
    cells: list[str] = []
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append("•")
            case "ordered_list_open":
                lists.append(str(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
                yield "" if lists else "\n"
            case "list_item_open":
                yield f"{'    ' * (len(lists) - 1)}{_marker(lists)} "
            case "inline" if cells and cells[-1] == "open":
                cells[-1] = "".join(_inline(token.children))
            case "inline":
                yield "".join(_inline(token.children))
            case "heading_open" | "heading_close":
                yield "*" if token.type == "heading_open" else "*\n\n"
            case "paragraph_close":
                yield "\n" if lists else "\n\n"
            case "fence" | "code_block":
                yield f"```\n{escaped(token.content)}```\n\n"
            case "blockquote_open":
                yield "> "
            case "th_open" | "td_open":
                cells.append("open")
            case "tr_close":
                yield " | ".join(cells) + "\n"
                cells.clear()
            case "hr":
                yield "———\n\n"
            case _:
                pass


def _marker(lists: list[str]) -> str:
    if lists[-1] == "•":
        return "•"
    number = lists[-1]
    lists[-1] = str(int(number) + 1)
    return f"{number}."


def _inline(children) -> Iterator[str]:  # type: ignore[no-untyped-def]  # markdown-it's tokens
    href = ""
    for child in children or []:
        match child.type:
            case "text" | "html_inline":
                yield escaped(child.content)
            case "code_inline":
                yield f"`{escaped(child.content)}`"
            case "strong_open" | "strong_close":
                yield "*"
            case "em_open" | "em_close":
                yield "_"
            case "softbreak" | "hardbreak":
                yield "\n"
            case "link_open":
                href = str(child.attrs.get("href", ""))
                yield (f"<{_entities(href)}|" if href.startswith(("http://", "https://")) and "|" not in href else "")
            case "link_close":
                yield ">" if href.startswith(("http://", "https://")) and "|" not in href else ""
            case "image":
                yield escaped(child.content)
            case _:
                pass


def _within_bytes(text: str, limit: int) -> str:
    data = text.encode()
    if len(data) <= limit:
        return text
    cut = data[: limit - 4].decode(errors="ignore")
    return re.sub(r"&[a-z]{0,4}$|<[^>]*$", "", cut) + "…"
