"""Pages of PDFs: tables over pages, names of columns in two rows, lines that begin in bold, what stands at the foot."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from reportlab.lib import colors
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Paragraph, Table

from knowledge.documents.pdf_tables import with_group_names
from knowledge.documents.reading import GuideFile, read
from knowledge.passages import Document


def read_pdf(tmp_path: Path, *draw: Callable[[Canvas], None]) -> Document:
    """A PDF of pages that are drawn, read."""
    file = Canvas(str(tmp_path / "a.pdf"), pagesize=(595, 842))
    for page in draw:
        page(file)
        file.showPage()
    file.save()
    return read(GuideFile(tmp_path, tmp_path / "a.pdf"))


def write(page: Canvas, y: float, text: str, font: str = "Helvetica", size: float = 11) -> None:
    """A line of text at the left edge."""
    page.setFont(font, size)
    page.drawString(60, y, text)


def grid(page: Canvas, x: float, y: float, rows: Sequence[Sequence[str]]) -> None:
    """A ruled table."""
    table = Table([list(row) for row in rows], colWidths=[90, 70, 80])
    table.setStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
    table.wrapOn(page, 400, 400)
    table.drawOn(page, x, y)


HEAD = ("Grade", "Day", "Night")
FIRST, SECOND = [("One", "31", "35"), ("Two", "32", "36"), ("Three", "33", "37")], [("Four", "34", "38"), ("Five", "35", "39")]  # fmt: skip


@pytest.mark.parametrize("again", [[], [HEAD]])
def test_a_table_that_goes_on_over_the_page_is_one_wherever_it_stands_there(again: list[tuple[str, ...]], tmp_path: Path) -> None:  # fmt: skip
    def first(page: Canvas) -> None:
        write(page, 700, "Wages by the hour, in euros.")
        grid(page, 260, 560, [HEAD, *FIRST])

    def second(page: Canvas) -> None:
        grid(page, 60, 700, [*again, *SECOND])
        write(page, 600, "Weekends are paid double.")

    document = read_pdf(tmp_path, first, second)
    told = [line for line in document.markdown.splitlines() if line.startswith("|") and "---" not in line]
    assert told == [f"| {' | '.join(row)} |" for row in (HEAD, *FIRST, *SECOND)]


def test_rows_of_a_group_that_is_named_once_are_rows_of_their_own(tmp_path: Path) -> None:
    def draw(page: Canvas) -> None:
        write(page, 780, "Wages by the month, in euros.")
        rows = [("Group", "Post", "Pay", "Most"), ("Kitchen", "Cook", "742", "861"), ("", "Baker", "748", "866"), ("Hall", "Waiter", "701", "801"), ("", "Host", "702", "802")]  # fmt: skip
        table = Table([list(row) for row in rows], colWidths=[90, 90, 70, 70])
        table.setStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black)])
        table.wrapOn(page, 400, 400)
        table.drawOn(page, 60, 640)
        write(page, 600, "Weekends are paid double.")

    lines = read_pdf(tmp_path, draw).markdown.splitlines()
    assert [line for line in lines if "Baker" in line or "Host" in line] == [
        "| Kitchen | Baker | 748 | 866 |",
        "| Hall | Host | 702 | 802 |",
    ]


def test_names_that_stand_over_several_columns_are_said_of_each(tmp_path: Path) -> None:
    rows = [
        ("Band", "Role", "2024", "", "2025", ""), ("Band", "Role", "North", "South", "North", "South"), ("1", "Helper", "20,140", "21,960", "22,310", "24,180"),
        ("2", "Nurse", "24,870", "27,020", "26,400", "28,730"), ("3", "Lead", "27,690", "30,110", "29,280", "31,840"),
    ]  # fmt: skip

    def draw(page: Canvas) -> None:
        write(page, 780, "Pay by the year, in pounds.")
        table = Table([list(row) for row in rows], colWidths=[50, 90, 70, 70, 70, 70])
        spans = [("SPAN", (2, 0), (3, 0)), ("SPAN", (4, 0), (5, 0)), ("SPAN", (0, 0), (0, 1)), ("SPAN", (1, 0), (1, 1))]
        table.setStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), *spans])
        table.wrapOn(page, 500, 400)
        table.drawOn(page, 60, 560)

    (header,) = [line for line in read_pdf(tmp_path, draw).markdown.splitlines() if "North" in line]
    assert header == "| Band | Role | 2024 North | 2024 South | 2025 North | 2025 South |"


def test_rows_with_empty_cells_are_read_and_belong_to_the_group_above_them_also_over_pages(tmp_path: Path) -> None:
    head, posts = ("Grade", "Post", "Step", "Pay", "Housing"), ("Porter", "Driver", "Trainee guide", "Head guide")
    rows = [
        (f"G{n}" if step == 1 else "", post if step == 1 else "", str(step), f"{20 + n},{step}50", f"{n},000" if step == 1 else "")
        for n, post in enumerate(posts, 1)
        for step in range(1, 6)
    ]  # fmt: skip
    pages = [[head, *rows[:18]], [head, *rows[18:]]]

    def draw(rows: Sequence[Sequence[str]], page: Canvas) -> None:
        write(page, 780, "Wages by the month, in shillings.")
        table = Table([list(row) for row in rows], colWidths=[60, 90, 50, 70, 70])
        table.setStyle([("LINEBELOW", (0, 0), (-1, 0), 0.5, colors.black)])
        table.wrapOn(page, 400, 400)
        table.drawOn(page, 60, 400)

    markdown = read_pdf(tmp_path, *(partial(draw, rows) for rows in pages)).markdown
    for n, post in enumerate(posts, 1):
        told = [line for line in markdown.splitlines() if line.startswith(f"| G{n} | {post} |")]
        assert [line.split(" | ")[2:4] for line in told] == [[str(step), f"{20 + n},{step}50"] for step in range(1, 6)]


@pytest.mark.parametrize(
    ("names", "grades"),
    [
        (("Mill", "Grade", "Pay", "Leave"), ("Junior", "Miller", "Master")),
        (("Mill", "Grade", "Pay", "Leave"), ("1", "2", "3")),
        (("Mill", "Grade", "Monthly pay\nin euros", "Days of\nleave"), ("1", "2", "3")),
    ],
)
@pytest.mark.parametrize("lines", [[], [("LINEBELOW", (0, 0), (-1, 0), 1, colors.black), ("BOX", (0, 1), (-1, 3), 1, colors.black)]])  # fmt: skip
def test_a_group_that_is_named_at_the_middle_of_its_rows_is_named_in_each(
    tmp_path: Path, names: tuple[str, ...], grades: tuple[str, ...], lines: list[Any]
) -> None:
    first, second, third = grades
    figures = [(first, "2,100", "25"), (second, "2,300", "26"), (third, "2,600", "28"), (first, "2,200", "25"), (third, "2,450", "27")]  # fmt: skip
    mills = ["Wind", "", "", "Water", ""]

    def draw(page: Canvas) -> None:
        write(page, 780, "What is paid at the mills of the valley since January:")
        table = Table([names, *([name, *row] for name, row in zip(mills, figures, strict=True))])  # fmt: skip
        table.setStyle([("SPAN", (0, 1), (0, 3)), ("SPAN", (0, 4), (0, 5)), ("VALIGN", (0, 0), (-1, -1), "MIDDLE"), *lines])  # fmt: skip
        table.wrapOn(page, 400, 400)
        table.drawOn(page, 60, 640)
        write(page, 600, "Weekends are paid double.")

    told = read_pdf(tmp_path, draw).markdown
    wind = [f"| Wind | {' | '.join(row)} |" for row in figures[:3]]
    water = [f"| Water | {' | '.join(row)} |" for row in figures[3:]]
    assert told.splitlines()[4:-2] == [*wind, *water]
    assert told.endswith("\n\nWeekends are paid double.")


@pytest.mark.parametrize(
    ("names", "full"),
    [
        (["Rank", "Day low", "high", "Night low", "high"], ["Rank", "Day low", "Day high", "Night low", "Night high"]),
        (["A x", "y", "z", "B x", "y", "z", "Notes"], ["A x", "A y", "A z", "B x", "B y", "B z", "Notes"]),
        (["Rank", "Pay", "Pay"], ["Rank", "Pay", "Pay"]),
        (["Low", "high", "Low", "high"], ["Low", "high", "Low", "high"]),
        (["Day low", "high", "Night early", "high"], ["Day low", "high", "Night early", "high"]),
        (["", "Pay", ""], ["", "Pay", ""]),
    ],
)
def test_columns_called_alike_get_the_name_of_their_group(names: list[str], full: list[str]) -> None:
    assert list(with_group_names(names)) == full


def test_a_paragraph_that_begins_in_bold_is_no_heading_and_stays_whole(tmp_path: Path) -> None:
    def draw(page: Canvas) -> None:
        write(page, 760, "Gilding", "Helvetica-Bold", 18)
        write(page, 730, "The steps are the same in all workshops of the guild.")
        line = page.beginText(60, 700)
        line.setFont("Helvetica-Bold", 11)
        line.textOut("To the second grade. ")
        line.setFont("Helvetica", 11)
        line.textLine("Two years at the bench, one frame of your own and a test")
        line.textLine("in front of two masters.")
        page.drawText(line)

    told = "To the second grade. Two years at the bench, one frame of your own and a test in front of two masters."
    assert told in read_pdf(tmp_path, draw).markdown.splitlines()


def test_a_line_in_bold_throughout_above_a_paragraph_is_a_heading(tmp_path: Path) -> None:
    def draw(page: Canvas) -> None:
        write(page, 760, "Gilding", "Helvetica-Bold", 18)
        write(page, 730, "The steps are the same in all workshops of the guild.")
        write(page, 700, "The second grade", "Helvetica-Bold")
        write(page, 686, "Two years at the bench and a test in front of two masters.")

    assert "# The second grade\n" in read_pdf(tmp_path, draw).markdown


@pytest.mark.parametrize(
    ("line", "is_read"),
    [
        ("Guild of Gilders, issue 4", False),
        ("Whoever is ill calls before eight.", True),
        ("* paid from the second month", True),
    ],
)
def test_a_small_line_far_below_the_text_of_a_page_is_named_and_not_read_unless_it_says_something(line: str, is_read: bool, tmp_path: Path) -> None:  # fmt: skip
    def draw(page: Canvas) -> None:
        write(page, 760, "Gilding", "Helvetica-Bold", 18)
        write(page, 730, "A gilder earns 800 euros a week in all workshops.")
        write(page, 30, line, size=7)

    document = read_pdf(tmp_path, draw)
    assert (line.strip("* ") in document.markdown) is is_read
    assert document.notes == (() if is_read else (f"the foot of page 1 is not read: “{line}”",))


def ruled(page: Canvas, top: float, rows: Sequence[Sequence[str]], spans: Sequence[tuple[int, int, int]] = ()) -> None:
    """A ruled table from a height down; `spans` are a column with the first and last of its rows that are one cell."""
    words = getSampleStyleSheet()["BodyText"]
    told = [[Paragraph(cell, words) if len(cell) > 20 else cell for cell in row] for row in rows]
    table = Table(told, colWidths=[40, 90, 80, 170])
    merged = [("SPAN", (column, first), (column, last)) for column, first, last in spans]
    table.setStyle([("GRID", (0, 0), (-1, -1), 0.5, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP"), *merged])
    _, height = table.wrapOn(page, 400, 600)
    table.drawOn(page, 60, top - height)


NAMES = ("Grade", "Posted at", "Pay", "What it takes")
LONG = "Four years of service and a rating of good or better in each of the last two years, a drill led, and one"
REST = "project that has saved two thousand euros or more, shown to the committee."


def test_cells_that_lines_enclose_are_whole_however_many_rows_and_lines_they_reach_over(tmp_path: Path) -> None:
    def draw(page: Canvas) -> None:
        write(page, 780, "Pay by the month, in euros, for those who test milk.")
        ruled(page, 740, [NAMES, ("T3", "Main dairy", "5,100", f"{LONG} {REST}"), ("", "Chilling centre", "4,680", "")], [(0, 1, 2), (3, 1, 2)])  # fmt: skip

    (head, _, *rows) = [line for line in read_pdf(tmp_path, draw).markdown.splitlines() if line.startswith("|")]
    assert head == f"| {' | '.join(NAMES)} |"
    assert rows == [f"| T3 | Main dairy | 5,100 | {LONG} {REST} |", f"| T3 | Chilling centre | 4,680 | {LONG} {REST} |"]


def test_a_cell_that_the_page_cuts_is_whole_in_both_parts_of_its_row(tmp_path: Path) -> None:
    def first(page: Canvas) -> None:
        write(page, 780, "Pay by the month, in euros, for those who test milk.")
        ruled(page, 740, [NAMES, ("T3", "Main dairy", "5,100", "Two years of service."), ("T4", "Main dairy", "6,960", LONG)])  # fmt: skip

    def second(page: Canvas) -> None:
        ruled(
            page, 800, [NAMES, ("", "Chilling centre", "6,420", REST), ("T5", "Main dairy", "9,240", "An interview.")]
        )
        write(page, 600, "Weekends are paid double.")

    rows = [line for line in read_pdf(tmp_path, first, second).markdown.splitlines() if line.startswith("|")]
    assert rows[3:] == [
        f"| T4 | Main dairy | 6,960 | {LONG} {REST} |",
        f"| T4 | Chilling centre | 6,420 | {LONG} {REST} |",
        "| T5 | Main dairy | 9,240 | An interview. |",
    ]


def test_boxes_of_a_page_that_hold_no_table_stay_what_they_are(tmp_path: Path) -> None:
    def draw(page: Canvas) -> None:
        page.rect(50, 600, 250, 100)
        page.rect(300, 600, 250, 100)
        write(page, 680, "A box with a sentence in it.")
        page.drawString(310, 680, "Another one beside the first.")
        write(page, 500, "A sentence below.")

    markdown = read_pdf(tmp_path, draw).markdown
    assert "|" not in markdown
    assert "A box with a sentence in it." in markdown


def test_a_row_that_the_page_cuts_without_a_line_below_it_is_whole(tmp_path: Path) -> None:
    def sheet(
        page: Canvas, top: float, bottom: float, lines: Sequence[float], rows: Sequence[tuple[float, Sequence[str]]]
    ) -> None:
        edges = (60, 110, 210, 300, 480)
        for x in edges:
            page.line(x, top, x, bottom)
        for y in lines:
            page.line(edges[0], y, edges[-1], y)
        page.setFont("Helvetica", 10)
        for y, cells in rows:
            for x, cell in zip(edges, cells, strict=False):
                page.drawString(x + 4, y, cell)

    def first(page: Canvas) -> None:
        write(page, 780, "What each step of the apprenticeship pays and asks for.")
        sheet(page, 700, 110, [700, 670, 640], [(680, NAMES), (650, ("T1", "Yard", "20.10", "A climbing school.")), (620, ("T2", "Line", "24.50", "Sixty hours of storm work,")), (608, ("", "", "", "logged in the"))])  # fmt: skip

    def second(page: Canvas) -> None:
        sheet(page, 790, 700, [760, 730, 700], [(775, ("", "", "", "blue book.")), (745, ("T3", "Line", "28.90", "A board.")), (712, ("T4", "Yard", "31.20", "None."))])  # fmt: skip
        write(page, 500, "Weekends are paid double.")

    rows = [line for line in read_pdf(tmp_path, first, second).markdown.splitlines() if line.startswith("|")]
    assert rows[0] == f"| {' | '.join(NAMES)} |"
    assert rows[2:] == [
        "| T1 | Yard | 20.10 | A climbing school. |",
        "| T2 | Line | 24.50 | Sixty hours of storm work, logged in the blue book. |",
        "| T3 | Line | 28.90 | A board. |",
        "| T4 | Yard | 31.20 | None. |",
    ]


KITCHEN = [("Job", "Pay", "Hours"), ("Cook", "2,000", "38"), ("Waiter", "1,800", "36"), ("Baker", "1,900", "40")]


@pytest.mark.parametrize(
    "lines",
    [
        [("BOX", (0, 0), (-1, -1)), ("LINEBELOW", (0, 0), (-1, 0)), ("LINEAFTER", (0, 0), (-2, -1))],
        [
            ("GRID", (0, 0), (-1, 0)),
            ("BOX", (0, 1), (-1, 2)),
            ("BOX", (0, 3), (-1, 3)),
            ("LINEAFTER", (0, 0), (-2, -1)),
        ],
    ],
)
def test_rows_that_no_line_divides_stay_rows(lines: Sequence[tuple[str, Any, Any]], tmp_path: Path) -> None:
    def draw(page: Canvas) -> None:
        write(page, 780, "What is paid in the kitchen and in the hall, in euros.")
        table = Table([list(row) for row in KITCHEN], colWidths=[90, 70, 80])
        table.setStyle([(*line, 0.5, colors.black) for line in lines])
        table.wrapOn(page, 400, 400)
        table.drawOn(page, 60, 640)
        write(page, 500, "That is all that is paid.")

    rows = [line for line in read_pdf(tmp_path, draw).markdown.splitlines() if line.startswith("|")]
    assert [rows[0], *rows[2:]] == [f"| {' | '.join(row)} |" for row in KITCHEN]


def test_words_beside_a_ruled_table_are_read_though_the_table_holds_them_too(tmp_path: Path) -> None:
    def draw(page: Canvas) -> None:
        write(page, 780, "What is paid in the kitchen and in the hall, in euros.")
        grid(page, 60, 668, [*KITCHEN, ("Porter", "1,700", "40")])
        page.drawString(350, 715, "Cook 38 Hours")
        page.drawString(350, 690, "Porter 1,700")

    markdown = read_pdf(tmp_path, draw).markdown
    assert (markdown.count("Cook"), markdown.count("Porter")) == (2, 2)


def test_a_short_value_below_a_page_is_no_rest_of_the_one_above(tmp_path: Path) -> None:
    def first(page: Canvas) -> None:
        write(page, 780, "What is paid in the kitchen and in the hall, in euros.")
        grid(page, 60, 560, [("Job", "Time", "Pay"), ("Waiter", "full time", "1,800"), ("Cook", "full time", "2,000")])

    def second(page: Canvas) -> None:
        grid(page, 60, 700, [("", "part time", "1,000"), ("Baker", "full time", "1,900")])
        write(page, 600, "Weekends are paid double.")

    assert "full time part time" not in read_pdf(tmp_path, first, second).markdown
