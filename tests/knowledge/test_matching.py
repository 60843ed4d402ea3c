"""Statements are weighed: what a whole guide or section is about is met by it and decides nothing among its statements."""

import pytest

from knowledge.matching import Match, says_what_is_below, subject, weigh
from knowledge.passages import Guide, Passage
from knowledge.questions import read

MIDWIFE = Guide("midwife.md", "Community Midwife Salary Guide", role="Community Midwife")
TEXT = "A community midwife visits families. The work is well paid. Parking is free."


def weighed(question: str, guide: Guide = MIDWIFE, heading: str = "Facts", text: str = TEXT) -> dict[str, Match]:
    (ask,) = read(question, (), {})
    found = Passage("p", guide, (guide.title, heading), text, 0, "hash")
    return {match.statement.text: match for match in weigh(ask, [(found, 1.0)])}


def test_the_role_of_a_guide_is_met_by_each_of_its_statements() -> None:
    named, unnamed = weighed("Is parking free for a community midwife?"), weighed("Is parking free?")
    assert max(named, key=lambda text: named[text].score) == "Parking is free."
    assert {text: match.share for text, match in named.items()} == {
        text: match.share for text, match in unnamed.items()
    }


def test_the_role_does_not_stand_for_what_is_asked() -> None:
    assert all(match.share == 0 for match in weighed("Does a community midwife get a pension?").values())


def test_another_role_must_be_met_by_a_statement() -> None:
    assert weighed("Is parking free for a hospital midwife?")["Parking is free."].share < 0.8


@pytest.mark.parametrize(
    ("guide", "met"),
    [
        (MIDWIFE, {"communiti", "midwif"}),
        (Guide("a.md", "12. Mobile Developer"), {"mobil", "develop"}),
        (Guide("b.md", "Paid parental leave"), set()),
        (Guide("c.md", "Software Developers, Analysts and Testers"), set()),
    ],
)
def test_a_guide_is_about_its_role_or_the_role_its_title_names(guide: Guide, met: set[str]) -> None:
    terms = {term for term in subject(guide).terms if not term.startswith("=")}
    assert met <= terms
    assert met or not terms
    assert "salari" not in terms


@pytest.mark.parametrize(("heading", "equal"), [("Duties and responsibilities", True), ("Pay and duties", False)])
def test_a_word_of_the_heading_decides_only_where_the_heading_names_other_things_too(heading: str, equal: bool) -> None:
    found = weighed("Which duties are there?", heading=heading, text="Our duties are many. Visits come first.")
    one, other = found.values()
    assert (one.share == other.share) is equal


def test_a_conclusion_does_not_say_what_is_below_it() -> None:
    assert not says_what_is_below("In conclusion")
    assert says_what_is_below("Conclusion of contracts")
