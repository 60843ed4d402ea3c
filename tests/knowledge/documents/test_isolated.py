"""A file that harms its reader is named and harms nothing else."""

import os
import socket
import sys
import zipfile
from pathlib import Path

import pytest

from knowledge.documents.formats import LARGEST_UNPACKED
from knowledge.documents.isolated import ReadingProcess
from knowledge.documents.reading import GuideFile, GuideFolders, SkippedFile, find_files, look, read, read_all
from knowledge.errors import UnreadableFile
from knowledge.passages import Document


def test_a_file_that_takes_too_long_is_named_and_the_next_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# A\n\nText.", encoding="utf-8")
    with ReadingProcess(seconds=0.0) as child:
        assert "more than" in child.read(tmp_path / "a.md")["unreadable"]
        child.seconds = 60
        assert "Text." in child.read(tmp_path / "a.md")["text"]


def test_a_file_that_takes_too_much_memory_is_named_and_the_next_one_is_read(tmp_path: Path) -> None:
    (tmp_path / "large.html").write_text("<table>" + "<tr><td>a</td></tr>" * 200_000, encoding="utf-8")
    (tmp_path / "small.txt").write_text("Text.", encoding="utf-8")
    with ReadingProcess(seconds=60, memory=40 * 2**20) as child:
        assert "too much memory" in child.read(tmp_path / "large.html")["unreadable"]
        assert "Text." in child.read(tmp_path / "small.txt")["text"]


@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".pptx", ".odt", ".epub", ".zip"])
def test_a_packed_file_that_unpacks_to_too_much_is_left_out(tmp_path: Path, suffix: str) -> None:
    names = (
        "word/document.xml",
        "xl/workbook.xml",
        "ppt/presentation.xml",
        "content.xml",
        "META-INF/container.xml",
        "a.md",
    )
    with zipfile.ZipFile(tmp_path / f"bomb{suffix}", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in names:
            archive.writestr(name, bytes(LARGEST_UNPACKED // len(names) + 1))
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        read(GuideFile(tmp_path, tmp_path / f"bomb{suffix}"))


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="only Linux shows the environment of a process")
def test_a_file_is_read_where_no_token_is_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-secret")
    (tmp_path / "a.md").write_text("# A\n\nText.", encoding="utf-8")
    with ReadingProcess(seconds=60) as child:
        assert "Text." in child.read(tmp_path / "a.md")["text"]
        assert child._child
        environment = Path(f"/proc/{child._child.process.pid}/environ").read_bytes()
    assert b"PYTHONPATH" in environment
    assert b"SLACK_BOT_TOKEN" not in environment
    assert b"xoxb" not in environment


def test_whatever_a_reader_raises_is_a_reason(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "cut.docx", "w") as archive:
        archive.writestr("word/document.xml", "<w:document xmlns:w='http://schemas.openxmlformats.org/")
    (tmp_path / "good.md").write_text("# Good\n\nText.", encoding="utf-8")
    cut, good = read_all(find_files(GuideFolders((tmp_path,))))
    assert isinstance(cut, SkippedFile)
    assert cut.reason.startswith("it is damaged (")
    assert isinstance(good, Document)


def test_boxes_within_boxes_are_read(tmp_path: Path) -> None:
    (tmp_path / "deep.html").write_text(f"{'<div>' * 3000}<p>A baker bakes.</p>{'</div>' * 3000}", encoding="utf-8")
    assert read(GuideFile(tmp_path, tmp_path / "deep.html")).markdown == "A baker bakes."


def test_links_out_of_the_folder_are_named_and_not_followed(tmp_path: Path) -> None:
    for folder in ("guides", "secret"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / f"{folder}.md").write_text("# A\n\nText.", encoding="utf-8")
    (tmp_path / "guides" / "out.md").symlink_to(tmp_path / "secret" / "secret.md")
    (tmp_path / "guides" / "folder").symlink_to(tmp_path / "secret")
    (tmp_path / "guides" / "in.md").symlink_to(tmp_path / "guides" / "guides.md")
    found = look(GuideFolders((tmp_path / "guides",)))
    assert [file.name for file in found.files] == ["guides.md", "in.md"]
    assert [skip.path for skip in found.skipped] == ["folder", "out.md"]


def test_what_cannot_be_a_guide_for_what_it_is_costs_itself_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("# Good\n\nText.", encoding="utf-8")
    (tmp_path / "loop").symlink_to("loop2")
    (tmp_path / "loop2").symlink_to("loop")
    (tmp_path / "self.md").symlink_to("self.md")
    (tmp_path / "gone.md").symlink_to("nowhere.md")
    os.mkfifo(tmp_path / "pipe.md")
    os.mkfifo(tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(tmp_path / "socket.txt"))
    found = look(GuideFolders((tmp_path,), tmp_path / "data"))
    assert [file.name for file in found.files] == ["good.md"]
    itself, special = "it is a link that leads to itself", "it is no file but a pipe, a socket or a device"
    assert {skip.path: skip.reason for skip in found.skipped} == {
        "loop": itself,
        "loop2": itself,
        "self.md": itself,
        "pipe.md": special,
        "socket.txt": special,
    }


def test_a_folder_of_guides_that_leads_to_itself_holds_none(tmp_path: Path) -> None:
    (tmp_path / "guides").symlink_to("guides")
    assert look(GuideFolders((tmp_path / "guides",), tmp_path)).files == ()


@pytest.mark.skipif(sys.platform != "linux", reason="names of other bytes than UTF-8")
def test_a_name_that_is_not_utf_8_is_told_in_signs_that_can_be_printed(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("# Good\n\nText.", encoding="utf-8")
    (tmp_path / os.fsdecode(b"Geh\xe4lter.md")).write_text("# Bad\n\nText.", encoding="utf-8")
    folder = tmp_path / os.fsdecode(b"B\xfccher")
    folder.mkdir()
    (folder / "a.md").write_text("# A\n\nText.", encoding="utf-8")
    found = look(GuideFolders((tmp_path,)))
    assert [file.name for file in found.files] == ["good.md"]
    assert [str(skip) for skip in found.skipped] == [
        "B\\udcfccher is left out: its name is not UTF-8; rename it",
        "Geh\\udce4lter.md is left out: its name is not UTF-8; rename it",
    ]


def test_what_is_not_read_is_named_one_by_one_or_counted(tmp_path: Path) -> None:
    for name in ("a.png", "b.png", "c.png", "d.png", "x.psd", "Makefile"):
        (tmp_path / name).write_bytes(b"x")
    skipped = look(GuideFolders((tmp_path,))).skipped
    assert [skip.path for skip in skipped] == ["Makefile", "a.png and 3 more", "x.psd"]
    assert ".psd are not read" in skipped[2].reason


@pytest.mark.parametrize("told", ["page 2 has no text", "2 places"])
def test_what_is_read_in_part_says_so(tmp_path: Path, told: str) -> None:
    from reportlab.pdfgen import canvas

    pdf = canvas.Canvas(str(tmp_path / "a.pdf"))
    pdf.drawString(60, 700, "Pay of miners: they dig.")
    pdf.showPage()
    pdf.rect(60, 60, 300, 300, fill=1)
    pdf.save()
    (tmp_path / "b.md").write_text("# B\n\nIt pays {{ low }} to {{ high }}.", encoding="utf-8")
    documents = [entry for entry in read_all(find_files(GuideFolders((tmp_path,)))) if isinstance(entry, Document)]
    assert told in " ".join(note for document in documents for note in (*document.unread_pages, *document.notes))
