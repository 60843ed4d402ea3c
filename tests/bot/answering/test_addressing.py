"""Who a line is said to: told from its words in any language, its form and the names in it."""

import pytest

from bot.answering.addressing import BOT, Line, asks_after_a_person, asks_the_bot, encoded, is_said_to_the_bot, names_in
from knowledge.search.encoder import LocalEncoder

PEOPLE = {"ben", "priya", "zoë"}


def line(text: str) -> Line:
    return Line(text, names_in(text, PEOPLE))


@pytest.mark.parametrize(
    "text",
    ["pay in Boston? 🙏", "Great, what about Boston?", "*and in Boston?*", "und in Berlin", "ボストンではどうですか"],
)
def test_a_line_that_goes_on_asking_is_the_bots(text: str, encoder: LocalEncoder) -> None:
    assert is_said_to_the_bot(line(text), encoder.vector(text))


@pytest.mark.parametrize(
    "text", ["Ben, are you coming to lunch?", "Priya did you see that?", "haha same", "I told you so, Ben"]
)
def test_a_line_to_a_colleague_is_not(text: str, encoder: LocalEncoder) -> None:
    assert not is_said_to_the_bot(line(text), encoder.vector(text))


def test_a_mention_is_a_question_in_doubt(encoder: LocalEncoder) -> None:
    for text in (f"{BOT} what does a nurse earn", f"and the skills, {BOT}?", f"{BOT} salaries please"):
        assert asks_the_bot(line(text), encoder.vector(encoded(line(text))))


def test_a_question_after_a_colleague_is_told_from_one_that_mentions_them(encoder: LocalEncoder) -> None:
    for text, after in (("what does @colleague earn?", True), ("@colleague what do nurses earn?", False)):
        assert asks_after_a_person(line(text), encoder.vector(encoded(line(text)))) is after


def test_names_are_those_of_the_workspace_at_the_beginning_of_joined_words_too() -> None:
    assert names_in("Danke Zoë, and Max", PEOPLE) == {"zoë"}
    assert names_in("李雷さんは?", {"李雷"}) == {"李雷"}
