"""Markdown for Slack: what must be escaped, how long texts are split, and the plain text beside the blocks. Pure."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from textwrap import dedent, indent
from typing import TYPE_CHECKING

from bot.slack.limits import HEADING, PART_BLOCKS, TABLE_COLUMNS, TABLE_ROWS, TEXT_BYTES
from knowledge.blocks import cells, sentences

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode

NOTHING = "…"
"""What stands for a text in which there is nothing to see; Slack refuses an empty one."""
_DEEPEST = 40
_WORD_JOINER = "\u2060"
"""Shows nothing, and keeps @here and its like from being read as a call, ]: as a definition, # as a heading."""
_MARKER = r"(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*"
_LABEL = r"\[(?P<label>(?:[^\[\]\\\n]|\\.|\[[^\[\]\n]*\])*)\]"
_TARGET = r"<[^<>\n|]*>|(?:[^\s()<>|\\]|\\[^\s\w]|\([^\s()<>|]*\))*"
_TITLE = r"""(?:[ \t]+(?:"[^"\n]*"|'[^'\n]*'|\([^()\n]*\)))?"""
_LINK = rf"!?{_LABEL}\([ \t]*(?P<target>{_TARGET}){_TITLE}[ \t]*\)"
_SPAN = r"(?<!`)(?P<ticks>`+)(?!`)[^\n]+?(?<!`)(?P=ticks)(?!`)"
_CALL = r"@(?=(?:here|channel|everyone)\b|\Z)"
_MARKUP = re.compile(
    rf"""(?P<fence>^[ \t>]*{_MARKER}(?P<rail>`{{3,}}(?=[^`\n]*$)|~{{3,}})(?s:.*?^[ \t>]*(?P=rail)[`~]*[ \t]*$|.*\Z))
    |(?P<quote>^[ \t]*{_MARKER}(?:>+(?=\s|\Z)[ \t]*)+)
    |(?P<literal>\\[^\s\w])
    |(?P<span>{_SPAN})
    |(?P<link>{_LINK})
    |(?P<auto><(?:https?://|mailto:)[^\s<>|]+>|<[\w.+-]+@[\w-]+(?:\.[\w-]+)+>)
    |(?P<url>https?://[^\s<>|`*\[\]()@\\]+)
    |(?P<entity>&(?:amp|lt|gt);)
    |(?P<sign>[&<>])
    |(?P<colon>(?<=\]):)
    |(?P<call>{_CALL})""".replace("\n    ", ""),
    re.MULTILINE | re.IGNORECASE,
)
_CODE_SPAN = re.compile(_SPAN)
_LIVE_IN_CODE = re.compile(rf"<(?=[!@#]|[a-z][\w+.-]*:|\Z)|{_CALL}", re.IGNORECASE)
_ALLOWED = re.compile(r"(?:https?://|mailto:)\S", re.IGNORECASE)
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_IN_URL = str.maketrans({" ": "%20", "(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "|": "%7C"})
_LINE_ENDS = re.compile("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_UNWANTED = re.compile("[\0-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e]")
"""Controls, and the marks that turn the direction of all that follows; isolates do that within bounds."""
_ISOLATES = re.compile("[\u2066-\u2069]")
_APART = f"`{_WORD_JOINER}`{_WORD_JOINER}`"
_BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc")
"""Letters and signs that show nothing."""


def escaped(text: str, *, literal: bool = False) -> str:
    """Text in which nothing calls people or channels. `literal` also keeps *, _, ` and ~ from formatting.

    Escaping twice changes nothing, except for `literal`.
    """
    if literal:
        safe = _prose(_clean(text))
        return re.sub(r"([*_`~])", lambda mark: f"{_WORD_JOINER}{mark[0]}{_WORD_JOINER}", safe)
    return _MARKUP.sub(_escape, _clean(text))


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES[found.lastgroup or ""](found)


def _link(found: re.Match[str]) -> str:
    label = _MARKUP.sub(lambda inner: inner["label"] if inner["link"] else _escape(inner), found["label"])
    return _linked(label, found["target"].removeprefix("<").removesuffix(">"))


def _auto(found: re.Match[str]) -> str:
    target = found[0][1:-1]
    return _linked(_MARKUP.sub(_escape, target), target if ":" in target else f"mailto:{target}")


def _linked(label: str, target: str) -> str:
    """A link where a click is harmless, otherwise its label. Slack decodes no entities in an address."""
    if not _ALLOWED.match(target):
        return label
    address = target.replace("&amp;", "&").translate(_IN_URL)
    return f"[{label if _visible(label) else address}]({address})"


# Entities show as they are inside of Markdown's code: there only what Slack would act on is taken apart.
_ESCAPES: Mapping[str, Callable[[re.Match[str]], str]] = {
    "fence": lambda found: _dead(found[0]),
    "span": lambda found: _dead(found[0]),
    "quote": lambda found: found[0],
    "literal": lambda found: _ENTITIES.get(found[0][1], found[0]),
    "link": _link,
    "auto": _auto,
    "url": lambda found: found[0].replace("&amp;", "&"),
    "entity": lambda found: found[0],
    "sign": lambda found: _ENTITIES[found[0]],
    "colon": lambda _: f"{_WORD_JOINER}:",
    "call": lambda _: f"@{_WORD_JOINER}",
}


def _dead(code: str) -> str:
    return _LIVE_IN_CODE.sub(lambda live: live[0] + _WORD_JOINER, code)


def _prose(text: str) -> str:
    entities = re.sub("[&<>]", lambda sign: _ENTITIES[sign[0]], text)
    return re.sub(_CALL, f"@{_WORD_JOINER}", entities, flags=re.IGNORECASE)


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _clean(text: str) -> str:
    """Text without controls and half surrogates, in which no mark turns the direction of the lines after it."""
    paired = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    whole = _UNWANTED.sub("", _LINE_ENDS.sub("\n", paired))
    return "\n".join(map(_upright, whole.split("\n"))) if _ISOLATES.search(whole) else whole


def _upright(line: str) -> str:
    depth = 0
    for mark in _ISOLATES.findall(line):
        depth += -1 if mark == "\u2069" else 1
        if depth < 0:
            break
    return _ISOLATES.sub("", line) if depth else line


def _visible(text: str) -> bool:
    return any(unicodedata.category(character)[0] in "LNPS" and character not in _BLANKS for character in text)


def streamable(markdown_so_far: str) -> bool:
    """Whether what follows can be escaped by itself: the text ends neither in code nor in a link's address."""
    open_code = any(
        found.lastgroup == "fence" and found.end() == len(markdown_so_far) and not _closed(found)
        for found in _MARKUP.finditer(markdown_so_far)
    )
    line = _MARKUP.sub(
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
    return "\n".join(f"{_WORD_JOINER}{line.strip()}" if line.strip() else "" for line in markdown.split("\n"))


def _pieces(markdown: str, room: _Room) -> Iterator[str]:
    lines = markdown.split("\n")
    for block in _tree(markdown).children:
        start, end = block.map or (0, 0)
        text = "\n".join(lines[start:end]).rstrip()
        for piece in _fitting(block, text, room):
            if _shows(_parsed(piece)):
                yield piece
            elif re.search(r"\w", piece):  # the number of an empty item
                yield _plain(piece)


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
        content = _unescaped(content)
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
    lines = [_CODE_SPAN.sub(lambda span: re.sub(r"(?<!\\)\|", r"\|", span[0]), line) for line in lines]
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
            yield f"{_WORD_JOINER}{text[:width].strip()}"
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
        piece = piece if _parsed(piece)[0].type == "paragraph_open" else _WORD_JOINER + piece
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
    for found in re.finditer(r"(?<!\w)(?:\*{1,3}|_{1,3}|~~)(?=\S)|(?<=\S)(?:\*{1,3}|_{1,3}|~~)", _MARKUP.sub("", text)):
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
    whole = [found.span() for found in _MARKUP.finditer(line, 0, at + longest)]
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
        or (token.type != "inline" and _visible(token.content))
        or any(_visible(child.content) for child in token.children or [])
        for token in tokens
    )


def as_text(markdown: str, limit: int = TEXT_BYTES) -> str:
    """Markdown in Slack's own mrkdwn of at most `limit` bytes, for notifications, screen readers and modals."""
    tree = _tree("\n\n".join(_pieces(_shallow(escaped(markdown)), _BOUNDLESS)))
    blocks = [_mrkdwn(node) for node in tree.children]
    while blocks and blocks[0] == _RULE:
        del blocks[0]
    return _within_bytes("\n\n".join(blocks).strip(), limit) or NOTHING


_RULE = "———"
_MARKS = {"strong": "*", "em": "_", "s": "~"}


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
            text = f"```\n{_prose(node.content).rstrip().replace('```', _APART)}\n```"
        case "blockquote":
            text = "\n".join(f"> {line}".rstrip() for line in _joined(node, joint).split("\n"))
        case "table":
            text = "\n".join(" | ".join(map(_words, row.children)) for part in node.children for row in part.children)
        case "hr":
            text = _RULE
        case _:
            text = _joined(node, joint)
    return text


def _words(node: "SyntaxTreeNode") -> str:
    return "".join(_inline(child) for line in node.children for child in line.children)


def _joined(node: "SyntaxTreeNode", joint: str) -> str:
    return joint.join(_mrkdwn(child) for child in node.children)


def _listed(marker: str, item: "SyntaxTreeNode") -> str:
    first, *more = _joined(item, "\n").split("\n")
    return "\n".join([f"{marker} {first}", *(f"    {line}" if line else "" for line in more)])


def _inline(node: "SyntaxTreeNode", within: str = "") -> str:
    """A piece of text in mrkdwn; no link stands `within` another."""
    inner = "".join(_inline(child, within or node.type) for child in node.children)
    match node.type:
        case "text":
            inner = _prose(node.content)
        case "code_inline":
            inner = f"`{_prose(node.content.replace('`', 'ˋ'))}`"
        case "strong" | "em" | "s" if inner:
            inner = f"{_MARKS[node.type]}{inner}{_MARKS[node.type]}"
        case "softbreak" | "hardbreak":
            inner = "\n"
        case "link":
            inner = _mrkdwn_link(str(node.attrs.get("href", "")), inner)
        case "image":
            alt = _prose(node.content)
            inner = alt if within == "link" else _mrkdwn_link(str(node.attrs.get("src", "")), alt)
    return inner


def _mrkdwn_link(address: str, label: str) -> str:
    if not _ALLOWED.match(address):
        return label
    target = _prose(address.translate(_IN_URL))
    return f"<{target}|{' '.join(label.split())}>" if _visible(label) else f"<{target}>"


def _within_bytes(text: str, limit: int) -> str:
    if _bytes(text) <= limit:
        return text
    room = at = limit - len("…\n```".encode())
    while (long := _bytes(text.encode()[:at].decode(errors="ignore"))) > room:
        at = at * room // long
    cut = re.sub(r"&[a-z]{0,4}$|<[^>]*$", "", text.encode()[:at].decode(errors="ignore"))
    return _clean(cut.rstrip(f"\u200d{_WORD_JOINER}")) + "…" + "\n```" * (cut.count("```") % 2)


def _bytes(text: str) -> int:
    """How long Slack finds a text: it escapes what it is given."""
    return len(text.encode()) + 4 * text.count("&") + 3 * (text.count("<") + text.count(">"))
