"""Sheets, slides, books, texts of other word processors and exports are read as their writers see them."""

import datetime
import zipfile
from pathlib import Path
from typing import Any

import pytest

from knowledge.documents.reading import GuideFile, read
from knowledge.documents.sheets import shown
from knowledge.errors import UnreadableFile
from knowledge.passages import Document


def read_file(path: Path) -> Document:
    """A file read as a document."""
    return read(GuideFile(path.parent, path))


def packed(path: Path, **members: str) -> Path:
    """An archive of files, whose names have `__` for a slash and `_` for a dot."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name.replace("__", "/").replace("_", "."), text)
    return path


def test_a_workbook_tells_its_sheets_with_amounts_as_they_are_shown(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Crew"
    for row in (["Pay of the crew", None, None], ["Team", "Rank", "Pay"], ["Deck", "Mate", 41000], [None, "Bosun", 35500.5]):  # fmt: skip
        sheet.append(row)
    sheet.merge_cells("A1:C1")
    sheet.merge_cells("A3:A4")
    sheet.append(["Deck", "Boy", 9000])
    for cell in sheet[5]:
        cell.font = openpyxl.styles.Font(strike=True)
    sheet["C3"].number_format = sheet["C4"].number_format = '"£"#,##0.00'
    book.create_sheet("Draft").sheet_state = "hidden"
    book.save(tmp_path / "crew.xlsx")
    document = read_file(tmp_path / "crew.xlsx")
    assert "## Crew\n\nPay of the crew:" in document.markdown
    assert "| Deck | Mate | £41,000.00 |\n| Deck | Bosun | £35,500.50 |" in document.markdown
    assert "Boy" not in document.markdown
    assert document.notes == ("the hidden sheet Draft is not read",)


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (1234.5, "#,##0 [$€-407]", "1,234 €"),
        (1234, "[$CHF] #,##0", "CHF 1,234"),
        (0.125, "0.0%", "12.5%"),
        (1234, "General", "1234"),
        (datetime.date(2026, 4, 1), "dd/mm/yy", "1 April 2026"),
        (True, "General", "yes"),
    ],
)
def test_a_value_is_told_as_the_sheet_shows_it(value: object, form: str, text: str) -> None:
    assert shown(value, form) == text


@pytest.mark.parametrize("joint", [",", ";", "\t"])
def test_separated_values_are_a_table(tmp_path: Path, joint: str) -> None:
    (tmp_path / "pay.csv").write_text(f"Rank{joint}Pay\nMate{joint}41000\nBosun{joint}35500\n", encoding="utf-8")
    assert read_file(tmp_path / "pay.csv").markdown.startswith("| Rank | Pay |\n| --- | --- |\n| Mate | 41000 |")


def test_slides_are_told_with_tables_and_notes(tmp_path: Path) -> None:
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Pay of divers"
    table = slide.shapes.add_table(2, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for cell, text in zip(table.iter_cells(), ("Level", "Pay", "One", "31,000"), strict=True):
        cell.text = text
    slide.notes_slide.notes_text_frame.text = "Reviewed in May."
    deck.save(str(tmp_path / "deck.pptx"))
    markdown = read_file(tmp_path / "deck.pptx").markdown
    assert "## Pay of divers" in markdown
    assert "| One | 31,000 |" in markdown
    assert "Reviewed in May." in markdown


def test_labels_and_figures_beside_each_other_in_a_group_of_shapes_are_told_together(tmp_path: Path) -> None:
    from pptx import Presentation
    from pptx.util import Inches

    slides = Presentation()
    slide = slides.slides.add_slide(slides.slide_layouts[5])
    slide.shapes.title.text = "Allowances"
    boxes = [("Height", 1, 2), ("15% of pay", 4, 3), ("Night call-out", 1, 3), ("₦12,000 a month", 4, 2)]
    group = slide.shapes.add_group_shape()
    for text, left, top in boxes:
        group.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(0.5)).text_frame.text = text
    slides.save(str(tmp_path / "a.pptx"))
    other = slides.slides.add_slide(slides.slide_layouts[5])
    other.shapes.title.text = "Ladder"
    matrix = other.shapes.add_group_shape()
    for n, text in enumerate(("Level", "Pay", "Junior", "2,000")):
        box = matrix.shapes.add_textbox(Inches(1 + 3 * (n % 2)), Inches(2 + n // 2), Inches(2), Inches(0.5))
        box.text_frame.text = text
    slides.save(str(tmp_path / "a.pptx"))
    told = read_file(tmp_path / "a.pptx").markdown
    assert "Level:" not in told
    assert "Height: ₦12,000 a month" in told
    assert "Night call-out: 15% of pay" in told


def test_what_is_struck_out_on_a_slide_is_not_read(tmp_path: Path) -> None:
    from pptx import Presentation
    from pptx.util import Inches

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Fees"
    table = slide.shapes.add_table(1, 2, Inches(1), Inches(2), Inches(4), Inches(1)).table
    for frame in (
        slide.shapes.add_textbox(0, 0, 0, 0).text_frame,
        table.cell(0, 0).text_frame,
        slide.notes_slide.notes_text_frame,
    ):
        for text, struck in (
            ("The firm pays ", "noStrike"),
            ("half of ", "sngStrike"),
            ("a third of ", "dblStrike"),
            ("the fee.", None),
        ):
            run = frame.paragraphs[0].add_run()
            run.text = text
            if struck:
                run.font._element.set("strike", struck)
    deck.save(str(tmp_path / "deck.pptx"))
    markdown = read_file(tmp_path / "deck.pptx").markdown
    assert markdown.count("The firm pays the fee.") == 3
    assert "half" not in markdown
    assert "third" not in markdown


def test_opendocument_texts_keep_headings_and_cells_that_span(tmp_path: Path) -> None:
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "table", "style"))  # fmt: skip
    rows = '<table:table-row><table:table-cell table:number-rows-spanned="2"><text:p>Day</text:p></table:table-cell><table:table-cell><text:p>Cook</text:p></table:table-cell></table:table-row><table:table-row><table:covered-table-cell/><table:table-cell><text:p>Baker</text:p></table:table-cell></table:table-row>'
    style = '<office:automatic-styles><style:style style:name="T1"><style:text-properties style:text-line-through-style="solid"/></style:style></office:automatic-styles>'
    rows += '<table:table-row><table:table-cell><text:p>Night<text:span text:style-name="T1">fall</text:span></text:p></table:table-cell></table:table-row>'
    content = f'<office:document-content {spaces}>{style}<office:body><office:text><text:h text:outline-level="1">Shifts</text:h><table:table>{rows}</table:table></office:text></office:body></office:document-content>'
    document = read_file(packed(tmp_path / "a.odt", content_xml=content))
    assert document.guide.title == "Shifts"
    assert "| Day | Cook |\n| Day | Baker |" in document.markdown
    assert "fall" not in document.markdown


def odt(tmp_path: Path, styles: str, text: str) -> Document:
    """An ODT file of styles and a text."""
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text", "style"))  # fmt: skip
    content = f"<office:document-content {spaces}><office:automatic-styles>{styles}</office:automatic-styles><office:body><office:text>{text}</office:text></office:body></office:document-content>"
    common = f'<office:document-styles {spaces}><office:styles><style:style style:name="Ours" style:display-name="Title"/><style:style style:name="Part" style:default-outline-level="2"/></office:styles></office:document-styles>'
    return read_file(packed(tmp_path / "a.odt", content_xml=content, styles_xml=common))


@pytest.mark.parametrize("style", ["Title", "Ours", "P1"])
def test_a_paragraph_in_a_style_that_is_or_is_made_from_the_title_is_the_title(tmp_path: Path, style: str) -> None:
    text = f'<text:p text:style-name="{style}">Divers</text:p><text:h text:outline-level="1">Pay</text:h><text:p>From 31.</text:p><text:p text:style-name="P2">Leave</text:p><text:p>30 days.</text:p>'
    styles = '<style:style style:name="P1" style:parent-style-name="Ours"/><style:style style:name="P2" style:parent-style-name="Part"/>'
    document = odt(tmp_path, styles, text)
    assert document.guide.title == "Divers"
    assert [line for line in document.markdown.splitlines() if line.startswith("#")] == ["# Divers", "## Pay", "### Leave"]  # fmt: skip


def test_what_opendocument_hides_or_comments_on_is_counted(tmp_path: Path) -> None:
    styles = '<style:style style:name="P1"><style:text-properties text:display="none"/></style:style><style:style style:name="P2" style:parent-style-name="P1"/>'
    text = '<text:p>From 31.<office:annotation><text:p>Or 32?</text:p></office:annotation></text:p><text:p text:style-name="P2">Up to 35.</text:p><text:section text:display="none"><text:p>Never 36.</text:p></text:section>'
    document = odt(tmp_path, styles, text)
    assert document.markdown.strip() == "From 31."
    assert document.notes == ("hidden text in 2 paragraphs is not read", "1 comment of its authors is not read")


def test_points_of_slides_stand_below_those_that_they_belong_to(tmp_path: Path) -> None:
    from pptx import Presentation

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    frame = slide.placeholders[1].text_frame
    frame.text = "Learn"
    for level, text in ((1, "two years"), (0, "Pass the test"), (2, "twice a year")):
        paragraph = frame.add_paragraph()
        paragraph.text, paragraph.level = text, level
    deck.save(str(tmp_path / "deck.pptx"))
    told = "- Learn\n  - two years\n- Pass the test\n  - twice a year"
    assert told in read_file(tmp_path / "deck.pptx").markdown


def cached(kind: str, form: str, *texts: str) -> str:
    """Values that a chart keeps."""
    points = "".join(f'<c:pt idx="{n}"><c:v>{text}</c:v></c:pt>' for n, text in enumerate(texts) if text)
    code = f"<c:formatCode>{form}</c:formatCode>" if form else ""
    return f'<c:{kind}Ref><c:{kind}Cache>{code}<c:ptCount val="{len(texts)}"/>{points}</c:{kind}Cache></c:{kind}Ref>'


def add_chart(slide: Any, name: str, plot: str, title: str = "") -> None:
    """A chart on a slide, whose plot is given as XML."""
    from pptx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
    from pptx.opc.packuri import PackURI
    from pptx.parts.chart import ChartPart

    spaces = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    above = f"<c:title><c:tx><c:rich><a:bodyPr/><a:p><a:r><a:t>{title}</a:t></a:r></a:p></c:rich></c:tx></c:title>" if title else ""  # fmt: skip
    xml = f"<c:chartSpace {spaces}><c:chart>{above}<c:plotArea>{plot}</c:plotArea></c:chart></c:chartSpace>"
    part = ChartPart.load(PackURI(f"/ppt/charts/{name}.xml"), CONTENT_TYPE.DML_CHART, slide.part.package, xml.encode())
    slide.shapes._add_chart_graphicFrame(slide.part.relate_to(part, RELATIONSHIP_TYPE.CHART), 0, 0, 9, 9)


def test_charts_of_slides_are_tables_or_named(tmp_path: Path) -> None:
    from pptx import Presentation

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Divers"
    places = cached("str", "", "Harbour", "Wreck")
    series = "".join(
        f'<c:ser><c:idx val="{n}"/><c:order val="{n}"/><c:tx>{cached("str", "", name)}</c:tx><c:cat>{places}</c:cat><c:val>{cached("num", "0%", *values)}</c:val></c:ser>'
        for n, (name, values) in enumerate({"2025": ("0.25", "0.5"), "2026": ("0.75", "")}.items())
    )
    add_chart(slide, "chart1", f"<c:barChart>{series}</c:barChart>", "Share with a licence")
    points = f"<c:xVal>{cached('num', '', '1')}</c:xVal><c:yVal>{cached('num', '', '2')}</c:yVal>"
    add_chart(
        slide, "chart2", f'<c:scatterChart><c:ser><c:idx val="0"/><c:order val="0"/>{points}</c:ser></c:scatterChart>'
    )
    deck.save(str(tmp_path / "deck.pptx"))
    document = read_file(tmp_path / "deck.pptx")
    assert "Share with a licence:\n\n| | 2025 | 2026 |\n| --- | --- | --- |\n| Harbour | 25% | 75% |\n| Wreck | 50% | |" in document.markdown  # fmt: skip
    assert "a chart on slide 1 is not read, as it has no categories" in document.notes


def test_the_chapters_of_a_book_come_in_their_order(tmp_path: Path) -> None:
    container = '<container><rootfiles><rootfile full-path="book.opf"/></rootfiles></container>'
    package = '<package><manifest><item id="b" href="two.xhtml"/><item id="a" href="one.xhtml"/></manifest><spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
    chapters = {f"{name}_xhtml": f"<html><body><h1>{name}</h1><p>Text.</p></body></html>" for name in ("one", "two")}
    book = packed(tmp_path / "a.epub", **{"META-INF__container_xml": container, "book_opf": package}, **chapters)
    assert read_file(book).markdown.startswith("# one\n\nText.\n\n# two")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.rst", "Divers\n======\n\n.. csv-table:: Bands\n   :header: Level, Pay\n\n   One, 31\n"),
        ("a.adoc", "= Divers\n\n.Bands\n[cols=\"1,1\"]\n|===\n|Level |Pay\n\n|One |31\n|===\n"),
        ("a.rtf", r"{\rtf1\ansi Divers\par\par\trowd\cellx1\cellx2 Level\cell Pay\cell\row One\cell 31\cell\row}"),
    ],
)  # fmt: skip
def test_other_markup_keeps_its_tables(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    markdown = read_file(tmp_path / name).markdown
    assert "Divers" in markdown
    assert "| One | 31 |" in markdown


def test_an_export_is_read_with_a_section_for_each_of_its_files(tmp_path: Path) -> None:
    pages = {"Bands 0123456789abcdef0123456789abcdef_md": "# Bands\n\nOne pays 31.", "Pay_csv": "Rank,Pay\nMate,41"}
    document = read_file(packed(tmp_path / "Export.zip", **pages, picture_png="x"))
    assert "# Bands\n\nOne pays 31." in document.markdown
    assert "# Pay\n\n| Rank | Pay |" in document.markdown


def test_included_files_are_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret words", encoding="utf-8")
    (tmp_path / "a.rst").write_text("Text.\n\n.. include:: secret.txt\n", encoding="utf-8")
    (tmp_path / "a.adoc").write_text("Text.\n\ninclude::secret.txt[]\n", encoding="utf-8")
    assert all("secret words" not in read_file(tmp_path / name).markdown for name in ("a.rst", "a.adoc"))


def test_hidden_slides_are_left_out_and_named_and_a_title_slide_names_the_guide(tmp_path: Path) -> None:
    from pptx import Presentation

    deck = Presentation()
    for layout, title, text in ((0, "Diver", "A talk"), (1, "Pay", "31,000"), (1, "Before", "28,000")):
        slide = deck.slides.add_slide(deck.slide_layouts[layout])
        slide.shapes.title.text, slide.placeholders[1].text = title, text
    slide.element.set("show", "0")
    deck.save(str(tmp_path / "a.pptx"))
    document = read_file(tmp_path / "a.pptx")
    assert document.guide.title == "Diver"
    assert "31,000" in document.markdown
    assert "28,000" not in document.markdown
    assert document.notes == ("the hidden slide 3 (Before) is not read",)


def test_a_database_of_notion_is_read_once_without_the_marks_in_its_name(tmp_path: Path) -> None:
    mark = "3b4c5d6e7f8a9b0c1d2e3f4a5b6c7d8e"
    with zipfile.ZipFile(tmp_path / "Export-1.zip", "w") as archive:
        archive.writestr(f"Divers {mark}.md", "# Divers\n\nDive.\n")
        archive.writestr(f"Divers/Pay {mark}.csv", "Level,Pay\nOne,31\n")
        archive.writestr(f"Divers/Pay {mark}_all.csv", "Level,Pay\nOne,31\nTwo,44\n")
    document = read_file(tmp_path / "Export-1.zip")
    assert document.guide.title == "Divers"
    assert document.markdown.count("| One | 31 |") == 1
    assert "# Pay\n\n| Level | Pay |" in document.markdown
    assert "| Two | 44 |" in document.markdown


@pytest.mark.parametrize(
    ("data", "why"),
    [(b"PK\x03\x04 cut off", "damaged or was not copied whole"), (b"\xd0\xcf\x11\xe0 x", "without a password"), (b"text", "not a document of Word")],
)  # fmt: skip
def test_a_document_that_cannot_be_unpacked_says_why(tmp_path: Path, data: bytes, why: str) -> None:
    (tmp_path / "a.docx").write_bytes(data)
    with pytest.raises(UnreadableFile, match=why):
        read_file(tmp_path / "a.docx")


def rtf(tmp_path: Path, body: str) -> Document:
    """An RTF file of a body."""
    (tmp_path / "a.rtf").write_text(rf"{{\rtf1\ansi {body}}}", encoding="ascii")
    return read_file(tmp_path / "a.rtf")


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (r"Pays \strike 30\strike0  34 euros.\par", "Pays 34 euros."),
        (r"Pays {\strike 30 \u8364?}34 euros.\par", "Pays 34 euros."),
        (r"Pays {\striked1 30}{\deleted 31}{\v 32}\v 33\plain 34 euros.\par", "Pays 34 euros."),
        (r"Pays 34.{\super\chftn}{\footnote\pard {\super\chftn} Before tax.} Yes.\par", "Pays 34 (Before tax). Yes."),
    ],
)
def test_rtf_leaves_out_what_is_struck_out_or_hidden_and_keeps_its_notes(tmp_path: Path, body: str, text: str) -> None:
    document = rtf(tmp_path, body)
    assert " ".join(document.markdown.split()) == text
    assert not any("words" in note for note in document.notes)


def test_a_cell_of_rtf_that_reaches_over_rows_is_in_each_and_a_long_note_on_a_name_makes_it_no_content(
    tmp_path: Path,
) -> None:
    note = r"{\footnote Without the supplement for work in the shaft, which is thirty per cent of basic pay}"
    rows = [
        rf"\trowd\cellx1\cellx2\cellx3 \pard\intbl\b Job\cell Level\cell Pay (EUR){note}\cell\row",
        r"\trowd\clvmgf\cellx1\cellx2\cellx3 \pard\intbl\b0 Fitter\cell I\cell 3640\cell\row",
        r"\trowd\clvmrg\cellx1\cellx2\cellx3 \pard\intbl\cell II\cell 4215\cell\row",
        r"\trowd\cellx1\cellx2\cellx3 \pard\intbl Foreman\cell I\cell 7320\cell\row",
    ]
    told = rtf(tmp_path, rf"A fitter fits.\par {''.join(rows)}").markdown
    assert "| Job | Level | Pay (EUR) (Without the supplement" in told
    assert "| Fitter | I | 3640 |\n| Fitter | II | 4215 |\n| Foreman | I | 7320 |" in told
    wide = [
        r"\trowd\cellx2\clvmgf\cellx3\cellx4 \pard\intbl Cook\cell Hall\cell 30\cell\row",
        r"\trowd\cellx1\cellx2\clvmrg\cellx3\cellx4 \pard\intbl Baker\cell II\cell\cell 40\cell\row",
    ]
    assert "| Baker | II | Hall | 40 |" in rtf(tmp_path, rf"Work.\par {''.join(wide)}").markdown


def test_raised_marks_of_rtf_are_no_part_of_a_figure(tmp_path: Path) -> None:
    told = rtf(
        tmp_path, r"Pays 90,000{\super 1} or 70,000\super 2\nosupersub  a year.\par {\super 1} Before tax.\par"
    ).markdown
    assert "Pays 90,000" in told
    assert "(Before tax)" in told
    assert "70,000 (note 2) a year" in told


@pytest.mark.parametrize(
    "heading",
    [
        r"{\b Pay}\par",
        r"\b\fs30 Pay\par\plain",
        r"{\fs40 Pay}\par",
        r"{\stylesheet{\s0 Normal;}{\s3\outlinelevel1\b heading 2;}{\s7\sbasedon3\snext0 Ours;}}\pard\s7 Pay\par",
        r"\pard\outlinelevel1 Pay\par",
    ],
)
def test_headings_of_rtf_are_told_by_style_outline_and_letters_and_not_by_short_lines(tmp_path: Path, heading: str) -> None:  # fmt: skip
    document = rtf(tmp_path, rf"{{\fonttbl{{\f0 Times;}}}}\pard A gilder's guide to work.\par {heading}\pard From 800 a week\par Paid on Fridays.\par")  # fmt: skip
    lines = [line for line in document.markdown.splitlines() if line]
    assert (lines[0], lines[2:]) == ("A gilder's guide to work.", ["From 800 a week", "Paid on Fridays."])
    assert lines[1].lstrip("#") == " Pay"


@pytest.mark.parametrize(
    "items",
    [
        r"{\pntext\f1\'b7\tab}{\*\pn\pnlvlblt}\pard\li360 Steady hands\par {\pntext\f1\'b7\tab}\pard\li360 Good eyes\par",
        r"\pard\ls1{\listtext\u8226?\tab}Steady hands\par {\listtext\u8226?\tab}Good eyes\par",
    ],
)
def test_items_of_lists_in_rtf_are_items(tmp_path: Path, items: str) -> None:
    assert (
        rf"You need:{chr(10)}{chr(10)}- Steady hands{chr(10)}- Good eyes"
        in rtf(tmp_path, rf"You need:\par {items}").markdown
    )


def test_numbered_and_nested_items_of_rtf_are_in_their_lists(tmp_path: Path) -> None:
    body = (
        r"\pard\ls1{\listtext 1.\tab}Learn\par\ilvl1{\listtext a)\tab}gold\par\ilvl0{\listtext 2.\tab}Pass the test\par"
    )
    assert rtf(tmp_path, body).markdown.split("\n")[:3] == ["1. Learn", "   1. gold", "2. Pass the test"]


def test_lines_alone_are_headings_of_rtf_where_nothing_else_is_one(tmp_path: Path) -> None:
    told = rtf(tmp_path, r"Gilders\par\par Pay\par\par From 800 a week\par Paid on Fridays.\par").markdown
    assert [line for line in told.splitlines() if line] == ["# Gilders", "## Pay", "From 800 a week", "Paid on Fridays."]  # fmt: skip


def test_what_rtf_hides_or_comments_on_is_counted(tmp_path: Path) -> None:
    document = rtf(tmp_path, r"Pays 34.{\v Perhaps 36.}\par Daily.{\*\annotation\pard Is it?}\par")
    assert document.notes == ("hidden text in 1 paragraph is not read", "1 comment of its authors is not read")


def test_a_cell_alone_above_a_table_is_what_the_table_is_called(tmp_path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    for row in (["Earnings (kEUR)"], [], ["Role", "Base"], ["Mate", 41], ["Bosun", 35]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    assert "Earnings (kEUR):\n\n| Role | Base |" in read_file(tmp_path / "a.xlsx").markdown
