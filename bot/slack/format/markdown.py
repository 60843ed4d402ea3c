"""Markdown for Slack in parts within its limits, each a whole by itself. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from textwrap import dedent, indent
from typing import TYPE_CHECKING

from bot.slack.api.limits import HEADING, PART_BLOCKS, TABLE_COLUMNS, TABLE_ROWS
from bot.slack.api.outgoing import WORD_JOINER
from bot.slack.format.escaping import CODE_SPAN, MARKUP, escaped, unescaped, visible
from knowledge.blocks import cells, sentences

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode

NOTHING = "…"
"""What stands for a text in which there is nothing to see; Slack refuses an empty one."""
_DEEPEST = 40


def streamable(markdown_so_far: str) -> bool:
    """Whether what follows can be escaped by itself: the text ends neither in code nor in a link's address."""
    open_code = any(
        found.lastgroup == "fence" and found.end() == len(markdown_so_far) and not _closed(found)
        for found in MARKUP.finditer(markdown_so_far)
    )
    line = MARKUP.sub(
        lambda found: "" if found.lastgroup in {"span", "link", "auto", "literal"} else found[0],
        markdown_so_far[markdown_so_far.rfind("\n") + 1 :],
    )
    return not open_code and not re.search(r"`|<[^>\s]*$|\[[^\]]*$|\]\([^)]*$", line)


def _closed(fence: re.Match[str]) -> bool:
    first, _, last = fence[0].rpartition("\n")
    return bool(first) and last.strip(" \t>").startswith(fence["rail"])


@dataclass(frozen=True)
class _Room:
    """What a part takes. Every block that Slack makes of it costs its share, as if it were so many characters."""

    size: int
    blocks: int

    def cost(self, text: str) -> int:
        return max(len(escaped(text)), _expanded(_parsed(text)) * -(-self.size // self.blocks))

    def holds(self, text: str) -> bool:
        return self.cost(text) <= self.size

    def less(self, taken: int) -> "_Room":
        return _Room(max(1, self.size - taken), self.blocks)


_BOUNDLESS = _Room(1_000_000_000, 1_000_000_000)


def split(markdown: str, longest: int, most: int = PART_BLOCKS) -> list[str]:
    """Markdown in parts of at most `longest` characters when escaped, cut between blocks, items, rows or sentences.

    Slack makes at most `most` blocks of each. Tables keep their header and code its fences in every part.
    """
    room = _Room(longest, most)
    parts: list[str] = []
    left = 0
    for piece in _pieces(_shallow(escaped(markdown)), room):
        cost = room.cost(piece) * (2 if piece[0] in " \t" else 1) + 2
        if parts and cost <= left:
            parts[-1] += f"\n\n{piece}"
        else:
            parts.append(dedent(piece))
            left = longest + 2
        left -= cost
    return parts or [NOTHING]


def _shallow(markdown: str) -> str:
    """Markdown as it is, or lines of plain text where it is nested deeper than anybody could follow."""
    if max((token.level for token in _parsed(markdown)), default=0) < _DEEPEST:
        return markdown
    return _plain(markdown)


def _plain(markdown: str) -> str:
    return "\n".join(f"{WORD_JOINER}{line.strip()}" if line.strip() else "" for line in markdown.split("\n"))


def _pieces(markdown: str, room: _Room) -> Iterator[str]:
    return (piece for _, piece in _placed(markdown, room))


def _placed(markdown: str, room: _Room) -> "Iterator[tuple[SyntaxTreeNode, str]]":
    """The pieces, each with the block that it is of."""
    lines = markdown.split("\n")
    for block in _tree(markdown).children:
        start, end = block.map or (0, 0)
        text = "\n".join(lines[start:end]).rstrip()
        for piece in _fitting(block, text, room):
            if _shows(_parsed(piece)):
                yield block, piece
            elif re.search(r"\w", piece):  # the number of an empty item
                yield block, _plain(piece)


def _fitting(block: "SyntaxTreeNode", text: str, room: _Room) -> Iterator[str]:
    match block.type:
        case "fence" | "code_block":
            yield from _code(block, room)
        case "table":
            yield from _table(text.split("\n"), room)
        case "heading" if len(block.children[0].content) > HEADING or not room.holds(text):
            yield from _paragraph(block.children[0].content, room)
        case _ if room.holds(text):
            yield text
        case "bullet_list" | "ordered_list":
            yield from _packed(_items(block, text, room), room, "\n")
        case "blockquote":
            yield from _quote(text, room)
        case _:
            yield from _paragraph(text, room)


def _code(block: "SyntaxTreeNode", room: _Room) -> Iterator[str]:
    info, content = block.info.strip(), block.content.rstrip("\n")
    if block.type == "code_block":
        content = unescaped(content)
    if not re.fullmatch(r"[\w+#.-]{0,20}", info):
        info, content = "", f"{info}\n{content}"
    rail = "`" * max(3, 1 + max(map(len, re.findall("`+", content)), default=0))
    inner = room.less(2 * len(rail) + len(info) + 2)
    whole = content.split("\n")
    units = (bit for line in whole for bit in _cut(line, inner.size, _code_size))
    for part in _packed(units, inner, "\n", _code_size):
        yield escaped(f"{rail}{info}\n{part}\n{rail}")


def _code_size(line: str) -> int:
    return len(line) + line.count("<") + line.count("@")


def _table(lines: Sequence[str], room: _Room) -> Iterator[str]:
    """A table whose every row fits below its header; as lines of text where it is too wide for one."""
    lines = [CODE_SPAN.sub(lambda span: re.sub(r"(?<!\\)\|", r"\|", span[0]), line) for line in lines]
    rows = [cells(line) for line in lines]
    width = max(map(len, rows))
    if width > len(rows[0]):
        lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
        lines[1] = "|" + "---|" * width
    head = f"{lines[0]}\n{lines[1]}"
    below = room.less(len(escaped(head)) + 1)
    if width > TABLE_COLUMNS or any(len(escaped(line)) > below.size for line in lines[2:]):
        shown = [" · ".join(filter(None, row)) for row in [rows[0], *rows[2:]]]
        yield from _pieces("\n".join(f"- {row}" for row in shown if row), room)
        return
    for part in _packed(lines[2:], below, "\n", lambda row: max(len(escaped(row)), below.size // TABLE_ROWS + 1)):
        yield f"{head}\n{part}"
    if not lines[2:]:
        yield head


def _items(block: "SyntaxTreeNode", text: str, room: _Room) -> Iterator[str]:
    lines = text.split("\n")
    first = block.map[0] if block.map else 0
    for item in block.children:
        start, end = item.map or (0, 0)
        whole = "\n".join(lines[start - first : end - first]).rstrip()
        if room.holds(whole):
            yield whole
        else:
            yield from _item(whole, room)


def _item(text: str, room: _Room) -> Iterator[str]:
    """An item too long for a part: its marker stays with the first piece, the others stand below it."""
    marker = re.match(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]{0,4}", text)
    width = marker.end() if marker else 0
    inside = re.sub(rf"\n[ \t]{{1,{max(1, width)}}}", "\n", text[width:])
    for number, piece in enumerate(_pieces(inside, room.less(width))):
        below = indent(piece, " " * width)
        placed = below if number else text[:width] + below.lstrip()
        fits = room.holds(placed)
        if not (fits or number):
            yield f"{WORD_JOINER}{text[:width].strip()}"
        yield placed if fits else piece


def _quote(text: str, room: _Room) -> Iterator[str]:
    inside = re.sub(r"^ {0,3}> ?", "", text, flags=re.MULTILINE)
    for piece in _pieces(inside, _Room(max(1, room.size // 2), room.blocks)):
        yield "\n".join(f"> {line}".rstrip() for line in piece.split("\n"))


def _paragraph(text: str, room: _Room) -> Iterator[str]:
    """A paragraph in pieces which open every emphasis that they close."""
    again = ""
    for part in _bits(text, room.less(20)):
        piece = again + part.strip()
        piece = piece if _parsed(piece)[0].type == "paragraph_open" else WORD_JOINER + piece
        marks = _open_marks(piece)
        again = "".join(marks)
        yield piece + again[::-1]


def _bits(text: str, room: _Room) -> Iterator[str]:
    if len(escaped(text)) <= room.size:
        yield text
    elif "\n" in text:
        yield from _packed((bit for line in text.split("\n") for bit in _bits(line, room)), room, "\n", _size)
    elif len(said := sentences(text)) > 1:
        yield from _packed((bit for sentence in said for bit in _bits(sentence, room)), room, " ", _size)
    else:
        yield from _cut(text, room.size, _size)


def _size(text: str) -> int:
    return len(escaped(text))


def _open_marks(text: str) -> list[str]:
    marks: list[str] = []
    for found in re.finditer(r"(?<!\w)(?:\*{1,3}|_{1,3}|~~)(?=\S)|(?<=\S)(?:\*{1,3}|_{1,3}|~~)", MARKUP.sub("", text)):
        if found[0] in marks:
            del marks[marks.index(found[0]) :]
        elif found.end() < found.endpos and not found.string[found.end()].isspace():
            marks.append(found[0])
    return marks


def _packed(units: Iterable[str], room: _Room, joint: str, size: Callable[[str], int] | None = None) -> Iterator[str]:
    size = size or room.cost
    current: list[str] = []
    left = room.size
    for unit in units:
        cost = size(unit) + len(joint)
        if current and cost > left:
            yield joint.join(current)
            current, left = [], room.size
        current.append(unit)
        left -= cost
    if current:
        yield joint.join(current)


def _cut(line: str, longest: int, size: Callable[[str], int]) -> Iterator[str]:
    """A single line that is longer than a whole part, at spaces where it has any and never inside of a link."""
    while size(line) > longest:
        at = _place(line, longest, size)
        yield line[:at].rstrip()
        line = line[at:].lstrip()
    if line:
        yield line


def _place(line: str, longest: int, size: Callable[[str], int]) -> int:
    at = min(len(line), longest)
    while at > 1 and (long := size(line[:at])) > longest:
        at = max(1, at * longest // long)
    whole = [found.span() for found in MARKUP.finditer(line, 0, at + longest)]
    at = next((start for start, end in whole if 0 < start < at < end), at)
    spaces = (spot for spot in range(at, at // 2, -1) if line[spot - 1] == " ")
    clusters = (spot for spot in range(at, at // 2, -1) if _parts_characters(line, spot))
    return next((spot for spot in spaces if not any(start < spot < end for start, end in whole)), next(clusters, at))


def _parts_characters(line: str, at: int) -> bool:
    """Whether a cut falls between two characters as people see them: not inside of an emoji or below an accent."""
    after = line[at : at + 1]
    joined = line[at - 1] == "\u200d" or after == "\u200d" or "\U0001f3fb" <= after <= "\U0001f3ff"
    return not joined and not (after and unicodedata.category(after) in {"Mn", "Me", "Mc"})


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    # A line such as "[1]: Baker" is what an answer says, not where a link leads.
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 100})
    return parser.enable(["table", "strikethrough"]).disable("reference")


@lru_cache(maxsize=64)
def _parsed(markdown: str) -> "list[Token]":
    return _parser().parse(markdown)


def tree(markdown: str) -> "SyntaxTreeNode":
    """The blocks of Markdown, escaped, without those in which there is nothing to see."""
    text, before = "", None
    for block, piece in _placed(_shallow(escaped(markdown)), _BOUNDLESS):
        text += ("\n" if before and leads_in(before, block) else "\n\n") + piece
        before = block
    return _tree(text)


def leads_in(before: "SyntaxTreeNode", block: "SyntaxTreeNode") -> bool:
    """Whether a paragraph stands directly above a list, without a line between them."""
    listed = before.type == "paragraph" and block.type in {"bullet_list", "ordered_list"}
    return listed and before.map is not None and block.map is not None and before.map[1] == block.map[0]


def _tree(markdown: str) -> "SyntaxTreeNode":
    from markdown_it.tree import SyntaxTreeNode

    return SyntaxTreeNode(_parsed(markdown))


def _expanded(tokens: "Sequence[Token]") -> int:
    """How many blocks Slack makes of Markdown at most: whatever stands inside a list or a quote may part it in two."""
    whole = sum(token.level == 0 and token.nesting >= 0 for token in tokens)
    inside = sum(
        token.level > 0 and token.type in {"fence", "code_block", "table_open", "heading_open", "hr", "blockquote_open"}
        for token in tokens
    )
    listed = sum(token.type in {"bullet_list_open", "ordered_list_open"} and token.level % 2 == 1 for token in tokens)
    return whole + 2 * (inside + listed)


def _shows(tokens: "Sequence[Token]") -> bool:
    return any(
        token.type == "hr"
        or (token.type != "inline" and visible(token.content))
        or any(visible(child.content) for child in token.children or [])
        for token in tokens
    )
