"""Footnotes stand in the sentence that refers to them, whatever program wrote them."""

import pytest

from knowledge.documents.html import html_as_markdown


def told(html: str) -> str:
    """A body as Markdown."""
    return html_as_markdown(f"<body>{html}</body>").strip()


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        (
            '<p>Pays 90,000.<sup><a href="#n">1</a></sup> Really.</p><ol><li id="n">Before tax.</li></ol>',
            "Pays 90,000 (Before tax). Really.",
        ),
        (
            '<p>Pays <b>90,000</b> <a role="doc-noteref" href="#n">[1]</a>, at least. More.</p><aside id="n" role="doc-footnote"><span class="label">[<a role="doc-backlink" href="#r">1</a>]</span><p>Before tax.</p></aside>',
            "Pays **90,000**, at least (Before tax). More.",
        ),
        (
            '<p>Pays 90,000.<a epub:type="noteref" href="#n">*</a></p><aside epub:type="footnote" id="n"><p>* Before tax.</p></aside>',
            "Pays 90,000 (Before tax).",
        ),
        (
            '<p>Pays 90,000<sup><a href="#n">1</a></sup><sup><a href="#m">2</a></sup>.</p><ol><li id="n">1. Before tax. ↩</li><li id="m">In Rome.</li></ol>',
            "Pays 90,000 (Before tax; In Rome).",
        ),
        (
            '<p>Pays 90,000<sup><a name="a" href="#b"><sup>1</sup></a></sup>.</p><div id="x"><p><a name="b" href="#a">1</a>Before tax.</p></div>',
            "Pays 90,000 (Before tax).",
        ),
        (
            '<table><tr><th>Rank</th><th>Pay</th><th>Leave</th></tr><tr><td>Mate</td><td>9<a href="#b" name="a">[1]</a></td><td>20</td></tr><tr><td>Cook</td><td>8</td><td>20</td></tr></table><div><p><a href="#a" name="b">[1]</a> Before tax.</p></div>',
            "| Rank | Pay | Leave |\n| --- | --- | --- |\n| Mate | 9 (Before tax) | 20 |\n| Cook | 8 | 20 |",
        ),
        (
            '<p>See <a id="a" href="#b">2</a>.</p><p>Back to <a id="b" href="#a">2</a> or the top.</p>',
            "See [2](#b).\n\nBack to [2](#a) or the top.",
        ),
        (
            '<p>Pays 90,000<a id="r" role="doc-noteref" href="#n"><sup>1</sup></a>.</p><aside role="doc-endnotes"><ol><li id="n"><p>Before tax.<a href="#r" role="doc-backlink">↩</a></p></li></ol></aside>',
            "Pays 90,000 (Before tax).",
        ),
    ],
)
def test_a_note_stands_before_the_stop_of_its_sentence_without_its_own_mark(html: str, markdown: str) -> None:
    assert told(html) == markdown


def test_a_note_that_is_too_long_stays_where_it_is() -> None:
    note = "word " * 80
    markdown = told(f'<p>Pays 5.<sup><a href="#n">1</a></sup></p><ol><li id="n">{note}</li></ol>')
    assert markdown.startswith("Pays 5.\n\n1. word word")


def test_a_link_to_another_part_of_the_page_is_no_note() -> None:
    assert told('<p>See <a href="#pay">pay</a>.</p><p id="pay">Pays 5.</p>') == "See [pay](#pay).\n\nPays 5."


def test_raised_marks_without_links_are_joined_with_the_next_paragraph_of_their_mark() -> None:
    html = "<table><tr><th>A</th><th>B</th></tr><tr><td>x</td><td>31<sup>*</sup></td></tr></table><p><sup>*</sup> Before tax.</p><p>Pays 5<sup>*</sup>.</p><p><sup>*</sup>In Rome.</p>"
    assert told(html) == "| A | B |\n| --- | --- |\n| x | 31 (Before tax) |\n\nPays 5 (In Rome)."


def test_a_raised_mark_that_nothing_explains_and_a_square_metre_stay() -> None:
    assert told("<p>Pays 5<sup>1</sup> for 3 m<sup>2</sup>.</p><p><sup>2</sup> Squares.</p>").startswith(
        "Pays 5 (note 1) for 3 m²."
    )
