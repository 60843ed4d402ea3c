"""What programs write by style alone, and what they add when they export, is understood."""

from pathlib import Path

import pytest

from knowledge.documents.comments import without_comments
from knowledge.documents.formats import title_of
from knowledge.documents.html import html_as_markdown, read_page
from tests.conftest import document


def page(body: str, rules: str = "") -> str:
    """The Markdown of a page with rules of style."""
    return read_page(f"<html><head><style>{rules}</style></head><body>{body}</body></html>").markdown.strip()


def test_an_item_of_a_list_that_is_struck_out_as_a_whole_is_left_out() -> None:
    assert page("<ul><li>One year</li><li><s>A degree</s></li><li>A course</li></ul>") == "- One year\n- A course"


@pytest.mark.parametrize(
    ("rules", "struck"),
    [
        (".old { color: red; text-decoration: line-through }", '<span class="old">30</span>'),
        (
            "/* .x{} */ @media print { a { color: red } } p span.c4{text-decoration:line-through}",
            '<span class="c4 b">30</span>',
        ),
        ("#gone, .none { text-decoration-line: line-through !important }", '<i id="gone">30</i>'),
        ("", '<span style="text-decoration: line-through;">30</span>'),
    ],
)
def test_what_is_struck_out_by_style_is_left_out(rules: str, struck: str) -> None:
    assert page(f"<p>Pays {struck} 34 euros.</p>", rules) == "Pays 34 euros."


@pytest.mark.parametrize(
    "rules",
    [
        ".a:hover { text-decoration: line-through }",
        ".a { text-decoration: none }",
        ".a { text-decoration: line-through } .a { text-decoration: none }",
        "p >> .a { text-decoration: line-through",
    ],
)
def test_what_is_not_struck_out_stays(rules: str) -> None:
    assert page('<p>Pays <span class="a">30</span> euros.</p>', rules) == "Pays 30 euros."


def test_short_lines_in_larger_letters_are_headings_by_their_size() -> None:
    rules = ".t{font-size:20pt}.h{font-size:14pt;font-weight:700}.b{font-weight:700}.n{font-size:11pt;font-weight:400}"
    lines = [("t", "Careers in the bakery"), ("h", "Apprentice"), ("n", "Bakes."), ("h", "Master"), ("b", "Pay"), ("n", "Earns 5.")]  # fmt: skip
    read = page("".join(f'<p><span class="{kind}">{text}</span></p>' for kind, text in lines), rules)
    assert read == "# Careers in the bakery\n\n## Apprentice\n\nBakes.\n\n## Master\n\n### Pay\n\nEarns 5."


def test_larger_letters_below_real_headings_are_of_a_lower_level() -> None:
    read = page('<h1>Baker</h1><p>Bakes much bread.</p><p style="font-size: 150%">Pay</p><p>Earns 5 an hour.</p>')
    assert read == "# Baker\n\nBakes much bread.\n\n## Pay\n\nEarns 5 an hour."


def test_comments_of_an_exported_page_are_left_out_with_their_marks() -> None:
    read = page(
        '<p>Earns 5.<sup><a href="#cmnt1" id="cmnt_ref1">[a]</a></sup></p><div><p><a href="#cmnt_ref1" id="cmnt1">[a]</a><span>Is it 6?</span></p></div>'
    )
    assert read == "Earns 5."


def test_comments_of_an_exported_text_are_left_out_with_their_marks() -> None:
    assert without_comments("Earns 5[a] an hour.[b]\n\n[a]Is it 6?\n[b]Ask Kim.\nSoon.") == "Earns 5 an hour.\n"


@pytest.mark.parametrize(
    "text", ["Earns 5[a].\n\nEnd.", "Earns 5[b].\n\n[b]Is it 6?", "[a] one\n[b] two", "x[a]\n[a]one\n[b]two"]
)
def test_what_is_no_comment_stays(text: str) -> None:
    assert without_comments(text) == text


TABS = '<div role="tablist"><button role="tab" id="d" aria-controls="1">Day</button><a role="tab" href="#2">Night</a></div>'


@pytest.mark.parametrize(
    "panels",
    [
        '<div role="tabpanel" aria-labelledby="d"><p>Pays 5.</p></div><div role="tabpanel" id="2" hidden><p>Pays 7.</p></div>',
        '<div role="tabpanel" id="1"><p>Pays 5.</p></div><div role="tabpanel" id="2"><p>Pays 7.</p></div>',
        '<div role="tabpanel"><p>Pays 5.</p></div><div role="tabpanel" style="display: none"><p>Pays 7.</p></div>',
        '<div role="tabpanel" aria-label="Day"><h2>Day</h2><p>Pays 5.</p></div><div role="tabpanel"><p>Pays 7.</p></div>',
    ],
)
def test_each_panel_of_tabs_stands_under_the_name_of_its_tab(panels: str) -> None:
    read = page(f"<main><h1>Shifts</h1>{TABS}{panels}<p>For all.</p></main>")
    assert read == "# Shifts\n\n## Day\n\nPays 5.\n\n## Night\n\nPays 7.\n\n# Shifts\n\nFor all."


def test_a_title_that_a_heading_of_its_level_follows_at_once_is_the_title(tmp_path: Path) -> None:
    text = "# Careers at sea\n\n# Mate\n\nPays 5.\n\n# Cook\n\nPays 4."
    assert document(tmp_path, "a.md", text).guide.title == "Careers at sea"
    assert title_of("# Mate\n\nPays 5.\n\n# Cook\n\nPays 4.") == ""


def test_what_a_word_processor_calls_the_title_is_above_all_headings() -> None:
    read = html_as_markdown(
        '<body><p class="title c1">Careers</p><p>All of them.</p><h1>Mate</h1><p>Pays 5.</p><h2>Leave</h2><p>Yes.</p></body>'
    )
    assert read.strip() == "# Careers\n\nAll of them.\n\n## Mate\n\nPays 5.\n\n### Leave\n\nYes."


def test_the_largest_line_above_all_headings_is_the_title() -> None:
    edges = '<div title="header"><p>Guild</p></div>', '<div title="footer"><p>Page 1</p></div>'
    read = page(f'{edges[0]}<p style="font-size: 28pt">Careers</p><h1>Mate</h1><p>Pays 5.</p>{edges[1]}')
    assert read == "# Careers\n\n## Mate\n\nPays 5."
    later = page('<p>Of the guild.</p><p style="font-size: 28pt">Careers</p><p>All.</p><h1>Mate</h1><p>Pays 5.</p>')
    assert "# Mate" in later.split("\n\n")


def test_lists_that_are_written_one_below_another_stand_in_each_other_by_their_level() -> None:
    lists = '<ul class="c1 lst-kix_a-0 start"><li>Show:</li></ul><ul class="lst-kix_a-1"><li>one dome</li></ul><ul class="lst-kix_a-2"><li>of lead</li></ul><ul class="lst-kix_a-1"><li>a door</li></ul><ul class="lst-kix_a-0"><li>Wait</li></ul>'
    assert page(lists) == "- Show:\n  - one dome\n    - of lead\n  - a door\n- Wait"


def test_each_part_that_a_radio_button_shows_stands_under_its_label() -> None:
    inputs = '<input type="radio" name="t" id="a" checked><input type="radio" name="t" id="b">'
    labels = '<div><label for="a">Day</label><label for="b">Night</label></div>'
    read = page(
        f"<h1>Pay</h1><div>{inputs}{labels}<div><div><p>5 euros.</p></div><div><p>7 euros.</p></div></div></div>"
    )
    assert read == "# Pay\n\n## Day\n\n5 euros.\n\n## Night\n\n7 euros."


def test_choices_of_a_form_are_no_labels_of_parts() -> None:
    asked = '<p><input type="radio" name="t" id="a"><label for="a">Yes</label><input type="radio" name="t" id="b"><label for="b">No</label></p>'
    assert "## Yes" not in page(f"<h1>Pay</h1>{asked}<p>5 euros.</p><p>7 euros.</p>")


def test_a_part_that_opens_within_an_item_alone_is_no_item() -> None:
    toggle = "<ul><li><details><summary>How long?</summary><p>Three years.</p></details></li></ul>"
    assert page(f"<h1>Pay</h1>{toggle}") == "# Pay\n\n## How long?\n\nThree years."


def test_what_stands_in_the_header_of_a_page_s_content_is_read() -> None:
    assert page("<header><h1>Mates</h1><p>At sea.</p></header><section><h1>Pay</h1><p>Five.</p></section>") == (
        "# Mates\n\nAt sea.\n\n# Pay\n\nFive."
    )


def test_a_first_row_that_alone_is_bold_names_the_columns() -> None:
    rows = "<tr><td rowspan=2>York</td><td>26 days</td></tr><tr><td>from the second on</td></tr>"
    read = page(f"<table><tr><td><b>Shop</b></td><td><b>Leave</b></td></tr>{rows}</table>")
    assert read.startswith("| Shop | Leave |")
