"""What a collector of traces hears while people ask in Slack, and that nobody waits for one."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.composition import Application
from bot.errors import SettingsError
from bot.meter import Tracer
from bot.serving import traced
from bot.settings import Settings
from bot.tracing import endpoint
from tests.bot.slack.scene import ANNA, MENTION, MODEL, PAY, PAY_SAID, running, saying
from tests.openai_server import KEY, Fault, OpenAIServer
from tests.otlp_collector import OtlpCollector
from tests.slack_server import SlackServer

TASKS = "They write code, debug issues and optimize performance. [2]"


@asynccontextmanager
async def traced_bot(slack: SlackServer, folder: Path, **settings: Any) -> AsyncIterator[None]:
    """The whole bot with traces, as `careerbot run` builds it."""
    said = Settings.load(_env_file=None, data_dir=folder / "data", chat_model=MODEL, **settings)
    application = Application(said)
    application.sync(lambda done, of: None)
    async with (
        traced(said, application.meter),
        running(slack, application.advisor(), folder, application.searcher(), meter=application.meter),
    ):
        yield


async def ask(slack: SlackServer, text: str) -> None:
    """Ask in a channel, and wait until the answer stands."""
    before = len(slack.answers("C1"))
    await slack.say("C1", f"{MENTION} {text}")
    await slack.until(lambda: len(slack.answers("C1")) > before)


async def test_a_question_is_one_trace_of_its_steps_without_what_anybody_wrote(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with OpenAIServer() as model, OtlpCollector() as collector:
        model.reply_with(saying(PAY_SAID, TASKS))
        reach = {"openai_base_url": model.url, "openai_api_key": KEY, "traces_url": collector.url}
        async with traced_bot(slack, tmp_path, **reach, traces_headers="x-key=a%2Cb, x-team = 7"):
            await ask(slack, PAY)
            await slack.command("C1", "/career", PAY)
            await collector.until("whole", 2)
    assert {span.trace for span in collector.spans} == {whole.trace for whole in collector.named("whole")}
    steps = {(span.name, *collector.parents(span)) for span in collector.spans}
    assert steps == {
        ("whole",), ("hear", "whole"), ("search", "whole"), ("compose", "whole"), ("deliver", "whole"),
        ("model", "compose", "whole"), ("check", "compose", "whole"), ("model", "check", "compose", "whole"),
    }  # fmt: skip
    in_thread, private = sorted(collector.named("whole"), key=lambda span: span.facts["careerbot.place"] == "private")
    assert in_thread.facts["careerbot.coverage"] == private.facts["careerbot.coverage"] == "covered"
    assert in_thread.facts["careerbot.sources"] == 2
    asked = collector.named("model")
    assert {span.facts["gen_ai.request.model"] for span in asked} == {MODEL}
    assert sum(span.facts["gen_ai.usage.output_tokens"] for span in asked) == sum(
        len(said.split()) for said in model.said
    )
    assert collector.resource["service.name"] == "careerbot"
    assert {(told["x-key"], told["x-team"]) for told in collector.headers} == {("a,b", "7")}
    everything = b"".join(collector.bodies)
    assert not [
        word for word in (ANNA, "C1", "engineer", "salary", "120,000", "optimize", KEY) if word.encode() in everything
    ]


async def test_texts_are_in_traces_only_where_a_setting_says_so(slack: SlackServer, tmp_path: Path) -> None:
    async with (
        OtlpCollector() as collector,
        traced_bot(slack, tmp_path, traces_url=collector.url, traces_texts=True),
    ):
        await ask(slack, PAY)
        await collector.until("whole")
    (whole,), (search,) = collector.named("whole"), collector.named("search")
    assert PAY in whole.facts["careerbot.question"]
    assert "$120,000" in whole.facts["careerbot.answer"]
    assert search.facts["careerbot.searched"] == PAY


async def test_a_failure_is_told_by_its_kind_and_the_guides_are_quoted(slack: SlackServer, tmp_path: Path) -> None:
    async with OpenAIServer() as model, OtlpCollector() as collector:
        model.faults = [Fault(status=500)] * 5
        reach = {"openai_base_url": model.url, "openai_api_key": KEY, "traces_url": collector.url}
        async with traced_bot(slack, tmp_path, **reach):
            await ask(slack, PAY)
            await collector.until("whole")
    assert [span.failed for span in collector.named("model")] == ["ModelUnavailable"]
    assert [list(collector.parents(span)) for span in collector.named("quote")] == [["whole"]]
    assert [span.failed for span in collector.named("whole")] == [""]


async def test_questions_at_the_same_time_are_traces_of_their_own(slack: SlackServer, tmp_path: Path) -> None:
    async with OtlpCollector() as collector, traced_bot(slack, tmp_path, traces_url=collector.url):
        for _ in range(4):
            await slack.say("C1", f"{MENTION} {PAY}")
        await collector.until("whole", 4)
        by_trace: dict[str, list[str]] = {whole.trace: [] for whole in collector.named("whole")}
        for span in collector.spans:
            by_trace[span.trace].append(span.name)
    assert [sorted(names) for names in by_trace.values()] == [["deliver", "hear", "quote", "search", "whole"]] * 4


@pytest.mark.parametrize("trouble", ["silent", "failing", "closed"])
async def test_a_collector_that_is_away_holds_up_neither_answers_nor_the_stop_and_is_told_once(
    trouble: str, slack: SlackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    async with OtlpCollector() as collector:
        collector.silent, collector.status = trouble == "silent", 503
        url = collector.url.replace("://", "://user:secret@")
        if trouble == "closed":
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                url = f"http://user:secret@127.0.0.1:{free.getsockname()[1]}"
        async with asyncio.timeout(60):
            async with traced_bot(slack, tmp_path, traces_url=url):
                for _ in range(3):
                    await ask(slack, PAY)
                if trouble == "failing":
                    await collector.until_refused()
    assert len(slack.answers("C1")) == 3
    told = [record.getMessage() for record in caplog.records if "TRACES_URL" in record.getMessage()]
    assert len(told) == 1 or (trouble == "silent" and not told)
    assert "secret" not in caplog.text


async def test_a_collector_that_comes_back_gets_what_comes_after(
    slack: SlackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot")
    async with OtlpCollector() as collector:
        collector.status = 503
        async with traced_bot(slack, tmp_path, traces_url=collector.url):
            await ask(slack, PAY)
            await collector.until_refused()
            collector.status = 200
            await ask(slack, PAY)
            await collector.until("whole")
    assert "takes no traces (status 503)" in caplog.text
    assert "takes traces again" in caplog.text


@pytest.mark.parametrize(
    ("address", "taken_at"),
    [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("http://collector:4318/", "http://collector:4318/v1/traces"),
        ("https://eu.example.com/otlp/v1/traces?team=7", "https://eu.example.com/otlp/v1/traces?team=7"),
    ],
)
def test_a_collector_takes_traces_at_its_path_or_at_otlps_own(address: str, taken_at: str) -> None:
    assert endpoint(address) == taken_at


def test_headers_that_are_none_are_named_without_their_values() -> None:
    with pytest.raises(SettingsError, match="TRACES_HEADERS: it is name=value") as told:
        Settings.load(_env_file=None, traces_headers="Bearer hidden")
    assert "hidden" not in str(told.value)


async def test_without_an_address_nothing_is_traced(tmp_path: Path) -> None:
    settings = Settings.load(_env_file=None, data_dir=tmp_path)
    meter = Application(settings).meter
    async with traced(settings, meter):
        assert type(meter.tracer) is Tracer
