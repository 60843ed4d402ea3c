"""What Prometheus reads over HTTP while people ask in Slack."""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from bot.answering.chat_model import ChatModel, open_chat_model
from bot.composition import Application
from bot.errors import RecordsUnavailable, SettingsError
from bot.meter import Meter
from bot.metrics import PrometheusMeter, served
from bot.serving import metrics_served
from bot.settings import Settings
from tests.bot.slack.scene import ANNA, MENTION, MODEL, PAY, PAY_SAID, running, saying
from tests.openai_server import KEY, Fault, OpenAIServer
from tests.slack_server import SlackServer

VARIES = "What an individual salary comes to varies with location, company size, industry and experience level. [1]"
TASKS = "They write code, debug issues and optimize performance. [2]"
UNSUPPORTED = "In London it is £95,000. [1]"
Read = Mapping[str, float]
"""Samples by name and the values of their labels, such as "careerbot_answers_total covered composed"."""


async def text_at(port: int) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as response:
        assert response.status == 200
        return await response.text()


def samples(text: str) -> Read:
    return {
        " ".join([sample.name, *(value for _, value in sorted(sample.labels.items()))]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith(("_bucket", "_created"))
    }


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@asynccontextmanager
async def counting_bot(slack: SlackServer, folder: Path, url: str | None = None) -> AsyncIterator[int]:
    """The whole bot with metrics, as `careerbot run` builds it, and a model at an address if one is given; the port they are served on."""
    settings = Settings.load(
        _env_file=None,
        data_dir=folder / "data",
        metrics_port=free_port(),
        openai_base_url=url,
        openai_api_key=KEY if url else None,
        chat_model=MODEL,
    )
    application = Application(settings)
    application.sync(lambda done, of: None)
    async with (
        running(slack, application.advisor(), folder, application.searcher(), meter=application.meter) as bot,
        metrics_served(settings, application.meter, bot._records),
    ):
        assert settings.metrics_port
        yield settings.metrics_port


async def ask(slack: SlackServer, text: str) -> None:
    """Ask in a channel, and wait until the answer stands."""
    before = len(slack.answers("C1"))
    await slack.say("C1", f"{MENTION} {text}")
    await slack.until(lambda: len(slack.answers("C1")) > before)


async def until(port: int, name: str, value: float) -> tuple[Read, str]:
    """Read until a sample has a value; what is read then."""
    for _ in range(200):
        text = await text_at(port)
        if (read := samples(text)).get(name) == value:
            return read, text
    raise AssertionError(f"{name} is {read.get(name)}, not {value}")


async def test_questions_answers_withheld_sentences_and_steps_are_counted_and_tell_nothing_of_persons(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with OpenAIServer() as model, counting_bot(slack, tmp_path, model.url) as port:
        model.reply_with(saying(PAY_SAID, VARIES, TASKS, UNSUPPORTED))
        await ask(slack, PAY)
        await ask(slack, "hello!")
        await slack.command("C1", "/career", PAY)
        await until(port, "careerbot_questions_total private", 1)
        read, text = await until(port, "careerbot_step_seconds_count whole", 3)
    assert read["careerbot_questions_total thread"] == 2
    assert read["careerbot_answers_total covered composed"] == 2
    assert read["careerbot_answers_total covered said"] == 1
    assert read["careerbot_withheld_sentences_total"] == 2
    assert read["careerbot_model_tokens_total received"] == sum(len(reply.split()) for reply in model.said)
    assert read["careerbot_model_tokens_total sent"] == sum(len(prompt.split()) for prompt in model.prompts())
    assert read["careerbot_step_seconds_count search"] == read["careerbot_step_seconds_count compose"] == 2
    assert read["careerbot_waiting_questions"] == 0
    assert read["process_resident_memory_bytes"] > 0
    assert not [word for word in (ANNA, "C1", "engineer", "London", MODEL, KEY) if word in text]


async def test_errors_of_slack_and_of_the_model_are_counted_by_their_kind(slack: SlackServer, tmp_path: Path) -> None:
    async with OpenAIServer() as model, counting_bot(slack, tmp_path, model.url) as port:
        model.faults = [Fault(status=500)] * 5
        slack.fail("chat.postMessage", "is_archived")
        await slack.say("C1", f"{MENTION} {PAY}")
        await until(port, "careerbot_slack_errors_total refused", 1)
        read, _ = await until(port, "careerbot_model_errors_total server", 1)
    assert read["careerbot_slack_errors_total unreachable"] == read["careerbot_model_errors_total refused"] == 0


async def test_a_port_that_is_taken_is_named(slack: SlackServer, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingsError, match="METRICS_HOST and METRICS_PORT"):
            async with served(PrometheusMeter(), "127.0.0.1", taken.getsockname()[1], _nothing):
                pass


async def test_the_rest_is_read_while_the_database_does_not_answer() -> None:
    async def waiting() -> int:
        raise RecordsUnavailable("The database does not answer.")

    async with served(PrometheusMeter(), "127.0.0.1", 0, waiting) as port:
        read = samples(await text_at(port))
    assert "careerbot_waiting_questions" not in read
    assert read["careerbot_questions_total thread"] == 0


def test_without_a_port_nothing_counts(tmp_path: Path) -> None:
    assert type(Application(Settings.load(_env_file=None, data_dir=tmp_path)).meter) is Meter


async def _nothing() -> int:
    return 0


def tokens(meter: PrometheusMeter) -> tuple[float, float]:
    """Tokens sent and received, as they are counted."""
    names = "sent", "received"
    sent, received = (meter.registry.get_sample_value("careerbot_model_tokens_total", {"direction": n}) for n in names)
    return sent or 0, received or 0


@pytest.mark.parametrize("every_piece_tells", [False, True])
async def test_tokens_of_streamed_replies_are_counted_once_also_where_each_piece_tells_all_so_far(
    every_piece_tells: bool,
) -> None:
    meter = PrometheusMeter()
    async with OpenAIServer(["Hello there, you."]) as model:
        model.tells_usage_always = every_piece_tells
        chat = open_chat_model(MODEL, KEY, model.url, 10, meter)
        for _ in range(2):
            assert await chat.reply([HumanMessage("Hello to you!")]) == "Hello there, you."
    assert tokens(meter) == (6, 6)


@pytest.mark.parametrize("named", [True, False])
async def test_a_server_that_refuses_to_tell_tokens_is_asked_without_and_not_again(named: bool) -> None:
    meter = PrometheusMeter()
    async with OpenAIServer(["Hello there."], refuses=["stream_options"]) as model:
        model.names_refused = named
        chat = open_chat_model(MODEL, KEY, model.url, 10, meter)
        for _ in range(2):
            assert await chat.reply([HumanMessage("Hello?")]) == "Hello there."
        assert ["stream_options" in request for request in model.requests] == [True, False, False]
        assert all("max_tokens" in request for request in model.requests)
    assert tokens(meter) == (0, 0)
    assert meter.registry.get_sample_value("careerbot_model_errors_total", {"why": "refused"}) == 0


async def test_tokens_of_openais_responses_are_counted() -> None:
    meter = PrometheusMeter()
    async with OpenAIServer() as model:
        model.say("Hello there.")
        opened = ChatOpenAI(model=MODEL, base_url=model.url, api_key=SecretStr(KEY), use_responses_api=True)
        assert await ChatModel(opened, MODEL, 10, meter=meter).reply([HumanMessage("Hello?")]) == "Hello there."
    assert tokens(meter) == (1, 1)
