"""An answer that rests on a guide of which pages were not read says so."""

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from bot.answering.conversation import Conversation
from knowledge.documents.reading import SkippedFile
from knowledge.search.encoder import LocalEncoder
from tests.building import advisor_over, searcher_over


async def test_an_answer_from_a_guide_with_a_page_without_text_says_which(
    encoder: LocalEncoder, tmp_path: Path
) -> None:
    folder = tmp_path / "guides"
    folder.mkdir()
    page = Canvas(str(folder / "Dealers.pdf"))
    page.drawString(60, 700, "It takes nine weeks to learn dealing.")
    page.showPage()
    page.rect(60, 300, 300, 300, fill=1)
    page.save()
    (folder / "Divers.md").write_text("# Divers\n\nA diver dives for four hours a day.\n", encoding="utf-8")
    advisor = advisor_over(searcher_over(tmp_path / "index", folder, encoder), encoder)
    dealing = await advisor.answer(Conversation.of(["How long does it take to learn dealing?"]))
    diving = await advisor.answer(Conversation.of(["How many hours a day does a diver dive?"]))
    assert dealing.text.endswith("_Of Dealers not all is known here: page 2 has no text, only pictures perhaps._")
    assert "not all is known" not in diving.text


@pytest.mark.parametrize(
    ("reason", "partly", "has_pages"),
    [
        ("pages 2 to 4 could not be read", True, True),
        ("only the first 400 of its 900 pages are read; split it", True, True),
        ("the hidden sheet Draft is not read", True, False),
        ("page 2 has no text", False, False),
    ],
)
def test_only_pages_of_a_guide_that_is_read_are_told(reason: str, partly: bool, has_pages: bool) -> None:
    assert SkippedFile("a.pdf", reason, partly).has_pages == has_pages
