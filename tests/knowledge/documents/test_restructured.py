"""reStructuredText is read by docutils, with its fields, its notes, and what Sphinx adds to it."""

from pathlib import Path

from knowledge.documents.formats import reader_of
from knowledge.documents.reading import GuideFile, read
from knowledge.passages import Document


def rst(tmp_path: Path, text: str) -> Document:
    """A text, read."""
    (tmp_path / "guide.rst").write_text(text, encoding="utf-8")
    return read(GuideFile(tmp_path, tmp_path / "guide.rst"))


def test_fields_at_the_top_are_what_the_guide_states(tmp_path: Path) -> None:
    document = rst(tmp_path, "Glazier\n=======\n\n:Date: 2026-02-03\n:Region: Norway\n\nSets glass.\n")
    assert document.guide.region == "Norway"
    assert "- Date: 2026-02-03" in document.markdown
    reader = reader_of(Path("a.rst"))
    assert reader is not None
    assert reader(tmp_path / "guide.rst").fields["date"] == "2026-02-03"


def test_notes_stand_where_they_are_referred_to(tmp_path: Path) -> None:
    text = "Earns NOK 245 an hour [1]_. More [#x]_ later.\n\n.. [1] Before tax.\n.. [#x] With ten years.\n"
    assert rst(tmp_path, text).markdown == "Earns NOK 245 an hour (Before tax). More later (With ten years)."


def test_what_sphinx_adds_is_read_with_its_labels(tmp_path: Path) -> None:
    text = "A\n=\n\nSee :doc:`the rules </rules>`.\n\n.. tab-set::\n\n   .. tab-item:: Bergen\n      :sync: b\n\n      Pays NOK 260.\n\n.. versionadded:: 2\n\n.. todo:: Ask the office.\n\nB\n=\n\nText.\n"
    document = rst(tmp_path, text)
    assert "See the rules." in document.markdown
    assert "## Bergen\n\nPays NOK 260." in document.markdown
    assert "office" not in document.markdown
    assert document.notes == ()


def test_what_is_not_understood_is_named(tmp_path: Path) -> None:
    document = rst(
        tmp_path, "A\n=\n\nText.\n\n.. include:: other.txt\n\n.. csv-table:: Pay\n   :widths: much\n\n   1,2\n"
    )
    assert [note.split(":")[0] for note in document.notes] == ["line 6 was not understood", "line 8 was not understood"]
