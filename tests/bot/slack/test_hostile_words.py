"""Guides, people and mentors whose words would call everybody, or somebody: in no window, tab, message or notification do they."""

from pathlib import Path

import pytest

from bot.answering.same_question import SameQuestions
from knowledge.search.encoder import LocalEncoder
from tests.bot.slack.everything import (
    ASKED,
    HOSTILE,
    by_mentors,
    handed_over,
    hostile_guides,
    in_private,
    move_in,
    read,
    said,
)
from tests.bot.slack.scene import MENTION, MENTORS, Scripted, running
from tests.conftest import AdvisorWith
from tests.slack_server import SlackServer


@pytest.fixture(autouse=True)
def workspace(slack: SlackServer) -> None:
    move_in(slack)


async def test_no_way_out_calls_anybody(
    slack: SlackServer, encoder: LocalEncoder, advisor_with: AdvisorWith, same: SameQuestions, tmp_path: Path
) -> None:
    guides = hostile_guides(encoder, tmp_path)
    async with running(slack, advisor_with(guides), tmp_path, guides, mentor_settings=MENTORS, same=same) as bot:
        await read(slack)
        await in_private(slack)
        await by_mentors(slack, bot)
        await handed_over(slack)
        await slack.settled()
        assert "\n".join(said(slack)) == ""
    assert slack.problems == []


async def test_nothing_a_model_says_calls_anybody(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(lambda _: f"# {HOSTILE}\n- `{HOSTILE}`\n\n```\n{HOSTILE}\n```\n{HOSTILE}"), tmp_path):  # fmt: skip
        await slack.say("C1", f"{MENTION} {ASKED}")
        await slack.until(lambda: slack.answers("C1"))
        await slack.command("C1", "/career", ASKED)
        await slack.until(lambda: slack.ephemeral)
    assert said(slack) == []
