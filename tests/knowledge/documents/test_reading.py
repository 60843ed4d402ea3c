"""Files become Markdown with headings; bad files are named with the reason."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen import canvas

from knowledge.documents.coverage import lost
from knowledge.documents.html import read_page
from knowledge.documents.reading import (
    LARGEST_FILE,
    GuideFile,
    GuideFolders,
    SkippedFile,
    find_files,
    read,
    read_all,
)
from knowledge.errors import UnreadableFile
from knowledge.passages import Document
from tests.conftest import document


def test_front_matter_states_what_a_guide_is_about(tmp_path: Path) -> None:
    read_ = document(tmp_path, "a.md", "---\ntitle: Data Engineer\nregion: Spain\nedition: 2026\n---\n# Other\n\nText.")
    assert (read_.guide.title, read_.guide.region, read_.guide.edition) == ("Data Engineer", "Spain", "2026")
    assert "region" not in read_.markdown


def test_content_in_front_matter_is_kept_with_headings_from_its_keys(tmp_path: Path) -> None:
    text = "---\ntitle: Ladder\nlevels: 3\ntopics:\n- name: impact\n  criteria: [ships features, mentors]\n---\n"
    markdown = document(tmp_path, "a.md", text).markdown
    assert "levels: 3" in markdown
    assert "# impact" in markdown
    assert "- ships features" in markdown


def test_a_yaml_file_keeps_the_comments_that_explain_it(tmp_path: Path) -> None:
    markdown = document(tmp_path, "pay.yml.txt", "# Pay by grade\n13:\n  low: $1\n  high: $2\n").markdown
    assert "Pay by grade" in markdown
    assert "13: low: $1; high: $2" in markdown


def test_plain_text_gets_headings_from_lines_that_stand_alone(tmp_path: Path) -> None:
    text = "Baker jobs\n\n\nWhat bakers do\n\nThey bake bread every night.\n\nTools\n\n  • Oven\n  • Mixer"
    markdown = document(tmp_path, "baker.txt", text).markdown
    assert "# Baker jobs" in markdown
    assert "## What bakers do" in markdown
    assert "- Oven" in markdown
    assert "# They bake" not in markdown


def test_html_keeps_the_content_and_its_tables_and_drops_menus() -> None:
    html = (
        "<html><head><title>Nurses | Site</title></head><body><nav><a href='/'>Home</a></nav>"
        "<div class='main-menu'><ul><li>Jobs</li></ul></div><main><h1>Nurses</h1><p>They care.</p>"
        "<table><tr><th>Level</th><th>Pay</th></tr><tr><td>1</td><td>$50</td></tr></table>"
        "<script>track()</script></main><footer>About us</footer></body></html>"
    )
    page = read_page(html)
    markdown, title = page.markdown, page.title
    assert title == "Nurses"
    assert "# Nurses" in markdown
    assert "| 1 | $50 |" in markdown
    assert not any(noise in markdown for noise in ("Home", "Jobs", "track", "About us"))


def test_html_tables_inside_markdown_become_markdown_tables(tmp_path: Path) -> None:
    text = "# Pay\n\n<table><tr><th>Grade</th><th>Pay</th></tr><tr><td>Senior</td><td>9</td></tr></table>\n\n<!-- hidden -->"
    markdown = document(tmp_path, "a.md", text).markdown
    assert "| Senior | 9 |" in markdown
    assert "hidden" not in markdown


def test_word_documents_keep_headings_lists_and_tables(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_heading("Tech Lead", 1)
    word.add_paragraph("Owns the system.")
    word.add_paragraph("mentors people", style="List Bullet")
    table = word.add_table(rows=2, cols=2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("Level", "Years", "TL4", "6"), strict=True):
        cell.text = text
    word.save(str(tmp_path / "lead.docx"))
    markdown = read(GuideFile(tmp_path, tmp_path / "lead.docx")).markdown
    assert "# Tech Lead" in markdown
    assert "- mentors people" in markdown
    assert "| TL4 | 6 |" in markdown


def _pdf(path: Path, encrypt: str | None = None) -> None:
    page = canvas.Canvas(str(path), pagesize=A4, encrypt=encrypt)
    page.setFont("Helvetica-Bold", 20)
    page.drawString(60, 780, "Actuary")
    page.setFont("Helvetica-Bold", 14)
    page.drawString(60, 740, "Pay")
    page.setFont("Helvetica", 10)
    page.drawString(60, 715, "The median wage of actuaries was high and it")
    page.drawString(60, 703, "rose every year.")
    page.drawString(60, 680, "• Bonus")
    page.save()


def test_pdf_headings_come_from_their_size_and_wrapped_lines_are_joined(tmp_path: Path) -> None:
    _pdf(tmp_path / "a.pdf")
    markdown = read(GuideFile(tmp_path, tmp_path / "a.pdf")).markdown
    assert "# Actuary" in markdown
    assert "## Pay" in markdown
    assert "high and it rose every year." in markdown
    assert "- Bonus" in markdown


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _binary(path: Path) -> None:
    path.write_bytes(b"\x00\x01\x02" * 100)


def _enormous(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(10 * LARGEST_FILE)


def _text(path: Path) -> None:
    path.write_text("just words", encoding="utf-8")


def _encrypted(path: Path) -> None:
    _pdf(path, encrypt="secret")


def _damaged_zip(path: Path) -> None:
    path.write_bytes(b"PK\x03\x04 broken")


def _zip_without_a_document(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("other.txt", "hello")


@pytest.mark.parametrize(
    ("name", "make", "reason"),
    [
        ("empty.md", _empty, "no text"),
        ("binary.txt", _binary, "not text"),
        ("huge.md", _enormous, "larger than"),
        ("text.pdf", _text, "not a PDF"),
        ("locked.pdf", _encrypted, "encrypted"),
        ("broken.docx", _damaged_zip, "not copied whole"),
        ("other.docx", _zip_without_a_document, "not a document of Word"),
        ("words.html", _text, "no HTML"),
    ],
)
def test_a_bad_file_is_named_with_the_reason_and_the_rest_is_read(
    tmp_path: Path, name: str, make: Callable[[Path], None], reason: str
) -> None:
    make(tmp_path / name)
    (tmp_path / "good.md").write_text("# Good\n\nText.", encoding="utf-8")
    found = list(read_all(find_files(GuideFolders((tmp_path,)))))
    skipped = [entry for entry in found if isinstance(entry, SkippedFile)]
    assert [entry.path for entry in skipped] == [name]
    assert reason in skipped[0].reason
    assert [entry.guide.path for entry in found if isinstance(entry, Document)] == ["good.md"]


def test_text_in_an_older_encoding_is_read(tmp_path: Path) -> None:
    text = "Das Gehalt für Bäcker in München ist höher als das Gehalt für Köche in Görlitz. " * 5
    (tmp_path / "a.txt").write_bytes(text.encode("cp1252"))
    assert "für Bäcker" in read(GuideFile(tmp_path, tmp_path / "a.txt")).markdown


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("text", encoding="utf-8")
    (tmp_path / "a.md").chmod(0)
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        read(GuideFile(tmp_path, tmp_path / "a.md"))


def test_files_are_found_in_every_folder_and_hidden_ones_are_left_out(tmp_path: Path) -> None:
    for name in ("a.md", "deep/er/b.html", ".git/c.md", "~$d.docx", "e.png", "LICENSE.note"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    assert [file.name for file in find_files(GuideFolders((tmp_path,)))] == ["a.md", "deep/er/b.html"]


def test_a_guide_of_the_users_own_replaces_ours_of_the_same_name(tmp_path: Path) -> None:
    for folder in ("ours", "theirs"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.md").write_text(folder, encoding="utf-8")
    files = find_files(
        GuideFolders(
            (
                tmp_path / "ours",
                tmp_path / "theirs",
            )
        )
    )
    assert [file.root.name for file in files] == ["theirs"]


def test_words_that_were_not_read_are_counted(tmp_path: Path) -> None:
    word = docx.Document()
    word.add_paragraph("One sentence of five words.")
    word.add_paragraph().add_run("Not any more").font.strike = True
    word.save(str(tmp_path / "a.docx"))
    assert read(GuideFile(tmp_path, tmp_path / "a.docx")).notes == ()
    assert list(lost({"one", "two"}, {"one"})) == ["1 of its 2 different words are in no passage"]
    assert list(lost({"one"}, {"one"})) == []


def test_the_bots_own_data_among_the_guides_is_no_guide(tmp_path: Path) -> None:
    for name in ("diver.md", "data/index/passages.json", "data/sources/git/diver.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("{}", encoding="utf-8")
    assert [file.name for file in find_files(GuideFolders((tmp_path,), tmp_path / "data"))] == ["diver.md"]
    git = tmp_path / "data" / "sources" / "git"
    assert [file.name for file in find_files(GuideFolders((git,), tmp_path / "data"))] == ["diver.md"]
