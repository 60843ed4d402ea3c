"""The check of one sentence; the large set of sentences is measured by tests/evals."""

import pytest

from bot.grounding import Claim, claims, judge
from tests.conftest import passage

PAY = passage(
    "Bakers earn about $30,000 per year on average in the United States. Night work is not required.", "Baker", "Pay"
)
WAY = passage(
    "A bachelor's degree is common. At least 5 years of experience with Java and PostgreSQL are needed.", "Baker", "Way"
)
PASSAGES = [PAY, WAY]


def verdict(text: str, *cited: int) -> tuple[bool, tuple[int, ...]]:
    found = judge(Claim(text, cited), PASSAGES)
    return found.supported, found.cited


@pytest.mark.parametrize(
    "text",
    [
        "Bakers earn about $30,000 per year on average in the United States.",
        "Bakers make $30k a year on average.",
        "The average pay of bakers is 30,000 dollars per year.",
        "Night work is not required.",
    ],
)
def test_a_faithful_sentence_is_supported_in_other_words_too(text: str) -> None:
    assert verdict(text, 1) == (True, (1,))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Bakers earn about $35,000 per year.", "figure"),
        ("Bakers earn about €30,000 per year.", "figure"),
        ("Bakers earn 30% more per year.", "figure"),
        ("Bakers in Canada earn about $30,000 per year.", "name"),
        ("At least 5 years of experience with Kotlin are needed.", "name"),
        ("At least 8 years of experience with Java are needed.", "figure"),
        ("Night work is required.", "negation"),
        ("At most 5 years of experience with Java are needed.", "limit"),
        ("Bakers enjoy free housing and long holidays.", "word enjoy"),
    ],
)
def test_a_lie_is_withheld_and_named(text: str, why: str) -> None:
    found = judge(Claim(text, (1, 2)), PASSAGES)
    assert not found.supported
    assert why in found.why


def test_a_citation_of_the_wrong_passage_is_repaired() -> None:
    assert verdict("At least 5 years of experience with Java are needed.", 1) == (True, (2,))


def test_a_sentence_without_a_citation_gets_the_passage_that_supports_it() -> None:
    assert verdict("A bachelor's degree is common.") == (True, (2,))


def test_a_citation_that_does_not_exist_is_no_source() -> None:
    assert verdict("A bachelor's degree is common.", 9) == (True, (2,))


def test_saying_what_the_guide_does_not_say_needs_no_passage_but_may_smuggle_no_figure() -> None:
    assert verdict("The guide does not say what bakers earn in Canada.") == (True, ())
    assert not verdict("The guide does not say it, but it is about $99,000.")[0]


def test_an_answer_is_cut_into_claims_with_their_citations_and_its_markdown_is_kept() -> None:
    text = "Bakers earn $30,000. [1] They need:\n\n- Java [2]\n- a degree [2][1]"
    found = claims(text)
    assert [(c.text, c.cited) for c in found if c.text] == [
        ("Bakers earn $30,000.", (1,)),
        ("They need:", ()),
        ("Java", (2,)),
        ("a degree", (2, 1)),
    ]
    assert "".join(f"{c.prefix}{c.text}" for c in found) == "Bakers earn $30,000. They need:\n\n- Java\n- a degree"
