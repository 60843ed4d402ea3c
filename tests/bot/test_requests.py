import pytest

from bot.conversation import Conversation, Turn
from bot.requests import Comparison, Form, Plan, SkillsCheck, form_of, special, without_form


@pytest.mark.parametrize(
    "text", ["shorter please", "tl;dr", "make it shorter", "in one sentence please", "Can you summarize that?", "brief"]
)
def test_a_shorter_form_is_asked_for(text: str) -> None:
    assert form_of(text) is Form.SHORTER


@pytest.mark.parametrize("text", ["in a table", "as a table please", "make it a table", "show me that in a table"])
def test_a_table_is_asked_for(text: str) -> None:
    assert form_of(text) is Form.TABLE


@pytest.mark.parametrize(
    "text",
    ["what does it pay?", "is there a table of levels?", "how short are the sprints?", "shorter hours for parents?"],
)
def test_a_question_is_no_request_for_another_form(text: str) -> None:
    assert form_of(text) is Form.AS_IT_IS


def test_another_form_is_about_the_last_real_question() -> None:
    said = (
        Turn("person", "which skills?"),
        Turn("bot", "…"),
        Turn("person", "shorter please"),
        Turn("bot", "…"),
        Turn("person", "as a table"),
    )
    asked, form = without_form(Conversation(said))
    assert asked.question == "which skills?"
    assert form is Form.TABLE


def test_another_form_of_nothing_is_a_question() -> None:
    alone = Conversation.of(["shorter please"])
    assert without_form(alone) == (alone, Form.AS_IT_IS)


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("I know Java and SQL, what am I missing?", "Java and SQL", ""),
        ("I've used Scrum for years but I don't know Python. What skills am I missing?", "Scrum", "Python"),
        ("I have experience with Git. Where are my gaps?", "Git", ""),
    ],
)
def test_a_skills_check_tells_what_is_known_and_what_is_not(text: str, known: str, unknown: str) -> None:
    asked = special(Conversation.of([text]))
    assert isinstance(asked, SkillsCheck)
    assert known in asked.known
    assert unknown in asked.unknown
    assert "missing" not in asked.known


def test_a_skills_check_uses_what_was_said_earlier_in_the_conversation() -> None:
    asked = special(Conversation.of(["I know Java.", "so what am I still missing?"]))
    assert asked == SkillsCheck("Java", "")


def test_without_a_word_about_oneself_there_is_nothing_to_check() -> None:
    assert special(Conversation.of(["what is missing in this guide?"])) is None


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("Compare nurse and baker", ("nurse", "baker")),
        ("What's the difference between a nurse and a baker?", ("nurse", "baker")),
        ("nurse vs baker", ("nurse", "baker")),
    ],
)
def test_a_comparison_names_two_things(text: str, pair: tuple[str, str]) -> None:
    assert special(Conversation.of([text])) == Comparison(*pair)


@pytest.mark.parametrize(
    "text", ["Make me a plan", "give me a roadmap to become a baker", "step by step please, how do I get there?"]
)
def test_a_plan_is_asked_for(text: str) -> None:
    assert special(Conversation.of([text])) == Plan()


@pytest.mark.parametrize("text", ["what does it pay?", "which health plan is there?", "what do I need?"])
def test_a_plain_question_is_no_special_request(text: str) -> None:
    assert special(Conversation.of([text])) is None
