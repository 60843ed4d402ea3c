"""The test Slack's HTTP mode is as strict as Slack: what it signs, what it takes for an acknowledgement, when it comes again."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from tests.slack_server import SlackServer
from tests.slack_server.http_mode import SIGNING_SECRET
from tests.slack_server.server import BOT_USER

Answer = Callable[[Mapping[str, str], str], Awaitable[web.Response]]
"""What an app answers to the headers and the body of a request."""


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer(ack_seconds=0.3) as server:
        server.add_channel("C1")
        server.add_dm("D1")
        yield server


@asynccontextmanager
async def app(slack: SlackServer, answer: Answer) -> AsyncIterator[list[tuple[Mapping[str, str], str]]]:
    """An app whose URL is verified and that answers as it is told; what it was sent."""
    sent: list[tuple[Mapping[str, str], str]] = []

    async def take(request: web.Request) -> web.Response:
        body = await request.text()
        if '"url_verification"' in body:
            return web.json_response({"challenge": json.loads(body)["challenge"]})
        sent.append((request.headers.copy(), body))
        return await answer(request.headers, body)

    application = web.Application()
    application.router.add_post("/", take)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await slack.use_request_url(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    yield sent
    await runner.cleanup()


def saying(status: int = 200, text: str = "", **headers: str) -> Answer:
    async def answer(_: Mapping[str, str], __: str) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=text, headers=named)

    return answer


async def test_every_request_is_signed_as_slacks_own_library_verifies_it(slack: SlackServer) -> None:
    async with app(slack, saying()) as sent:
        await slack.say("D1", "Grüße")
        await slack.command("C1", "/career", "how & when?")
        await slack.settled()
    verifier = SignatureVerifier(SIGNING_SECRET)
    assert len(sent) == 2
    assert all(verifier.is_valid_request(body, dict(headers)) for headers, body in sent)
    assert [headers["Content-Type"] for headers, _ in sent] == ["application/json", "application/x-www-form-urlencoded"]


async def test_an_event_comes_again_with_its_number_and_reason_until_it_is_acknowledged(slack: SlackServer) -> None:
    answers = [saying(503), saying(302, Location="/elsewhere"), saying()]

    async def answer(headers: Mapping[str, str], body: str) -> web.Response:
        return await answers[int(headers.get("X-Slack-Retry-Num", 0))](headers, body)

    async with app(slack, answer) as sent:
        await slack.say("D1", "hello")
        await slack.settled()
    again = [(headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason")) for headers, _ in sent]
    assert again == [(None, None), ("1", "http_error"), ("2", "http_error")]
    assert len({json.loads(body)["event_id"] for _, body in sent}) == 1
    assert slack.lost == []


async def test_whoever_answers_too_late_gets_it_again_and_who_wants_no_more_does_not(slack: SlackServer) -> None:
    async def late(_: Mapping[str, str], __: str) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    slack.retries = 1
    async with app(slack, late) as sent:
        await slack.say("D1", "hello")
        await slack.until(lambda: slack.lost)
    assert [headers.get("X-Slack-Retry-Reason") for headers, _ in sent] == [None, "http_timeout"]
    async with app(slack, saying(500, X_Slack_No_Retry="1")) as sent:
        await slack.say("D1", "hello")
        await slack.until(lambda: len(slack.lost) == 2)
    assert len(sent) == 1


async def test_a_command_comes_once_and_what_it_is_answered_with_is_shown(slack: SlackServer) -> None:
    async with app(slack, saying(500)) as sent:
        await slack.command("C1", "/career", "help")
        await slack.until(lambda: slack.timeouts)
    assert len(sent) == 1
    async with app(slack, saying(text="for you")):
        await slack.command("C1", "/career", "help")
        await slack.settled()
    assert [message["text"] for message in slack.ephemeral] == ["for you"]


async def test_an_event_that_is_answered_with_a_text_is_a_problem(slack: SlackServer) -> None:
    async with app(slack, saying(text="thanks")):
        await slack.say("C1", f"<@{BOT_USER}> hello")
        await slack.settled()
    assert set(slack.problems) == {"event_callback was answered with a body: thanks"}


async def test_a_url_that_does_not_repeat_the_challenge_is_not_used(slack: SlackServer) -> None:
    with pytest.raises(AssertionError, match="respond with the challenge"):
        await slack.use_request_url(f"{slack.url}auth.test")
    await slack.say("C1", "hello")
    assert slack.delivered == []
    async with app(slack, saying()) as sent:
        await slack.settled()
    assert [json.loads(body)["event"]["text"] for _, body in sent] == ["hello"]
