"""A DOCX file as a reader of the printed document sees it: without hidden text, comments and the prompts of empty controls."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from knowledge.documents.dialects import NOT_FILLED_IN

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_WITH_TEXT = re.compile(r"word/(?:document|footnotes|endnotes|header\d*|footer\d*)\.xml")
_OF_COMMENTS = [f"{_W}commentRangeStart", f"{_W}commentRangeEnd", f"{_W}commentReference"]
_AROUND = [f"{_W}moveTo", f"{_W}fldSimple", f"{_W}customXml", f"{_W}bdo", f"{_W}dir"]
"""Elements around text that change nothing of it, which mammoth does not open."""
_OF_FIELDS = frozenset({f"{_W}rPr", f"{_W}fldChar", f"{_W}instrText"})
"""What stays of a hidden run, so that a field that is hidden in part keeps its ends."""


def as_shown(data: bytes) -> tuple[bytes, list[str]]:
    """The file without hidden text, comments and prompts of controls that nobody filled in, and what to say of them.

    Text is hidden by `w:vanish` of its run, its styles or the defaults (a toggle property: ECMA-376 part 1, 17.7.3), and by
    `w:hidden` of its row. A paragraph whose mark alone is hidden goes on in the next one.
    """
    from lxml import etree

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        parts = {name: etree.fromstring(archive.read(name), parser) for name in names if _WITH_TEXT.fullmatch(name)}
        hiding = _Styles(etree.fromstring(archive.read("word/styles.xml"), parser) if "word/styles.xml" in names else None)  # fmt: skip
        comments = sum(len(list(root.iter(f"{_W}commentReference"))) for root in parts.values())
        hidden = 0
        for root in parts.values():
            _empty_controls(root)
            _remove_comments(root)
            _open(root)
            hidden += _remove_hidden(root, hiding)
        return _repacked(archive, {name: etree.tostring(root) for name, root in parts.items()}), list(left_out(hidden, comments))  # fmt: skip


def left_out(hidden: int, comments: int) -> Iterator[str]:
    """What to say of paragraphs with hidden text and of comments, by their numbers."""
    if hidden:
        yield f"hidden text in {hidden} {'paragraph' if hidden == 1 else 'paragraphs'} is not read"
    if comments:
        yield f"{comments} {'comment of its authors is' if comments == 1 else 'comments of its authors are'} not read"


def _repacked(archive: zipfile.ZipFile, changed: Mapping[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as copy:
        for name in dict.fromkeys(archive.namelist()):
            copy.writestr(name, changed.get(name) or archive.read(name))
    return packed.getvalue()


class _Styles:
    """Which styles hide text."""

    def __init__(self, root: Any) -> None:
        styles = list(root.iter(f"{_W}style")) if root is not None else []
        self._by_id = {str(style.get(f"{_W}styleId")): style for style in styles}
        defaults = (str(style.get(f"{_W}styleId")) for style in styles if style.get(f"{_W}type") == "paragraph" and _is_on_value(style.get(f"{_W}default") or "0"))  # fmt: skip
        self._default = next(defaults, "")
        self._always = root is not None and _is_on(root.find(f"{_W}docDefaults/{_W}rPrDefault/{_W}rPr/{_W}vanish"))

    def hide(self, properties: Any, paragraph: Any) -> bool:
        """Whether text with some properties of its own is hidden in a paragraph."""
        own = properties.find(f"{_W}vanish") if properties is not None else None
        if own is not None:
            return _is_on(own)
        of_run = properties.find(f"{_W}rStyle") if properties is not None else None
        of_paragraph = paragraph.find(f"{_W}pPr/{_W}pStyle") if paragraph is not None else None
        below = self._hides(self._default if of_paragraph is None else str(of_paragraph.get(f"{_W}val")))
        return self._always or below != (of_run is not None and self._hides(str(of_run.get(f"{_W}val"))))

    def _hides(self, name: str) -> bool:
        """Whether a style hides text, or else the one that it is based on."""
        for _ in range(20):
            style = self._by_id.get(name)
            if style is None:
                return False
            said, based = style.find(f"{_W}rPr/{_W}vanish"), style.find(f"{_W}basedOn")
            if said is not None or based is None:
                return _is_on(said)
            name = str(based.get(f"{_W}val"))
        return False


def _is_on(element: Any) -> bool:
    return element is not None and _is_on_value(element.get(f"{_W}val") or "1")


def _is_on_value(value: str) -> bool:
    return value not in {"0", "false", "off"}


def _empty_controls(root: Any) -> None:
    """Say of each content control that still shows its prompt that it was not filled in."""
    for control in root.iter(f"{_W}sdt"):
        if _is_on(control.find(f"{_W}sdtPr/{_W}showingPlcHdr")):
            for number, text in enumerate(control.iterfind(f"{_W}sdtContent//{_W}t")):
                text.text = "" if number else NOT_FILLED_IN


def _remove_comments(root: Any) -> None:
    for mark in list(root.iter(*_OF_COMMENTS)):
        mark.getparent().remove(mark)


def _open(root: Any) -> None:
    for around in list(root.iter(*_AROUND)):
        at = around.getparent().index(around)
        around.getparent()[at : at + 1] = [child for child in around if child.tag != f"{_W}customXmlPr"]


def _remove_hidden(root: Any, styles: _Styles) -> int:
    """Take hidden text out, and return how many paragraphs had some."""
    shown_before = {id(paragraph): paragraph for paragraph in root.iter(f"{_W}p") if _text(paragraph)}
    lengths = {key: len(_text(paragraph)) for key, paragraph in shown_before.items()}
    for row in list(root.iter(f"{_W}tr")):
        if _is_on(row.find(f"{_W}trPr/{_W}hidden")):
            for text in list(row.iter(f"{_W}t")):
                text.text = ""
            row.getparent().remove(row)
    for run in list(root.iter(f"{_W}r")):
        paragraph = next(run.iterancestors(f"{_W}p"), None)
        if styles.hide(run.find(f"{_W}rPr"), paragraph):
            for child in [child for child in run if child.tag not in _OF_FIELDS]:
                run.remove(child)
    for paragraph in list(root.iter(f"{_W}p")):
        _join_over_a_hidden_mark(paragraph, styles)
    changed = (paragraph for key, paragraph in shown_before.items() if len(_text(paragraph)) < lengths[key])
    return sum(1 for paragraph in changed if next(paragraph.iterancestors(_FALLBACK), None) is None)


def _text(paragraph: Any) -> str:
    return "".join(str(text.text or "") for text in paragraph.iter(f"{_W}t")).strip()


def _join_over_a_hidden_mark(paragraph: Any, styles: _Styles) -> None:
    """Mark a paragraph whose mark is hidden as joined with the next one, as a deleted mark is; a style's separator stays."""
    mark = paragraph.find(f"{_W}pPr/{_W}rPr")
    following = paragraph.getnext()
    if mark is None or following is None or following.tag != paragraph.tag or _is_on(mark.find(f"{_W}specVanish")):
        return
    if styles.hide(mark, paragraph) and mark.find(f"{_W}del") is None:
        mark.append(mark.makeelement(f"{_W}del"))
