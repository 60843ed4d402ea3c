"""AsciiDoc as HTML, block by block: headings, paragraphs, lists, boxes, tables. It includes no file and runs nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from knowledge.documents.asciidoc_inline import Notes, inline_html
from knowledge.documents.asciidoc_source import preprocessed, underlines
from knowledge.documents.asciidoc_tables import is_table, table_html
from knowledge.documents.converted import Converted
from knowledge.documents.coverage import different_words

_HEADING = re.compile(r"^(?P<marks>={1,6}|#{1,6})\s+(?P<text>\S.*?)(?:\s+(?P=marks))?$")
_UNDERLINES = {"=": 1, "-": 2, "~": 3, "^": 4, "+": 5}
_DELIMITER = re.compile(r"^(?:-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|--|`{3,}[\w,+-]*)$")
_ATTRIBUTES = re.compile(r"^\[(?P<inside>(?:[\w.#%\"'][^\[\]]*)?|\[[^\[\]]*\])\]$")
_TITLE = re.compile(r"^\.(?=[^\s.])(?P<text>.+)$")
_MACRO = re.compile(r"^(?P<kind>image|video|audio|toc)::(?P<target>[^\s\[]*)\[(?P<inside>.*)\]$")
_ITEM = re.compile(r"^\s*(?P<marker>\*{1,5}|-|\.{1,5}|•|\d{1,4}\.|[a-zA-Z]\.|[ivxIVX]{1,5}\)|<(?:\d+|\.)>)\s+(?P<text>\S.*)$")  # fmt: skip
_TERM = re.compile(r"^\s*(?P<term>\S.*?)(?P<marker>:{2,4}|;;)(?:\s+(?P<text>\S.*))?$")
_RULE = re.compile(r"^(?:'{3,}|<{3,}|-{3}|\*{3})$")
_SYNTAX = re.compile(
    r"\[[^\[\]]*(?:line-through|strike)[^\[\]]*\]#+[^#]*#+|[\w-]+::?[^\s\[\]]*(?=\[)|<<[^<,>]{0,200},|\[\[[^\]]*\]\]|\[[^\[\]]*\](?=#)|(?<=`)[\w-]+$"
)
"""What of a line is no text: what is struck out, names of macros and their targets, anchors, roles."""
DEEPEST = 30
"""Boxes and lists within each other that are read; what is deeper is taken as text."""


@dataclass
class _Item:
    marker: str
    term: str
    text: list[str]
    blocks: list[str] = field(default_factory=list)


def asciidoc_as_html(text: str) -> Converted:
    """The HTML of an AsciiDoc text."""
    source = preprocessed(text)
    reading = _Reading(Notes())
    first = next((n for n, line in enumerate(source.lines) if line.strip()), 0)
    named = zip(("Author", "Revision"), source.byline, strict=False)
    byline = "".join(f"<li>{name}: {inline_html(line, Notes())}</li>" for name, line in named)
    top = "\n".join(reading.blocks(source.lines[: first + 1]))
    rest = "\n".join(reading.blocks(source.lines[first + 1 :])) if byline else ""
    html = f"{top}<ul>{byline}</ul>{rest}" if byline else "\n".join(reading.blocks(source.lines))
    words = different_words(_SYNTAX.sub(" ", line) for line in source.lines if not _ATTRIBUTES.match(line))
    included = [f"{name}, which it includes, is not read with it" for name in source.included]
    unclear = [f"the condition ifeval::[{told}] cannot be evaluated; what it holds is read" for told in source.unclear]
    return Converted(html + reading.notes.html(), source.fields(), words, [*included, *unclear])


@dataclass
class _Reading:
    """One text being read; its footnotes are numbered throughout."""

    notes: Notes

    def blocks(self, lines: Sequence[str], depth: int = 0) -> Iterator[str]:
        """The blocks of some lines."""
        at, style, title = 0, "", ""
        while at < len(lines):
            line = lines[at].rstrip()
            if not line.strip() or line.strip() == "+":
                at += 1
            elif found := _ATTRIBUTES.match(line):
                style, at = f"{style},{found['inside']}", at + 1
            elif found := _TITLE.match(line):
                title, at = found["text"], at + 1
            else:
                html, at = self._block(lines, at, style, title, depth)
                yield html
                style = title = ""
        if title:
            yield self._labelled(title)

    def _block(self, lines: Sequence[str], at: int, style: str, title: str, depth: int) -> tuple[str, int]:
        """The block that begins at a line, and the number of the line after it."""
        line = lines[at].rstrip()
        if is_table(line):
            end = _end(lines, at)
            cells = lines[at + 1 : end]
            return table_html(cells, line[0], style, title, lambda text, kind: self._cell(text, kind, depth)), end + 1
        if _DELIMITER.match(line) and depth < DEEPEST:
            end = _end(lines, at)
            return self._box(line, lines[at + 1 : end], style, title, depth), end + 1
        if alone := self._line(lines, at):
            return alone
        if (_ITEM.match(line) or _TERM.match(line)) and depth < DEEPEST:
            items, end = self._items(lines, at, depth)
            return self._labelled(title) + _nested(items), end
        end = _end_of_paragraph(lines, at)
        text = " ".join(self._inline("\n".join(part.strip() for part in lines[at:end])).split())
        return f"{self._labelled(title)}<p>{text}</p>{self._said_by(style)}", end

    def _line(self, lines: Sequence[str], at: int) -> tuple[str, int] | None:
        """A block of one line or of a line and what underlines it, if one begins here: a heading, a picture, a rule."""
        line = lines[at].rstrip()
        if found := _HEADING.match(line):
            return f"<h{len(found['marks'])}>{self._inline(found['text'])}</h{len(found['marks'])}>", at + 1
        if at + 1 < len(lines) and (level := _level_below(lines, at + 1)):
            return f"<h{level}>{self._inline(line)}</h{level}>", at + 2
        if found := _MACRO.match(line):
            told = found["inside"].split(",")[0].strip('" ')
            return f'<p><img alt="{escape(told)}"></p>' if found["kind"] == "image" else "", at + 1
        return ("", at + 1) if _RULE.match(line) else None

    def _inline(self, text: str) -> str:
        return inline_html(text, self.notes)

    def _labelled(self, title: str) -> str:
        return f"<p><b>{self._inline(title)}</b></p>" if title else ""

    def _said_by(self, style: str) -> str:
        """Whom a quotation is of, which its attributes say."""
        found = re.match(r",\s*(?:quote|verse)\s*,\s*(.+)", style)
        return f"<p>— {self._inline(found[1])}</p>" if found else ""

    def _box(self, line: str, inner: Sequence[str], style: str, title: str, depth: int) -> str:
        if line[0] in "-.`" and line != "--":
            return f"{self._labelled(title)}<pre>{escape(chr(10).join(inner), quote=False)}</pre>"
        if line[0] == "+":
            return re.sub(r"<(script|style)\b.*?(?:</\1>|\Z)", "", "\n".join(inner), flags=re.DOTALL | re.IGNORECASE)
        label = f' data-label="{escape(re.sub(r"<[^>]*>", "", self._inline(title)))}"' if title else ""
        told = "\n".join(self.blocks(inner, depth + 1))
        return f"<section{label}>{told}{self._said_by(style)}</section>"

    def _cell(self, text: str, style: str, depth: int) -> str:
        if style == "a" and depth < DEEPEST:
            return "\n".join(self.blocks(text.splitlines(), depth + 1))
        parts = (self._inline(part) for part in re.split(r"\n\s*\n", text))
        return "<br>".join(part for part in parts if part.strip())

    def _items(self, lines: Sequence[str], at: int, depth: int) -> tuple[list[_Item], int]:
        """The items of a list and of the lists in it, and the number of the line after them."""
        items: list[_Item] = []
        while at < len(lines):
            line = lines[at].rstrip()
            if found := _ITEM.match(line):
                items.append(_Item(re.sub(r"\w+(?=[.)>])", "1", found["marker"]), "", [found["text"]]))
                at += 1
            elif found := _TERM.match(line):
                items.append(_Item(found["marker"], self._inline(found["term"]), list(filter(None, [found["text"]]))))
                at += 1
            elif line.strip() == "+" and at + 1 < len(lines):
                at = self._attached(items[-1], lines, at + 1, depth)
            elif not line.strip():
                at = following = _next_text(lines, at)
                waits = bool(items[-1].term and not items[-1].text and not items[-1].blocks)
                if following >= len(lines) or not (_goes_on(lines[following]) or waits):
                    break
            elif _is_a_block(lines, at):
                break
            else:
                items[-1].text.append(line.strip())
                at += 1
        for item in items:
            item.text = [" ".join(self._inline("\n".join(item.text)).split())]
        return items, at

    def _attached(self, item: _Item, lines: Sequence[str], at: int, depth: int) -> int:
        """Add the block that a plus sign attaches to an item; the number of the line after it."""
        style = title = ""
        while at < len(lines) and (found := _ATTRIBUTES.match(lines[at].rstrip()) or _TITLE.match(lines[at].rstrip())):
            style, title = (style, found["text"]) if "text" in found.groupdict() else (found["inside"], title)
            at += 1
        if at >= len(lines) or not lines[at].strip():
            return at
        end = next((n for n in range(at + 1, len(lines)) if _goes_on(lines[n])), len(lines))
        html, at = self._block(lines if _is_a_block(lines, at) else lines[:end], at, style, title, depth + 1)
        item.blocks.append(html)
        return at


def _end(lines: Sequence[str], at: int) -> int:
    """The line that closes what a line opens: the same one again, or the end."""
    mark = re.sub(r"^(`+).*", r"\1", lines[at].rstrip())
    return next((n for n in range(at + 1, len(lines)) if lines[n].rstrip() == mark), len(lines))


def _level_below(lines: Sequence[str], at: int) -> int:
    """The level of the title that a line of signs makes of the one before it; 0 where it makes none."""
    line = lines[at].rstrip()
    if not re.fullmatch(r"(.)\1{2,}", line) or line[0] not in _UNDERLINES:
        return 0
    return _UNDERLINES[line[0]] if underlines(list(lines[: at + 1]), at) else 0


def _end_of_paragraph(lines: Sequence[str], at: int) -> int:
    return next((n for n in range(at + 1, len(lines)) if not lines[n].strip() or lines[n].strip() == "+" or _is_a_block(lines, n)), len(lines))  # fmt: skip


def _is_a_block(lines: Sequence[str], at: int) -> bool:
    """Whether a line begins a block of its own without an empty line before it."""
    line = lines[at].rstrip()
    return bool(_DELIMITER.match(line) or is_table(line) or (_ATTRIBUTES.match(line) and at + 1 < len(lines)))


def _next_text(lines: Sequence[str], at: int) -> int:
    return next((n for n in range(at, len(lines)) if lines[n].strip()), len(lines))


def _goes_on(line: str) -> bool:
    """Whether a line after an empty one is still of the list before it."""
    return bool(_ITEM.match(line) or (_TERM.match(line) and not _MACRO.match(line)))


def _nested(items: Sequence[_Item]) -> str:
    """Items as lists within each other: a marker that was not used yet opens a list within the item before it."""
    html, open_lists = "", list[tuple[str, str]]()
    for item in items:
        markers = [marker for marker, _ in open_lists]
        if item.marker in markers:
            while open_lists[-1][0] != item.marker:
                html += _closed(open_lists.pop()[1])
            html += "</dd>" if open_lists[-1][1] == "dl" else "</li>"
        else:
            tag = "dl" if item.term else "ol" if item.marker[0] in ".1" or item.marker in {"1)", "<1>"} else "ul"
            open_lists.append((item.marker, tag))
            html += f"<{tag}>"
        text = "".join([*item.text, *item.blocks])
        html += f"<dt>{item.term}</dt><dd>{text}" if open_lists[-1][1] == "dl" else f"<li>{text}"
    return html + "".join(_closed(tag) for _, tag in reversed(open_lists))


def _closed(tag: str) -> str:
    return f"</dd></{tag}>" if tag == "dl" else f"</li></{tag}>"
