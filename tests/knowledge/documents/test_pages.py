"""Web pages: what they show when something is pressed is read, what they hide or set beside is named."""

import pytest

from knowledge.documents.html import Page, read_page
from knowledge.errors import UnreadableFile


def page(body: str, head: str = "") -> Page:
    """A page of a body."""
    return read_page(f"<html><head>{head}</head><body>{body}</body></html>")


@pytest.mark.parametrize("hides", ["hidden", 'style="display: none"'])
@pytest.mark.parametrize(
    "label",
    ["<h3>Is there a grant?</h3>", "<h3><button>Is there a grant?</button></h3>", '<div role="button">Is there a grant?</div>', "<div><button>Is there a grant?</button></div>"],
)  # fmt: skip
def test_what_is_hidden_under_its_label_is_read(label: str, hides: str) -> None:
    told = page(f"<h1>Diver</h1><div>{label}<div {hides}><p>Yes: 900 euros.</p></div></div><h3>Next</h3><p>Text.</p>")
    assert "Yes: 900 euros." in told.markdown
    assert told.notes == []


def test_what_else_is_hidden_is_named() -> None:
    told = page("<h1>Diver</h1><h2>Pay</h2><p hidden>Old: 30,000 a year.</p><p>Pays 36,000.</p>")
    assert "30,000" not in told.markdown
    assert told.notes == ["what the page hides is not read: “Old: 30,000 a year.”"]


def test_menus_and_dialogs_that_are_hidden_are_not_worth_a_word() -> None:
    told = page('<nav hidden>Home Jobs</nav><div role="dialog" hidden>We use cookies.</div><h1>Diver</h1><p>Dives.</p>')
    assert told.notes == []


def test_what_stands_beside_an_article_is_left_out_and_named() -> None:
    article = f"<article><h1>Diver</h1><p>Dives. {'Long text. ' * 20}</p></article>"
    told = page(
        f'<aside class="sidebar"><h3>Related careers</h3><p>Pilot: $90,000</p></aside>{article}<section class="replies"><p>Al: I make 9</p></section><footer>Imprint text</footer>'
    )
    assert "Pilot" not in told.markdown
    assert told.notes == [
        "what stands beside its content is not read: “Related careers”, “Pilot: $90,000”, “Al: I make 9”"
    ]


def test_a_page_states_its_date_for_machines_too() -> None:
    head = '<meta property="article:modified_time" content="2026-02-01"><script type="application/ld+json">{"@graph": [{"dateModified": "2026-03-01"}]}</script>'
    told = page("<h1>Diver</h1><p>Dives.</p>", head)
    assert told.fields == {"modified_time": "2026-02-01", "dateModified": "2026-03-01"}


def test_confluence_pages_are_without_attachments_and_its_list_of_pages_is_none() -> None:
    top = '<div id="main-header"><h1><span id="title-text">Space : Diver</span></h1></div>'
    about = '<div class="page-metadata">last modified by Al on Mar 3, 2026</div>'
    files = '<div class="pageSection"><h2 id="attachments">Attachments:</h2><a href="x">image.png</a> (image/png)</div>'
    told = page(f"{top}{about}<p>Dives.</p>{files}")
    assert told.markdown.strip() == "# Diver\n\nDives."
    assert list(told.beside) == ["last modified by Al on Mar 3, 2026"]
    with pytest.raises(UnreadableFile, match="list of the pages"):
        page(f"{top}<ul><li><a href='Diver_1.html'>Diver</a></li></ul>")


@pytest.mark.parametrize(
    "menu",
    [
        '<div id="suiteBar"><div>Guild intranet</div><a>News</a><a>Sites</a></div>',
        '<div><ul class="root static"><li><a>Rota</a></li><li><a>School</a></li></ul></div>',
        '<div role="menubar"><span>File</span><span>Edit</span></div>',
        '<div class="leftNavBox"><a>Rota</a></div>',
    ],
)
def test_menus_of_a_page_are_not_its_content(menu: str) -> None:
    told = page(f"{menu}<div><div><h1>Diver</h1><p>Dives.</p></div></div>")
    assert (told.markdown.strip(), told.notes) == ("# Diver\n\nDives.", [])


@pytest.mark.parametrize("above", ["<div>See <a>pay</a> and <a>leave</a>. Both are new.</div>", "<p>For <a>A</a> and <a>B</a></p>"])  # fmt: skip
def test_sentences_and_paragraphs_with_links_above_the_heading_are_content(above: str) -> None:
    assert len(page(f"{above}<h1>Diver</h1><p>Dives.</p>").markdown.split("# Diver")[0].split()) > 3


def test_signs_without_a_width_are_no_part_of_titles_and_text() -> None:
    told = page("<h1>\u200bDiver</h1><p>Di&#8203;ves\ufeff.</p>", "<title>&#x200B;Diver</title>")
    assert (told.title, told.markdown.strip()) == ("Diver", "# Diver\n\nDives.")


@pytest.mark.parametrize(
    ("rules", "label"),
    [
        (".new { background: #efe; border-radius: 3px }", '<span class="new">Hiring</span>'),
        ("", '<span style="border: 1px solid green; padding: 0 3px">Hiring</span>'),
        ("", '<span class="status-macro aui-lozenge aui-lozenge-success">Hiring</span>'),
    ],
)
def test_a_label_in_a_box_of_its_own_is_set_apart_from_the_words_beside_it(rules: str, label: str) -> None:
    told = page(
        f"<h1>Divers</h1><p>Wreck diver{label}, harbour diver {label}now.</p><p>{label}</p>", f"<style>{rules}</style>"
    )
    assert told.markdown.strip().split("\n\n")[1:] == ["Wreck diver (Hiring), harbour diver (Hiring) now.", "Hiring"]


@pytest.mark.parametrize("style", ["background: yellow", "padding: 2px", "border: 0 none; padding: 2px", ""])
def test_marked_words_are_no_label(style: str) -> None:
    told = page(f'<h1>Divers</h1><p>Wreck <span style="{style}">diver</span>s.</p>')
    assert told.markdown.strip().endswith("Wreck divers.")


@pytest.mark.parametrize(
    "comments",
    [
        '<section id="comments"><h2>1 comment</h2><p>I earn 9.</p></section>',
        '<ol class="comment-list"><li>I earn 9.</li></ol>',
        '<div itemprop="comment"><p>I earn 9.</p></div>',
        '<div role="comment">I earn 9.</div>',
    ],
)
def test_comments_of_readers_are_named_and_not_read(comments: str) -> None:
    told = page(f"<h1>Diver</h1><p>Earns 5.</p>{comments}")
    assert told.markdown.strip() == "# Diver\n\nEarns 5."
    assert "I earn 9." in " ".join(told.notes)


def test_a_column_of_comments_and_a_page_about_them_are_read() -> None:
    assert "Dives" in page('<div id="comments"><h1>Comments of divers</h1><p>Dives.</p></div>').markdown
    table = '<table><tr><th>Level</th><th>Comments</th></tr><tr><td>2</td><td class="comments">Dives</td></tr><tr><td>3</td><td class="comments">Leads</td></tr></table>'
    assert "Dives" in page(f"<h1>Diver</h1>{table}").markdown


@pytest.mark.parametrize(
    "bar",
    [
        '<div><button>Like</button><a href="#">Share</a> <span>12 do</span></div>',
        '<p><a href="#">Like</a> · <a href="javascript:void(0)">Reply</a></p>',
        '<div><span role="button">Like</span><span role="button">Watch</span></div>',
    ],
)
def test_bars_of_controls_are_no_text(bar: str) -> None:
    assert page(f"<h1>Diver</h1><p>Earns 5.</p>{bar}").markdown.strip() == "# Diver\n\nEarns 5."


@pytest.mark.parametrize(
    "text", ['<p>A <a href="#">master</a> or a <a href="#">journeyman</a> who has dived for ten years</p>', '<p><a href="#">See</a> <a href="#">here</a>. Ask.</p>']
)  # fmt: skip
def test_sentences_with_links_that_lead_nowhere_stay(text: str) -> None:
    assert len(page(f"<h1>Diver</h1>{text}").markdown.split()) > 3
