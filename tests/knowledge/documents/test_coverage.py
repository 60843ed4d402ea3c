"""Words of a file that are in nothing that was read of it are named, in every format."""

from pathlib import Path

from knowledge.documents.coverage import different_words, lost, words_of_html
from knowledge.documents.markdown import words_of_markdown
from knowledge.documents.reading import GuideFile, read


def test_words_of_html_are_those_that_a_reader_sees() -> None:
    html = '<p>Mi<b>xed</b> <s>old</s> caf&eacute;<br>next<sup>1</sup> <a href="#top">up</a></p><script>no</script>'
    assert words_of_html(html) == {"Mixed", "café", "next"}


def test_words_of_markdown_are_those_of_its_text() -> None:
    text = "# Title\n\nA [link](https://a.example/b) and ~~old~~ `code`.\n\n| Pay |\n|---|\n| five |\n"
    assert words_of_markdown(text) == {"Title", "A", "link", "and", "code", "Pay", "five"}


def test_more_than_a_twentieth_of_the_words_lost_is_said() -> None:
    there = different_words([" ".join(f"w{n}" for n in range(20))])
    assert list(lost(there, there - {"w1"})) == []
    assert list(lost(there, there - {"w1", "w2"})) == ["2 of its 20 different words are in no passage"]


def test_text_on_a_slide_that_no_shape_holds_is_noticed(tmp_path: Path) -> None:
    from lxml import etree
    from pptx import Presentation

    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Pay"
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
    unknown = (
        f'<x:ink xmlns:x="urn:x" xmlns:a="{drawing}"><a:p><a:r><a:t>Journeymen earn 31,250</a:t></a:r></a:p></x:ink>'
    )
    slide.shapes._spTree.append(etree.fromstring(unknown))
    slide.shapes.add_textbox(0, 0, 99, 99).text_frame.text = "Paid monthly."
    deck.save(str(tmp_path / "a.pptx"))
    assert read(GuideFile(tmp_path, tmp_path / "a.pptx")).notes == ("4 of its 7 different words are in no passage",)
