"""Answers to questions in other languages than the guide's: translated and checked with a model, noted without one."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.answering.advisor import EXTRACTED, Advisor
from bot.answering.composing import ChatComposer, open_chat_model
from bot.answering.conversation import Conversation, Turn
from bot.answering.prompts import Prompts
from knowledge.search import Searcher
from tests.openai_server import KEY, Fault, OpenAIServer

MODEL = "gpt-5.4-mini"
GERMAN = "Was verdient man als Senior Backend Engineer in den USA?"
ENGLISH = "What does a senior backend engineer earn in the United States?"
SALARY = "The average salary is about $120,000 per year in the United States. [1]"
DEPENDS = "It depends on location. [1]"
PAID = "Das Durchschnittsgehalt liegt in den USA bei etwa 120.000 $ pro Jahr."


def speaking(written: str, translated: str, rewritten: str = ENGLISH) -> OpenAIServer:
    """A model that answers, translates and rewrites as it is told."""

    def reply(request: Mapping[str, Any]) -> str:
        order = str(request["messages"][0]["content"])
        return translated if order.startswith("Translate") else rewritten if order.startswith("Rewrite") else written

    return OpenAIServer(reply)


def orders(server: OpenAIServer) -> list[str]:
    """The first word of each order that the model was given: You (answer …), Rewrite, Translate."""
    return [prompt.split()[0] for prompt in server.prompts()]


@asynccontextmanager
async def composing(searcher: Searcher, server: OpenAIServer) -> AsyncIterator[Advisor]:
    async with server:
        yield Advisor(searcher, ChatComposer(open_chat_model(MODEL, KEY, server.url, 5), MODEL, Prompts.load(), 5))


async def test_what_passed_the_check_in_the_guides_language_is_told_in_that_of_the_question(searcher: Searcher) -> None:
    server = speaking(f"{SALARY} It pays €95,000 in Paris. [1]", f"1. {PAID}")
    async with composing(searcher, server) as advisor:
        answer = await advisor.answer(Conversation.of([GERMAN]))
    assert answer.text == f"{PAID} [1]"
    assert answer.receipt.mode == MODEL
    assert answer.receipt.withheld == 1
    assert "$120,000" in answer.citations[0].passage.text
    assert "Paris" not in server.prompts()[-1]


async def test_the_question_is_searched_in_the_guides_language(searcher: Searcher) -> None:
    server = speaking(SALARY, f"1. {PAID}")
    async with composing(searcher, server) as advisor:
        await advisor.answer(Conversation.of([GERMAN]))
    assert orders(server) == ["Rewrite", "You", "Translate"]
    assert "Write it in English" in server.prompts()[0]
    assert GERMAN in server.prompts()[1]


async def test_translated_sentences_reach_the_listener_and_make_the_answer(searcher: Searcher) -> None:
    heard: list[str] = []

    async def hear(piece: str) -> None:
        heard.append(piece)

    server = speaking(f"{SALARY} {DEPENDS}", f"1. {PAID}\n2. Es hängt vom Ort ab.")
    async with composing(searcher, server) as advisor:
        answer = await advisor.answer(Conversation.of([GERMAN]), hear)
    assert heard == [f"{PAID} [1]", " Es hängt vom Ort ab. [1]"]
    assert "".join(heard) == answer.text


@pytest.mark.parametrize(
    ("translated", "shown"),
    [
        ("1. Das Gehalt liegt in den USA bei 210.000 $ pro Jahr.\n2. Es hängt vom Ort ab.", f"{SALARY} Es hängt vom Ort ab. [1]"),
        (f"1. {PAID}", f"{PAID} [1] {DEPENDS}"),
        ("2. Es hängt vom Ort ab.\n9. Und mehr.", f"{SALARY} Es hängt vom Ort ab. [1]"),
        ("Entschuldigung, das kann ich nicht.", f"{SALARY} {DEPENDS}"),
    ],
)  # fmt: skip
async def test_a_sentence_without_a_true_translation_is_shown_as_it_was_checked(
    searcher: Searcher, translated: str, shown: str
) -> None:
    async with composing(searcher, speaking(f"{SALARY} {DEPENDS}", translated)) as advisor:
        answer = await advisor.answer(Conversation.of([GERMAN]))
    assert answer.text == shown


async def test_a_list_stays_a_list(searcher: Searcher) -> None:
    written = "Typical tools: [1]\n\n- Git\n- Docker [1]"
    server = speaking(written, "1. Typische Werkzeuge:\n2. Git\n3. Docker", "Which tools are typical?")
    async with composing(searcher, server) as advisor:
        answer = await advisor.answer(Conversation.of(["Welche Werkzeuge sind üblich?"]))
    assert answer.text.startswith("Typische Werkzeuge:")
    assert "\n- Git" in answer.text


async def test_where_translating_fails_the_checked_sentences_are_shown_and_the_receipt_says_why(
    searcher: Searcher,
) -> None:
    server = speaking(SALARY, f"1. {PAID}")
    server.faults = [Fault(), Fault(), Fault(status=500), Fault(status=500)]
    async with composing(searcher, server) as advisor:
        answer = await advisor.answer(Conversation.of([GERMAN]))
    assert answer.text == SALARY
    assert MODEL in answer.receipt.notice


async def test_an_english_question_costs_no_further_call_wherever_the_person_lives(searcher: Searcher) -> None:
    server = speaking(SALARY, "1. Nein.")
    async with composing(searcher, server) as advisor:
        asked = Conversation((Turn("person", ENGLISH),), locale="de-DE")
        assert (await advisor.answer(asked)).text == SALARY
    assert orders(server) == ["You"]


async def test_where_the_question_tells_no_language_the_locale_does(searcher: Searcher) -> None:
    server = speaking(SALARY, f"1. {PAID}")
    async with composing(searcher, server) as advisor:
        answer = await advisor.answer(Conversation((Turn("person", "salary?"),), locale="de-DE"))
        english = await advisor.answer(Conversation((Turn("person", "salary?"),), locale="en-GB"))
    assert answer.text == f"{PAID} [1]"
    assert english.text == SALARY


async def test_into_a_language_whose_translations_cannot_be_checked_nothing_is_translated(searcher: Searcher) -> None:
    server = speaking(SALARY, "1. ...")
    async with composing(searcher, server) as advisor:
        answer = await advisor.answer(Conversation.of(["Vad tjänar en senior backend engineer?"]))
    assert answer.text == SALARY
    assert "Translate" not in orders(server)


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
    assert answer.receipt.mode == EXTRACTED
    assert answer.text.endswith(f"\n\n{note}")


@pytest.mark.parametrize(
    "questions",
    [["What is the average salary?"], ["slaary?"], ["salary in La Jolla"], ["hello"], ["Which cities are popular?", "and Des Moines?"]],
)  # fmt: skip
async def test_an_english_question_gets_no_such_note(advisor: Advisor, questions: Sequence[str]) -> None:
    answer = await advisor.answer(Conversation.of(questions))
    assert "The guide is in" not in answer.text
    assert "Leitfaden" not in answer.text
