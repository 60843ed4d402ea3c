"""Markdown cut into its blocks (paragraphs, lists, tables, code) and those into items, rows and sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise


class Kind(StrEnum):
    """What a block is."""

    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True)
class Block:
    """A run of lines that belong together."""

    kind: Kind
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines as they stand in the document."""
        return "\n".join(self.lines)


BULLET = re.compile(r"^(\s*)(?:[-*+•◦‣]|\d{1,3}[.)])\s+(.*)$")
HEADING = re.compile(r"^(#{1,6})\s+((?:.*?\S)??)(?:\s+#+)?\s*$")
_TABLE_RULE = re.compile(r"^\s*(?:\|\s*)?:?-{2,}:?(?:\s*\|\s*:?-{2,}:?)*\s*(?:\|\s*)?$")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|approx|Dr|Mr|Mrs|Ms|Prof|St|No|Inc|Ltd|Co|Corp|Sr|Jr|Fig|Vol|U\.S|a\.m|p\.m|resp|incl)\.|\b[A-Z]\.)$"
)
_SHORT_WORD = re.compile(r"(?<![\w.-])([a-zß-ÿ]{1,5})\.$")
SHORTEST_WORD = 3
"""Letters of a word with a stop after which a number goes on rather than begins a sentence."""
_GOING_ON = re.compile(r"(?<![\w.-])([a-zß-ÿ]{1,5})\.(?=\s[a-zß-ÿ])")
_LABEL = re.compile(r"[B-DF-HJ-NP-TV-XZ](?![^\W\d_]|['’])")
"""A consonant by itself: no word, so that no sentence begins with it."""
_SENTENCE_END = re.compile(r"(?<=[.!?])(?P<closing>[\"'”’)\]*_]*)\s+(?=[\"'“‘(\[*_]*[A-Z0-9À-ÖØ-Þ])|(?<=[。！？])")


def blocks(markdown: str) -> list[Block]:
    """The blocks of a Markdown text, in order. Lines of code keep their fences."""
    return list(_blocks(markdown))


def _blocks(markdown: str) -> Iterator[Block]:
    current: list[str] = []
    kind: Kind | None = None
    fenced = False
    for line in markdown.splitlines():
        fence = line.lstrip().startswith(("```", "~~~"))
        now = Kind.CODE if fenced or fence else _kind(line, kind)
        if now is not kind and current and kind:
            yield Block(kind, tuple(_stripped(current)))
            current = []
        fenced = fenced != fence
        kind = now
        if now:
            current.append(line)
    if current and kind:
        yield Block(kind, tuple(_stripped(current)))


def _stripped(lines: list[str]) -> list[str]:
    while lines and not lines[-1].strip():
        lines.pop()
    return lines


def _kind(line: str, before: Kind | None) -> Kind | None:
    if not line.strip():
        return Kind.LIST if before is Kind.LIST else None
    if BULLET.match(line):
        return Kind.LIST
    if line.lstrip().startswith("|"):
        return Kind.TABLE
    if before is Kind.LIST and line.startswith((" ", "\t")):
        return Kind.LIST
    return Kind.PARAGRAPH


def headings(markdown: str) -> list[tuple[int, str]]:
    """The headings of a Markdown text as (level, text), in order. What looks like one within code is none."""
    found: list[tuple[int, str]] = []
    fenced = False
    for line in markdown.splitlines():
        fenced = fenced != line.lstrip().startswith(("```", "~~~"))
        if not fenced and (heading := HEADING.match(line)):
            found.append((len(heading[1]), heading[2]))
    return found


def items(block: Block) -> list[tuple[int, str]]:
    """The items of a list as (indent in columns, text on one line), continuation lines joined.

    An item that is nothing but an item of another list is that one.
    """
    found: list[tuple[int, list[str]]] = []
    for line in block.lines:
        if bullet := BULLET.match(line):
            indent = len(bullet[1].expandtabs(4))
            while inner := BULLET.match(bullet[2]):
                bullet, indent = inner, indent + 2
            found.append((indent, [bullet[2].strip()]))
        elif line.strip() and found:
            found[-1][1].append(line.strip())
    return [(indent, " ".join(parts)) for indent, parts in found]


def header_lines(block: Block) -> int:
    """How many lines at the top of a table are its header: two with a rule under the names, otherwise none."""
    return 2 if len(block.lines) >= 2 and _TABLE_RULE.match(block.lines[1]) else 0


def cells(row: str) -> list[str]:
    """The cells of a table's row."""
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().removeprefix("|").removesuffix("|"))]


def paragraph(lines: Sequence[str]) -> str:
    """A wrapped paragraph on one line, without quotation marks of Markdown."""
    return " ".join(line.strip().lstrip(">").strip() for line in lines if line.strip())


def sentences(text: str) -> list[str]:
    """The sentences of a paragraph on one line. Abbreviations and initials do not end one, nor does a short word with a stop
    that the text itself shows to be an abbreviation: by a small letter after it, or by what no sentence begins with.
    """
    parts = list(_split_after_ends(text.strip()))
    short = {word.lower() for word in _GOING_ON.findall(text)}
    short |= {_last_word(one) for one, other in pairwise(parts) if _is_cut(one, other)}
    found: list[str] = []
    for part in parts:
        if found and (
            _ABBREVIATION.search(found[-1]) or (_last_word(found[-1]) or " ") in short or _is_cut(found[-1], part)
        ):
            found[-1] += f" {part}"
        elif part.strip():
            found.append(part.strip())
    return found


def _last_word(part: str) -> str:
    """The word with a stop at the end of a part, where it is short enough for an abbreviation."""
    last = _SHORT_WORD.search(part)
    return last[1] if last else ""


def _is_cut(before: str, after: str) -> bool:
    """Whether a stop after a short word cuts a number or a label off: "tlf. 87 11", "cat. C"."""
    word = _last_word(before)
    return bool(word) and bool(_LABEL.match(after) or (len(word) <= SHORTEST_WORD and after[:1].isdigit()))


def _split_after_ends(text: str) -> Iterator[str]:
    start = 0
    for end in _SENTENCE_END.finditer(text):
        stop = end.end("closing") if end["closing"] else end.start()
        yield text[start:stop]
        start = end.end()
    yield text[start:]


def without_marks(markdown: str) -> str:
    """Inline Markdown without its marks: links as their text, no emphasis."""
    text = re.sub(r"!?\[([^\[\]]*)\]\((?:[^()]|\([^()]*\))*\)", r"\1", markdown)
    text = re.sub(r"\{#[^{}]*\}|<[^<>]+>", "", text)
    return re.sub(r"\s+", " ", re.sub(r"(\*\*|__|`|(?<!\w)[*_](?=\S)|(?<=\S)[*_](?!\w))", "", text)).strip()
