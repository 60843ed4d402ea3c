"""Composing through real LangChain against a server that speaks OpenAI's protocol."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from bot.answering.chat_model import open_chat_model
from bot.answering.composing import (
    FEWEST_PASSAGES,
    TURN_CHARACTERS,
    TURNS_SHOWN,
    Composer,
    Doubt,
    Plan,
    fitting,
    read_plan,
    read_verdicts,
)
from bot.answering.conversation import Conversation, Turn
from bot.errors import ModelUnavailable, SettingsError
from knowledge.passages import Passage
from tests.conftest import passage
from tests.openai_server import Fault, OpenAIServer
from tests.scripted_model import composer_at

PASSAGES = [passage(f"Fact number {n}.", "Baker", f"Part {n}", position=n) for n in range(10)]


async def composed(
    composer: Composer, question: str = "What?", turns: Sequence[Turn] = (), passages: Sequence[Passage] = PASSAGES
) -> str:
    conversation = Conversation((*turns, Turn("person", question)))
    return "".join([chunk.text async for chunk in composer.compose(composer.messages(conversation, passages))])


@pytest.fixture
async def server() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer(["Bakers bake. [1]"]) as running:
        yield running


async def test_the_answer_comes_piece_by_piece(server: OpenAIServer) -> None:
    composer = composer_at(server.url)
    messages = composer.messages(Conversation.of(["What do bakers do?"]), PASSAGES)
    heard = [chunk.text async for chunk in composer.compose(messages)]
    assert "".join(heard) == "Bakers bake. [1]"
    assert len(heard) > 1


async def test_passages_are_numbered_from_one_with_guide_and_heading(server: OpenAIServer) -> None:
    await composed(composer_at(server.url))
    (prompt,) = server.prompts()
    assert "[1] " in prompt
    assert "Baker > Part 0\nFact number 0." in prompt
    assert f"[{len(PASSAGES)}]" in prompt


def test_a_prompt_holds_eight_passages_even_of_long_ones_and_more_of_short_ones() -> None:
    long = [passage("word " * 400, "Long", position=n) for n in range(14)]
    assert len(fitting(long)) == FEWEST_PASSAGES
    assert len(fitting(PASSAGES)) == len(PASSAGES)


async def test_the_part_that_never_changes_comes_first_so_that_it_is_cached(server: OpenAIServer) -> None:
    composer = composer_at(server.url)
    await composed(composer)
    await composed(composer, "And millers?", [Turn("person", "What do bakers do?")], PASSAGES[3:])
    first, second = (request["messages"][0] for request in server.requests)
    assert first == second
    assert first["role"] == "system"


async def test_a_long_thread_is_shown_from_its_end_with_cut_turns(server: OpenAIServer) -> None:
    turns = [Turn("person", f"turn {n} " + "x" * 5000) for n in range(30)]
    await composed(composer_at(server.url), "And now?", turns)
    (prompt,) = server.prompts()
    assert f"turn {30 - TURNS_SHOWN} " in prompt
    assert f"turn {29 - TURNS_SHOWN} " not in prompt
    assert "x" * TURN_CHARACTERS not in prompt


async def test_a_plan_is_made_of_what_was_said() -> None:
    async with OpenAIServer(["question: Which popular city is in Illinois?\nsearch: cities Illinois"]) as server:
        said = (Turn("person", "Which cities?"), Turn("bot", "Chicago and Boston."), Turn("person", "In Illinois?"))
        plan = await composer_at(server.url).plan(Conversation(said))
        assert plan == Plan("Which popular city is in Illinois?", ("cities Illinois",))
        assert "bot: Chicago and Boston." in server.prompts()[0]


async def test_a_search_is_planned_in_the_guides_language_where_that_is_asked(server: OpenAIServer) -> None:
    await composer_at(server.url).plan(Conversation.of(["Was verdienen Bäcker?"]), "English")
    assert "in English" in server.prompts()[0]


@pytest.mark.parametrize(
    ("reply", "plan"),
    [
        ("**Question:** What?\n- search 1: one\n- search 2: two", Plan("What?", ("one", "two"))),
        ("<think>search: no</think>question: What?", Plan("What?", ())),
        ("Sure! Bakers earn 2,900 euros.", Plan("", ())),
        (f"question: {'x' * 900}", Plan("", ())),
        ("", Plan("", ())),
    ],
)
def test_only_lines_that_are_a_plan_are_read(reply: str, plan: Plan) -> None:
    assert read_plan(reply) == plan


@pytest.mark.parametrize(
    ("reply", "verdicts"),
    [
        ("1. yes\n2. no", {0: True, 1: False}),
        ("**2)** Yes.\n9. yes", {1: True}),
        ("I think so", {}),
        ("1. perhaps", {}),
    ],
)
def test_verdicts_are_read_by_number_and_what_is_none_is_left_out(reply: str, verdicts: dict[int, bool]) -> None:
    assert read_verdicts(reply, 2) == verdicts


async def test_the_second_look_sees_each_sentence_with_its_passages() -> None:
    async with OpenAIServer(["1. yes\n2. no"]) as server:
        doubts = [Doubt("Bakers bake.", ("Bakers bake bread.",)), Doubt("Bakers sail.", ("Captains sail.",))]
        assert await composer_at(server.url).verified(doubts) == {0: True, 1: False}
        assert "1. Bakers bake.\n   Passage: Bakers bake bread." in server.prompts()[0]


async def test_translated_sentences_come_each_as_soon_as_its_line_is_complete() -> None:
    async with OpenAIServer(["1. Bäcker backen.\n\nHier ist mehr:\n3) Sie kneten Teig."]) as server:
        said = ["Bakers bake.", "They rise early.", "They knead dough."]
        told = [one async for one in composer_at(server.url).translated(said, "German")]
        assert told == [(0, "Bäcker backen."), (2, "Sie kneten Teig.")]
        assert "into German" in server.prompts()[0]
        assert server.prompts()[0].strip().endswith("1. Bakers bake.\n2. They rise early.\n3. They knead dough.")


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
        await composed(composer_at(server.url))


async def test_one_passing_failure_is_tried_again(server: OpenAIServer) -> None:
    server.faults = [Fault(status=500)]
    assert await composed(composer_at(server.url)) == "Bakers bake. [1]"


async def test_a_model_that_says_nothing_in_time_is_given_up(server: OpenAIServer) -> None:
    server.faults = [Fault(silent=True)] * 5
    with pytest.raises(ModelUnavailable, match=r"did not answer within 0\.3 s"):
        await composed(composer_at(server.url, timeout=0.3))


@pytest.mark.parametrize(
    ("fault", "told"), [(Fault(cut_after=2), "broke off its answer"), (Fault(malformed=True), "try again")]
)
async def test_a_stream_that_breaks_is_told_in_a_sentence(server: OpenAIServer, fault: Fault, told: str) -> None:
    server.faults = [fault] * 5
    with pytest.raises(ModelUnavailable, match=told):
        await composed(composer_at(server.url))


async def test_a_server_that_is_not_there_is_told_in_a_sentence() -> None:
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        await composed(composer_at("http://127.0.0.1:9/v1"))


async def test_no_key_stands_in_an_error(server: OpenAIServer) -> None:
    with pytest.raises(ModelUnavailable) as raised:
        await composed(composer_at(server.url, key="sk-wrong-and-secret"))
    assert "sk-wrong" not in str(raised.value)


async def test_fifty_questions_are_asked_of_the_model_at_once() -> None:
    """The server answers nobody before all fifty have asked, so one that waits for another would hang."""
    everybody = asyncio.Barrier(50)
    async with OpenAIServer(["Bakers bake. [1]"]) as server:
        server.before_reply = everybody.wait
        composer = composer_at(server.url, timeout=20)
        texts = await asyncio.gather(*(composed(composer) for _ in range(50)))
    assert len(texts) == 50


@pytest.mark.parametrize("name", ["llama3.2:3b", "ft:gpt-4o-mini:acme::abc123", "qwen2.5:7b-instruct", "gpt-5.4-mini"])
async def test_a_model_id_with_a_colon_is_an_id(name: str) -> None:
    async with OpenAIServer(["Bakers bake. [1]"], models=[name]) as server:
        assert await composed(composer_at(server.url, model=name)) == "Bakers bake. [1]"
        assert server.requests[0]["model"] == name


def test_a_provider_that_is_not_installed_is_told_with_the_version_that_fits() -> None:
    with pytest.raises(SettingsError, match=r"CHAT_MODEL=anthropic:claude.*langchain-anthropic.*langchain-core==\d"):
        open_chat_model("anthropic:claude", "", None, 5)


async def test_a_local_server_needs_no_key() -> None:
    async with OpenAIServer(["Bakers bake. [1]"], needs_key=False) as server:
        assert await composed(composer_at(server.url, key="")) == "Bakers bake. [1]"


async def test_a_reply_that_was_stopped_at_its_limit_says_so() -> None:
    async with OpenAIServer(["Bakers bake and"]) as server:
        server.faults = [Fault(finish_reason="length")]
        composer = composer_at(server.url)
        messages = composer.messages(Conversation.of(["What?"]), PASSAGES)
        assert any([chunk.cut async for chunk in composer.compose(messages)])


async def test_a_parameter_that_a_model_refuses_is_left_out() -> None:
    async with OpenAIServer(["Bakers bake. [1]"], models=["o9"], refuses=["temperature"]) as server:
        assert await composed(composer_at(server.url, model="o9")) == "Bakers bake. [1]"
        assert "temperature" in server.requests[0]
        assert "temperature" not in server.requests[-1]
