"""How many calls of Slack's an answer in a direct message takes, counted at the test Slack server."""

import contextlib
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.composition import Application
from bot.settings import Settings
from tests.benchmarks.beside.process import Contestant
from tests.benchmarks.beside.reading_model import ReadingModel
from tests.bot.slack.scene import running
from tests.slack_server import SlackServer
from tests.slack_server.workspace import accepted


class SlackWithReactions(SlackServer):
    """The test Slack with the one method more that the sample uses."""

    def _reactions_add(self, _: Mapping[str, Any]) -> web.Response:
        return accepted()


async def of_sample(one: Contestant, slack: SlackServer, model: ReadingModel, questions: Sequence[Any]) -> float:
    """Median calls of the sample, connected to a test Slack already."""
    await one.ask("open")
    await one.ask("slack")
    return await _counted(slack, model, questions)


async def of_ours(
    guides: Path, data: Path, url: str, key: str, model: ReadingModel, questions: Sequence[Any]
) -> float | None:
    """Median calls of this project with the index that it has of the guides."""
    settings = Settings.load(_env_file=None, data_dir=data, openai_api_key=key, openai_base_url=url)
    application = Application(settings, guides)
    calls: float | None = None
    with tempfile.TemporaryDirectory() as folder, contextlib.suppress(AssertionError):
        # What scenes hold against slow callbacks is no matter here: another's work on the machine makes them slow, too.
        async with (
            SlackWithReactions() as slack,
            running(slack, application.advisor(), Path(folder), application.searcher()),
        ):
            calls = await _counted(slack, model, questions)
    return calls


async def _counted(slack: SlackServer, model: ReadingModel, questions: Sequence[Any]) -> float:
    calls = []
    await slack.until(lambda: slack.connections > 0, 30)
    for number, question in enumerate(questions):
        model.questions = [question]
        place = f"D{number}"
        slack.add_dm(place)
        before = len(slack.calls)
        await slack.say(place, question["turns"][-1])
        await slack.until(lambda place=place: _complete(slack, place), 60)  # type: ignore[misc]
        await slack.settled()
        calls.append(len(slack.calls) - before)
    return statistics.median(calls)


def _complete(slack: SlackServer, place: str) -> bool:
    answers = slack.answers(place)
    return bool(answers) and not any(answer.get("streaming") for answer in answers)
