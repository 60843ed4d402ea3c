"""What the bot says in its own words is true of what it stands beside."""

import pytest

from bot.answering import wording
from bot.answering.language import LANGUAGES
from knowledge.passages import Passage
from tests.conftest import passage


def test_what_is_not_covered_names_what_is_near_and_whom_to_ask() -> None:
    near = [passage("Text.", "Baker", heading) for heading in ("Pay", "Pay", "Skills", "Day", "Levels")]
    told = wording.not_covered([], near, "#mentors")
    assert "Nearest sections: *Pay*; *Skills*; *Day*." in told
    assert told.endswith("A person to ask: #mentors.")


def test_a_name_is_said_to_be_unmentioned_only_where_it_is() -> None:
    assert "they do not mention “norway”" in wording.not_covered(["norway"], [], "")
    assert "mention" not in wording.not_covered([], [], "")


@pytest.mark.parametrize("near", [[], [passage("Text.", "Baker", "Pay")]])
def test_somebody_who_is_not_helped_is_always_sent_to_a_person(near: list[Passage]) -> None:
    assert "mentor" in wording.not_covered([], near, "")


@pytest.mark.parametrize(
    ("quoted", "told"), [("*Pay*\n> A.", wording.UNSURE), ("*Pay*\n> A.\n\n*Day*\n> B.", wording.UNSURE_OF_SEVERAL)]
)
def test_one_passage_is_called_one_and_several_are_called_several(quoted: str, told: str) -> None:
    assert wording.nearest(quoted) == f"{told}\n\n{quoted}"


@pytest.mark.parametrize(("count", "told"), [(1, "A sentence of"), (3, "3 sentences of")])
def test_the_reader_is_told_how_much_was_left_out(count: int, told: str) -> None:
    assert told in wording.left_out(count)


@pytest.mark.parametrize("asked_in", [*LANGUAGES, "sv"])
def test_the_language_of_a_guide_is_told_in_every_language_of_ours(asked_in: str) -> None:
    told = [wording.guide_is_in(language, asked_in) for language in LANGUAGES]
    assert len(set(told)) == len(LANGUAGES)
    assert "" not in told
    assert wording.guide_is_in("xx", asked_in) == ""
