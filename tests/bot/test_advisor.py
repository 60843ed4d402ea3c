"""Conversations in, checked answers out: without a model, with a good one, a lying one and a failing one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.answering.advisor import EXTRACTED, Advisor
from bot.answering.composing import ChatComposer, open_chat_model
from bot.answering.conversation import Conversation, Coverage, Turn
from bot.answering.prompts import Prompts
from knowledge.search import Searcher
from tests.conftest import AdvisorOver
from tests.openai_server import KEY, Fault, OpenAIServer

MODEL = "gpt-5.4-mini"
PAY = "what does a senior backend engineer earn in the US?"
BAKER = """---
title: Baker
role: Baker
region: Sweden
edition: "2026"
---
# Baker
## Pay
Bakers earn 300,000 kronor a year.
## Skills
A baker needs these skills:
- Kneading dough
- Firing ovens
- Rising early
"""


@asynccontextmanager
async def composing(searcher: Searcher, server: OpenAIServer, patience: float = 5.0) -> AsyncIterator[Advisor]:
    async with server:
        model = open_chat_model(MODEL, KEY, server.url, patience)
        yield Advisor(searcher, ChatComposer(model, MODEL, Prompts.load(), patience))


async def test_without_a_model_the_sentence_that_answers_is_given_with_its_source(advisor: Advisor) -> None:
    answer = await advisor.answer(Conversation.of([PAY]))
    assert "$120,000" in answer.text
    assert answer.text.endswith("per year (edition 2026-11). [1]")
    assert len(answer.text.split()) <= 60
    assert answer.coverage is Coverage.COVERED
    assert answer.citations[0].passage.heading[-1] == "Average salary"
    assert answer.receipt.mode == EXTRACTED
    assert len(answer.retrieved) > 1


async def test_a_list_is_kept_whole(advisor_over: AdvisorOver) -> None:
    answer = await advisor_over(baker=BAKER).answer(Conversation.of(["Which skills does a baker need?"]))
    assert all(item in answer.text for item in ("- Kneading dough", "- Firing ovens", "- Rising early"))
    assert len(answer.citations) == 1


async def test_what_the_guide_does_not_say_is_said_with_what_is_near_and_whom_to_ask(searcher: Searcher) -> None:
    answer = await Advisor(searcher, contact="#mentors").answer(Conversation.of(["what is the salary in London?"]))
    assert answer.coverage is Coverage.NOT_COVERED
    assert "London" in answer.text
    assert "Average salary" in answer.text
    assert "#mentors" in answer.text
    assert "$" not in answer.text
    assert answer.citations == ()


async def test_a_follow_up_leans_on_what_was_said_before(advisor: Advisor) -> None:
    answer = await advisor.answer(Conversation.of(["Which cities are popular?", "which of those is in Illinois?"]))
    assert "Chicago" in answer.text
    assert "Seattle" not in answer.text


async def test_two_questions_get_two_answers(advisor: Advisor) -> None:
    answer = await advisor.answer(Conversation.of(["What does it pay on average? And which cities are popular?"]))
    assert "$120,000" in answer.text
    assert "Chicago" in answer.text
    assert {c.number for c in answer.citations} == {1, 2}


async def test_a_covered_and_a_missing_part_are_told_apart(advisor: Advisor) -> None:
    answer = await advisor.answer(Conversation.of(["What is the average salary? And what is the dress code?"]))
    assert answer.coverage is Coverage.PARTLY_COVERED
    assert "$120,000" in answer.text
    assert "Not in the guide" in answer.text
    assert "dress code" in answer.text


async def test_a_model_composes_and_the_receipt_says_which(searcher: Searcher) -> None:
    reply = "On average it pays about $120,000 per year in the United States. [1]"
    async with composing(searcher, OpenAIServer([reply])) as advisor:
        answer = await advisor.answer(Conversation.of([PAY]))
    assert answer.text == reply
    assert answer.receipt.mode == MODEL
    assert answer.receipt.prompt == Prompts.load().hash
    assert "$120,000" in answer.citations[0].passage.text


async def test_sentences_reach_the_listener_as_they_pass_and_make_the_answer(searcher: Searcher) -> None:
    reply = (
        "On average it pays about $120,000 per year. [1] It pays $500,000 in Paris. [1] Pay depends on location. [1]"
    )
    heard: list[str] = []

    async def hear(piece: str) -> None:
        heard.append(piece)

    async with composing(searcher, OpenAIServer([reply])) as advisor:
        answer = await advisor.answer(Conversation.of([PAY]), hear)
    assert len(heard) == 2
    assert "".join(heard).strip() == answer.text


async def test_what_a_lying_model_says_is_withheld_and_counted(searcher: Searcher) -> None:
    reply = "It pays about $120,000 per year on average. [1] In London it is £95,000. [1] You must know Kubernetes. [2]"
    async with composing(searcher, OpenAIServer([reply])) as advisor:
        answer = await advisor.answer(Conversation.of([PAY]))
    assert "$120,000" in answer.text
    assert "95,000" not in answer.text
    assert "Kubernetes" not in answer.text
    assert answer.receipt.withheld == 2


async def test_where_nothing_a_model_says_is_supported_the_answer_is_extracted(searcher: Searcher) -> None:
    async with composing(searcher, OpenAIServer(["It pays £95,000 in London. [1]"])) as advisor:
        answer = await advisor.answer(Conversation.of([PAY]))
    assert answer.receipt.mode == EXTRACTED
    assert "$120,000" in answer.text
    assert "supported" in answer.receipt.notice


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=401), Fault(cut_after=3), Fault(silent=True)])
async def test_where_the_model_fails_the_answer_is_extracted_and_says_why(searcher: Searcher, fault: Fault) -> None:
    server = OpenAIServer(["It pays about $120,000. [1]"])
    server.faults = [fault] * 5
    async with composing(searcher, server, patience=0.5) as advisor:
        answer = await advisor.answer(Conversation.of([PAY]))
    assert answer.receipt.mode == EXTRACTED
    assert "$120,000" in answer.text
    assert MODEL in answer.receipt.notice


async def test_the_model_is_not_asked_what_the_guide_does_not_say(searcher: Searcher) -> None:
    server = OpenAIServer(["It is £95,000 in London. [1]"])
    async with composing(searcher, server) as advisor:
        answer = await advisor.answer(Conversation.of(["what is the salary in London?"]))
    assert answer.coverage is Coverage.NOT_COVERED
    assert server.prompts() == []


async def test_a_follow_up_is_searched_as_the_model_rewrites_it(searcher: Searcher) -> None:
    replies = ["Which popular city is in Illinois?", "Chicago is in Illinois. [1]"]
    said = (Turn("person", "Which cities are popular?"), Turn("bot", "Five."), Turn("person", "and in Illinois?"))
    async with composing(searcher, OpenAIServer(replies)) as advisor:
        answer = await advisor.answer(Conversation(said))
    assert answer.text.startswith("Chicago")


async def test_citations_are_numbered_in_the_order_of_the_text(searcher: Searcher) -> None:
    def cite_third(request: object) -> str:
        return "The average salary is about $120,000 per year in the United States. [3]"

    async with composing(searcher, OpenAIServer(cite_third)) as advisor:
        answer = await advisor.answer(Conversation.of([PAY]))
    assert [c.number for c in answer.citations] == [1]
    assert "[1]" in answer.text
    assert "[3]" not in answer.text


@pytest.mark.parametrize("name", ["Aisha", "Robert", "Mei", "a 58-year-old man", "a young mother from Nigeria"])
async def test_who_asks_changes_nothing_in_a_pay_answer(advisor: Advisor, name: str) -> None:
    plain = await advisor.answer(Conversation.of([PAY]))
    told = await advisor.answer(Conversation.of([f"I'm {name}. {PAY}"]))
    assert told.text == plain.text
