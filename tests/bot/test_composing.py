"""Composing through real LangChain against a server that speaks OpenAI's protocol."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.answering.composing import MOST_PASSAGES, TURN_CHARACTERS, TURNS_SHOWN, ChatComposer, open_chat_model
from bot.answering.conversation import Turn
from bot.errors import ModelUnavailable, SettingsError
from bot.answering.prompts import Prompts
from tests.conftest import passage
from tests.openai_server import KEY, Fault, OpenAIServer

MODEL = "gpt-5.4-mini"
PASSAGES = [passage(f"Fact number {n}.", "Baker", f"Part {n}", position=n) for n in range(10)]


def composer_at(url: str, key: str = KEY, model: str = MODEL, timeout: float = 5.0) -> ChatComposer:
    return ChatComposer(open_chat_model(model, key, url, timeout), model, Prompts.load(), timeout)


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer(["Bakers bake. [1]"]) as running:
        yield running


async def test_the_answer_comes_piece_by_piece_and_whole(server: OpenAIServer) -> None:
    heard: list[str] = []

    async def hear(piece: str) -> None:
        heard.append(piece)

    text = await composer_at(server.url).compose("What do bakers do?", [], PASSAGES, hear)
    assert text == "Bakers bake. [1]"
    assert "".join(heard) == text
    assert len(heard) > 1


async def test_passages_are_numbered_from_one_with_guide_and_heading(server: OpenAIServer) -> None:
    await composer_at(server.url).compose("What do bakers do?", [], PASSAGES)
    (prompt,) = server.prompts()
    assert "[1] Baker — Baker > Part 0\nFact number 0." in prompt
    assert f"[{MOST_PASSAGES}]" in prompt
    assert f"[{MOST_PASSAGES + 1}]" not in prompt.split("Passages")[-1]


async def test_the_part_that_never_changes_comes_first_so_that_it_is_cached(server: OpenAIServer) -> None:
    composer = composer_at(server.url)
    await composer.compose("What do bakers do?", [], PASSAGES)
    await composer.compose("And millers?", [Turn("person", "What do bakers do?")], PASSAGES[3:])
    first, second = (request["messages"][0] for request in server.requests)
    assert first == second
    assert first["role"] == "system"


async def test_a_long_thread_is_shown_from_its_end_with_cut_turns(server: OpenAIServer) -> None:
    turns = [Turn("person", f"turn {n} " + "x" * 5000) for n in range(30)]
    await composer_at(server.url).compose("And now?", turns, PASSAGES)
    (prompt,) = server.prompts()
    assert f"turn {30 - TURNS_SHOWN} " in prompt
    assert f"turn {29 - TURNS_SHOWN} " not in prompt
    assert "x" * TURN_CHARACTERS not in prompt


async def test_a_follow_up_is_rewritten_with_what_was_said() -> None:
    async with OpenAIServer(["Which of the popular cities is in Illinois?"]) as server:
        said = [Turn("person", "Which cities are popular?"), Turn("bot", "Chicago and Boston.")]
        rewritten = await composer_at(server.url).rewrite("Which of those is in Illinois?", said)
        assert rewritten == "Which of the popular cities is in Illinois?"
        assert "bot: Chicago and Boston." in server.prompts()[0]


async def test_a_question_is_rewritten_in_the_guides_language_where_that_is_asked() -> None:
    async with OpenAIServer(["What do bakers earn?"]) as server:
        assert await composer_at(server.url).rewrite("Was verdienen Bäcker?", [], "English") == "What do bakers earn?"
        assert "Write it in English" in server.prompts()[0]


async def test_translated_sentences_come_each_as_soon_as_its_line_is_complete() -> None:
    async with OpenAIServer(["1. Bäcker backen.\n\nHier ist mehr:\n3) Sie kneten Teig."]) as server:
        said = ["Bakers bake.", "They rise early.", "They knead dough."]
        told = [one async for one in composer_at(server.url).translated(said, "German")]
        assert told == [(0, "Bäcker backen."), (2, "Sie kneten Teig.")]
        assert "into German" in server.prompts()[0]
        assert server.prompts()[0].endswith("1. Bakers bake.\n2. They rise early.\n3. They knead dough.")


async def test_a_translation_that_fails_is_told_in_a_sentence(server: OpenAIServer) -> None:
    server.faults = [Fault(status=500)] * 5
    with pytest.raises(ModelUnavailable, match="status 500"):
        [one async for one in composer_at(server.url).translated(["Bakers bake."], "German")]


@pytest.mark.parametrize(
    ("status", "told"),
    [(401, "OPENAI_API_KEY"), (404, "CHAT_MODEL"), (429, "rate limited"), (500, "status 500"), (503, "status 503")],
)
async def test_a_refusal_says_what_to_do(server: OpenAIServer, status: int, told: str) -> None:
    server.faults = [Fault(status=status)] * 5
    with pytest.raises(ModelUnavailable, match=told):
        await composer_at(server.url).compose("What?", [], PASSAGES)


async def test_one_passing_failure_is_tried_again(server: OpenAIServer) -> None:
    server.faults = [Fault(status=500)]
    assert await composer_at(server.url).compose("What?", [], PASSAGES) == "Bakers bake. [1]"


async def test_a_model_that_says_nothing_in_time_is_given_up(server: OpenAIServer) -> None:
    server.faults = [Fault(silent=True)] * 5
    with pytest.raises(ModelUnavailable, match=r"did not answer within 0\.3 s"):
        await composer_at(server.url, timeout=0.3).compose("What?", [], PASSAGES)


@pytest.mark.parametrize(
    ("fault", "told"), [(Fault(cut_after=2), "broke off its answer"), (Fault(malformed=True), "try again")]
)
async def test_a_stream_that_breaks_is_told_in_a_sentence(server: OpenAIServer, fault: Fault, told: str) -> None:
    server.faults = [fault] * 5
    with pytest.raises(ModelUnavailable, match=told):
        await composer_at(server.url).compose("What?", [], PASSAGES)


async def test_an_empty_answer_is_no_answer() -> None:
    async with OpenAIServer([" "]) as server:
        with pytest.raises(ModelUnavailable, match="empty"):
            await composer_at(server.url).compose("What?", [], PASSAGES)


async def test_a_server_that_is_not_there_is_told_in_a_sentence() -> None:
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        await composer_at("http://127.0.0.1:9/v1").compose("What?", [], PASSAGES)


async def test_no_key_stands_in_an_error(server: OpenAIServer) -> None:
    with pytest.raises(ModelUnavailable) as raised:
        await composer_at(server.url, key="sk-wrong-and-secret").compose("What?", [], PASSAGES)
    assert "sk-wrong" not in str(raised.value)


async def test_fifty_questions_are_asked_of_the_model_at_once() -> None:
    """The server answers nobody before all fifty have asked, so one that waits for another would hang."""
    everybody = asyncio.Barrier(50)
    async with OpenAIServer(["Bakers bake. [1]"]) as server:
        server.before_reply = everybody.wait
        composer = composer_at(server.url, timeout=20)
        texts = await asyncio.gather(*(composer.compose("What?", [], PASSAGES) for _ in range(50)))
    assert len(texts) == 50


def test_a_provider_that_is_not_installed_is_named() -> None:
    with pytest.raises(SettingsError, match="CHAT_MODEL=anthropic:claude"):
        open_chat_model("anthropic:claude", "", None, 5)
