"""What people do most, over Socket Mode and over HTTP: the same listeners, so the same answers."""

from pathlib import Path

import pytest

from bot.slack.format.blocks import SHOW_PASSAGE
from bot.slack.private.channel_settings import GUIDES, SAVED, SETTINGS_VIEW
from knowledge.search.searcher import Searcher
from tests.bot.slack.private.test_many_guides import Library
from tests.bot.slack.questions.test_buttons import answered, shown
from tests.bot.slack.scene import ANNA, MENTION, PAY_SAID, Quoting, Scripted, running
from tests.slack_server import SlackServer
from tests.slack_server.server import TEAM

both = pytest.mark.parametrize("http", [False, True], ids=["Socket Mode", "HTTP mode"])


@both
async def test_a_mention_is_answered_once_in_its_thread(slack: SlackServer, tmp_path: Path, http: bool) -> None:
    async with running(slack, Scripted(), tmp_path, http=http):
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        await slack.settled()
    (answer,) = slack.answers("C1")
    assert answer["thread_ts"] == ts
    assert (slack.connections == 0, len(slack.requests) > 0) == (True, http)
    assert slack.problems == []


@both
async def test_a_button_opens_the_passage(slack: SlackServer, searcher: Searcher, tmp_path: Path, http: bool) -> None:
    async with running(slack, Quoting(searcher, PAY_SAID.removesuffix(" [1]")), tmp_path, searcher, http=http):
        ts = await answered(slack)
        await slack.press("C1", ts, SHOW_PASSAGE)
        await slack.until(lambda: slack.open_modal(ANNA))
        await slack.settled()
    assert "Average salary" in shown(slack.open_modal(ANNA))
    assert (slack.timeouts, slack.problems) == ([], [])


@both
async def test_the_command_answers_its_asker_alone(slack: SlackServer, tmp_path: Path, http: bool) -> None:
    async with running(slack, Scripted(), tmp_path, http=http):
        await slack.command("C1", "/career", "what pays?")
        await slack.until(lambda: slack.ephemeral)
        await slack.settled()
    assert [message["user"] for message in slack.ephemeral] == [ANNA]
    assert "Answer to: what pays?" in slack.ephemeral[0]["text"]
    assert (slack.answers(), slack.timeouts, slack.problems) == ([], [], [])


@both
async def test_a_menu_gets_its_options_and_a_window_is_submitted(
    slack: SlackServer, tmp_path: Path, http: bool
) -> None:
    async with running(slack, Scripted(), tmp_path, Library(), admins=[ANNA], http=http) as bot:
        await slack.command("C1", "/career", "settings")
        await slack.until(lambda: (slack.open_modal() or {}).get("callback_id") == SETTINGS_VIEW)
        (found,) = await slack.suggested(GUIDES, "nurses 237")
        values = {GUIDES: {GUIDES: {"type": "multi_external_select", "selected_options": [found]}}}
        await slack.submit(slack.open_modal() or {}, values)
        await slack.until(lambda: SAVED in shown(slack.open_modal()))
        settings = await bot._records.channels.settings(TEAM, "C1")
    assert settings.guides == {"guides/0237.md"}
    assert (slack.timeouts, slack.problems) == ([], [])
