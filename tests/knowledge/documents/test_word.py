"""Word documents are read as they are printed: without hidden text, comments and prompts, with what stands in wrappers."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls

from knowledge.documents.reading import GuideFile, read
from knowledge.passages import Document


def read_word(tmp_path: Path, word: Any) -> Document:
    """A document of python-docx, saved and read."""
    word.save(str(tmp_path / "a.docx"))
    return read(GuideFile(tmp_path, tmp_path / "a.docx"))


def xml(text: str) -> Any:
    """An element of Word's, whose first tag gets the namespace."""
    return parse_xml(re.sub(r"^<[\w:]+", rf"\g<0> {nsdecls('w')}", text))


def hide_run(word: Any) -> None:
    word.paragraphs[0].add_run(" Not before 900.").font.hidden = True


def hide_by_a_style_of_letters(word: Any) -> None:
    word.styles.add_style("Quiet", WD_STYLE_TYPE.CHARACTER).font.hidden = True
    louder = word.styles.add_style("Quieter", WD_STYLE_TYPE.CHARACTER)
    louder.base_style = word.styles["Quiet"]
    word.paragraphs[0].add_run(" Not before 900.", style="Quieter")


def hide_by_a_style_of_paragraphs(word: Any) -> None:
    word.styles.add_style("Aside", WD_STYLE_TYPE.PARAGRAPH).font.hidden = True
    word.add_paragraph("Not before 900.", style="Aside")


def hide_row(word: Any) -> None:
    table = word.add_table(rows=3, cols=2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("Grade", "Pay", "One", "800", "Two", "900"), strict=True):  # fmt: skip
        cell.text = text
    table.rows[2]._tr.get_or_add_trPr().append(OxmlElement("w:hidden"))


@pytest.mark.parametrize("hide", [hide_run, hide_by_a_style_of_letters, hide_by_a_style_of_paragraphs, hide_row])
def test_text_that_word_hides_is_not_read_and_named(hide: Callable[[Any], None], tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph("A gilder earns 800.")
    hide(word)
    document = read_word(tmp_path, word)
    assert "A gilder earns 800." in document.markdown
    assert "900" not in document.markdown
    assert any(note.startswith("hidden text in ") for note in document.notes)
    assert not any("900" in note for note in document.notes)


def test_a_run_shown_in_a_hiding_style_is_read(tmp_path: Path) -> None:
    word = docx.Document()
    word.styles.add_style("Aside", WD_STYLE_TYPE.PARAGRAPH).font.hidden = True
    word.styles.add_style("Quiet", WD_STYLE_TYPE.CHARACTER).font.hidden = True
    paragraph = word.add_paragraph(style="Aside")
    paragraph.add_run("Said outright. ").font.hidden = False
    paragraph.add_run("Hidden twice is shown.", style="Quiet")
    document = read_word(tmp_path, word)
    assert "Said outright. Hidden twice is shown." in document.markdown
    assert document.notes == ()


def test_a_paragraph_whose_mark_is_hidden_goes_on_in_the_next(tmp_path: Path) -> None:
    word = docx.Document()
    first = word.add_paragraph("A gilder earns ")
    first._p.get_or_add_pPr().append(xml("<w:rPr><w:vanish/></w:rPr>"))
    word.add_paragraph("800 a week.")
    assert "A gilder earns 800 a week." in read_word(tmp_path, word).markdown


def test_comments_of_authors_are_counted_and_not_read(tmp_path: Path) -> None:
    word = docx.Document()
    paragraph = word.add_paragraph("A gilder earns 800.")
    word.add_comment(paragraph.runs, text="Is it 900?", author="Ann", initials="A")
    document = read_word(tmp_path, word)
    assert document.markdown.strip() == "A gilder earns 800."
    assert document.notes == ("1 comment of its authors is not read",)


def test_a_control_that_shows_its_prompt_is_a_place_to_be_filled_in(tmp_path: Path) -> None:
    word = docx.Document()
    control = "<w:sdt><w:sdtPr>{}<w:text/></w:sdtPr><w:sdtContent><w:r><w:t>{}</w:t></w:r></w:sdtContent></w:sdt>"
    word.add_paragraph("Ask: ")._p.append(xml(control.format("<w:showingPlcHdr/>", "Tap to write.")))
    word.add_paragraph("Room: ")._p.append(xml(control.format("", "12")))
    document = read_word(tmp_path, word)
    assert "Ask: (not filled in)" in document.markdown
    assert "Room: 12" in document.markdown
    assert any(note.startswith("1 place was to be filled in") for note in document.notes)


def test_text_that_was_moved_or_stands_in_a_field_is_read_where_it_is(tmp_path: Path) -> None:
    word = docx.Document()
    paragraph = word.add_paragraph("Notice is ")
    paragraph._p.append(xml('<w:moveTo w:id="1" w:author="A"><w:r><w:t xml:space="preserve">30 </w:t></w:r></w:moveTo>'))  # fmt: skip
    paragraph._p.append(xml('<w:fldSimple w:instr="DOCPROPERTY Unit"><w:r><w:t>days</w:t></w:r></w:fldSimple>'))
    assert "Notice is 30 days" in read_word(tmp_path, word).markdown


def test_a_table_in_a_cell_stands_below_its_row_and_the_rows_after_it_go_on(tmp_path: Path) -> None:
    word = docx.Document()
    table = word.add_table(rows=4, cols=3)
    rows = [("Topic", "Question", "Answer"), ("School", "Who trains me?", "A master."), ("Pay", "What are the stages?", "These:"), ("School", "Is there a test?", "Yes, two.")]  # fmt: skip
    for row, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    inner = table.cell(2, 2).add_table(rows=3, cols=2)
    for cell, text in zip((c for row in inner.rows for c in row.cells), ("Stage", "Pay", "First", "800", "Second", "900"), strict=True):  # fmt: skip
        cell.text = text
    told = [line for line in read_word(tmp_path, word).markdown.splitlines() if line and "---" not in line]
    assert told == [
        "| Topic | Question | Answer |", "| School | Who trains me? | A master. |", "| Pay | What are the stages? | These: |",
        "Pay, What are the stages:", "| Stage | Pay |", "| First | 800 |", "| Second | 900 |",
        "| Topic | Question | Answer |", "| School | Is there a test? | Yes, two. |",
    ]  # fmt: skip


def test_boxes_that_are_ticked_are_told_from_those_that_are_not(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph("A cheese job.")
    paragraph = word.add_paragraph("Contract: ")
    for ticked, text in (("0", "permanent "), ("1", "for a term")):
        box = parse_xml(
            f'<w:sdt {nsdecls("w")} xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w:sdtPr><w14:checkbox>'
            f'<w14:checked w14:val="{ticked}"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>☐</w:t></w:r></w:sdtContent></w:sdt>'
        )
        paragraph._p.append(box)
        paragraph.add_run(text)
    assert "Contract: ☐ permanent ☒ for a term" in read_word(tmp_path, word).markdown
