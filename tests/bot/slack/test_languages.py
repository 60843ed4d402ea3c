"""People are answered in their language where there is a model, and told the guide's language where there is none."""

from pathlib import Path
from typing import Any

import pytest

from bot.answering.advisor import Advisor
from knowledge.search import Searcher
from tests.bot.slack.scene import ANNA, PAY_SAID, composing, running
from tests.openai_server import OpenAIServer
from tests.slack_server import SlackServer

GERMAN = "In den Vereinigten Staaten liegt das durchschnittliche Gehalt bei etwa $120,000 pro Jahr."


def scripted(body: Any) -> str:
    """A model that answers in English and translates what it is given."""
    prompt = str(body["messages"][0]["content"])
    if "Translate" in prompt or "translate" in prompt:
        return f"1. {GERMAN}"
    return "What does a senior backend engineer earn?" if "Rewrite" in prompt else PAY_SAID


async def asked(slack: SlackServer, advisor: Advisor, folder: Path, text: str) -> dict[str, Any]:
    async with running(slack, advisor, folder) as bot:
        await slack.say("D1", text)
        await slack.until(lambda: slack.answers("D1"))
        await bot.desk.idle(10)
    return slack.answers("D1")[0]


async def test_a_question_in_german_is_answered_in_german(
    slack: SlackServer, model: OpenAIServer, searcher: Searcher, tmp_path: Path
) -> None:
    model.reply_with(scripted)
    answer = await asked(slack, composing(searcher, model), tmp_path, "Was verdient ein Senior Backend Engineer?")
    assert GERMAN.rstrip(".") in answer["text"]
    assert slack.called("users.info") == []


@pytest.mark.parametrize(("locale", "german"), [("de-DE", True), ("en-US", False)])
async def test_where_the_question_tells_no_language_the_persons_locale_does(
    slack: SlackServer, model: OpenAIServer, searcher: Searcher, tmp_path: Path, locale: str, german: bool
) -> None:
    slack.add_person(ANNA, name="Anna", locale=locale)
    model.reply_with(scripted)
    answer = await asked(slack, composing(searcher, model), tmp_path, "salary?")
    assert (GERMAN.rstrip(".") in answer["text"]) is german


async def test_without_a_model_the_guides_language_is_told_in_the_persons(
    slack: SlackServer, searcher: Searcher, tmp_path: Path
) -> None:
    answer = await asked(slack, Advisor(searcher), tmp_path, "Was verdient ein Senior Backend Engineer im Jahr?")
    assert "Englisch" in answer["text"] or "englisch" in answer["text"]
