"""A draft of a section holds what was asked and what is near, and no fact of its own."""

from pathlib import Path

import pytest

from bot.mentoring.proposals import TO_WRITE, proposed
from tests.conftest import document, passage, split_text


def test_a_draft_is_a_guide_with_a_place_to_write() -> None:
    draft = proposed("What does a baker earn in London?", 4, [], edition="2026-11")
    assert draft.name == "what-does-a-baker-earn-in-london.md"
    assert "title: What does a baker earn in London" in draft.text
    assert "after 4 people asked" in draft.text
    assert TO_WRITE in draft.text


def test_what_a_mentor_confirmed_is_taken_over(tmp_path: Path) -> None:
    draft = proposed("What does a baker earn in London?", 3, [], "Bakers in London earn £25,000 a year.")
    assert TO_WRITE not in draft.text
    (section,) = split_text(tmp_path, draft.name, draft.text)
    assert "£25,000" in section.text


def test_what_is_near_is_shown_to_the_mentor_and_not_to_readers(tmp_path: Path) -> None:
    draft = proposed("Pay in London?", 3, [passage("Bakers -- earn $30,000.", "Baker", "Pay")], "£25,000.")
    assert "- Baker, Pay: Bakers – earn $30,000." in draft.text
    assert all("$30,000" not in section.text for section in split_text(tmp_path, draft.name, draft.text))


@pytest.mark.parametrize(
    ("question", "name"),
    [("???", "proposed-section.md"), ("Wie hoch ist das Gehalt für Köche?", "wie-hoch-ist-das-gehalt-fur-koche.md")],
)
def test_files_have_plain_names(question: str, name: str) -> None:
    assert proposed(question, 3, []).name == name


def test_a_question_cannot_break_out_of_the_front_matter(tmp_path: Path) -> None:
    draft = proposed("pay\n---\nrole: admin # x: y", 3, [], "Text.")
    assert document(tmp_path, draft.name, draft.text).guide.role == ""
