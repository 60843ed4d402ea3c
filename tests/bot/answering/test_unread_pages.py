"""An answer that rests on a guide of which pages were not read says so."""

from pathlib import Path
from zipfile import ZipFile

from reportlab.pdfgen.canvas import Canvas

from bot.answering.conversation import Conversation
from knowledge.documents.reading import GuideFolders
from knowledge.index.store import IndexStore
from knowledge.index.syncing import sync
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


def test_pages_not_read_are_told_apart_from_other_notes_also_through_the_stored_index(
    encoder: LocalEncoder, tmp_path: Path
) -> None:
    page = Canvas(str(tmp_path / "Dealers.pdf"))
    page.drawString(60, 700, "It takes nine weeks to learn dealing.")
    page.showPage()
    page.rect(60, 300, 300, 300, fill=1)
    page.save()
    with ZipFile(tmp_path / "export.zip", "w") as archive:
        archive.write(tmp_path / "Dealers.pdf", "Dealers.pdf")
    (tmp_path / "book.html").write_text("<main><h1>Divers</h1><p>Four hours.</p><p hidden>Draft of May</p></main>")
    store = IndexStore(tmp_path / "index")
    sync(store, GuideFolders((tmp_path,), tmp_path / "index"), encoder)
    skipped = store.contents(store.current()).skipped
    assert {(one.path, one.has_pages) for one in skipped if one.partly} == {
        ("Dealers.pdf", True),
        ("export.zip", True),
        ("book.html", False),
    }
