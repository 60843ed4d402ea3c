"""Channels with rules, locked threads, tokens that die, people with ids of an Enterprise Grid: the asker gets the answer or is told."""

from pathlib import Path

import pytest

from tests.bot.slack.questions.test_outages import done, told_to
from tests.bot.slack.scene import ANNA, IMPATIENT, MENTION, Scripted, running
from tests.slack_server import SlackServer


@pytest.mark.parametrize(
    ("rule", "why"), [("read_only_channel", "read-only"), ("non_threadable_channel", "no replies in threads")]
)
async def test_where_the_bot_may_not_answer_the_asker_alone_gets_the_answer_and_the_reason(
    slack: SlackServer, tmp_path: Path, rule: str, why: str
) -> None:
    slack.channels["C1"].rule = rule
    async with running(slack, Scripted(), tmp_path, limits=IMPATIENT) as bot:
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: "Answer to: what pays?" in told_to(slack, ANNA))
        await done(bot)
    assert why in told_to(slack, ANNA)
    assert slack.answers("C1") == []


async def test_a_channel_that_takes_threads_only_is_answered_in_one(slack: SlackServer, tmp_path: Path) -> None:
    slack.channels["C1"].rule = "thread_only_channel"
    async with running(slack, Scripted(), tmp_path, limits=IMPATIENT) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        await done(bot)
    assert [answer["thread_ts"] for answer in slack.answers("C1")] == [ts]


async def test_a_thread_that_is_locked_while_it_is_answered_is_told_to_the_asker(
    slack: SlackServer, tmp_path: Path
) -> None:
    slow = Scripted()
    slow.may_answer.clear()
    async with running(slack, slow, tmp_path, limits=IMPATIENT) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slow.was_asked()
        slack.channels["C1"].locked.add(ts)
        slow.may_answer.set()
        await slack.until(lambda: "Answer to: what pays?" in told_to(slack, ANNA))
        await done(bot)
    assert "locked" in told_to(slack, ANNA)


@pytest.mark.parametrize("error", ["token_revoked", "token_expired", "account_inactive"])
async def test_a_question_outlives_a_token_that_died(slack: SlackServer, tmp_path: Path, error: str) -> None:
    async with running(slack, Scripted(), tmp_path, limits=IMPATIENT) as bot:
        slack.token_error = error
        await slack.say("D1", "what pays?")
        await slack.until(lambda: slack.called("conversations.replies"))  # a second try
        slack.token_error = ""
        await slack.until(lambda: slack.answers("D1"))
        await done(bot)
    assert [answer["text"] for answer in slack.answers("D1")] == ["Answer to: what pays?"]


async def test_somebody_with_an_id_of_an_enterprise_grid_is_answered_and_followed(
    slack: SlackServer, tmp_path: Path
) -> None:
    slack.add_person("W0GRID", name="Greta Grid")
    async with running(slack, Scripted(), tmp_path, limits=IMPATIENT) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?", user="W0GRID")
        await slack.until(lambda: slack.answers("C1"))
        await slack.say("C1", "and in Boston?", user="W0GRID", thread_ts=ts)
        await slack.until(lambda: len(slack.answers("C1")) == 2)
        await done(bot)
    assert slack.answers("C1")[1]["text"] == "Answer to: and in Boston?"


async def test_an_event_that_slack_gave_up_is_found_when_the_bot_is_back(slack: SlackServer, tmp_path: Path) -> None:
    slack.channels["D1"].user = ANNA
    async with running(slack, Scripted(), tmp_path) as bot:
        assert bot._missed is not None
        await bot._missed.looked.wait()
    await slack.say("D1", "what pays?")
    slack.give_up_waiting()
    async with running(slack, Scripted(), tmp_path):
        await slack.until(lambda: slack.answers("D1"))
