"""What is picked from passages that were found: the sentence, the item or the list that answers."""

import pytest

from bot.answering.conversation import Coverage
from bot.extracting import Finding, find, shortened, table_of, text_of
from knowledge.matching import weigh
from knowledge.questions import read
from tests.conftest import passage

PAY = passage(
    "Bakers earn about $30,000 per year on average in the United States. Masters earn more. Pay depends on the region.",
    "Baker", "Pay", position=0,
)  # fmt: skip
SKILLS = passage(
    "A baker needs:\n\n- Kneading: feeling when dough is ready\n- Firing ovens\n- Rising early",
    "Baker",
    "Skills",
    position=1,
)
CITIES = passage(
    "| City | State | Jobs |\n| --- | --- | --- |\n| Springfield | Illinois | 120 |\n| Portland | Oregon | 80 |",
    "Baker",
    "Cities",
    position=2,
)
WAY = passage(
    "Learning takes several years. Start with an apprenticeship in a bakery.",
    "Baker",
    "How to become one",
    position=3,
)
DAY = passage(
    "Bakers rise at three. After that they light the ovens. Rolls are sold from six. They also deliver to cafés.",
    "Baker",
    "A day",
    position=4,
)
END = passage("What counts in the end:\n\n- Warm bread\n- Happy guests", "Baker", "In conclusion", position=5)
GUIDE = [PAY, SKILLS, CITIES, WAY, DAY, END]


def found(question: str) -> Finding:
    (ask,) = read(question, (), {})
    return find(ask, weigh(ask, [(p, 1.0 - 0.05 * n) for n, p in enumerate(GUIDE)]))


def said(question: str) -> str:
    return text_of(found(question).given, {p.id: n for n, p in enumerate(GUIDE, 1)})


def test_one_sentence_answers_and_not_its_whole_section() -> None:
    assert (
        said("What do bakers earn on average?")
        == "Bakers earn about $30,000 per year on average in the United States. [1]"
    )


def test_a_list_that_is_asked_for_is_given_whole() -> None:
    text = said("Which skills does a baker need?")
    assert text.splitlines() == [
        "A baker needs [2]:",
        "- Kneading: feeling when dough is ready",
        "- Firing ovens",
        "- Rising early",
    ]


def test_one_row_of_a_table_is_given_with_its_columns() -> None:
    text = said("How many jobs are there in Springfield?")
    assert "120" in text
    assert "Portland" not in text


@pytest.mark.parametrize(
    "question",
    [
        "What do bakers earn in Norway?",
        "What do millers earn?",
        "How many holidays do bakers get?",
        "Which oven brand is best?",
    ],
)
def test_a_passage_that_is_only_near_does_not_answer(question: str) -> None:
    finding = found(question)
    assert finding.coverage is Coverage.NOT_COVERED
    assert finding.given == ()


def test_the_word_that_nothing_meets_is_named() -> None:
    assert "norway" in [word.text for word in found("What do bakers earn in Norway?").missing]


def test_a_duration_that_is_only_vague_answers_in_part() -> None:
    assert found("How long does learning take?").coverage is Coverage.PARTLY_COVERED


def test_a_sentence_that_leans_on_the_one_before_comes_with_it() -> None:
    assert said("Who lights the ovens?").startswith("Bakers rise at three. [5] After that they light the ovens. [5]")


def test_a_shorter_answer_keeps_the_sentence_that_answers_and_the_one_it_leans_on() -> None:
    kept = [match.statement.text for match in shortened(found("Do they deliver to cafés?").given)]
    assert kept == ["Rolls are sold from six.", "They also deliver to cafés."]


def test_a_section_that_is_asked_for_is_given_from_its_first_sentence_on() -> None:
    assert said("How do I become one?").startswith("Learning takes several years. [4] Start with")


def test_a_table_is_not_headed_by_a_heading_that_says_nothing() -> None:
    given = found("Does warm bread count in the end?").given
    assert table_of(given, {p.id: n for n, p in enumerate(GUIDE, 1)}).startswith("| | What counts in the end |")


@pytest.mark.parametrize(
    ("question", "items"),
    [
        ("Which skills does a baker need?", 3),
        ("Which oven skills does a baker need?", 1),
        ("Which skills with dough does a baker need?", 1),
    ],
)
def test_a_list_is_cut_only_by_a_word_that_some_items_hold(question: str, items: int) -> None:
    assert len(found(question).given) == items
