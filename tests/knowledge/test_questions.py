"""Messages are read as questions: parts, kinds of answer, words that carry them."""

import pytest

from knowledge.questions import Wanted, parts, plain, read

KNOWN = dict.fromkeys(
    ["salary", "engineer", "senior", "software", "pay", "city", "degree", "data", "tools", "experience"], 3
)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What is the average salary for a nurse?", Wanted.MONEY),
        ("how much do welders make", Wanted.MONEY),
        ("How do I get a better salary?", Wanted.ANYTHING),
        ("What does the pay of a nurse depend on?", Wanted.ANYTHING),
        ("How fast is the field growing?", Wanted.PERCENT),
        ("how long until a promotion?", Wanted.DURATION),
        ("how many years of experience do I need", Wanted.DURATION),
        ("How many levels are there?", Wanted.NUMBER),
        ("how often are reviews", Wanted.FREQUENCY),
        ("Which tools are used?", Wanted.LIST),
        ("Is a degree needed?", Wanted.YES_NO),
    ],
)
def test_the_kind_of_answer_is_told_from_the_wording(question: str, wanted: Wanted) -> None:
    assert read(question, (), KNOWN)[0].wanted is wanted


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("What does it pay? Which degree do I need?", ["What does it pay?", "Which degree do I need?"]),
        ("Which tools are used and what do they cost?", ["Which tools are used", "what do they cost?"]),
        ("salary for nurses and for midwives", ["salary for nurses", "salary for midwives"]),
        ("the pay and the best cities", ["the pay", "the best cities"]),
        ("Java and Python experience?", ["Java and Python experience?"]),
    ],
)
def test_several_questions_are_told_apart(message: str, expected: list[str]) -> None:
    assert [part.question for part in parts(message)] == expected


def test_what_is_said_around_a_question_is_its_background() -> None:
    (part,) = parts("I have worked with databases for years. Which role fits me?")
    assert part.question == "Which role fits me?"
    assert "databases" in part.background


@pytest.mark.parametrize("amount", ["$48,000", "$1,250,000", "48,000 dollars"])
def test_a_comma_inside_an_amount_does_not_end_what_a_question_takes_for_granted(amount: str) -> None:
    (part,) = parts(f"Since nurses earn {amount} a year, what does their pay depend on?")
    assert part.question == "what does their pay depend on?"
    assert part.background == f"Since nurses earn {amount} a year"


def test_a_reason_without_an_end_is_not_cut_inside_its_amount() -> None:
    (part,) = parts("Since when do nurses earn $48,000?")
    assert part.question == "Since when do nurses earn $48,000?"


def test_amounts_taken_for_granted_are_claims_and_not_words_to_be_met() -> None:
    (ask,) = read("Since seniors make $200k, what do juniors earn?", (), KNOWN)
    assert ask.claims == ("$200k",)
    assert not any("200" in word.text for word in ask.words)


def test_names_and_numbers_are_marked_and_asking_words_weigh_little() -> None:
    (ask,) = read("Which version of Docker would you recommend in 2030?", (), KNOWN)
    by_text = {word.text: word for word in ask.words}
    assert by_text["docker"].named
    assert by_text["2030"].named
    assert by_text["recommend"].weight < by_text["version"].weight


def test_a_follow_up_leans_on_what_was_said_before() -> None:
    (ask,) = read("and in Boston?", ["average salary of a data engineer"], KNOWN)
    assert {"salary", "data", "engineer"} <= {word.text for word in ask.context}
    assert ask.wanted is Wanted.MONEY


def test_a_question_that_names_all_it_is_about_leans_on_nothing() -> None:
    (ask,) = read("Which certificates does a network administrator in Berlin hold?", ["salary of bakers"], KNOWN)
    assert ask.context == ()


@pytest.mark.parametrize(
    "message", ["<!here> what pays?", "<@U012AB> what pays?", "```rm -rf /``` what pays?", ":tada: what pays?"]
)
def test_markup_is_no_part_of_a_question(message: str) -> None:
    assert plain(message) == "what pays?"


@pytest.mark.parametrize("message", ["", "?", "🎉", "...", "```code```", "?!?!", "\n\n", "a" * 5000])
def test_odd_messages_are_read_without_failing(message: str) -> None:
    assert len(read(message, (), KNOWN)) <= 1 or message == "?!?!"


def test_what_somebody_does_asks_for_duties_whoever_it_is() -> None:
    (ask,) = read("What does a theatre nurse usually do?", (), KNOWN)
    assert any("=duty" in word.alike for word in ask.words)


@pytest.mark.parametrize(
    ("question", "listed", "other"),
    [
        ("Which database skills are needed?", "skill", "databas"),
        ("Which statistics tools are used?", "tool", "statist"),
    ],
)
def test_what_is_wanted_listed_is_the_noun_and_not_the_word_before_it(question: str, listed: str, other: str) -> None:
    (ask,) = read(question, (), KNOWN)
    restricting = next(word for word in ask.words if other in word.alike)
    assert listed in ask.listed
    assert not restricting.alike & ask.listed


def test_only_a_word_right_before_the_name_of_a_role_says_which_role_is_meant() -> None:
    (ask,) = read("Do frontend developers present to managers?", (), KNOWN)
    beside = {word.text: bool(word.beside) for word in ask.words}
    assert beside["frontend"]
    assert not beside["present"]
