"""People are answered in their language where there is a model, and told the guide's language where there is none."""

from pathlib import Path
from typing import Any

import pytest

from bot.answering.advisor import Advisor
from tests.bot.slack.scene import ANNA, PAY, PAY_SAID, running, saying
from tests.openai_server import OpenAIServer
from tests.slack_server import SlackServer

GERMAN = "In den Vereinigten Staaten liegt das durchschnittliche Gehalt bei etwa $120,000 pro Jahr."


async def asked(slack: SlackServer, advisor: Advisor, folder: Path, text: str) -> dict[str, Any]:
    async with running(slack, advisor, folder) as bot:
        await slack.say("D1", text)
        await slack.until(lambda: slack.answers("D1"))
        await bot.worker.idle(10)
    return slack.answers("D1")[0]


async def test_a_question_in_german_is_answered_in_german(
    slack: SlackServer, model: OpenAIServer, composing: Advisor, tmp_path: Path
) -> None:
    model.reply_with(saying(PAY_SAID, question=PAY, translated=GERMAN))
    answer = await asked(slack, composing, tmp_path, "Was verdient ein Senior Backend Engineer?")
    assert GERMAN.rstrip(".") in answer["text"]
    assert slack.called("users.info") == []


@pytest.mark.parametrize(("locale", "german"), [("de-DE", True), ("en-US", False)])
async def test_where_the_question_tells_no_language_the_persons_locale_does(
    slack: SlackServer, model: OpenAIServer, composing: Advisor, tmp_path: Path, locale: str, german: bool
) -> None:
    slack.add_person(ANNA, name="Anna", locale=locale)
    model.reply_with(saying(PAY_SAID, question=PAY, translated=GERMAN))
    answer = await asked(slack, composing, tmp_path, "salary?")
    assert (GERMAN.rstrip(".") in answer["text"]) is german


async def test_without_a_model_the_guides_language_is_told_in_the_persons(
    slack: SlackServer, advisor: Advisor, tmp_path: Path
) -> None:
    answer = await asked(slack, advisor, tmp_path, "Was verdient ein Senior Backend Engineer im Jahr?")
    assert "Englisch" in answer["text"] or "englisch" in answer["text"]
