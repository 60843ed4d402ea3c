"""OpenDocument texts as HTML: headings by styles, without what is struck out, hidden or a comment."""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from typing import Any

from knowledge.documents.word_shown import left_out

_O = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_T = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_S = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_B = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_NOTE = re.compile(r'<aside role="doc-footnote".*?</aside>', re.DOTALL)
_ELEMENTS = {f"{_T}p": "p", f"{_T}list": "ul", f"{_T}list-item": "li", f"{_T}list-header": "li", f"{_B}table-row": "tr", f"{_B}table-header-rows": "thead", f"{_B}table": "table", f"{_B}table-cell": "td"}  # fmt: skip
_SIGNS = {f"{_T}s": " ", f"{_T}tab": "\t", f"{_T}line-break": "<br>"}
_LEFT_OUT = {f"{_T}tracked-changes", f"{_B}covered-table-cell", f"{_T}sequence-decls", f"{_T}note-citation"}
_ENCODED = re.compile(r"_([0-9a-f]{2,4})_")
_PARENTS = 20
"""Styles that a style may be made from, one from the other."""


def opendocument_as_html(data: bytes) -> tuple[str, list[str]]:
    """The HTML of an ODT file that was unpacked without danger before, its notes at the end, and what of it is not read."""
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        roots = [etree.fromstring(archive.read(name), parser) for name in ("content.xml", "styles.xml") if name in archive.namelist()]  # fmt: skip
    text = _Text({str(style.get(f"{_S}name")): style for root in reversed(roots) for style in root.iter(f"{_S}style")})
    body = roots[0].find(f"{_O}body")
    html = "".join(text.html(child) for child in body.iterchildren()) if body is not None else ""
    return _NOTE.sub("", html) + "".join(_NOTE.findall(html)), list(left_out(text.hidden, text.comments))


@dataclass
class _Text:
    """A text with its styles, the paragraphs that hide something and the comments that were met in it."""

    styles: dict[str, Any]
    hidden: int = 0
    comments: int = 0
    _levels: dict[str, tuple[int, bool]] = field(default_factory=dict)

    def html(self, element: Any) -> str:
        """An element as HTML; nothing of what is no text, and of what is struck out or hidden."""
        if not isinstance(element.tag, str) or element.tag in _LEFT_OUT or self._is_gone(element):
            return ""
        inside = escape(element.text or "") + "".join(self.html(child) + escape(child.tail or "") for child in element)
        if element.tag == f"{_T}note":
            number = element.get(f"{_T}id") or str(id(element))
            note = " ".join("".join(element.find(f"{_T}note-body").itertext()).split())
            return f'<sup><a href="#{escape(number)}">*</a></sup><aside role="doc-footnote" id="{escape(number)}">{escape(note)}</aside>'
        if element.tag in _SIGNS:
            return _SIGNS[element.tag]
        name, attributes = self._tag(element)
        return f"<{name}{attributes}>{inside}</{name}>" if name else inside

    def _tag(self, element: Any) -> tuple[str, str]:
        """The tag of HTML for an element and its attributes; headings are those that are called so, or set in a style of headings."""
        name = _ELEMENTS.get(element.tag, "")
        if element.tag in {f"{_T}h", f"{_T}p"}:
            level, is_title = self._level(str(element.get(f"{_T}style-name") or ""))
            if is_title:
                return "h1", ' class="title"'
            if element.tag == f"{_T}h":
                level = int(element.get(f"{_T}outline-level") or level or 1)
            return (f"h{min(level, 6)}" if level else "p"), ""
        if element.tag == f"{_B}table-cell":
            counts = ((short, element.get(f"{_B}number-{long}-spanned")) for short, long in (("row", "rows"), ("col", "columns")))  # fmt: skip
            return name, "".join(f" {short}span={count}" for short, count in counts if count and count.isdigit())
        return name, ""

    def _is_gone(self, element: Any) -> bool:
        """Whether an element is a comment, hidden or struck out."""
        if element.tag == f"{_O}annotation":
            self.comments += 1
            return True
        name = str(element.get(f"{_T}style-name") or "")
        field_ = element if element.tag == f"{_T}hidden-text" else element.find(f"{_T}hidden-paragraph")
        hides = element.get(f"{_T}display") == "none" or self._set(name, "display") == "none" or _hides(field_)
        if hides:
            self.hidden += bool("".join(element.itertext()).strip() or element.get(f"{_T}string-value"))
        return hides or self._set(name, "text-line-through-style") not in {None, "none"}

    def _chain(self, name: str) -> Iterator[tuple[str, Any]]:
        """A style and those that it is made from."""
        for _ in range(_PARENTS):
            if not name:
                return
            style = self.styles.get(name)
            yield name, style
            name = "" if style is None else str(style.get(f"{_S}parent-style-name") or "")

    def _set(self, name: str, what: str) -> str | None:
        """What a style, or else one that it is made from, sets for letters."""
        for _, style in self._chain(name):
            for properties in style if style is not None else ():
                if value := properties.get(f"{_S if what.startswith('text-') else _T}{what}"):
                    return str(value)
        return None

    def _level(self, name: str) -> tuple[int, bool]:
        """The level of heading that a style stands for, and whether it is a title's, by itself or a style that it is made from."""
        if name not in self._levels:
            self._levels[name] = next(filter(any, (_level_of(*one) for one in self._chain(name))), (0, False))
        return self._levels[name]


def _hides(field_: Any) -> bool:
    """Whether a field hides its text or paragraph, as far as the last program that counted its condition says."""
    return field_ is not None and field_.get(f"{_T}is-hidden") != "false"


def _level_of(name: str, style: Any) -> tuple[int, bool]:
    """The level that a style's name, the name that it is shown by, or its outline gives; whether it is the title's."""
    names = [_ENCODED.sub(lambda found: chr(int(found[1], 16)), name)]
    outline = ""
    if style is not None:
        names.append(str(style.get(f"{_S}display-name") or ""))
        outline = str(style.get(f"{_S}default-outline-level") or "")
    for told in names:
        if found := re.fullmatch(r"(?i)heading (\d)|(title)", told):
            return (0, True) if found[2] else (int(found[1]), False)
    return (int(outline), False) if outline.isdigit() and int(outline) else (0, False)
