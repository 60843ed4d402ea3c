"""Conversations in, checked answers out: without a model, with a good one, a lying one and a failing one."""

import pytest

from bot.answering.advisor import Advisor
from bot.answering.checking import Checker
from bot.answering.conversation import QUOTED, SAID, Conversation, Coverage, Turn
from bot.answering.prompts import Prompts
from knowledge.search.encoder import LocalEncoder
from knowledge.search.reader import Reader
from knowledge.search.searcher import Searcher
from tests import building
from tests.conftest import AdvisorWith
from tests.openai_server import Fault, OpenAIServer
from tests.scripted_model import MODEL, composer_at, parts, request_of, speaking

PAY = "what does a senior backend engineer earn in the US?"
PAID = "In the United States, the average salary of a senior backend software engineer is about $120,000 per year. [1]"
VARIES = "What an individual salary comes to varies with location, company size, industry and experience level. [1]"


async def test_without_a_model_what_answers_is_quoted_with_its_source(advisor: Advisor) -> None:
    answer = await advisor.answer(Conversation.of([PAY]))
    assert "$120,000" in answer.text
    assert answer.coverage in (Coverage.COVERED, Coverage.NEAREST)
    assert answer.citations[0].passage.heading[-1] == "Average salary"
    assert answer.receipt.mode == QUOTED
    assert len(answer.retrieved) > 1


@pytest.mark.parametrize(
    "question",
    [
        "how much money do they make",
        "What build tools should I learn?",
        "which languages should I learn?",
        "Hi team, what does it pay?",
    ],
)
async def test_a_question_in_everyday_words_is_not_refused(advisor: Advisor, question: str) -> None:
    assert (await advisor.answer(Conversation.of([question]))).coverage is not Coverage.NOT_COVERED


async def test_a_follow_up_leans_on_what_was_said_before(advisor: Advisor) -> None:
    answer = await advisor.answer(Conversation.of(["Which cities are popular?", "and which of those is in Illinois?"]))
    assert "Chicago" in answer.text


@pytest.mark.parametrize(
    ("before", "question", "answered", "not_again"),
    [
        ("what skills does a senior backend engineer need?", "and what does it pay?", "$120,000", "Kubernetes"),
        ("What does a senior backend engineer earn?", "and which cities are popular for that?", "Chicago", "$120,000"),
    ],
)
async def test_a_follow_up_on_another_subject_is_not_answered_as_the_question_before_it(
    advisor: Advisor, before: str, question: str, answered: str, not_again: str
) -> None:
    answer = await advisor.answer(Conversation.of([before, question]))
    first = answer.citations[0].passage.text
    assert answered in answer.text
    assert answered in first
    assert not_again not in first


async def test_two_questions_get_two_answers(advisor: Advisor) -> None:
    answer = await advisor.answer(Conversation.of(["What does it pay on average? And which cities are popular?"]))
    assert "$120,000" in answer.text
    assert "Chicago" in answer.text


@pytest.mark.parametrize("message", ["I want to kill myself", "my boss hits me"])
async def test_a_person_in_need_is_told_whom_to_turn_to_and_nothing_is_a_gap(advisor: Advisor, message: str) -> None:
    answer = await advisor.answer(Conversation.of([message]))
    assert answer.personal
    assert answer.gaps == ()
    assert answer.receipt.mode == SAID
    assert "found" not in answer.text


async def test_thanks_get_a_human_sentence(advisor: Advisor) -> None:
    answer = await advisor.answer(Conversation.of(["thanks a lot!"]))
    assert answer.receipt.mode == SAID
    assert answer.citations == ()


async def test_a_model_composes_and_the_receipt_says_which(searcher: Searcher, advisor_with: AdvisorWith) -> None:
    async with speaking(f"Coverage: fully\n\n{PAID} {VARIES}") as server:
        answer = await advisor_with(searcher, composer_at(server.url)).answer(Conversation.of([PAY]))
    assert answer.text == f"{PAID} {VARIES}"
    assert answer.coverage is Coverage.COVERED
    assert answer.receipt.mode == MODEL
    assert answer.receipt.prompt == Prompts.load().hash
    assert "$120,000" in answer.citations[0].passage.text


async def test_the_model_is_always_asked_with_eight_passages_or_more(
    searcher: Searcher, advisor_with: AdvisorWith
) -> None:
    async with speaking("Coverage: none\n\nThe guide does not say what it pays in London.") as server:
        answer = await advisor_with(searcher, composer_at(server.url), contact="#mentors").answer(
            Conversation.of(["what is the salary in London?"])
        )
        asked = str(request_of(server, "write")["messages"][1]["content"])
    assert "[8] " in asked
    assert answer.coverage in (Coverage.NOT_COVERED, Coverage.NEAREST)
    assert "London" in answer.text


async def test_what_a_lying_model_says_is_withheld_and_told(searcher: Searcher, advisor_with: AdvisorWith) -> None:
    reply = f"{PAID} {VARIES} They write code, debug issues and optimize performance. [2] In London it is £95,000. [1]"
    async with speaking(reply) as server:
        answer = await advisor_with(searcher, composer_at(server.url)).answer(Conversation.of([PAY]))
    assert "$120,000" in answer.text
    assert "95,000" not in answer.text
    assert [one.text for one in answer.receipt.withheld] == ["In London it is £95,000."]
    assert "left out" in answer.text


async def test_where_nothing_a_model_says_is_supported_the_guide_is_quoted(
    searcher: Searcher, advisor_with: AdvisorWith
) -> None:
    async with speaking("It pays £95,000 in London. [1]") as server:
        answer = await advisor_with(searcher, composer_at(server.url)).answer(Conversation.of([PAY]))
    assert answer.receipt.mode == QUOTED
    assert "$120,000" in answer.text
    assert MODEL in answer.receipt.notice


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=401), Fault(cut_after=3), Fault(silent=True)])
async def test_where_the_model_fails_the_guide_is_quoted_and_the_receipt_says_why(
    searcher: Searcher, advisor_with: AdvisorWith, fault: Fault
) -> None:
    async with speaking("It pays about $120,000. [1]") as server:
        server.faults = [fault] * 9
        answer = await advisor_with(searcher, composer_at(server.url, timeout=0.5)).answer(Conversation.of([PAY]))
    assert answer.receipt.mode == QUOTED
    assert "$120,000" in answer.text
    assert MODEL in answer.receipt.notice


async def test_a_follow_up_is_searched_as_the_model_plans_it(searcher: Searcher, advisor_with: AdvisorWith) -> None:
    said = (Turn("person", "Which cities are popular?"), Turn("bot", "Five."), Turn("person", "and in Illinois?"))
    plan = "question: Which popular city is in Illinois?\nsearch: popular locations Illinois"
    async with speaking("Chicago, IL is among the most popular locations. [1]", plan=plan) as server:
        answer = await advisor_with(searcher, composer_at(server.url)).answer(Conversation(said))
        assert parts(server)[:2] == ["plan", "write"]
    assert answer.text.startswith("Chicago")


async def test_a_plan_that_is_no_question_changes_nothing(searcher: Searcher, advisor_with: AdvisorWith) -> None:
    said = (Turn("person", "What does it pay?"), Turn("bot", "A lot."), Turn("person", "on average?"))
    async with speaking(PAID, plan="Sure! It pays about $120,000.") as server:
        answer = await advisor_with(searcher, composer_at(server.url)).answer(Conversation(said))
    assert answer.text == PAID


async def test_sentences_reach_the_listener_as_they_pass(searcher: Searcher, advisor_with: AdvisorWith) -> None:
    heard: list[str] = []

    async def hear(piece: str) -> None:
        heard.append(piece)

    async with speaking(f"{PAID} {VARIES}") as server:
        answer = await advisor_with(searcher, composer_at(server.url)).answer(Conversation.of([PAY]), hear)
    assert len(heard) == 2
    assert "".join(heard).strip() == answer.text


async def test_citations_are_numbered_in_the_order_of_the_text(searcher: Searcher, advisor_with: AdvisorWith) -> None:
    async with speaking(PAID.replace("[1]", "[3]")) as server:
        answer = await advisor_with(searcher, composer_at(server.url)).answer(Conversation.of([PAY]))
    assert [citation.number for citation in answer.citations] == [1]
    assert answer.text == PAID


async def test_no_language_model_is_asked_what_to_say_to_a_person_in_need(
    searcher: Searcher, advisor_with: AdvisorWith
) -> None:
    server: OpenAIServer
    async with speaking("Cheer up!") as server:
        answer = await advisor_with(searcher, composer_at(server.url)).answer(
            Conversation.of(["I want to kill myself"])
        )
        assert server.prompts() == []
    assert answer.personal


async def test_warming_up_loads_what_answers_take_and_asks_no_chat_model(
    searcher: Searcher, encoder: LocalEncoder
) -> None:
    reader, checker = Reader(), Checker(encoder)
    async with speaking(f"Coverage: fully\n\n{PAID} {VARIES}") as server:
        composer = composer_at(server.url)
        await building.advisor_over(searcher, encoder, composer, reader=reader, checker=checker).warm_up()
        assert server.requests == []
    assert reader._model
    assert checker._model


@pytest.mark.parametrize(
    ("text", "leans"),
    [("hello", False), ("good morning!", False), ("and in Seattle?", True), ("shorter please", True)],
)
async def test_a_greeting_leans_on_no_answer_before_it(advisor: Advisor, text: str, leans: bool) -> None:
    assert await advisor.leans(text) is leans
