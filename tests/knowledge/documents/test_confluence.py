"""Pages of Confluence are read as their authors wrote them, whichever way they were saved."""

import pytest

from knowledge.documents.html import Page, read_page

EXPORTED = """<div class="expand-container"><div class="expand-control"><span class="expand-control-icon"></span><span
class="expand-control-text">How long?</span></div><div class="expand-content" style="display: none"><p>Three years.</p></div></div>"""
OF_THE_CLOUD = """<div data-node-type="expand" data-title="How long?"><button aria-expanded="false"><span></span></button><button
aria-expanded="false"><span>How long?</span></button><div><p>Three years.</p></div></div>"""
SECOND = "".join(f"<p>{word} said that a glover earns 9 and works for years.</p>" for word in ("Al", "Bo", "Cy"))


def page(content: str, around: str = "") -> Page:
    """A page as it is saved from a browser."""
    return read_page(
        f"""<html><body><div id="main"><h1 id="title-text"><a href="/x">Glovers</a></h1>
<div class="page-metadata">last modified on Mar 3, 2026</div>
<div id="main-content" class="wiki-content">{content}</div>{around}</div></body></html>"""
    )


@pytest.mark.parametrize("expand", [EXPORTED, OF_THE_CLOUD])
def test_what_an_expand_macro_opens_stands_under_its_title(expand: str) -> None:
    told = page(f"<p>Earns 5.</p>{expand}<p>For all.</p>")
    assert told.markdown.strip() == "# Glovers\n\nEarns 5.\n\n## How long?\n\nThree years.\n\n# Glovers\n\nFor all."
    assert (told.title, told.notes, list(told.beside)) == ("Glovers", [], ["last modified on Mar 3, 2026"])


def test_the_bar_to_like_a_page_is_no_text_and_comments_of_readers_are_named() -> None:
    bar = '<div id="likes-and-labels-container"><a href="">Like</a><span>Be the first to like this</span><ul><li>No labels</li></ul></div>'
    told = page("<p>Earns 5.</p>", f'{bar}<div id="comments-section">{SECOND}</div>')
    assert told.markdown.strip() == "# Glovers\n\nEarns 5."
    assert len(told.notes) == 1
    assert "Al said" in told.notes[0]


def test_comments_that_are_exported_with_a_page_are_named_and_not_read() -> None:
    told = page("<p>Earns 5.</p>", f'<div class="pageSection"><h2 id="comments">Comments:</h2><table><tr><td>{SECOND}</td></tr></table></div>')  # fmt: skip
    assert told.markdown.strip() == "# Glovers\n\nEarns 5."
    assert "Al said" in " ".join(told.notes)


def test_storage_format_is_read_with_its_macros() -> None:
    told = read_page(
        """<p>Earns 5, see <ac:link><ri:page ri:content-title="Pay" /><ac:plain-text-link-body><![CDATA[R&D <pay>]]></ac:plain-text-link-body></ac:link>.</p>
<ac:structured-macro ac:name="expand"><ac:parameter ac:name="title">How long?</ac:parameter><ac:rich-text-body><p>Three years <ac:structured-macro ac:name="status"><ac:parameter ac:name="colour">Green</ac:parameter><ac:parameter ac:name="title">OPEN</ac:parameter></ac:structured-macro></p></ac:rich-text-body></ac:structured-macro>
<ac:structured-macro ac:name="toc"><ac:parameter ac:name="maxLevel">2</ac:parameter></ac:structured-macro>
<ac:task-list><ac:task><ac:task-id>1</ac:task-id><ac:task-status>incomplete</ac:task-status><ac:task-body>Bring gloves.</ac:task-body></ac:task></ac:task-list>"""
    )
    assert told.markdown.strip() == "Earns 5, see R&D <pay>.\n\n## How long?\n\nThree years (OPEN)\n\nBring gloves."
