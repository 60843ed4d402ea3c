"""Answers to questions in other languages than the guide's: translated and checked with a model, noted without one."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from bot.answering.advisor import Advisor
from bot.answering.conversation import QUOTED, Conversation, Turn
from knowledge.search.searcher import Searcher
from tests.conftest import AdvisorWith
from tests.openai_server import Fault, OpenAIServer
from tests.scripted_model import MODEL, composer_at, parts, speaking

GERMAN = "Was verdient man als Senior Backend Engineer in den USA?"
ENGLISH = "What does a senior backend engineer earn in the United States?"
PLAN = f"question: {ENGLISH}"
SALARY = (
    "In the United States, the average salary of a senior backend software engineer is about $120,000 per year. [1]"
)
DEPENDS = "What an individual salary comes to varies with factors such as location, company size, industry and experience level. [1]"
SKILLS = "Strong communication and collaboration abilities and excellent problem-solving and analytical skills are essential for success. [2]"
PAID = "Das Durchschnittsgehalt liegt in den USA bei etwa 120.000 $ pro Jahr."
VARIES = "Es hängt vom Ort und von der Größe der Firma ab."


@pytest.fixture
def composing(searcher: Searcher, advisor_with: AdvisorWith) -> "Composing":
    """An advisor whose answers a server writes."""

    @asynccontextmanager
    async def over(server: OpenAIServer) -> AsyncIterator[Advisor]:
        async with server:
            yield advisor_with(searcher, composer_at(server.url))

    return over


Composing = Callable[[OpenAIServer], AbstractAsyncContextManager[Advisor]]


async def test_what_passed_the_check_in_the_guides_language_is_told_in_that_of_the_question(
    composing: Composing,
) -> None:
    written = f"{SALARY} {DEPENDS} {SKILLS} It pays €95,000 in Paris. [1]"
    server = speaking(written, plan=PLAN, translated=f"1. {PAID}\n2. {VARIES}\n3. Kommunikation ist wichtig.")
    async with composing(server) as advisor:
        answer = await advisor.answer(Conversation.of([GERMAN]))
    assert answer.text.startswith(f"{PAID} [1] {VARIES} [1]")
    assert answer.receipt.mode == MODEL
    assert len(answer.receipt.withheld) == 1
    assert "$120,000" in answer.citations[0].passage.text
    assert "Paris" not in server.prompts()[-1]


async def test_the_question_is_searched_in_the_guides_language(composing: Composing) -> None:
    server = speaking(SALARY, plan=PLAN, translated=f"1. {PAID}")
    async with composing(server) as advisor:
        await advisor.answer(Conversation.of([GERMAN]))
    assert parts(server) == ["plan", "write", "translate"]
    assert "in English" in server.prompts()[0]
    assert GERMAN in server.prompts()[1]


async def test_translated_sentences_reach_the_listener_and_make_the_answer(composing: Composing) -> None:
    heard: list[str] = []

    async def hear(piece: str) -> None:
        heard.append(piece)

    server = speaking(f"{SALARY} {DEPENDS}", plan=PLAN, translated=f"1. {PAID}\n2. {VARIES}")
    async with composing(server) as advisor:
        answer = await advisor.answer(Conversation.of([GERMAN]), hear)
    assert heard == [f"{PAID} [1]", f" {VARIES} [1]"]
    assert "".join(heard) == answer.text


@pytest.mark.parametrize(
    ("translated", "shown"),
    [
        ("1. Das Gehalt liegt in den USA bei 210.000 $ pro Jahr.\n2. Es hängt vom Ort und von der Größe der Firma ab.", f"{SALARY} {VARIES} [1]"),
        (f"1. {PAID}", f"{PAID} [1] {DEPENDS}"),
        ("2. Es hängt vom Ort und von der Größe der Firma ab.\n9. Und mehr.", f"{SALARY} {VARIES} [1]"),
        ("Entschuldigung, das kann ich nicht.", f"{SALARY} {DEPENDS}"),
    ],
)  # fmt: skip
async def test_a_sentence_without_a_true_translation_is_shown_as_it_was_checked(
    composing: Composing, translated: str, shown: str
) -> None:
    async with composing(speaking(f"{SALARY} {DEPENDS}", plan=PLAN, translated=translated)) as advisor:
        answer = await advisor.answer(Conversation.of([GERMAN]))
    assert answer.text == shown


async def test_a_list_stays_a_list(composing: Composing) -> None:
    written = "Typical tools:\n\n- Version control systems such as Git and SVN [1]\n- Build tools such as Maven and Gradle [1]"
    told = "1. Versionsverwaltung wie Git und SVN\n2. Werkzeuge zum Bauen wie Maven und Gradle"
    server = speaking(written, plan="question: Which tools are typical?", translated=told)
    async with composing(server) as advisor:
        answer = await advisor.answer(Conversation.of(["Welche Werkzeuge sind üblich?"]))
    assert "\n- Versionsverwaltung wie Git und SVN" in answer.text


async def test_where_translating_fails_the_checked_sentences_are_shown(
    composing: Composing,
) -> None:
    server = speaking(SALARY, plan=PLAN, translated=f"1. {PAID}")
    server.faults = [Fault(), Fault(), Fault(status=500), Fault(status=500)]
    async with composing(server) as advisor:
        answer = await advisor.answer(Conversation.of([GERMAN]))
    assert answer.text == SALARY


async def test_an_english_question_costs_no_further_call_wherever_the_person_lives(composing: Composing) -> None:
    server = speaking(SALARY, translated="1. Nein.")
    async with composing(server) as advisor:
        asked = Conversation((Turn("person", ENGLISH),), locale="de-DE")
        assert (await advisor.answer(asked)).text == SALARY
    assert parts(server) == ["write"]


async def test_where_the_question_tells_no_language_the_locale_does(composing: Composing) -> None:
    server = speaking(SALARY, plan=PLAN, translated=f"1. {PAID}")
    async with composing(server) as advisor:
        answer = await advisor.answer(Conversation((Turn("person", "salary?"),), locale="de-DE"))
        english = await advisor.answer(Conversation((Turn("person", "salary?"),), locale="en-GB"))
    assert answer.text == f"{PAID} [1]"
    assert english.text == SALARY


async def test_into_a_language_whose_translations_cannot_be_checked_nothing_is_translated(composing: Composing) -> None:
    server = speaking(SALARY, plan=PLAN, translated="1. ...")
    async with composing(server) as advisor:
        answer = await advisor.answer(Conversation.of(["Vad tjänar en senior backend engineer?"]))
    assert answer.text == SALARY
    assert "translate" not in parts(server)


@pytest.mark.parametrize(
    ("question", "note"),
    [
        ("Was ist das average salary und wie hoch ist es?", "Der Leitfaden ist auf Englisch."),
        ("Quel est l'average salary ?", "Le guide est en anglais."),
        ("¿Cuál es el average salary?", "La guía está en inglés."),
        ("Qual é o average salary para você?", "O guia está em inglês."),
        ("Qual è lo stipendio? average salary", "La guida è in inglese."),
        ("average salary はいくらですか？", "ガイドは英語で書かれています。"),
        ("Hoeveel is het average salary?", "De gids is in het Engels."),
        ("¿En qué ciudades hay más trabajo? popular locations", "La guía está en inglés."),
        ("Vad är average salary för en utvecklare?", "The guide is in English."),
    ],
)
async def test_without_a_model_an_answer_says_which_language_the_guide_is_in(
    advisor: Advisor, question: str, note: str
) -> None:
    answer = await advisor.answer(Conversation.of([question]))
    assert answer.receipt.mode == QUOTED
    assert answer.text.endswith(f"\n\n{note}")


@pytest.mark.parametrize(
    "questions",
    [["What is the average salary?"], ["slaary?"], ["salary in La Jolla"], ["hello"], ["Which cities are popular?", "and Des Moines?"]],
)  # fmt: skip
async def test_an_english_question_gets_no_such_note(advisor: Advisor, questions: Sequence[str]) -> None:
    answer = await advisor.answer(Conversation.of(questions))
    assert "The guide is in" not in answer.text
    assert "Leitfaden" not in answer.text
