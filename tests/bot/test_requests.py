import time

import pytest

from bot.answering.conversation import Conversation, Turn
from bot.requests import Comparison, Form, Plan, SkillsCheck, form_of, special, without_form


@pytest.mark.parametrize(
    "text",
    [
        "shorter please",
        "tl;dr",
        "make it shorter",
        "in one sentence please",
        "Can you summarize that?",
        "brief",
        "give me a shorter version",
        "summarise",
        "say it briefly",
    ],
)
def test_a_shorter_form_is_asked_for(text: str) -> None:
    assert form_of(text) is Form.SHORTER


@pytest.mark.parametrize(
    "text",
    [
        "in a table",
        "as a table please",
        "make it a table",
        "show me that in a table",
        "a table?",
        "I want it as a table",
    ],
)
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


def test_the_question_in_another_form_keeps_the_guides_and_the_language_of_the_conversation() -> None:
    said = (Turn("person", "which skills?"), Turn("bot", "…"), Turn("person", "as a table"))
    asked, _ = without_form(Conversation(said, frozenset({"baker.md"}), "de-DE"))
    assert asked == Conversation(said[:1], frozenset({"baker.md"}), "de-DE")


@pytest.mark.parametrize(
    ("text", "form", "question"),
    [
        ("summarise what they do in a table", Form.TABLE, "what they do"),
        ("Put the tools into a table, please", Form.TABLE, "the tools"),
        ("Can you give me a small table of the tools?", Form.TABLE, "the tools"),
        ("Which tools are used? Answer in a table.", Form.TABLE, "Which tools are used?"),
        ("list the tools as bullet points", Form.BULLETS, "list the tools"),
        ("Which tools are used, as a bulleted list?", Form.BULLETS, "Which tools are used"),
        ("What do they do in one sentence?", Form.SHORTER, "What do they do"),
        ("In a few words: what do they do?", Form.SHORTER, "what do they do?"),
        ("Briefly, what do they do?", Form.SHORTER, "what do they do?"),
        ("explain the career path shortly", Form.SHORTER, "the career path"),
        ("Could you summarize the career path?", Form.SHORTER, "the career path"),
        ("What does it pay? Keep it short.", Form.SHORTER, "What does it pay?"),
    ],
)
def test_the_wish_for_a_form_is_no_part_of_the_question_that_comes_with_it(
    text: str, form: Form, question: str
) -> None:
    asked, told = without_form(Conversation.of(["What does it pay?", text]))
    assert (asked.question, told) == (question, form)
    assert len(asked.turns) == 2


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("put it in a table", Form.TABLE),
        ("Can you turn this into a list?", Form.BULLETS),
        ("summarise your last answer in one sentence", Form.SHORTER),
        ("show me that as bullet points please", Form.BULLETS),
    ],
)
def test_a_form_for_the_last_answer_asks_its_question_again(text: str, form: Form) -> None:
    asked, told = without_form(Conversation.of(["What does it pay?", text]))
    assert (asked.question, told) == ("What does it pay?", form)


def test_the_wish_for_a_form_of_an_earlier_question_is_forgotten() -> None:
    asked, form = without_form(Conversation.of(["put the tools in a table", "and the pay?"]))
    assert [turn.text for turn in asked.turns] == ["the tools", "and the pay?"]
    assert form is Form.AS_IT_IS


@pytest.mark.parametrize(
    "text",
    [
        "Will I be promoted shortly?",
        "Which tools are in the list?",
        "how do I join two columns of the table?",
        "give me a list of tools",
        "Is Jest in a list?",
        "Do I have to write summaries?",
        "I have to put numbers in a table",
    ],
)
def test_words_of_forms_in_a_question_stay_in_it(text: str) -> None:
    assert without_form(Conversation.of([text])) == (Conversation.of([text]), Form.AS_IT_IS)


@pytest.mark.parametrize("text", ["please " * 5000, ", put " * 5000, "ok, " * 5000, "in a table " * 3000])
def test_a_very_long_message_is_read_quickly(text: str) -> None:
    started = time.monotonic()
    form_of(text)
    assert time.monotonic() - started < 1


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
        ("Compare nurse and baker in a table", ("nurse", "baker")),
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
