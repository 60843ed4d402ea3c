"""AsciiDoc is read as Asciidoctor shows it: header, attributes, comments, lists, boxes, tables, notes."""

from pathlib import Path

import pytest

from knowledge.documents.reading import GuideFile, read
from knowledge.passages import Document

HEADER = """= Bookbinder
Ada Roux <ada@example.org>
v1.2, 2025-06-30: wages
:toc: left
:region: Belgium
:starter: EUR 2,050
:long: first \\
 and second
:icons: font
"""


def adoc(tmp_path: Path, text: str) -> Document:
    """An AsciiDoc text, read."""
    (tmp_path / "guide.adoc").write_text(text, encoding="utf-8")
    return read(GuideFile(tmp_path, tmp_path / "guide.adoc"))


def test_attributes_of_the_header_fill_the_text_and_none_of_it_is_lost(tmp_path: Path) -> None:
    document = adoc(tmp_path, f"{HEADER}\nBinds books: {{long}}.\n\n== Pay\n\nStarts at {{starter}} a month.\n")
    assert document.markdown.startswith("# Bookbinder\n\n- Author: Ada Roux")
    assert "Binds books: first and second.\n\n## Pay\n\nStarts at EUR 2,050 a month." in document.markdown
    assert document.guide.region == "Belgium"
    assert "toc" not in document.markdown
    assert document.notes == ()


@pytest.mark.parametrize(
    "header",
    ["", ":toc:\n", ":toc: left\n:sectnums:\n", "Ada Roux\n", "Ada Roux; Bo Li\n2025-06-30\n", ":!numbered:\n"],
)
def test_whatever_the_header_holds_the_text_below_is_read(tmp_path: Path, header: str) -> None:
    assert "Glues the spine." in adoc(tmp_path, f"= Bookbinder\n{header}\nGlues the spine.\n").markdown


def test_comments_go_and_what_follows_them_stays(tmp_path: Path) -> None:
    text = (
        "= A\n\n// not agreed: 9 weeks\n. Sew\n// nor this\n. Glue\n\n////\nold\n////\n\nDone.\n\n----\n// code\n----\n"
    )
    assert adoc(tmp_path, text).markdown == "# A\n\n1. Sew\n2. Glue\n\nDone.\n\n```\n// code\n```"


def test_lists_lie_within_each_other_by_their_markers(tmp_path: Path) -> None:
    text = "= A\n\n* Tools\n. Knife\n. Awl\n+\nWith a handle.\n* Paper\n\n[horizontal]\nNotice:: two weeks\nLeave::\n  30 days\n"
    told = adoc(tmp_path, text).markdown
    assert "- Tools\n\n  1. Knife\n\n  2. Awl\n\n     With a handle.\n\n- Paper" in told
    assert "- Notice: two weeks\n- Leave: 30 days" in told


def test_boxes_keep_their_content_and_their_titles(tmp_path: Path) -> None:
    text = "= A\n\n[WARNING]\n====\nThe test costs EUR 75.\n====\n\n.Who pays?\n[%collapsible]\n====\nThe *guild* pays.\n====\n\nTIP: Ask early.\n"
    told = adoc(tmp_path, text).markdown
    assert "The test costs EUR 75." in told
    assert "## Who pays?\n\nThe **guild** pays." in told
    assert "TIP: Ask early." in told


def test_tables_have_their_spans_headers_and_captions(tmp_path: Path) -> None:
    text = """= A

.Monthly pay in euros
[cols="1,2*>",options="header"]
|===
|Grade |Ghent |Liège
|Apprentice
|1,400 |1,310
.2+|Binder |2,100 |2,000
|2,300 |2,150
2+|Master binder |3,050
|===

[%header,format=csv]
|===
Level,Years
"Old, wise",9
|===
"""
    told = adoc(tmp_path, text).markdown
    assert "Monthly pay in euros:\n\n| Grade | Ghent | Liège |" in told
    assert "| Apprentice | 1,400 | 1,310 |\n| Binder | 2,100 | 2,000 |\n| Binder | 2,300 | 2,150 |" in told
    assert "| Master binder | | 3,050 |" in told
    assert "| Old, wise | 9 |" in told


def test_footnotes_are_told_in_the_sentence_that_refers_to_them(tmp_path: Path) -> None:
    text = "= A\n\nEarns EUR 2,050.footnote:b[Plus https://b.example[board].] Really.\n\n|===\n|Pay |31 footnote:b[]\n|===\n"
    told = adoc(tmp_path, text).markdown
    assert "Earns EUR 2,050 (Plus board). Really." in told
    assert "31 (Plus board)" in told


def test_formats_links_and_struck_out_words_are_understood(tmp_path: Path) -> None:
    text = "= A\n\n== The pay\n\n*Bold*, _thin_, [.line-through]#EUR 9# EUR 10, +{raw}+, 5 m^2^; see <<_the_pay>> and xref:x.adoc[the rest].\n"
    assert "**Bold**, *thin*, EUR 10, {raw}, 5 m²; see the pay and the rest." in adoc(tmp_path, text).markdown


def test_parts_on_a_condition_are_kept_where_it_holds(tmp_path: Path) -> None:
    text = "= A\n:full:\n\nifdef::full[]\nAll of it.\nendif::[]\nifdef::draft[]\nNot this.\nendif::[]\nifndef::draft[Final.]\n"
    told = adoc(tmp_path, text).markdown
    assert "All of it. Final." in " ".join(told.split())
    assert "Not this" not in told


def test_titles_may_be_underlined_and_included_files_are_named(tmp_path: Path) -> None:
    document = adoc(tmp_path, "Bookbinder\n==========\n\nPay\n---\n\nEarns 5.\n\ninclude::wages.adoc[]\n")
    assert document.markdown == "# Bookbinder\n\n## Pay\n\nEarns 5."
    assert document.notes == ("wages.adoc, which it includes, is not read with it",)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ('"{year}" == "2026"', True),
        ("'{year}' != '2026'", False),
        ("{year} >= 2025", True),
        ("{rate} < 1.4", False),
        ('{year} == "2026"', False),
        ('{year} > "2025"', False),
        ("{draft} == true", True),
        ('"{nobody}" == ""', True),
        ("{nobody} > 3", False),
        ('"{backend}" == "html5"', True),
    ],
)
def test_a_comparison_of_attributes_says_whether_what_it_holds_is_read(tmp_path: Path, condition: str, holds: bool) -> None:  # fmt: skip
    document = adoc(
        tmp_path,
        f"= A\n:year: 2026\n:rate: 1.5\n:draft: true\n\nSews.\n\nifeval::[{condition}]\nGlues.\nendif::[]\n\nCuts.\n",
    )
    assert ("Glues." in document.markdown, "Cuts." in document.markdown) == (holds, True)
    assert document.notes == ()


def test_a_comparison_that_cannot_be_evaluated_is_named_and_what_it_holds_is_read(tmp_path: Path) -> None:
    document = adoc(tmp_path, "= A\n\nifeval::[{year} is new]\nGlues.\nendif::[]\n")
    assert "Glues." in document.markdown
    assert document.notes == ("the condition ifeval::[{year} is new] cannot be evaluated; what it holds is read",)
