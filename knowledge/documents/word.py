"""Word documents as HTML, with headings by the style that a style is made from, and columns by tabs as tables."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from knowledge.documents.coverage import different_words
from knowledge.errors import UnreadableFile

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OLE = b"\xd0\xcf\x11\xe0"
"""How files of older and of encrypted documents begin."""
_TABLE_ROW = re.compile(r"<p>((?:(?!</?p>|<br />).)*\t(?:(?!</?p>).)*)</p>", re.DOTALL)


def word_as_html(data: bytes) -> str:
    """The HTML of a DOCX file that was unpacked without danger before."""
    import mammoth

    styles = "\n".join(_style_map(data))
    html = str(mammoth.convert_to_html(io.BytesIO(data), style_map=styles, convert_image=_no_picture(mammoth)).value)
    return tabs_as_tables(html)


def words_of(data: bytes) -> set[str]:
    """The different words of the text of a DOCX file, as they stand in it."""
    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        root = etree.fromstring(
            archive.read("word/document.xml"), etree.XMLParser(resolve_entities=False, no_network=True)
        )
    return different_words(
        "".join(f" {run.text} " if _is_raised(run) else str(run.text or "") for run in paragraph.iter(f"{_W}t"))
        for paragraph in root.iter(f"{_W}p")
        if paragraph.find(f".//{_W}strike") is None
    )


def _is_raised(text: Any) -> bool:
    return text.getparent().find(f"{_W}rPr/{_W}vertAlign") is not None


def lines_around(data: bytes) -> list[str]:
    """The different lines of the headers and footers of a DOCX file's pages."""
    from lxml import etree

    lines: list[str] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            if re.fullmatch(r"word/(?:header|footer)\d*\.xml", name):
                root = etree.fromstring(archive.read(name), etree.XMLParser(resolve_entities=False, no_network=True))
                lines.extend(" ".join(str(run.text or "") for run in paragraph.iter(f"{_W}t")) for paragraph in root.iter(f"{_W}p"))  # fmt: skip
    return [line for line in dict.fromkeys(" ".join(line.split()) for line in lines) if line]


def _no_picture(mammoth: Any) -> Any:
    """Pictures are left out: their bytes would be carried along as text. What describes them stays."""
    return mammoth.images.img_element(lambda _: {"src": ""})


def _style_map(data: bytes) -> Iterator[str]:
    """Lines that tell mammoth which styles are headings of which level, and to keep what is underlined."""
    yield "u => u"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            xml = archive.read("word/styles.xml")
    except (KeyError, zipfile.BadZipFile):
        return
    from lxml import etree

    root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))
    styles = {str(style.get(f"{_W}styleId")): style for style in root.iter(f"{_W}style")}
    for style in styles.values():
        name = style.find(f"{_W}name")
        level = _level(style, styles)
        if level and name is not None and not re.search(r"['\\\\\n]", str(name.get(f"{_W}val"))):
            called = ".title" if str(name.get(f"{_W}val")).lower() == "title" else ""
            yield f"p[style-name='{name.get(f'{_W}val')}'] => h{level}{called}:fresh"


def _level(style: Any, styles: Mapping[str, Any]) -> int:
    """The level of heading that a paragraph style stands for, by its outline level or the style it is based on; else 0."""
    for _ in range(20):
        name = style.find(f"{_W}name")
        named = re.match(r"(?i)heading (\d)$|(title)$", str(name.get(f"{_W}val")) if name is not None else "")
        if named:
            return 1 if named[2] else min(int(named[1]) or 1, 6)
        outline = style.find(f"{_W}pPr/{_W}outlineLvl")
        if outline is not None and str(outline.get(f"{_W}val")) in "01234":
            return int(outline.get(f"{_W}val")) + 1
        based = style.find(f"{_W}basedOn")
        if based is None or str(based.get(f"{_W}val")) not in styles:
            return 0
        style = styles[str(based.get(f"{_W}val"))]
    return 0


def tabs_as_tables(html: str) -> str:
    """Paragraphs one below another with as many tabs each are a table; a single one keeps its parts apart."""
    paragraphs = re.sub(r"<p>((?:(?!</?p>).)*)<br />((?:(?!</?p>).)*\t)", _split_lines, html, flags=re.DOTALL)
    return re.sub(rf"(?:{_TABLE_ROW.pattern}\s*)+", _table, paragraphs, flags=re.DOTALL)


def _split_lines(found: re.Match[str]) -> str:
    return found.group().replace("<br />", "</p><p>")


def _table(found: re.Match[str]) -> str:
    rows = [re.split(r"\t+", row.strip("\t ")) for row in (line[1] for line in _TABLE_ROW.finditer(found.group()))]
    if len(rows) < 2 or len({len(row) for row in rows}) > 1 or len(rows[0]) < 2:
        return "".join(f"<p>{': '.join(part.strip().rstrip(':') for part in row if part.strip())}</p>" for row in rows)
    return f"<table>{''.join('<tr>' + ''.join(f'<td>{cell}</td>' for cell in row) + '</tr>' for row in rows)}</table>"


def refuse_bad_archive(data: bytes, largest: int, part: str, kind: str) -> None:
    """Raise UnreadableFile where a packed document is none, or unpacks to more than `largest` bytes."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        if data[:4] == _OLE:
            why = f"it is encrypted or of an old format of {kind}; save it anew without a password"
        elif data[:2] == b"PK":
            why = "it is damaged or was not copied whole; get it again from where it came from"
        else:
            why = f"it is not a document of {kind}, whatever its name says; save it anew" if data else "it is empty"
        raise UnreadableFile(why) from error
    if unpacked > largest:
        raise UnreadableFile(f"it unpacks to more than {largest // 2**20} MB")
    if part not in names:
        raise UnreadableFile(f"it is not a document of {kind}, whatever its name says; save it anew")
