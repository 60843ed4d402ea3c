"""A small good file of every format, to be damaged."""

import io
import re
import zipfile
from collections.abc import Callable, Mapping

_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
ROWS = (("Level", "Pay (EUR)"), ("Mate", "31,000"), ("Bosun", "35,500"))
MARKDOWN = f"""---
title: Crews
edition: 2026
---
# Crews

A mate earns 31,000 euros.[^1] See [[Leave]] and {{{{ employer }}}}.

## Pay

{"".join(f"| {a} | {b} |{chr(10)}{'|---|---|' + chr(10) if n == 0 else ''}" for n, (a, b) in enumerate(ROWS))}
??? note "Night"
    Pays 5 % more.

<details><summary>Leave</summary>

- 25 days
    - and one more

</details>

[^1]: Before tax.
"""
TEXT = """Crews

What a mate does

A mate keeps watch.

Level      Pay (EUR)
           Low       High
-----      ------    ------
Mate       31,000    33,000

+-------+--------+
| Bosun | 35,500 |
+-------+--------+
"""
TABLE = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in ROWS)
PAGE = f"""<html><head><title>Crews</title><style>.c1{{text-decoration:line-through}} .c2{{font-size:20pt}}</style></head><body>
<nav><a href="/">Home</a></nav><main><h1>Crews</h1><p class="c2">Mates</p><p>Earn <span class="c1">30,000</span> 31,000<sup>1</sup>.</p>
<div role="tablist"><a role="tab" href="#a">Day</a></div><div role="tabpanel" id="a"><table>{TABLE}</table></div>
<dl><dt>Leave</dt><dd>25 days</dd></dl><pre>a  b</pre></main></body></html>"""
ARCHIVED = f"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n--x\nContent-Type: text/html; charset=utf-8\n\n{PAGE}\n--x--\n"
YAML = "title: Crews\nlevels:\n- name: Mate\n  pay: 31000\n- name: Bosun\n  pay: 35500\n"
JSON = '{"title": "Crews", "levels": [{"name": "Mate", "pay": 31000}, {"name": "Bosun", "duties": ["nets", "ropes"]}]}'
RICH = r"{\rtf1\ansi Crews\par\par\trowd\cellx1\cellx2 Level\cell Pay\cell\row Mate\cell 31,000\cell\row}"
RESTRUCTURED = "Crews\n=====\n\n.. list-table:: Pay\n   :header-rows: 1\n\n   * - Level\n     - Pay\n   * - Mate\n     - 31,000\n\n====  ====\nA     B\n====  ====\n1     2\n====  ====\n"
ASCIIDOC = '= Crews\n\n.Pay\n[cols="1,1"]\n|===\n|Level |Pay\n\n|Mate |31,000\n|===\n\n* one\n** two\n'
SEPARATED = "".join(f"{a};{b}\n" for a, b in ROWS)


def seeds() -> Mapping[str, bytes]:
    """The files by the suffixes of their names."""
    texts = {
        ".md": MARKDOWN, ".txt": TEXT, ".html": PAGE, ".mht": ARCHIVED, ".yaml": YAML, ".json": JSON, ".rtf": RICH, ".rst": RESTRUCTURED,
        ".adoc": ASCIIDOC, ".csv": SEPARATED,
    }  # fmt: skip
    packed: Mapping[str, Callable[[], bytes]] = {
        ".docx": _word, ".xlsx": _workbook, ".pptx": _slides, ".odt": _opendocument, ".epub": _book, ".pdf": _pdf,
        ".zip": lambda: archive({"Pay.md": MARKDOWN, "in/rows.csv": SEPARATED, "page.html": PAGE}),
    }  # fmt: skip
    return {**{name: text.encode() for name, text in texts.items()}, **{name: make() for name, make in packed.items()}}


def archive(members: Mapping[str, str | bytes]) -> bytes:
    """A zip of files by their names, the same whenever it is made."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in members.items():
            made.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return held.getvalue()


def _word() -> bytes:
    import docx

    document = docx.Document()
    document.add_heading("Crews", 0)
    document.add_heading("Pay", 1)
    document.add_paragraph("A mate keeps watch.", style="List Bullet")
    table = document.add_table(rows=3, cols=2)
    for row, texts in zip(table.rows, ROWS, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    return _saved(document)


def _workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    for row in (("Pay of crews", None), *ROWS, ("Cook", 29500)):
        sheet.append(row)
    sheet.merge_cells("A1:B1")
    sheet["B5"].number_format = '"€"#,##0'
    return _saved(book)


def _slides() -> bytes:
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Crews"
    table = slide.shapes.add_table(3, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for cell, text in zip(table.iter_cells(), (text for row in ROWS for text in row), strict=True):
        cell.text = text
    slide.notes_slide.notes_text_frame.text = "Reviewed in May."
    return _saved(deck)


def _opendocument() -> bytes:
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table"))  # fmt: skip
    rows = "".join(
        f"<table:table-row>{''.join(f'<table:table-cell><text:p>{cell}</text:p></table:table-cell>' for cell in row)}</table:table-row>"
        for row in ROWS
    )
    body = f'<text:h text:outline-level="1">Crews</text:h><text:p>A mate keeps watch.</text:p><table:table>{rows}</table:table>'
    return archive(
        {
            "content.xml": f"<office:document-content {spaces}><office:body><office:text>{body}</office:text></office:body></office:document-content>"
        }
    )


def _book() -> bytes:
    container = '<container><rootfiles><rootfile full-path="book.opf"/></rootfiles></container>'
    package = (
        '<package><manifest><item id="a" href="one.xhtml"/></manifest><spine><itemref idref="a"/></spine></package>'
    )
    return archive({"META-INF/container.xml": container, "book.opf": package, "one.xhtml": PAGE})


def _pdf() -> bytes:
    from reportlab.lib import colors
    from reportlab.lib.styles import getSampleStyleSheet
    from reportlab.platypus import PageBreak, Paragraph, SimpleDocTemplate, Table, TableStyle

    held = io.BytesIO()
    styles = getSampleStyleSheet()
    ruled = TableStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
    note = Paragraph("A mate earns 31,000<super>1</super> euros.", styles["BodyText"])
    SimpleDocTemplate(held, pageCompression=0, invariant=1).build(
        [
            Paragraph("Crews", styles["Heading1"]),
            note,
            Table(ROWS, style=ruled),
            PageBreak(),
            Paragraph("More of it.", styles["BodyText"]),
        ]
    )
    return held.getvalue()


def _saved(made: object) -> bytes:
    """What a library saves, without the time of saving."""
    held = io.BytesIO()
    made.save(held)  # type: ignore[attr-defined]
    with zipfile.ZipFile(held) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    return archive({name: _TIME.sub(b"2026-01-01T00:00:00Z", data) for name, data in members.items()})
