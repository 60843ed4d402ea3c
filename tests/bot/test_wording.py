"""The bot's own sentences help the person who asks."""

import pytest

from bot.answering.conversation import Coverage
from bot.extracting import Finding
from bot.wording import not_covered
from knowledge.questions import read
from tests.conftest import passage

(ASK,) = read("Is there parking?", (), {})
NOTHING_FOUND = Finding(ASK, Coverage.NOT_COVERED, (), ())


def nearest(*headings: str) -> str:
    return not_covered(NOTHING_FOUND, [passage("Text.", "Baker", heading) for heading in headings], "")


@pytest.mark.parametrize(
    "heading", ["In conclusion", "Conclusion", "Introduction", "Summary", "1. Overview", "Final thoughts:"]
)
def test_a_heading_that_does_not_say_what_is_below_it_is_not_offered(heading: str) -> None:
    assert "Nearest sections: *Pay*; *Skills*." in nearest(heading, "Pay", "Skills")


def test_a_heading_that_only_begins_like_one_of_them_is_offered() -> None:
    assert "*Summary of benefits*; *Introduction to baking*" in nearest("Summary of benefits", "Introduction to baking")


def test_where_nothing_else_is_there_even_the_conclusion_is_offered() -> None:
    assert "Nearest sections: *In conclusion*." in nearest("In conclusion", "In conclusion")
