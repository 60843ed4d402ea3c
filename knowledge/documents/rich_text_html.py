"""RTF as HTML: its paragraphs by how they are set, its lists and tables."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby

from knowledge.documents.lists import nested_list
from knowledge.documents.plain_text import lone_headings
from knowledge.documents.rich_text import (
    ABOVE,
    BOLD,
    BREAK,
    CELL,
    DOWN,
    END,
    HEADER,
    NOTE,
    ROW,
    SET,
    UP,
    Setting,
    signed,
)
from knowledge.documents.styles import LARGER
from knowledge.documents.word import tabs_as_tables

_PIXELS = 16
"""The size that most letters get; that of the others is told in proportion."""


@dataclass(frozen=True)
class _Part:
    """A paragraph, or a row of a table."""

    text: str
    setting: Setting
    is_row: bool = False

    @property
    def kind(self) -> str:
        return "row" if self.is_row else "item" if self.setting.listed else "paragraph"


def rich_text_as_html(text: str) -> tuple[str, list[str]]:
    """The HTML of RTF and what of it is not read. Headings are told by style, outline, bold or larger letters; lines alone are
    headings where nothing else is one."""
    plain, settings, notes = signed(text)
    plain = re.sub(f"{UP}\\s*{DOWN}", "", plain)
    plain = re.sub(f"([.!?]?)\\s*{NOTE}\\s*([^{NOTE}{END}]*?)[.]?\\s*{END}", r" (\2)\1", plain)
    parts = list(_parts(plain, settings))
    usual = _usual_size(parts)
    if not any(_is_marked(part.setting, usual) for part in parts):
        parts = list(_with_lone_headings(parts))
    told = (part for part in parts if part.is_row or re.search(r"[^\W_]", part.text))
    grouped = [(kind, list(run)) for kind, run in groupby(told, key=lambda part: part.kind)]
    return tabs_as_tables("".join(_run(kind, run, usual) for kind, run in grouped)), notes


def _parts(plain: str, settings: Sequence[Setting]) -> Iterator[_Part]:
    """The paragraphs and rows of a text with signs, empty ones among them."""
    lines: list[str] = []
    for line in plain.splitlines():
        lines.append(line.strip(" "))
        whole = BREAK.join(filter(None, lines))
        if line.endswith(ROW):
            yield _Part(whole, Setting(), is_row=True)
        elif found := re.search(f"{SET}(\\d+){SET}", whole):
            yield _Part(whole.replace(found[0], "").strip(), settings[int(found[1])])
        else:
            continue
        lines = []
    yield _Part(BREAK.join(filter(None, lines)), Setting())


def _usual_size(parts: Sequence[_Part]) -> int:
    """The size of most letters in paragraphs."""
    letters = Counter[int]()
    for part in parts:
        if not part.is_row:
            letters[part.setting.size] += len(part.text)
    return letters.most_common(1)[0][0] if +letters else Setting().size


def _is_marked(setting: Setting, usual: int) -> bool:
    return not setting.listed and (setting.level > 0 or setting.is_bold or setting.size >= LARGER * usual)


def _with_lone_headings(parts: Sequence[_Part]) -> Iterator[_Part]:
    """The parts of a text that is set alike throughout: lines that stand alone are headings, as in plain text."""
    alone = lone_headings([part.text for part in parts])
    first = next((n for n, part in enumerate(parts) if part.text), -1)
    for n, part in enumerate(parts):
        is_heading = alone[n] and part.kind == "paragraph"
        yield _Part(part.text, Setting(1 if n == first else 2)) if is_heading else part


def _run(kind: str, parts: Sequence[_Part], usual: int) -> str:
    """Parts of one kind, one below another."""
    if kind == "paragraph":
        return "".join(_paragraph(part, usual) for part in parts)
    if kind == "row":
        return _table(parts)
    return nested_list((part.setting.depth, part.setting.listed, _inline(part.text)) for part in parts)


def _inline(text: str) -> str:
    told = escape(text.strip(f" \t{BREAK}"), quote=False)
    return told.replace(UP, "<sup>").replace(DOWN, "</sup>").replace(BREAK, "<br />")


def _paragraph(part: _Part, usual: int) -> str:
    setting = part.setting
    if setting.level:
        kind = ' class="title"' if setting.is_title else ""
        return f"<h{setting.level}{kind}>{_inline(part.text)}</h{setting.level}>"
    size = f"font-size:{_PIXELS * setting.size / usual:.1f}px" if setting.size != usual else ""
    style = ";".join(filter(None, [size, "font-weight:bold" if setting.is_bold else ""]))
    return f'<p style="{style}">{_inline(part.text)}</p>' if style else f"<p>{_inline(part.text)}</p>"


def _table(rows: Sequence[_Part]) -> str:
    """Rows, in which a cell that is one with that above it holds the same."""
    told: list[Sequence[str]] = []
    for row in rows:
        cells, above = row.text.replace(HEADER, "").removesuffix(ROW).removesuffix(CELL).split(CELL), told[-1:]
        told.append([_whole(cell, above[0] if above else ()) for cell in cells])
    lines = (
        "".join(_cells(cells, "th" if HEADER in row.text else "td")) for row, cells in zip(rows, told, strict=True)
    )
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>"


def _whole(cell: str, above: Sequence[str]) -> str:
    """A cell, or the one of the row above of which it is a part."""
    place = re.search(f"{ABOVE}(\\d+){ABOVE}", cell)
    if place is None:
        return cell
    return above[int(place[1])] if int(place[1]) < len(above) else cell.replace(place[0], "")


def _cells(row: Sequence[str], name: str) -> Iterator[str]:
    for cell in row:
        text = _inline(cell.replace(BOLD, ""))
        yield f"<{name}><b>{text}</b></{name}>" if BOLD in cell else f"<{name}>{text}</{name}>"
