import pytest

from bot.smalltalk import examples, reply


@pytest.mark.parametrize("message", ["", "   ", "hi", "Hello there!", "good morning", "help", "what can you do?"])
def test_a_greeting_or_nothing_gets_a_greeting_with_three_examples(message: str) -> None:
    said = reply(message)
    assert said is not None
    assert all(example in said for example in examples())


@pytest.mark.parametrize(
    "message", ["thanks!", "ok great, thank you so much", "merci", "perfect, that helps", "Got it"]
)
def test_thanks_get_a_human_reply(message: str) -> None:
    assert "welcome" in (reply(message) or "")


def test_a_goodbye_gets_one_back() -> None:
    assert "Good luck" in (reply("bye!") or "")


@pytest.mark.parametrize("message", ["🎉", ":tada: :rocket:", "???", "..."])
def test_what_has_no_words_gets_a_greeting(message: str) -> None:
    assert "Hello!" in (reply(message) or "")


@pytest.mark.parametrize(
    "message",
    [
        "thanks, and what does it pay?",
        "hi, which skills do I need?",
        "who hires?",
        "test engineers: pay?",
        "pay",
        "good jobs?",
        "C++",
    ],
)
def test_a_question_is_no_small_talk(message: str) -> None:
    assert reply(message) is None


def test_examples_are_about_the_roles_that_there_are_guides_for() -> None:
    assert examples(["Nurse Manager", "Engineer"]) == [
        "What does a nurse manager earn?",
        "Which skills does an engineer need?",
        "How do I become a nurse manager?",
    ]
