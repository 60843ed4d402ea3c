"""What was asked while the bot was off is looked for once at the start, and answered late where nobody else has."""

import asyncio
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bot.records.database import now
from bot.slack.app import Limits, SlackBot
from bot.slack.questions.missed import MissedLimits, is_open
from bot.slack.questions.pauses import Pauses
from tests.bot.slack.questions.test_buttons import shown
from tests.bot.slack.questions.test_outages import done, kill
from tests.bot.slack.questions.test_thread_manners import quiet
from tests.bot.slack.scene import ANNA, BEN, CLEO, MENTION, Scripted, running
from tests.slack_server import SlackServer
from tests.slack_server.server import TEAM

PAUSES = Pauses(retry=(0.01,), again=0.05, mending=0.1, look=0.05, patience=0.2)


def limits(**more: Any) -> Limits:
    return Limits(4000, 100, PAUSES, MissedLimits(**{"pause": 0, "noted": 0.02, **more}))


@pytest.fixture(autouse=True)
def people(slack: SlackServer) -> None:
    slack.channels["D1"].user = ANNA
    slack.add_dm("D2", BEN)
    slack.add_group_dm("C0GROUP", [ANNA, BEN])


async def been_there(slack: SlackServer, folder: Path, seconds_ago: float = 60) -> None:
    """The bot was at work until then."""
    async with running(slack, Scripted(), folder, limits=limits()) as bot:
        await looked(bot)
        await seen(bot, now() - dt.timedelta(seconds=seconds_ago))
    slack.calls.clear()


async def seen(bot: SlackBot, moment: dt.datetime) -> None:
    """Have it noted that the bot was last at work then."""
    assert bot._missed is not None
    await bot._missed.leave()
    async with bot._records._database.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM presence")
    await bot._records.presence.note(TEAM, moment)


async def looked(bot: SlackBot) -> None:
    """Wait until the bot has looked for what it missed, and has answered that."""
    assert bot._missed is not None
    async with asyncio.timeout(10):
        await bot._missed.looked.wait()
    await done(bot)


async def ask_while_off(slack: SlackServer, channel: str, text: str, seconds_ago: float = 30, **more: Any) -> str:
    """A message that Slack could deliver to nobody, from some time ago."""
    ts = f"{now().timestamp() - seconds_ago:.6f}"
    await slack.say(channel, text, deliver=False, ts=ts, **more)
    return ts


def said(slack: SlackServer, channel: str) -> list[str]:
    return [str(answer["text"]) for answer in slack.answers(channel)]


async def back(slack: SlackServer, folder: Path, **more: Any) -> Scripted:
    """The bot is started again, and looks for what it missed."""
    advisor = Scripted()
    async with running(slack, advisor, folder, limits=limits(**more)) as bot:
        await looked(bot)
    return advisor


async def test_mentions_and_direct_messages_are_answered_in_their_threads(slack: SlackServer, tmp_path: Path) -> None:
    await been_there(slack, tmp_path)
    ts = await ask_while_off(slack, "C1", f"{MENTION} what pays?")
    await ask_while_off(slack, "C1", "lunch?", user=BEN)
    await ask_while_off(slack, "C0GROUP", f"{MENTION} what pays there?")
    await ask_while_off(slack, "C0GROUP", "see you", user=BEN)
    await ask_while_off(slack, "D1", "and here?")
    await back(slack, tmp_path)
    assert [said(slack, place) for place in ("C1", "C0GROUP", "D1", "D2")] == [
        ["Answer to: what pays?"],
        ["Answer to: what pays there?"],
        ["Answer to: and here?"],
        [],
    ]
    assert slack.answers("C1")[0]["thread_ts"] == ts


async def test_an_answer_that_comes_late_says_so(slack: SlackServer, tmp_path: Path) -> None:
    await been_there(slack, tmp_path, 7200)
    await ask_while_off(slack, "D1", "what pays?", 7100)
    await back(slack, tmp_path)
    assert "Sorry that this took 118 minutes" in shown(slack.answers("D1")[0])


async def test_what_is_older_than_the_limit_or_than_the_bots_last_work_is_left(
    slack: SlackServer, tmp_path: Path
) -> None:
    await been_there(slack, tmp_path, 7200)
    await ask_while_off(slack, "D1", "too old?", 4000)
    await ask_while_off(slack, "D2", "before?", 7300, user=BEN)
    await ask_while_off(slack, "C1", f"{MENTION} in time?", 3000)
    await back(slack, tmp_path, hours=1)
    assert (said(slack, "D1"), said(slack, "D2"), said(slack, "C1")) == ([], [], ["Answer to: in time?"])


async def test_a_first_start_looks_for_nothing_and_neither_does_one_that_is_told_not_to(
    slack: SlackServer, tmp_path: Path
) -> None:
    await ask_while_off(slack, "D1", "what pays?")
    await back(slack, tmp_path)
    await been_there(slack, tmp_path)
    async with running(slack, Scripted(), tmp_path, limits=limits(hours=0)) as bot:
        await quiet(slack, bot)
    assert said(slack, "D1") == []
    assert not slack.called("conversations.history")


async def test_what_was_answered_is_not_answered_again(slack: SlackServer, tmp_path: Path) -> None:
    await been_there(slack, tmp_path)
    await ask_while_off(slack, "D1", "what pays?")
    await back(slack, tmp_path)
    async with running(slack, Scripted(), tmp_path, limits=limits()) as bot:
        await looked(bot)
        await seen(bot, now() - dt.timedelta(seconds=60))
    await back(slack, tmp_path)
    assert said(slack, "D1") == ["Answer to: what pays?"]


async def test_what_somebody_else_has_answered_is_left_and_what_its_asker_added_is_not(
    slack: SlackServer, tmp_path: Path
) -> None:
    await been_there(slack, tmp_path)
    helped = await ask_while_off(slack, "C1", f"{MENTION} what pays?", 40)
    await ask_while_off(slack, "C1", "about 120k", 35, user=BEN, thread_ts=helped)
    alone = await ask_while_off(slack, "C1", f"{MENTION} and in Boston?", 30)
    await ask_while_off(slack, "C1", "anybody?", 25, thread_ts=alone)
    await back(slack, tmp_path)
    assert said(slack, "C1") == ["Answer to: and in Boston?"]


async def test_a_mention_in_a_thread_is_found_also_in_an_old_thread_that_the_bot_was_asked_in(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, Scripted(), tmp_path, limits=limits()) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        direct = await slack.say("D1", "what pays?")
        await quiet(slack, bot)
        await looked(bot)
        since = max(float(message["ts"]) for message in slack.answers())
        await seen(bot, dt.datetime.fromtimestamp(since + 0.0001, dt.UTC))
    other = await ask_while_off(slack, "C1", "our plans", 0, user=CLEO)
    for channel, text, thread in (("C1", f"{MENTION} in Boston?", ts), ("C1", f"{MENTION} what now?", other)):
        await ask_while_off(slack, channel, text, -0.01, thread_ts=thread)
    await ask_while_off(slack, "D1", "and in Boston?", 0, thread_ts=direct)
    await back(slack, tmp_path)
    assert sorted(said(slack, "C1")) == ["Answer to: in Boston?", "Answer to: what now?", "Answer to: what pays?"]
    assert said(slack, "D1") == ["Answer to: what pays?", "Answer to: and in Boston?"]


async def test_pages_are_read_up_to_a_limit_and_small_ones_too(slack: SlackServer, tmp_path: Path) -> None:
    await been_there(slack, tmp_path)
    slack.history_page = 2
    for number in range(6):
        await ask_while_off(slack, "D1", f"question {number}?", 30 - number)
    await back(slack, tmp_path, pages=2)
    assert sorted(said(slack, "D1")) == [f"Answer to: question {number}?" for number in (2, 3, 4, 5)]


async def test_a_rate_limit_is_waited_for_and_the_start_is_not_held_up(slack: SlackServer, tmp_path: Path) -> None:
    await been_there(slack, tmp_path)
    await ask_while_off(slack, "C1", f"{MENTION} what pays?")
    slack.rate_limit("conversations.history", times=1, retry_after=1)
    async with running(slack, Scripted(), tmp_path, limits=limits()) as bot:
        assert bot._missed is not None
        await slack.say("D1", "are you back?")
        await slack.until(lambda: slack.answers("D1"))
        assert not bot._missed.looked.is_set()
        await looked(bot)
    assert said(slack, "C1") == ["Answer to: what pays?"]


async def test_after_a_crash_in_the_middle_the_rest_is_answered_and_nothing_twice(
    slack: SlackServer, tmp_path: Path
) -> None:
    await been_there(slack, tmp_path)
    await ask_while_off(slack, "D1", "first?", 30)
    await ask_while_off(slack, "C1", f"{MENTION} second?", 20)
    slow = Scripted()
    slow.may_answer.clear()
    async with running(slack, slow, tmp_path, limits=limits()) as first:
        await slow.was_asked()
        assert first._missed is not None
        await first._missed.leave()
        await seen(first, now() - dt.timedelta(seconds=60))  # as if it had not come to the end
        await kill(first)
        async with running(slack, Scripted(), tmp_path, limits=limits()) as second:
            await looked(second)
    assert (said(slack, "D1"), said(slack, "C1")) == (["Answer to: first?"], ["Answer to: second?"])


async def test_what_was_left_of_a_look_that_slack_broke_off_is_looked_through_again(
    slack: SlackServer, tmp_path: Path
) -> None:
    await been_there(slack, tmp_path)
    await ask_while_off(slack, "C1", f"{MENTION} what pays?")
    slack.fail("conversations.history", "internal_error", times=2)
    await back(slack, tmp_path)
    assert said(slack, "C1") == ["Answer to: what pays?"]


async def test_what_the_bot_may_not_list_or_read_is_left_out(slack: SlackServer, tmp_path: Path) -> None:
    await been_there(slack, tmp_path)
    await ask_while_off(slack, "C1", f"{MENTION} what pays?")
    await ask_while_off(slack, "D1", "and here?")
    slack.scopes = slack.scopes.replace("im:read,", "", 1)
    await back(slack, tmp_path)
    assert (said(slack, "C1"), said(slack, "D1")) == (["Answer to: what pays?"], [])


@pytest.mark.parametrize("bound", [{"conversations": 1}, {"seconds": 0.0}])
async def test_a_bound_ends_the_look_and_it_is_not_begun_again(
    slack: SlackServer, tmp_path: Path, bound: Mapping[str, Any]
) -> None:
    await been_there(slack, tmp_path)
    await ask_while_off(slack, "C1", f"{MENTION} what pays?")
    await back(slack, tmp_path, **bound)
    await back(slack, tmp_path)
    assert said(slack, "C1") == []


async def test_a_bot_that_was_cut_off_for_long_looks_again_without_a_restart(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, Scripted(), tmp_path, limits=limits(away=0.0)) as bot:
        await looked(bot)
        ts = await ask_while_off(slack, "D1", "what pays?", 0)
        await slack.until(lambda: slack.answers("D1"))
    assert slack.answers("D1")[0]["thread_ts"] == ts


def test_a_question_is_open_until_somebody_else_writes_below_it() -> None:
    asked: dict[str, Any] = {"ts": "2.0", "user": ANNA}
    assert is_open(asked, [{"ts": "1.0", "user": BEN}, asked, {"ts": "3.0", "user": ANNA}])
    assert not is_open(asked, [asked, {"ts": "3.0", "user": BEN}])
    assert not is_open(asked, [asked, {"ts": "3.0", "bot_id": "B1"}])
