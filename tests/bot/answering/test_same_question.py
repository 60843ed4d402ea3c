"""The same question, a near one, and another one."""

import pytest

from bot.answering.same_question import SameQuestions, identical
from knowledge.search.encoder import LocalEncoder
from tests.openai_server import Fault
from tests.scripted_model import composer_at, speaking


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What does a nurse earn?", "what does the nurse earn"),
        ("What does it pay in Boston?", "in Boston, what does it pay?"),
    ],
)
def test_the_same_words_are_the_same_question(one: str, other: str) -> None:
    assert identical(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I get from analyst to engineer?", "How do I get from engineer to analyst?"),
        ("What does a general manager earn?", "What does a case manager earn?"),
        ("How do I find clients?", "How do I keep clients?"),
        ("", "the"),
    ],
)
def test_other_words_or_another_order_are_not(one: str, other: str) -> None:
    assert not identical(one, other)


async def test_the_nearest_come_first_and_far_ones_not_at_all(encoder: LocalEncoder) -> None:
    known = ["Where do bakers live?", "How much do nurses make?", "what do nurses earn"]
    places = await SameQuestions(encoder).near("What do nurses earn?", known)
    assert places[0] == 2
    assert 0 not in places


async def test_without_a_model_nothing_near_is_decided(encoder: LocalEncoder) -> None:
    assert not await SameQuestions(encoder).decided("What do nurses earn?", "How much do nurses make?")


@pytest.mark.parametrize(("said", "same"), [("yes", True), ("**Yes**.", True), ("no", False), ("perhaps", False)])
async def test_a_model_may_decide(encoder: LocalEncoder, said: str, same: bool) -> None:
    async with speaking("", same=said) as server:
        questions = SameQuestions(encoder, composer_at(server.url))
        assert await questions.decided("What do nurses earn?", "How much do nurses make?") is same


async def test_a_model_that_fails_decides_nothing(encoder: LocalEncoder) -> None:
    async with speaking("", same="yes") as server:
        server.faults = [Fault(status=500)] * 5
        assert not await SameQuestions(encoder, composer_at(server.url)).decided("a?", "b?")


async def test_questions_that_lean_on_others_do_not_stand_alone(encoder: LocalEncoder) -> None:
    questions = SameQuestions(encoder)
    assert not await questions.stands_alone("and what about there?")
    assert await questions.stands_alone("What does a head baker in Sweden earn per month?")


async def test_groups_hold_what_is_near_to_their_first(encoder: LocalEncoder) -> None:
    asked = ["What do nurses earn?", "Where do bakers live?", "what do the nurses earn"]
    assert await SameQuestions(encoder).groups(asked) == [[0, 2], [1]]
