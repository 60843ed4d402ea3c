"""HTTP mode: what is taken, what is refused, and what a load balancer and a supervisor are told."""

import asyncio
import json
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.errors import SettingsError
from bot.records.database import database_url
from bot.slack.api.http_mode import PATH, HttpEndpoint, HttpReceiver
from bot.slack.api.limits import LARGEST_REQUEST
from bot.slack.api.web_server import ALIVE, READY, WebServer
from bot.slack.app import SlackBot, Workspace
from bot.slack.readiness import NO_EVENTS, NO_INDEX, NO_RECORDS, SLOW, Phase, Readiness
from bot.storage import Records
from knowledge.errors import IndexDamaged
from knowledge.passages import Guide
from tests.bot.slack.scene import HTTP, LIMITS, MENTION, NoGuides, Scripted, address_of, running
from tests.slack_server import SlackServer
from tests.slack_server.http_mode import SIGNING_SECRET, Request
from tests.slack_server.server import APP_TOKEN, BOT_TOKEN

JSON, FORM = "application/json", "application/x-www-form-urlencoded"
MENTIONED = json.dumps({"type": "event_callback", "event": {"type": "app_mention", "channel": "C1", "user": "U0ANNA", "ts": "1800000000.000100", "text": f"{MENTION} my secret question?"}})  # fmt: skip


async def asked(bot: SlackBot, path: str) -> tuple[int, str]:
    """What the bot says at one of its addresses."""
    async with aiohttp.ClientSession() as session, session.get(address_of(bot, path)) as answer:
        return answer.status, (await answer.text()).strip()


async def not_ready(bot: SlackBot) -> str:
    """Why the bot is not ready; the process lives all the while."""
    assert await asked(bot, "/healthz") == (HTTPStatus.OK, ALIVE.strip())
    status, told = await asked(bot, "/readyz")
    assert status == HTTPStatus.SERVICE_UNAVAILABLE
    return told


@asynccontextmanager
async def built(slack: SlackServer, folder: Path, advisor: Any = None, app_token: str = "") -> AsyncIterator[SlackBot]:
    """A bot that is not started yet."""
    records = await Records.open(database_url("", folder), folder / "workers")
    workspace = Workspace(BOT_TOKEN, app_token, slack.url, http=HTTP)
    answering: Any = advisor or Scripted()
    yield SlackBot(answering, NoGuides(), records, workspace, LIMITS)
    await records.close()


# What is taken


def refusable(accepted: Request) -> list[Request]:
    """Requests that are not to be answered, beside one that was."""
    now = time.time()
    mangled = Request(MENTIONED, JSON)
    mangled._headers |= {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=\u00e9"}
    bare = Request(MENTIONED, JSON)
    del bare._headers["X-Slack-Signature"], bare._headers["X-Slack-Request-Timestamp"]
    changed = Request(MENTIONED, JSON)
    changed.body = MENTIONED.replace("C1", "D1")
    return [
        Request(MENTIONED, JSON, secret="0" * 32),
        Request(MENTIONED, JSON, at=now - 301),
        Request(MENTIONED, JSON, at=now + 330),
        Request("payload=%7B%22type%22%3A", FORM, secret="1" * 32),
        changed,
        mangled,
        bare,
        accepted,
    ]


async def test_a_thousand_forged_stale_and_replayed_requests_are_refused_at_little_cost(
    slack: SlackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path, http=True) as bot:
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        await slack.settled()
        wrong = refusable(slack.requests[0])
        calls, before = len(slack.calls), time.process_time()
        said = [await slack.post(address_of(bot, PATH), wrong[number % len(wrong)]) for number in range(1000)]
        computed = time.process_time() - before
        assert {(status, body) for status, body, _ in said} == {(HTTPStatus.UNAUTHORIZED, "")}
        assert computed / len(said) < 0.005  # both sides of the connection
        assert len(slack.calls) == calls
    assert len(advisor.asked) == 1
    assert "my secret question" not in caplog.text
    assert caplog.text.count("A request was refused") == 1


async def test_a_replayed_press_or_command_does_nothing_a_second_time(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path, http=True) as bot:
        await slack.command("C1", "/career", "what pays?")
        await slack.until(lambda: slack.ephemeral)
        await slack.settled()
        status, _, _ = await slack.post(address_of(bot, PATH), slack.requests[-1])
        await bot.worker.idle(5)
    assert status == HTTPStatus.UNAUTHORIZED
    assert len(slack.ephemeral) == 1


async def test_a_question_replayed_at_another_process_is_answered_once(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path, http=True):
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        await slack.settled()
        taken = list(slack.requests)
    async with running(slack, again := Scripted(), tmp_path, http=True) as bot:
        for request in taken:
            assert (await slack.post(address_of(bot, PATH), request))[0] == HTTPStatus.OK
        await bot.worker.idle(5)
    assert again.asked == []
    assert len(slack.answers("C1")) == 1


async def test_what_a_process_could_not_write_down_is_taken_by_another_and_answered_once(
    slack: SlackServer, tmp_path: Path
) -> None:
    ill, well = Scripted(), Scripted()
    async with running(slack, ill, tmp_path, http=True) as one, running(slack, well, tmp_path, http=True) as other:
        await slack.use_request_url(address_of(other, PATH), address_of(one, PATH))
        await one._records.close()
        for question in ("what pays?", "what pays well?"):
            await slack.say("C1", f"{MENTION} {question}")
        await slack.until(lambda: len(slack.answers("C1")) == 2)
        await slack.settled()
        await slack.use_request_url(address_of(other, PATH))
    assert (len(ill.asked), len(well.asked), slack.lost) == (0, 2, [])
    assert len(slack.answers("C1")) == 2
    assert {envelope.reason for envelope in slack.delivered if envelope.attempt} == {"http_error"}


async def test_what_is_not_acknowledged_may_come_again_within_the_same_second(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with built(slack, tmp_path) as bot:
        assert bot.web is not None
        await bot.web.open()
        request = Request(MENTIONED, JSON)
        said = [await slack.post(address_of(bot, PATH), request) for _ in range(2)]
        await bot.web.close()
    assert [status for status, _, _ in said] == [HTTPStatus.SERVICE_UNAVAILABLE] * 2


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("", JSON),
        ("[1]", JSON),
        ("{", JSON),
        ("null", JSON),
        ("payload=%5B", FORM),
        ("payload=7", FORM),
        ("ssl_check=1", FORM),
        ("[" * 100_000, JSON),
        ('{"type": "event_callback", "event": 7}', JSON),
        ('{"type": "url_verification"}', JSON),
        ("text", "text/plain; charset=nonsense"),
    ],
)
async def test_what_is_signed_and_cannot_be_read_is_acknowledged_and_left_alone(
    slack: SlackServer, tmp_path: Path, body: str, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(slack, Scripted(), tmp_path, http=True) as bot:
        assert (await slack.post(address_of(bot, PATH), Request(body, kind)))[0] == HTTPStatus.OK
    assert "A payload of Slack's was left out: a request has no good" in caplog.text
    assert "Traceback" not in caplog.text


async def test_a_body_is_bounded_in_size_time_and_packing(slack: SlackServer) -> None:
    receiver = HttpReceiver(SIGNING_SECRET, read_seconds=0.05)

    async def ready() -> str:
        return ""

    web = WebServer("127.0.0.1", 0, ready, receiver.routes)
    await web.open()
    url = f"http://127.0.0.1:{web.port}{PATH}"
    large = Request("x" * (LARGEST_REQUEST + 1), JSON)
    assert (await slack.post(url, large))[0] == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    packed = Request(MENTIONED, JSON)
    assert (await slack.post(url, packed, Content_Encoding="gzip"))[0] == HTTPStatus.SERVICE_UNAVAILABLE
    reader, writer = await asyncio.open_connection("127.0.0.1", web.port)
    head = "".join(f"{name}: {value}\r\n" for name, value in packed.items())
    writer.write(f"POST {PATH} HTTP/1.1\r\nHost: bot\r\nContent-Length: 100\r\n{head}\r\nhalf".encode())
    assert b" 408 " in await reader.readline()
    writer.close()
    await web.close()


async def test_other_paths_and_methods_lead_nowhere(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path, http=True) as bot:
        assert (await asked(bot, PATH))[0] == HTTPStatus.METHOD_NOT_ALLOWED
        assert (await asked(bot, "/"))[0] == HTTPStatus.NOT_FOUND


# What is told of its health


async def test_a_running_bot_is_alive_and_ready(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path, http=True) as bot:
        assert await asked(bot, "/healthz") == (HTTPStatus.OK, ALIVE.strip())
        assert await asked(bot, "/readyz") == (HTTPStatus.OK, READY.strip())
        await bot._records.close()
        assert await not_ready(bot) == NO_RECORDS


async def test_a_bot_that_waits_for_slack_lives_and_is_not_ready(slack: SlackServer, tmp_path: Path) -> None:
    held = slack.hold("auth.test")
    async with built(slack, tmp_path) as bot:
        starting = asyncio.create_task(bot.start())
        await slack.until(lambda: slack.called("auth.test"))
        assert await not_ready(bot) == Phase.STARTING.value
        held.set()
        await starting
        assert (await asked(bot, "/readyz"))[0] == HTTPStatus.OK
        await bot.stop(0)


async def test_in_socket_mode_health_is_served_where_a_port_is_set_and_tells_of_the_connection(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with built(slack, tmp_path, app_token=APP_TOKEN) as bot:
        await bot.start()
        assert (await asked(bot, "/readyz"))[0] == HTTPStatus.OK
        assert (await slack.post(address_of(bot, PATH), Request(MENTIONED, JSON)))[0] == HTTPStatus.NOT_FOUND
        await slack.gateway_away()
        async with asyncio.timeout(5):
            while (await asked(bot, "/readyz"))[0] == HTTPStatus.OK:
                pass
        assert await not_ready(bot) == NO_EVENTS
        await bot.stop(0)


class Shelf(NoGuides):
    """Guides whose reading does something else."""

    def __init__(self, read: Callable[[], object]) -> None:
        self._read = read
        self.reads = 0

    def guides(self) -> Sequence[Guide]:
        self.reads += 1
        self._read()
        return ()


def damaged() -> None:
    raise IndexDamaged("/home/anna/data/index is damaged")


async def test_an_index_that_cannot_be_read_is_told_in_a_sentence_without_its_path(tmp_path: Path) -> None:
    records = await Records.open(database_url("", tmp_path))
    readiness = Readiness(records, Shelf(damaged), lambda: True)
    readiness.phase = Phase.RUNNING
    assert await readiness.unready() == NO_INDEX
    await records.close()


async def test_many_who_ask_cause_one_look_which_is_not_waited_for_without_end(tmp_path: Path) -> None:
    records, may_read = await Records.open(database_url("", tmp_path)), threading.Event()
    shelf = Shelf(may_read.wait)
    readiness = Readiness(records, shelf, lambda: True, seconds=0.1)
    readiness.phase = Phase.RUNNING
    assert await asyncio.gather(*(readiness.unready() for _ in range(20))) == [SLOW] * 20
    may_read.set()
    assert shelf.reads == 1
    async with asyncio.timeout(5):
        while await readiness.unready():
            pass
    await records.close()


async def test_an_address_that_cannot_be_listened_on_is_named(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path, http=True) as bot:
        assert bot.web is not None
        records = await Records.open(database_url("", tmp_path))
        workspace = Workspace(BOT_TOKEN, "", slack.url, http=HttpEndpoint("127.0.0.1", bot.web.port, SIGNING_SECRET))
        second = SlackBot(Scripted(), NoGuides(), records, workspace, LIMITS)  # type: ignore[arg-type]
        with pytest.raises(SettingsError, match=f"Nothing can listen on 127.0.0.1:{bot.web.port}; set HTTP_HOST"):
            await second.start()
        await second.stop(0)
        await records.close()


# Stopping


async def test_a_bot_that_stops_is_not_ready_takes_nothing_and_finishes_its_answer(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    advisor.may_answer.clear()
    async with built(slack, tmp_path, advisor) as bot:
        await bot.start()
        await slack.use_request_url(address_of(bot, PATH))
        await slack.say("C1", f"{MENTION} what pays?")
        await advisor.was_asked()
        await slack.settled()
        stopping = asyncio.create_task(bot.stop(5))
        async with asyncio.timeout(5):
            while (await asked(bot, "/readyz"))[0] == HTTPStatus.OK:
                pass
        assert await not_ready(bot) == Phase.STOPPING.value
        status, _, _ = await slack.post(address_of(bot, PATH), Request(MENTIONED, JSON))
        assert status == HTTPStatus.SERVICE_UNAVAILABLE
        url = address_of(bot, "/healthz")
        advisor.may_answer.set()
        await stopping
    assert len(slack.answers("C1")) == 1
    assert len(advisor.asked) == 1
    with pytest.raises(aiohttp.ClientConnectionError):
        await slack.post(url, Request("", JSON))


async def test_a_request_that_is_being_acknowledged_when_the_stop_comes_is_acknowledged(
    slack: SlackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    held = slack.hold("users.info")
    async with running(slack, Scripted(), tmp_path, http=True) as bot:
        await slack.command("C1", "/career", "settings")
        await slack.until(lambda: slack.called("users.info"))
        held.set()
        await bot.stop(5)
    await slack.settled()
    assert slack.timeouts == []
