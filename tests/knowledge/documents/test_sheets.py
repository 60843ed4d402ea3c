"""Workbooks and files of values as people lay them out: titles, tables beside each other, what is struck out, notes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Font

from knowledge.documents.formats import Read, reader_of

Rows = Sequence[Sequence[Any]]
STRUCK = Font(strike=True)


def read(path: Path) -> Read:
    reader = reader_of(path)
    assert reader is not None
    return reader(path)


def workbook(folder: Path, rows: Rows, merged: Sequence[str] = (), struck: Sequence[str] = (), title: str = "") -> Read:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Pay"
    for row in rows:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    for cell in struck:
        sheet[cell].font = STRUCK
    book.properties.title = title
    book.save(folder / "pay.xlsx")
    return read(folder / "pay.xlsx")


TITLED: Rows = (
    ["Divers' wages"],
    ["Gross a month, in euro"],
    [],
    ["Grade", "Harbour", "Open sea"],
    ["One", 3100, 3900],
    ["Two", 3600, 4400],
)


def test_a_cell_over_all_columns_at_the_top_is_the_title_and_one_above_the_table_its_caption(tmp_path: Path) -> None:
    told = workbook(tmp_path, TITLED, ["A1:C1"])
    assert told.fields["title"] == "Divers' wages"
    assert told.markdown == (
        "## Pay\n\nDivers' wages\n\nGross a month, in euro:\n\n| Grade | Harbour | Open sea |\n| --- | --- | --- |\n"
        "| One | 3100 | 3900 |\n| Two | 3600 | 4400 |\n"
    )


def test_the_workbooks_own_title_is_its_title(tmp_path: Path) -> None:
    told = workbook(tmp_path, TITLED, ["A1:C1"], title="Divers")
    assert told.fields["title"] == "Divers"
    assert "Divers' wages\n\nGross a month, in euro:\n\n|" in told.markdown


def test_a_list_of_lines_has_no_title(tmp_path: Path) -> None:
    told = workbook(tmp_path, [["Oxygen"], ["Helium"], ["Nitrogen"]])
    assert told.fields["title"] == "Pay"
    assert "Oxygen" in told.markdown


def test_tables_beside_each_other_are_tables_of_their_own_each_with_its_caption(tmp_path: Path) -> None:
    rows: Rows = [
        ["In euro a month", None, None, None, "In euro a dive"],
        [],
        ["Grade", "Harbour", "Open sea", None, "Task", "Rate"],
        ["One", 3100, 3900, None, "Inspection", 90],
        ["Two", 3600, 4400, None, "Welding", 140],
    ]
    told = workbook(tmp_path, rows, title="Divers").markdown
    assert "In euro a month:\n\n| Grade | Harbour | Open sea |" in told
    assert "In euro a dive:\n\n| Task | Rate |\n| --- | --- |\n| Inspection | 90 |\n| Welding | 140 |" in told


def test_an_empty_column_within_a_table_parts_nothing(tmp_path: Path) -> None:
    rows: Rows = [
        ["Wages"],
        ["Grade", "Harbour", None, "Open sea", "Leave"],
        ["One", 3100, None, 3900, "28 days"],
        ["Two", 3600, None, 4400, "30 days"],
    ]
    assert "| One | 3100 | 3900 | 28 days |" in workbook(tmp_path, rows).markdown


def test_a_row_that_is_struck_out_after_its_names_is_left_out(tmp_path: Path) -> None:
    rows: Rows = [
        ["Grade", "From", "Harbour"],
        ["One", "May 2025", 3100],
        [None, "May 2026", 3200],
        ["Two", "May 2026", 3700],
    ]
    told = workbook(tmp_path, rows, ["A2:A3"], ["C2"]).markdown
    assert "| One | May 2026 | 3200 |\n| Two | May 2026 | 3700 |" in told
    assert "May 2025" not in told


def test_hidden_rows_and_columns_are_left_out_and_said_to_be(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Pay"
    for row in (
        ["Grade", "Pay", None, "Leave"],
        [None, "Old", "New", None],
        ["One", 2900, 3100, 25],
        ["Two", 3300, 3600, 27],
    ):
        sheet.append(row)
    sheet.merge_cells("B1:C1")
    sheet.column_dimensions["B"].hidden = True
    sheet.row_dimensions[4].hidden = True
    book.save(tmp_path / "pay.xlsx")
    told = read(tmp_path / "pay.xlsx")
    assert "3100" in told.markdown
    assert "25" in told.markdown
    assert "New" in told.markdown
    assert not {"2900", "3600", "Old"} & set(told.markdown.replace("|", " ").split())
    assert list(told.notes) == ["hidden rows and columns of the sheet Pay are not read"]


def test_notes_below_values_are_paragraphs_and_lines_above_them_a_caption(tmp_path: Path) -> None:
    (tmp_path / "pay.csv").write_text(
        "Divers 2026;;\nIn euro a month;;\n;;\nGrade;Harbour;Open sea\nOne;3100;3900\n;;\nTwo;3600;4400\n"
        "* Paid from the third dive on.;;\n;;\n† Bonus: one month in March.;;\n",
        encoding="utf-8",
    )
    assert read(tmp_path / "pay.csv").markdown == (
        "Divers 2026\n\nIn euro a month:\n\n| Grade | Harbour | Open sea |\n| --- | --- | --- |\n| One | 3100 | 3900 |\n"
        "| Two | 3600 | 4400 |\n\n\\* Paid from the third dive on.\n\n† Bonus: one month in March.\n"
    )


def test_a_last_row_of_one_cell_that_is_no_note_stays_a_row(tmp_path: Path) -> None:
    (tmp_path / "pay.csv").write_text("Grade,Harbour,Open sea\nOne,3100,3900\nTwo,,\n", encoding="utf-8")
    assert read(tmp_path / "pay.csv").markdown.rstrip().endswith("| Two | | |")


def test_words_of_a_cell_that_are_struck_out_are_not_read_and_a_raised_mark_is_no_digit(tmp_path: Path) -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    raised = TextBlock(InlineFont(vertAlign="superscript"), "1")
    amount = CellRichText(TextBlock(InlineFont(strike=True), "Rs 4,500 "), TextBlock(InlineFont(), "Rs 6,200"), raised)
    for row in (["Allowance", "Amount"], ["Night shift", amount], ["Height", "Rs 900"]):
        sheet.append(row)
    book.save(tmp_path / "a.xlsx")
    told = read(tmp_path / "a.xlsx").markdown
    assert "Rs 6,200 (note 1)" in told
    assert "4,500" not in told
