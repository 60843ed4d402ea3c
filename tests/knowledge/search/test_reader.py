"""Reading tells which statement answers, and that none does."""

import pytest

from knowledge.search.reader import UNREAD, Reader
from knowledge.statements import statements
from tests.conftest import passage

BAKER = passage(
    "Bakers start at four in the morning. A trained baker earns 2,900 euros a month. The apprenticeship takes three years.",
    "Baker",
)
CAPTAIN = passage("Captains hold a master mariner certificate. They spend half the year at sea.", "Captain")


@pytest.mark.parametrize(
    ("question", "position"),
    [("what does the job pay?", 1), ("when do i have to get up", 0), ("how long is the training", 2)],
)
def test_the_statement_that_answers_weighs_most(reader: Reader, question: str, position: int) -> None:
    (logits,) = reader.read(question, [BAKER])
    assert logits.index(max(logits)) == position


def test_where_nothing_answers_all_weigh_less_than_an_answer_does(reader: Reader) -> None:
    asked, unanswered = "what does a baker earn?", "which football club do they support?"
    assert max(reader.read(asked, [BAKER])[0]) > max(reader.read(unanswered, [BAKER])[0])


def test_each_passage_has_a_logit_for_each_of_its_statements(reader: Reader) -> None:
    read = reader.read("how long at sea?", [BAKER, CAPTAIN])
    assert [len(logits) for logits in read] == [len(statements(BAKER)), len(statements(CAPTAIN))]
    assert read[1] == reader.read("how long at sea?", [CAPTAIN])[0]


def test_a_question_that_names_the_role_is_read_without_its_name_too(reader: Reader) -> None:
    named, rest = reader.read("how long is the training of a baker?", [BAKER, CAPTAIN]), "how long is the training of a"
    assert all(one >= other for one, other in zip(named[0], reader.read(rest, [BAKER])[0], strict=True))
    assert named[1] != reader.read(rest, [CAPTAIN])[0]


def test_a_question_of_nothing_but_the_role_is_read_as_it_is(reader: Reader) -> None:
    assert len(reader.read("a baker?", [BAKER])[0]) == 3


def test_a_passage_without_statements_is_read_to_nothing(reader: Reader) -> None:
    assert reader.read("what does it pay?", [passage("", "Baker"), BAKER])[0] == []
    assert reader.read("what does it pay?", []) == []


def test_what_stands_beyond_what_is_read_at_once_is_read_like_the_rest(reader: Reader) -> None:
    ovens = [f"Sentence number {n} says something about ovens." for n in range(40)]
    long = passage(" ".join([*ovens, "Sundays on duty are paid 110 euros."]), "Ovens")
    logits = reader.read("how much is a sunday on duty paid?", [long])[0]
    assert logits.index(max(logits)) == len(ovens)


def test_every_row_of_a_table_is_read_however_long_the_names_of_its_columns(reader: Reader) -> None:
    names = "| Position | Gross monthly wage in the capital from | Gross monthly wage in other towns from | Remarks and certificates |"
    jobs = ["Cleaner", "Driver", "Loader", "Seller", "Packer", "Cook", "Clerk", "Guard", "Gardener", "Baker"]
    rows = [f"| {job} | {4800 + 100 * n} | {4700 + 100 * n} | night work is paid extra |" for n, job in enumerate(jobs)]
    table = passage("\n".join([names, "| --- | --- | --- | --- |", *rows]), "Wages")
    logits = reader.read("what does a baker get outside the capital?", [table])[0]
    assert logits.index(max(logits)) == len(jobs) - 1


def test_no_more_is_read_of_a_passage_than_there_are_readings(reader: Reader) -> None:
    long = passage(" ".join(f"Sentence number {n} says something about ovens." for n in range(400)), "Ovens")
    logits = reader.read("what do ovens do?", [long])[0]
    assert len(logits) == len(statements(long))
    assert logits[-1] == UNREAD
    assert logits[0] > UNREAD


@pytest.mark.parametrize("question", ["", "?", "🎉" * 300, "a" * 5000])
def test_any_question_can_be_read(reader: Reader, question: str) -> None:
    assert len(reader.read(question, [BAKER])[0]) == 3
