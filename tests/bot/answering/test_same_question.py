"""The same question, a near one, and another one."""

import pytest

from bot.answering.same_question import SameQuestions, written_alike
from knowledge.search.encoder import LocalEncoder


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What does a nurse earn?", "what does the nurse  earn ?"),
        ("A nurse earns what? Do I?", "a nurse earns what? do i"),
        ("Who’s paid more?!", "who's paid more"),
        ("Was verdient ein Maler in München?", "was verdient ein maler in mu\u0308nchen"),
    ],
)
def test_what_is_written_alike_is_the_same_question(one: str, other: str) -> None:
    assert written_alike(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I get from analyst to engineer?", "How do I get from engineer to analyst?"),
        ("What does a general manager earn?", "What does a case manager earn?"),
        ("How do I find clients?", "How do I keep clients?"),
        ("Is every nurse a midwife?", "A midwife is every nurse?"),
        ("Can a lead replace a manager?", "A manager can a lead replace?"),
        ("Which managers do get a bonus?", "Which managers don't get a bonus?"),
        ("Can I work from home?", "Can't I work from home?"),
        ("What does IT pay?", "What does it pay?"),
        ("What is grade A paid?", "What is grade paid?"),
        ("Who has > 5 years?", "Who has < 5 years?"),
        ("What is level 3-4?", "What is level 3.4?"),
        ("Does 5% apply?", "Does 5 apply?"),
        ("What does C++ pay?", "What does C pay?"),
        ("Que gana un papá?", "Que gana un papa?"),
        ("", "?"),
    ],
)
def test_other_words_or_another_order_are_not(one: str, other: str) -> None:
    assert not written_alike(one, other)


async def test_the_nearest_come_first_and_far_ones_not_at_all(encoder: LocalEncoder) -> None:
    known = ["Where do bakers live?", "How much do nurses make?", "what do nurses earn"]
    places = await SameQuestions(encoder).near("What do nurses earn?", known)
    assert places[0] == 2
    assert 0 not in places


async def test_questions_that_lean_on_others_do_not_stand_alone(encoder: LocalEncoder) -> None:
    questions = SameQuestions(encoder)
    assert not await questions.stands_alone("and what about there?")
    assert await questions.stands_alone("What does a head baker in Sweden earn per month?")


async def test_groups_hold_what_is_near_to_their_first(encoder: LocalEncoder) -> None:
    asked = ["What do nurses earn?", "Where do bakers live?", "what do the nurses earn"]
    assert await SameQuestions(encoder).groups(asked) == [[0, 2], [1]]
