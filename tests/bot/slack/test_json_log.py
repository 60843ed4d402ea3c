"""The log as JSON, written by the whole bot while it answers."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bot.answering.advisor import Advisor
from bot.answering.conversation import Conversation
from bot.logs import JsonLine
from knowledge.search.searcher import Searcher
from tests.bot.slack.scene import PAY, Scripted, running
from tests.slack_server import SlackServer

TOKEN = "xoxb-12-private"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is written where LOG_FORMAT is json."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLine())
    root, ours = logging.getLogger(), logging.getLogger("bot")
    root.addHandler(handler)
    level = ours.level
    ours.setLevel(logging.DEBUG)
    yield written
    ours.setLevel(level)
    root.removeHandler(handler)


def objects(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


async def test_an_answered_question_is_one_object_with_its_fields_and_no_text_of_anybody(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, log: io.StringIO
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        await slack.say("D1", PAY)
        await slack.until(lambda: len(slack.answers("D1")) == 1)
    lines = objects(log)
    (answered,) = (line for line in lines if "milliseconds" in line)
    assert answered.keys() == {
        "timestamp", "level", "logger", "message", "reference", "mode", "coverage", "sources", "milliseconds",
    }  # fmt: skip
    assert (answered["level"], answered["logger"]) == ("INFO", "bot.slack.questions.job")
    took, mode, coverage, sources = (answered[name] for name in ("milliseconds", "mode", "coverage", "sources"))
    assert answered["message"] == f"Answered in {took} ms: {mode}, {coverage}, {sources} sources."
    assert mode == "quoted"
    assert answered["reference"]
    assert str(datetime.fromisoformat(answered["timestamp"]).tzinfo) == "UTC"
    assert all({"timestamp", "level", "logger", "message"} <= line.keys() for line in lines)
    assert not any(words in log.getvalue() for words in (PAY, "$120,000"))


async def test_a_failure_is_an_object_with_its_frames_and_neither_text_nor_token(
    slack: SlackServer, tmp_path: Path, log: io.StringIO
) -> None:
    def fail(conversation: Conversation) -> str:
        raise RuntimeError(f"{conversation.question} {TOKEN}")

    async with running(slack, Scripted(fail), tmp_path):
        await slack.say("D1", "Am I paid\nless than Ben?")
        await slack.until(lambda: slack.answers("D1"))
    failed = next(line for line in objects(log) if "exception" in line)
    assert failed["exception"].startswith("RuntimeError at bot/slack/questions/")
    assert failed["reference"]
    assert not any(words in log.getvalue() for words in ("less than Ben", "private"))


def test_what_a_library_adds_to_its_records_is_left_out_and_tokens_are_hidden(log: io.StringIO) -> None:
    extra = {"mode": "their words", "body": "their words"}
    logging.getLogger("some.library").warning("Refused\n%s", TOKEN, extra=extra)
    (line,) = objects(log)
    assert line.pop("timestamp")
    assert line == {"level": "WARNING", "logger": "some.library", "message": "Refused [hidden]"}
