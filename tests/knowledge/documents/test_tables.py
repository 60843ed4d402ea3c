"""Tables come out with one header row, each row whole, and what is no table as text."""

import pytest

from knowledge.documents.html import html_as_markdown, read_page


def rows(html: str, *, trusted: bool = True) -> list[list[str]]:
    """The rows of the Markdown table that a table of HTML becomes, the rule under the header left out."""
    markdown = html_as_markdown(f"<body>{html}</body>", trusted=trusted)
    lines = [line.strip("|").split("|") for line in markdown.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for n, line in enumerate(lines) if n != 1]


def test_a_cell_that_spans_rows_is_told_in_each_of_them() -> None:
    html = "<table><tr><th>Ward</th><th>Shift</th><th>Pay</th></tr><tr><td rowspan=2>Heart</td><td>Day</td><td>10</td></tr><tr><td>Night</td><td>12</td></tr></table>"
    assert rows(html) == [["Ward", "Shift", "Pay"], ["Heart", "Day", "10"], ["Heart", "Night", "12"]]


def test_two_header_rows_are_joined_to_one_name_a_column() -> None:
    html = "<table><tr><th rowspan=2>Role</th><th colspan=2>2025</th></tr><tr><th>Low</th><th>High</th></tr><tr><td>Clerk</td><td>1</td><td>2</td></tr></table>"
    assert rows(html) == [["Role", "2025 Low", "2025 High"], ["Clerk", "1", "2"]]


def test_two_header_rows_without_marks_are_joined_where_one_stands_over_several_of_the_other() -> None:
    html = "<table><tr><td rowspan=2>Role</td><td colspan=2>2026</td></tr><tr><td>Low</td><td>High</td></tr><tr><td>Clerk</td><td>1</td><td>2</td></tr></table>"
    assert rows(html, trusted=False) == [["Role", "2026 Low", "2026 High"], ["Clerk", "1", "2"]]


def test_the_title_row_and_the_caption_stand_above_the_table() -> None:
    html = "<table><caption>In euros</caption><tr><th colspan=3>Pay of 2026</th></tr><tr><th>A</th><th>B</th><th>C</th></tr><tr><td>x</td><td>1</td><td>2</td></tr></table>"
    assert html_as_markdown(f"<body>{html}</body>").startswith("In euros. Pay of 2026:\n\n| A | B | C |")


def test_a_row_of_one_cell_names_the_group_of_those_below() -> None:
    html = "<table><tr><th>Level</th><th>Low</th><th>High</th></tr><tr><td colspan=3>Sales</td></tr><tr><td>Junior</td><td>1</td><td>2</td></tr><tr><td colspan=3>Data</td></tr><tr><td>Junior</td><td>3</td><td>4</td></tr></table>"
    assert rows(html)[1:] == [["Sales", "Junior", "1", "2"], ["Data", "Junior", "3", "4"]]


@pytest.mark.parametrize(
    ("first", "second", "header"),
    [
        (["Rank", "Duty", "Pay"], ["Mate", "Nets", "31,000"], True),
        (["Rank", "Pay"], ["Mate", "31,000"], True),
        (["Rank", "2026"], ["Mate", "31,000"], True),
        (["Rank", "to 31.12.2025", "from 1.1.2026"], ["Mate", "1,392.40", "1,451.20"], True),
        (["Name", "Mate"], ["Needs", "a licence"], False),
        (["Pay", "31,000"], ["Leave", "25 days"], False),
    ],
)
def test_a_first_row_without_marks_is_a_header_where_it_names_what_is_below(
    first: list[str], second: list[str], header: bool
) -> None:
    cells = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in (first, second))
    assert (rows(f"<table>{cells}</table>", trusted=False)[0] == first) is header


def test_lists_and_lines_in_a_cell_are_told_apart() -> None:
    html = "<table><tr><th>Tool</th><th>Use</th></tr><tr><td>Saw<br>Plane</td><td><ul><li>cut</li><li>smooth</li></ul></td></tr></table>"
    assert rows(html)[1] == ["Saw; Plane", "cut; smooth"]


def test_a_table_that_arranges_the_page_is_taken_apart() -> None:
    html = "<table><tr><td><h2>Weaver</h2><p>Weaves.</p><table><tr><th>Shift</th><th>Extra</th></tr><tr><td>Night</td><td>5%</td></tr></table></td></tr></table>"
    markdown = html_as_markdown(f"<body>{html}</body>")
    assert "## Weaver" in markdown
    assert "| Night | 5% |" in markdown


@pytest.mark.parametrize("table", ["<table><tr><td>All in one box.</td></tr></table>", "<table><thead><tr><th>All in one box.</th></tr></thead></table>"])  # fmt: skip
def test_a_table_of_one_cell_is_its_text(table: str) -> None:
    assert html_as_markdown(f"<body>{table}</body>").strip() == "All in one box."


def test_enormous_spans_stay_small() -> None:
    html = "<table><tr><td colspan=99999 rowspan=99999>a</td></tr><tr><td>b</td></tr></table>"
    assert len(html_as_markdown(f"<body>{html}</body>")) < 10_000


def test_notes_stand_apart_from_the_figures_they_belong_to() -> None:
    markdown = html_as_markdown(
        "<body><p>It pays 90,000<sup>1</sup> on the 1<sup>st</sup> of 10 m<sup>2</sup>.</p></body>"
    )
    assert "90,000 (note 1) on the 1st of 10 m²." in markdown


def test_a_note_that_is_linked_is_told_where_it_belongs() -> None:
    html = '<body><p>It pays 90,000<sup><a href="#n">1</a></sup>.</p><ol><li id="n">Before tax.</li></ol></body>'
    assert html_as_markdown(html).strip() == "It pays 90,000 (Before tax)."


def test_sections_with_names_like_those_of_menus_are_content_and_menus_are_not() -> None:
    html = '<main><h1>Roles</h1><section id="search-analyst"><h2>Analyst</h2><p>Finds.</p></section><div class="side-menu"><ul><li><a href="/">Other page</a></li></ul></div></main>'
    markdown = read_page(html).markdown
    assert "Finds." in markdown
    assert "Other page" not in markdown


def test_hidden_text_is_left_out_and_a_hidden_tab_is_not() -> None:
    html = '<main><p hidden>Draft.</p><a href="#two">Two</a><div class="tab">First.</div><div class="tab" id="two" style="display: none">Second.</div></main>'
    markdown = read_page(html).markdown
    assert "Draft" not in markdown
    assert "Second." in markdown


def test_a_single_row_of_texts_only_sets_them_beside_each_other() -> None:
    html = "<table><tr><td><p>Bring boots.</p><p>Come at six.</p></td><td><p>Divers work in pairs.</p><p>Nobody dives alone.</p></td></tr></table>"
    assert html_as_markdown(f"<body>{html}</body>").split("\n\n")[:2] == ["Bring boots.", "Come at six."]
    headed = html.replace("<p>Bring", "<p><b>First day</b></p><p>Bring")
    told = html_as_markdown(f"<body><h1>Divers</h1>{headed}</body>").strip().split("\n\n")
    assert told == ["# Divers", "## First day", "Bring boots.", "Come at six.", "# Divers", "Divers work in pairs.", "Nobody dives alone."]  # fmt: skip
    assert rows("<table><tr><td>Mate</td><td>31</td></tr></table>") == [["", ""], ["Mate", "31"]]
