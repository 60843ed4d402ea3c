"""Somebody who needs a person gets a human sentence and whom to turn to: nothing to press, nothing kept, nothing passed on."""

from pathlib import Path
from typing import Any

import pytest

from bot.answering.advisor import Advisor
from bot.answering.same_question import SameQuestions
from bot.slack.app import SlackBot
from bot.slack.private.answer_shortcut import SHORTCUT
from bot.slack.private.views import DRAFT_VIEW
from knowledge.search.searcher import Searcher
from tests.bot.slack.questions.test_buttons import shown
from tests.bot.slack.questions.test_thread_manners import quiet
from tests.bot.slack.scene import ANNA, BEN, DORA, EMIL, MENTION, MENTORS, MENTORS_CHANNEL, running
from tests.slack_server import SlackServer

HARASSED = "My manager keeps touching me and I do not know what to do."
IN_NEED = pytest.mark.parametrize(
    "text", [HARASSED, "I can't go on any more, I want to end it all.", "I was laid off yesterday. What now?"]
)
PRESSED = {"actions", "context_actions"}


@pytest.fixture
def workspace(slack: SlackServer) -> SlackServer:
    """A workspace whose mentors take questions and confirm answers."""
    slack.add_channel(MENTORS_CHANNEL, members=[DORA, EMIL])
    return slack


def kinds(message: dict[str, Any]) -> set[str]:
    return {str(block["type"]) for block in message["blocks"]}


async def kept(bot: SlackBot) -> list[Any]:
    """All that the records hold of questions and answers, but that there was one."""
    records = bot._records
    return [
        *await records.receipts.gaps(),
        *await records.receipts.all(),
        *await records.drafts.all(),
        *await records.receipts.withheld(),
    ]


@IN_NEED
@pytest.mark.parametrize("place", ["D1", "C1"])
async def test_they_are_told_whom_to_turn_to_with_nothing_to_press_and_nothing_is_kept(
    workspace: SlackServer,
    searcher: Searcher,
    advisor: Advisor,
    same: SameQuestions,
    tmp_path: Path,
    text: str,
    place: str,
) -> None:
    async with running(workspace, advisor, tmp_path, searcher, mentor_settings=MENTORS, same=same) as bot:
        await workspace.say(place, text if place == "D1" else f"{MENTION} {text}")
        await quiet(workspace, bot)
        (answer,) = workspace.answers(place)
        assert "@dana" in answer["text"]
        assert not kinds(answer) & PRESSED
        assert await kept(bot) == []
        assert await bot._records.inbox.counts() == {"answered": 1}
    assert workspace.answers(MENTORS_CHANNEL) == []
    assert workspace.problems == []


async def test_they_can_ask_on_in_the_thread(
    workspace: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(workspace, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        ts = await workspace.say("D1", HARASSED)
        await quiet(workspace, bot)
        await workspace.say("D1", "Which skills does a senior backend engineer need?", thread_ts=ts)
        await quiet(workspace, bot)
    assert len(workspace.answers("D1")) == 2
    assert kinds(workspace.answers("D1")[1]) & PRESSED


async def test_what_they_ask_with_the_command_is_told_to_them_alone_and_not_offered_to_be_posted(
    workspace: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(workspace, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        await workspace.command("C1", "/career", HARASSED)
        await workspace.until(lambda: workspace.ephemeral)
        (private,) = workspace.ephemeral
        assert private["user"] == ANNA
        assert "@dana" in private["text"]
        assert not kinds(private) & PRESSED
        assert await kept(bot) == []
    assert workspace.answers("C1") == []


async def test_who_uses_the_shortcut_on_their_message_gets_nothing_to_post(
    workspace: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(workspace, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        ts = await workspace.say("C1", HARASSED, user=ANNA)
        await workspace.shortcut(SHORTCUT, "C1", ts, user=BEN)
        await workspace.until(lambda: "not your fault" in str(workspace.open_modal(BEN)))
        view = workspace.open_modal(BEN) or {}
        assert view["callback_id"] != DRAFT_VIEW
        assert "submit" not in view
        assert "@dana" in shown(view)
        assert await kept(bot) == []
