"""Guides are cut at headings, and nothing of them is lost."""

import re
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.passages import LONGEST_PASSAGE, Document, Guide, embedding_text, length, split
from tests.conftest import split_text


def test_passages_carry_their_heading_path_from_the_title_down(tmp_path: Path) -> None:
    found = split_text(
        tmp_path, "a.md", "# Guide\n\nIntro.\n\n## Pay\n\nMuch.\n\n### In Spain\n\nLess.\n\n## Tools\n\nGit."
    )
    assert [p.heading for p in found] == [
        ("Guide",),
        ("Guide", "Pay"),
        ("Guide", "Pay", "In Spain"),
        ("Guide", "Tools"),
    ]
    assert [p.text for p in found] == ["Intro.", "Much.", "Less.", "Git."]


def test_headings_with_nothing_beneath_them_are_text_of_the_section_around_them() -> None:
    text = "# Guide\n\n## Needed\n\nThis:\n\n### A licence\n\n### Good eyes\n\n## Pay\n\n### Night\n\n5.\n\n## Ask us"
    found = split(Document(Guide("a.md", "Guide"), text))
    assert [(p.heading, p.text) for p in found] == [
        (("Guide", "Needed"), "This:"),
        (("Guide", "Needed"), "A licence\n\nGood eyes"),
        (("Guide", "Pay", "Night"), "5."),
        (("Guide",), "Ask us"),
    ]


def test_a_heading_inside_code_is_not_a_heading(tmp_path: Path) -> None:
    found = split_text(tmp_path, "a.md", "# Guide\n\n```\n# a comment\n```\n")
    assert [p.heading for p in found] == [("Guide",)]


def test_every_piece_of_a_long_table_has_the_header_row(tmp_path: Path) -> None:
    rows = "\n".join(f"| Engineer of level {n} with a long description of duties | ${n},000 |" for n in range(60))
    found = split_text(tmp_path, "a.md", f"# Pay\n\n| Role | Salary |\n|---|---|\n{rows}\n")
    assert len(found) > 2
    assert all(p.text.startswith("| Role | Salary |\n|---|---|\n|") for p in found)
    assert sum(p.text.count("Engineer of level") for p in found) == 60


def test_the_line_that_introduces_a_list_stays_with_it(tmp_path: Path) -> None:
    for sentences in range(18, 30):
        filler = "This sentence is here to fill the passage. " * sentences
        found = split_text(tmp_path, f"{sentences}.md", f"# G\n\n{filler}\n\nThe tools are:\n\n- Git\n- Maven\n")
        assert found[-1].text.endswith("The tools are:\n\n- Git\n- Maven")


def test_a_long_paragraph_is_cut_between_sentences(tmp_path: Path) -> None:
    text = " ".join(f"Sentence number {n} says something about careers." for n in range(120))
    found = split_text(tmp_path, "a.md", f"# G\n\n{text}")
    assert all(length(p.text) <= LONGEST_PASSAGE for p in found)
    assert all(p.text.startswith("Sentence") and p.text.endswith(".") for p in found)


def test_an_id_stays_when_other_sections_change_and_the_hash_tells_of_its_own_change(tmp_path: Path) -> None:
    before = split_text(tmp_path, "a.md", "# G\n\n## A\n\nOne.\n\n## B\n\nTwo.")
    after = split_text(tmp_path, "a.md", "# G\n\n## New\n\nZero.\n\n## A\n\nOne, changed.\n\n## B\n\nTwo.")
    by_heading = {p.heading[-1]: p for p in after}
    assert by_heading["B"].id == before[1].id
    assert by_heading["B"].hash == before[1].hash
    assert by_heading["A"].id == before[0].id
    assert by_heading["A"].hash != before[0].hash


def test_the_same_heading_twice_gives_two_ids(tmp_path: Path) -> None:
    found = split_text(tmp_path, "a.md", "# G\n\n## A\n\nOne.\n\n## A\n\nTwo.")
    assert len({p.id for p in found}) == 2


def test_what_is_embedded_names_the_place(tmp_path: Path) -> None:
    (only,) = split_text(tmp_path, "a.md", "# G\n\n## Pay\n\nMuch.")
    assert embedding_text(only) == "G > Pay\nMuch."


_WORDS = st.lists(
    st.sampled_from(["alpha", "beta", "gamma", "delta", "epsilon", "120,000", "Node.js", "c++", "四半期"]),
    min_size=1,
    max_size=60,
)
_BLOCK = st.one_of(
    _WORDS.map(lambda w: " ".join(w) + "."),
    _WORDS.map(lambda w: "\n".join(f"- {x}" for x in w)),
    _WORDS.map(lambda w: "| A | B |\n|---|---|\n" + "\n".join(f"| {x} | {x} |" for x in w)),
    _WORDS.map(lambda w: "```\n" + "\n".join(w) + "\n```"),
    _WORDS.map(lambda w: "## " + " ".join(w[:4])),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(_BLOCK, min_size=1, max_size=12))
def test_no_word_of_a_document_is_lost(parts: list[str]) -> None:
    markdown = "\n\n".join(parts)
    found = split(Document(Guide("a.md", "Title"), markdown))
    body = "\n".join(line for line in markdown.splitlines() if not line.startswith("## "))
    kept = re.findall(r"\w+", " ".join(p.text for p in found))
    for word in set(re.findall(r"\w+", body)):
        assert kept.count(word) >= len(re.findall(rf"\b{word}\b", body))
