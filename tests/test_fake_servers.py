"""The test servers are as strict as what they stand for; real clients are refused what the real thing refuses."""

from collections.abc import AsyncIterator

import pytest
from openai import AsyncOpenAI, AuthenticationError, BadRequestError, NotFoundError, RateLimitError
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.openai_server import KEY, Fault, OpenAIServer
from tests.slack_server import SlackServer
from tests.slack_server.server import BOT_TOKEN

MODEL = "gpt-5.4-mini"


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        server.add_channel("C1")
        server.add_channel("C2", member=False)
        server.add_channel("C3", archived=True)
        yield server


def client(slack: SlackServer, token: str = BOT_TOKEN) -> AsyncWebClient:
    return AsyncWebClient(token=token, base_url=slack.url)


MARKDOWN = {"type": "markdown", "text": "x"}
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"channel": "C9", "text": "x"}, "channel_not_found"),
        ({"channel": "C2", "text": "x"}, "not_in_channel"),
        ({"channel": "C3", "text": "x"}, "is_archived"),
        ({"channel": "C1", "text": "x", "thread_ts": "1.1"}, "thread_not_found"),
        ({"channel": "C1", "text": "x", "blocks": [SECTION] * 51}, "invalid_blocks"),
        ({"channel": "C1", "text": "x", "blocks": [{"type": "no such block"}]}, "invalid_blocks"),
        ({"channel": "C1", "text": "x", "blocks": [{"type": "markdown", "text": "x" * 12_001}]}, "invalid_blocks"),
        ({"channel": "C1", "text": "x", "blocks": [{**SECTION, "block_id": "a"}, {**SECTION, "block_id": "a"}]}, "invalid_blocks"),
        ({"channel": "C1", "text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]}, "invalid_blocks"),
    ],
)  # fmt: skip
async def test_slack_refuses_a_message_with_its_own_error_code(
    slack: SlackServer, arguments: dict[str, object], error: str
) -> None:
    with pytest.raises(SlackApiError) as raised:
        await client(slack).chat_postMessage(**arguments)  # type: ignore[arg-type]
    assert raised.value.response["error"] == error


@pytest.mark.filterwarnings("ignore:The top-level `text` argument is missing")
async def test_slack_refuses_an_empty_message(slack: SlackServer) -> None:
    with pytest.raises(SlackApiError, match="no_text"):
        await client(slack).chat_postMessage(channel="C1", text="")


async def test_timestamps_rise_however_fast_messages_come(slack: SlackServer) -> None:
    posted = [(await client(slack).chat_postMessage(channel="C1", text=str(n)))["ts"] for n in range(50)]
    assert [float(ts) for ts in posted] == sorted({float(ts) for ts in posted})


async def test_slack_says_how_long_to_wait_when_it_limits(slack: SlackServer) -> None:
    slack.rate_limit("chat.postMessage", retry_after=7)
    with pytest.raises(SlackApiError) as raised:
        await client(slack).chat_postMessage(channel="C1", text="x")
    assert raised.value.response.status_code == 429
    assert raised.value.response.headers["Retry-After"] == "7"


@pytest.mark.parametrize(
    ("token", "error"), [("", "not_authed"), ("xoxb-other", "invalid_auth"), ("xapp-1", "not_allowed_token_type")]
)
async def test_slack_knows_its_tokens(slack: SlackServer, token: str, error: str) -> None:
    with pytest.raises(SlackApiError) as raised:
        await client(slack, token).auth_test()
    assert raised.value.response["error"] == error


async def test_slack_names_the_scope_that_is_missing() -> None:
    async with SlackServer(scopes="im:history") as slack:
        slack.add_channel("C1")
        with pytest.raises(SlackApiError) as raised:
            await client(slack).chat_postMessage(channel="C1", text="x")
    assert raised.value.response["needed"] == "chat:write"


async def test_slack_hides_metadata_unless_asked_and_gives_threads_in_pages(slack: SlackServer) -> None:
    metadata = {"event_type": "t", "event_payload": {"a": 1}}
    root = await client(slack).chat_postMessage(channel="C1", text="root", metadata=metadata)
    for n in range(4):
        await client(slack).chat_postMessage(channel="C1", text=str(n), thread_ts=root["ts"])
    page = await client(slack).conversations_replies(channel="C1", ts=root["ts"], limit=3)
    assert [m["text"] for m in page["messages"]] == ["root", "0", "1"]
    assert "metadata" not in page["messages"][0]
    cursor = page["response_metadata"]["next_cursor"]
    rest = await client(slack).conversations_replies(channel="C1", ts=root["ts"], limit=3, cursor=cursor)
    assert [m["text"] for m in rest["messages"]] == ["2", "3"]
    shown = await client(slack).conversations_replies(channel="C1", ts=root["ts"], include_all_metadata=True)
    assert shown["messages"][0]["metadata"] == metadata


@pytest.fixture
async def model() -> AsyncIterator[OpenAIServer]:
    async with OpenAIServer(["one two three"]) as server:
        yield server


def openai(model: OpenAIServer, key: str = KEY) -> AsyncOpenAI:
    return AsyncOpenAI(api_key=key, base_url=model.url, max_retries=0)


async def test_chat_comes_whole_and_in_pieces(model: OpenAIServer) -> None:
    whole = await openai(model).chat.completions.create(model=MODEL, messages=[{"role": "user", "content": "Hi"}])
    assert whole.choices[0].message.content == "one two three"
    stream = await openai(model).chat.completions.create(
        model=MODEL, messages=[{"role": "user", "content": "Hi"}], stream=True
    )
    pieces = [chunk.choices[0].delta.content or "" async for chunk in stream]
    assert "".join(pieces) == "one two three"
    assert len([p for p in pieces if p]) == 3


async def test_responses_come_whole_and_in_pieces(model: OpenAIServer) -> None:
    whole = await openai(model).responses.create(model=MODEL, input="Hi")
    assert whole.output_text == "one two three"
    stream = await openai(model).responses.create(model=MODEL, input="Hi", stream=True)
    assert "".join([e.delta async for e in stream if e.type == "response.output_text.delta"]) == "one two three"


async def test_embeddings_are_the_same_for_the_same_text(model: OpenAIServer) -> None:
    made = await openai(model).embeddings.create(model="text-embedding-3-small", input=["a b", "a b", "c"])
    first, second, third = (entry.embedding for entry in made.data)
    assert first == second != third


async def test_the_model_server_refuses_what_openai_refuses(model: OpenAIServer) -> None:
    with pytest.raises(AuthenticationError):
        await openai(model, "sk-wrong").models.list()
    with pytest.raises(NotFoundError):
        await openai(model).responses.create(model="gpt-99", input="Hi")
    with pytest.raises(BadRequestError):
        await openai(model).chat.completions.create(model=MODEL, messages=[])
    model.faults = [Fault(status=429)]
    with pytest.raises(RateLimitError):
        await openai(model).responses.create(model=MODEL, input="Hi")
