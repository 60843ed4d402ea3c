"""Same questions in other words are the same; questions that differ in anything that matters are not."""

import re
import time
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.meaning import Meaning, Meanings, read, same
from knowledge.search import Searcher
from tests.conftest import AdvisorOver
from tests.evals.meaning import NEVER_THE_SAME, Pair, pairs

PAIRS = pairs()
QUESTIONS = sorted({question for pair in PAIRS for question in (pair.one, pair.other)})
ROLES = ["nurse", "midwife", "doctor", "vet", "dental nurse", "dental hygienist", "accountant", "account manager", "auditor", "lawyer", "paralegal", "architect", "software architect", "data architect", "data engineer", "data analyst", "data scientist", "business analyst", "backend developer", "frontend developer", "software engineer", "sre", "devops engineer", "qa engineer", "qa analyst", "product manager", "product owner", "project manager", "engineering manager", "ux designer", "ui designer", "graphic designer", "animator", "animal trainer", "internal auditor", "intern", "customs officer", "customer adviser", "police officer", "chemist", "chemical engineer"]  # fmt: skip
PLACES = ["Boston", "Austin", "Austria", "Australia", "Nice", "Reading", "Bath", "Split", "Bern", "Berlin", "India", "Indiana", "the US", "the UK", "Ireland", "Northern Ireland", "York", "New York", "LA", "SF", "Turin", "Torun", "Cork", "Columbia", "Colombia", "Slovenia", "Slovakia", "Washington", "Washington DC"]  # fmt: skip
LEVELS = ["", "junior", "mid-level", "senior", "staff", "senior staff", "principal", "lead", "head", "associate", "graduate", "chief", "L4", "L5", "deputy", "level 2", "level 3"]  # fmt: skip


@pytest.fixture
def meanings(searcher: Searcher) -> Meanings:
    return Meanings(searcher)


async def taken_for_the_same(meanings: Meanings, pair: Pair) -> bool:
    return same(await meanings.of(pair.one), await meanings.of(pair.other))


async def test_ninety_five_of_a_hundred_pairs_are_told_right(meanings: Meanings) -> None:
    wrong = [pair for pair in PAIRS if await taken_for_the_same(meanings, pair) != pair.alike]
    assert len(PAIRS) >= 100
    assert len(wrong) <= 0.05 * len(PAIRS), wrong


async def test_no_pair_of_different_meaning_is_taken_for_the_same(meanings: Meanings) -> None:
    assert [pair for pair in PAIRS if not pair.alike and await taken_for_the_same(meanings, pair)] == []
    assert {pair.differs for pair in PAIRS} >= NEVER_THE_SAME


@pytest.mark.parametrize("spelled", [str, str.lower], ids=["as written", "in small letters"])
@pytest.mark.parametrize(
    ("question", "entities"),
    [
        ("how much does a {} make in Ghent?", ROLES),
        ("what does a {} do", ROLES),
        ("how do I become a {}?", ROLES),
        ("can {}s work from home", ROLES),
        ("nurse salary in {}", PLACES),
        ("are there jobs for SREs in {}?", PLACES),
        ("what does a {} nurse earn", LEVELS),
        ("skills of a {} backend engineer", LEVELS),
    ],
)
def test_another_role_place_or_level_is_another_meaning(question: str, entities: list[str], spelled: type[str]) -> None:
    read_ = [read(spelled(question.format(entity))) for entity in entities]
    assert [(one.question, other.question) for one, other in combinations(read_, 2) if same(one, other)] == []


@given(st.sampled_from(QUESTIONS), st.sampled_from(QUESTIONS), st.sampled_from(QUESTIONS))
def test_meaning_the_same_is_reflexive_symmetric_and_transitive(one: str, other: str, third: str) -> None:
    first, second, last = read(one), read(other), read(third)
    assert same(first, read(one))
    assert same(first, second) == same(second, first)
    assert not (same(first, second) and same(second, last)) or same(first, last)


@given(st.text(max_size=80))
def test_any_text_can_be_read_and_means_what_it_means(text: str) -> None:
    assert same(read(text), read(text))


@pytest.mark.parametrize(
    "message",
    [
        "and in Boston?",
        "why?",
        "which of those?",
        "what about seniors",
        "how much does it pay?",
        "do they need a degree?",
        "is that the average salary?",
        "how do I become one",
        "what do they earn there",
        "thanks!",
        "",
        "what does a nurse earn? and how do I become a teacher?",
        "the pay and the outlook of an SRE",
    ],
)
def test_what_leans_on_the_conversation_or_asks_several_things_means_only_itself(message: str) -> None:
    assert not read(message).stands_alone
    assert same(read(message), read(f"{message} "))
    assert [question for question in QUESTIONS if same(read(question), read(message))] == []


@pytest.mark.parametrize("pair", [pair for pair in PAIRS if pair.alike], ids=lambda pair: pair.one)
def test_whole_questions_stand_alone(pair: Pair) -> None:
    assert read(pair.one).stands_alone or not re.search(r"[a-z]", pair.one)


@pytest.mark.parametrize(
    "question",
    [
        "Is it worth getting an AWS certificate?",
        "How long does it take to become a vet?",
        "Are there night shifts for nurses?",
        "Which jobs are there for people that hate maths?",
        "What does an IT administrator earn?",
        "Do staff engineers have people reporting to them?",
    ],
)
def test_words_that_point_to_nothing_before_do_not_lean(question: str) -> None:
    assert read(question).stands_alone


def test_who_asks_and_what_is_said_around_the_question_count() -> None:
    in_leeds = read("Hi! I'm a nurse in Leeds. How much holiday do I get? Thanks in advance!")
    assert same(in_leeds, read("how much holiday does a nurse get in leeds"))
    assert not same(in_leeds, read("how much holiday do I get?"))


def test_the_same_words_in_another_language_are_the_same_and_others_are_not() -> None:
    assert same(read("Was verdient ein Lehrer in Wien?"), read("was verdient ein lehrer in wien"))
    assert not same(read("Was verdient ein Lehrer in Wien?"), read("Was verdient ein Lehrer in Bern?"))
    assert not same(read("給料はいくらですか"), read("休暇は何日ですか"))


async def test_slips_in_the_words_of_the_guides_are_mended(advisor_over: AdvisorOver) -> None:
    knowledge = advisor_over(guide="# Phlebotomist\n\n## Pay\n\nA phlebotomist earns 30,000 pounds.")._knowledge
    meanings = Meanings(knowledge)
    assert same(await meanings.of("what does a phlebotomst earn"), await meanings.of("phlebotomist salary"))


async def test_questions_are_grouped_by_meaning_the_largest_group_first(meanings: Meanings) -> None:
    asked = [
        "sre pay",
        "nurse pay in Rome",
        "why?",
        "what does an SRE earn?",
        "salary of a nurse in rome",
        "sre wages",
        "why?",
    ]
    assert await meanings.groups(asked) == [[0, 3, 5], [1, 4], [2, 6]]
    assert await meanings.groups([]) == []


async def test_every_question_is_in_one_group_and_five_hundred_take_no_time(meanings: Meanings) -> None:
    asked = (QUESTIONS * 2)[:500]
    started = time.perf_counter()
    groups = await meanings.groups(asked)
    assert time.perf_counter() - started < 5
    assert sorted(place for group in groups for place in group) == list(range(len(asked)))
    assert groups == await meanings.groups(asked)


def test_a_meaning_can_be_compared_and_kept() -> None:
    meaning = read("sre pay in Berlin")
    assert hash(meaning) == hash(read("sre pay in Berlin"))
    assert isinstance(meaning, Meaning)
    assert meaning.names == {"role:sre"}
    assert meaning.topics == {"=pay"}
    assert meaning.others == {"berlin"}


def test_no_pair_stands_twice_in_the_file() -> None:
    assert len({frozenset([pair.one, pair.other]) for pair in PAIRS}) == len(PAIRS)
