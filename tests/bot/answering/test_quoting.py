"""Quotes: given, offered as the nearest, or none."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from bot.answering.advisor import Advisor
from bot.answering.conversation import QUOTED, Conversation, Coverage
from bot.answering.quoting import GIVEN, LIKELIER_THAN_NOT, NEAREST, Quote, Quoter, compared, nearest, unknown_names
from bot.answering.wording import PROBABLY
from knowledge.fitted import number
from knowledge.passages import Document, Guide, Passage, split
from knowledge.search.reader import Reader
from knowledge.search.searcher import Hit
from tests.conftest import AdvisorOver, passage

GUIDES = Path(__file__).parents[3] / "knowledge" / "guides"
BAKER = """# Baker
## Pay
A trained baker earns 2,900 euros a month. Apprentices earn 900 euros a month in the first year.

## Day
Bakers start at four in the morning. They knead dough, shape loaves and fire the ovens. By noon the work is done.

## Skills
A baker needs these skills:

- Kneading dough
- Firing ovens
- Rising early

## Levels
| Level | Pay a month | Holidays |
| --- | --- | --- |
| Journeyman | 2,900 euros | 26 days |
| Master | 4,100 euros | 30 days |
"""


def hit_of(found: Passage) -> Hit:
    return Hit(found, **{field.name: 1.0 for field in fields(Hit) if field.name != "passage"})


@pytest.fixture
def baker(advisor_over: AdvisorOver) -> Advisor:
    return advisor_over(baker=BAKER)


async def test_what_surely_answers_is_given_with_what_stands_around_it(baker: Advisor) -> None:
    answer = await baker.answer(Conversation.of(["What does a trained baker earn?"]))
    assert answer.coverage is Coverage.COVERED
    assert "2,900 euros" in answer.text
    assert answer.text.endswith("[1]")
    assert len(answer.text.split()) <= GIVEN.words + 5
    assert answer.receipt.mode == QUOTED
    assert answer.receipt.probability is not None
    assert answer.receipt.probability > 0.5


async def test_in_doubt_the_nearest_passages_are_offered_and_said_to_be_that(baker: Advisor) -> None:
    answer = await baker.answer(Conversation.of(["do customers ever give you anything back for the early hours"]))
    assert answer.coverage is Coverage.NEAREST
    assert answer.text.startswith("I am not sure that this answers you.")
    assert answer.text.count("**") <= 2 * len(answer.citations)
    assert len(re.sub(r"[>*\[\]]", "", answer.text).split()) <= NEAREST.words + 40


async def test_what_answers_more_often_than_not_is_said_to_answer_probably(advisor_over: AdvisorOver) -> None:
    engineer = advisor_over(engineer=next(GUIDES.glob("*.md")).read_text(encoding="utf-8"))
    for question in (
        "do I need a degree",
        "hey! how much cash do senior backend people make these days",
        "is a master worth it",
    ):
        answer = await engineer.answer(Conversation.of([question]))
        assert answer.coverage is Coverage.NEAREST
        assert answer.text.startswith(PROBABLY) == ((answer.receipt.probability or 0) >= LIKELIER_THAN_NOT)


async def test_a_list_is_given_whole(baker: Advisor) -> None:
    answer = await baker.answer(Conversation.of(["Which skills does a baker need?"]))
    assert [line for line in answer.text.splitlines() if "Kneading" in line or "Rising" in line]
    assert all(item in answer.text for item in ("Kneading dough", "Firing ovens", "Rising early"))


async def test_a_row_has_the_names_of_its_columns(baker: Advisor) -> None:
    answer = await baker.answer(Conversation.of(["How many holidays does a master have?"]))
    assert "Holidays" in answer.text
    assert "30 days" in answer.text
    assert "Journeyman" in answer.text, "of a short table all rows are shown"


async def test_a_name_that_the_passage_lacks_is_never_claimed(baker: Advisor) -> None:
    answer = await baker.answer(Conversation.of(["What does a trained baker earn in Norway?"]))
    assert not answer.coverage.claims


async def test_where_nothing_is_near_no_untrue_reason_is_given(baker: Advisor) -> None:
    answer = await baker.answer(Conversation.of(["How do I repair the chain of a bicycle?"]))
    assert answer.coverage in (Coverage.NOT_COVERED, Coverage.NEAREST)
    assert "nothing in it about" not in answer.text


async def test_what_the_guide_does_not_say_is_said_with_what_is_near_and_claims_nothing(baker: Advisor) -> None:
    question = "Which visa do I need for Canada?"
    answer = await baker.answer(Conversation.of([question]))
    assert answer.coverage is Coverage.NOT_COVERED
    assert "they do not mention “canada”" in answer.text
    assert "Nearest sections:" in answer.text
    assert answer.citations == ()
    assert answer.gaps == (question,)


@pytest.mark.parametrize(
    "question",
    [
        "When do bakers start?",
        "Is there a company pension?",
        "What does a trained baker earn in Norway?",
        "Do bakers get a car?",
    ],
)
async def test_how_much_is_claimed_follows_from_the_probability(baker: Advisor, question: str) -> None:
    answer = await baker.answer(Conversation.of([question]))
    probability = answer.receipt.probability
    assert probability is not None
    assert answer.coverage.claims <= (probability >= number("covered"))
    assert (answer.coverage is Coverage.NOT_COVERED) == (probability < number("nearest"))


ASKING = passage(
    "**What are night shifts like?** They begin at ten. Each of them is paid 80 euros more.", "Baker", "Nights"
)


def test_a_statement_is_in_bold_only_where_it_is_likelier_than_all_others_of_its_passage() -> None:
    sure = compared([hit_of(ASKING)], [[-9.0, 1.0, 3.0]], 1.0)
    assert "**Each of them is paid 80 euros more.**" in nearest(sure)
    torn = compared([hit_of(ASKING)], [[-9.0, 3.0, 3.0]], 1.0)
    assert "**" not in nearest(torn)


@pytest.mark.parametrize(
    ("guides", "places"),
    [
        ([("n.md", "North"), ("s.md", "South")], ["*North › Pay* [1]", "*South › Pay* [2]"]),
        ([("n/r.md", "Rates"), ("s/r.md", "Rates")], ["*Rates › Pay (n/r.md)* [1]", "*Rates › Pay (s/r.md)* [2]"]),
        ([("n.md", "North")], ["*Pay* [1]"]),
    ],
)
def test_places_that_are_called_alike_are_told_apart_by_their_guides(
    guides: list[tuple[str, str]], places: list[str]
) -> None:
    found = [
        split(Document(Guide(path, title), f"# {title}\n\n## Pay\n\nA fitter earns {n} euros."))[-1]
        for n, (path, title) in enumerate(guides)
    ]
    told = nearest(compared([hit_of(one) for one in found], [[1.0]] * len(found), 1.0))
    assert re.findall(r"^\*.*\]$", told, re.MULTILINE) == places


def test_a_question_that_the_guide_asks_is_no_answer_and_what_follows_it_is() -> None:
    best, *others = compared([hit_of(ASKING)], [[5.0, -4.0, 1.0]], 1.0)
    assert (best.statement.text, best.logit) == ("They begin at ten.", 5.0)
    assert [one.statement.text for one in others] == ["Each of them is paid 80 euros more."]


def test_where_nothing_was_found_nothing_is_quoted(reader: Reader) -> None:
    assert Quoter(reader).quote("What does a baker earn?", []) == Quote(Coverage.NOT_COVERED, "", 0.0)


def test_a_name_is_unknown_only_where_no_form_of_it_stands_anywhere() -> None:
    vocabulary = {"ovens": 2, "sweden": 1}
    assert unknown_names("Is an Oven in Sweden like one in Norway?", vocabulary) == ["norway"]
