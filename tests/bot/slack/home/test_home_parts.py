"""The Home tab is shown part by part, and who is a mentor stays known while Slack does not tell."""

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.answering.advisor import Advisor
from bot.errors import RecordsUnavailable
from bot.mentoring.handovers import Handover, HandoverState
from bot.records.database import TABLES, now
from bot.slack.api import mentors as module
from bot.slack.api.mentors import UNKNOWN, MentorSettings
from bot.slack.app import SlackBot
from bot.slack.mentors.handover.service import remind
from knowledge.search.searcher import Searcher
from tests.bot.slack.home.test_mentors_home import home_of
from tests.bot.slack.scene import ANNA, BEN, CLEO, DORA, MENTORS_CHANNEL, Scripted, running
from tests.slack_server import SlackServer
from tests.slack_server.workspace import TEAM

GROUP = MentorSettings(group="S0MENTORS", channel=MENTORS_CHANNEL)
PARTS = ("What people ask", "Questions to mentors", "confirmed yet")


@pytest.fixture(autouse=True)
def workspace(slack: SlackServer) -> None:
    slack.add_channel(MENTORS_CHANNEL, members=[DORA])
    slack.add_usergroup("S0MENTORS", [DORA])


async def broken(*_: object, **__: object) -> None:
    raise RecordsUnavailable("The records cannot be reached.")


async def bug(*_: object, **__: object) -> None:
    raise ValueError("a secret")


@pytest.mark.parametrize("fault", [broken, bug])
@pytest.mark.parametrize(("store", "method"), [("receipts", "all"), ("handovers", "counts"), ("confirmations", "active"), ("confirmations", "expired_questions")])  # fmt: skip
async def test_a_part_that_fails_says_so_and_the_others_are_shown(
    slack: SlackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store: str, method: str, fault: object
) -> None:
    async with running(slack, Scripted(), tmp_path, mentor_settings=GROUP) as bot:
        monkeypatch.setattr(getattr(bot._records, store), method, fault)
        told = await home_of(slack, DORA)
    shown = [part for part in (*PARTS, "Not enough people", "None waits") if part in told]
    assert len(shown) >= 3
    assert ("cannot be reached" if fault is broken else "cannot be shown just now") in told
    assert "Delete my data" in told
    assert "a secret" not in told


@pytest.mark.parametrize("kind", ["header", "actions", "rich_text"])
async def test_where_slack_refuses_one_kind_of_block_the_rest_of_the_tab_is_shown(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path, kind: str
) -> None:
    slack.refused_view_block = lambda block: block["type"] == kind
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=GROUP):
        told = await home_of(slack, DORA)
    assert "Privacy" in told
    assert "Questions to mentors" in told
    assert f"'type': '{kind}'" not in told


async def test_five_thousand_answers_and_roles_of_any_length_are_no_reason_not_to_show_it(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=GROUP) as bot:
        passage = (await searcher.search("pay"))[0].passage
        await many_answers(bot, passage.id)
        told = await home_of(slack, DORA)
    assert "5000 questions by 3 people" in told
    assert passage.heading[-1] in told


async def many_answers(bot: SlackBot, passage: str) -> None:
    plain = dict.fromkeys(("coverage", "mode", "prompt", "notice"), "")
    rows = [
        plain
        | {"key": f"k{n}", "person": (ANNA, BEN, CLEO)[n % 3], "passages": [{"passage": passage, "hash": "", "guide": ""}]}
        | {"milliseconds": 1, "withheld": 0, "answered_at": now() - dt.timedelta(hours=1)}
        for n in range(5000)
    ]  # fmt: skip
    async with bot._records._database.begin() as connection:
        for start in range(0, len(rows), 500):
            await connection.execute(sa.insert(TABLES.tables["answers"]), rows[start : start + 500])


@pytest.mark.parametrize("error", ["internal_error", "ratelimited"])
async def test_a_passing_failure_takes_no_rights_from_a_mentor(
    slack: SlackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    async with running(slack, Scripted(), tmp_path, mentor_settings=GROUP):
        assert PARTS[1] in await home_of(slack, DORA)
        monkeypatch.setattr(module, "KEPT_SECONDS", 0.0)
        slack.fail("usergroups.users.list", error, times=5)
        assert PARTS[1] in await home_of(slack, DORA)
        assert PARTS[1] not in await home_of(slack, ANNA)


async def test_where_slack_has_never_told_nobody_loses_a_question_and_everybody_hears_why(
    slack: SlackServer, tmp_path: Path
) -> None:
    slack.fail("usergroups.users.list", "internal_error", times=50)
    async with running(slack, Scripted(), tmp_path, mentor_settings=GROUP) as bot:
        handovers = bot._records.handovers
        await handovers.add(Handover("h1", "k1", TEAM, ANNA, "What?", True))
        await handovers.posted("h1", MENTORS_CHANNEL, await slack.say(MENTORS_CHANNEL, "the card", user=DORA))
        assert await handovers.claim("h1", DORA)
        await remind(bot.ctx, 1.0, now() + dt.timedelta(days=9))
        handover = await handovers.find("h1")
        assert handover is not None
        assert (handover.state, handover.mentor) == (HandoverState.CLAIMED, DORA)
        assert UNKNOWN in await home_of(slack, DORA)
        assert "Delete my data" in await home_of(slack, DORA)


async def test_a_group_that_is_gone_makes_nobody_a_mentor(
    slack: SlackServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running(slack, Scripted(), tmp_path, mentor_settings=GROUP):
        assert PARTS[1] in await home_of(slack, DORA)
        monkeypatch.setattr(module, "KEPT_SECONDS", 0.0)
        slack.usergroups.clear()
        told = await home_of(slack, DORA)
    assert PARTS[1] not in told
    assert UNKNOWN not in told
