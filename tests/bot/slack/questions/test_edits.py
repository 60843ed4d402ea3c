"""The answer follows its question: edited, it is answered again in place; deleted, the answer goes with it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.bot.slack.questions.test_thread_manners import quiet, said
from tests.bot.slack.scene import BEN, MENTION, Scripted, running
from tests.slack_server import SlackServer


async def test_an_edited_question_is_answered_again_in_the_same_message(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        await quiet(slack, bot)
        (first,) = slack.answers("C1")
        await slack.edit("C1", ts, f"{MENTION} what pays in Boston?")
        await slack.until(lambda: slack.called("chat.update"))
        await quiet(slack, bot)
    (answer,) = slack.answers("C1")
    assert answer["ts"] == first["ts"]
    assert answer["text"] == "Answer to: what pays in Boston?"
    assert not slack.statuses, "a change of a message does not take the line of status away"


async def test_an_edit_that_changes_no_word_changes_nothing(slack: SlackServer, tmp_path: Path) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        await slack.edit("C1", ts, f"{MENTION}  what   pays?")
        await quiet(slack, bot)
    assert len(advisor.asked) == 1


async def test_an_edit_delivered_twice_is_answered_once(slack: SlackServer, tmp_path: Path) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("D1", "what pays?")
        await slack.until(lambda: slack.answers("D1"))
        await slack.edit("D1", ts, "what pays in Boston?")
        await quiet(slack, bot)
        await slack.redeliver(slack.delivered[-1])
        await quiet(slack, bot)
    assert [asked.question for asked in advisor.asked] == ["what pays?", "what pays in Boston?"]


async def test_an_edit_while_the_answer_is_being_made_gives_one_answer_to_the_new_text(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    advisor.may_answer.clear()
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("D1", "what pays?")
        await slack.until(lambda: slack.called("assistant.threads.setStatus"))
        await slack.edit("D1", ts, "what pays in Boston?")
        await slack.settled()
        advisor.may_answer.set()
        await slack.until(lambda: slack.answers("D1"))
        await quiet(slack, bot)
    assert [answer["text"] for answer in slack.answers("D1")] == ["Answer to: what pays in Boston?"]


async def test_an_answer_that_gets_shorter_leaves_no_message_behind(slack: SlackServer, tmp_path: Path) -> None:
    long = "\n\n".join(f"Paragraph {n} says something about careers and pay." for n in range(500))
    advisor = Scripted(lambda asked: long if "everything" in asked.question else "Little.")
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("D1", "everything?")
        await slack.until(lambda: len(slack.answers("D1")) >= 3)
        await quiet(slack, bot)
        await slack.edit("D1", ts, "something?")
        await slack.until(lambda: slack.called("chat.delete"))
        await quiet(slack, bot)
        assert [answer["text"] for answer in slack.answers("D1")] == ["Little."]
        await slack.edit("D1", ts, "everything again?")
        await slack.until(lambda: len(slack.answers("D1")) >= 3)
        await quiet(slack, bot)
    shown = "\n".join(block["text"] for answer in slack.answers("D1") for block in answer["blocks"])
    assert all(f"Paragraph {n} " in shown for n in range(500))


async def test_a_message_that_was_no_question_stays_none_when_it_is_edited(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("C1", "lunch anyone?")
        await slack.edit("C1", ts, "lunch at one, anyone?")
        await quiet(slack, bot)
    assert said(slack) == []


async def test_a_deleted_question_takes_its_answer_with_it(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        await quiet(slack, bot)
        await slack.delete("C1", ts)
        await slack.until(lambda: not slack.answers("C1"))
        await quiet(slack, bot)
    assert slack.answers("C1") == []


async def test_a_deleted_follow_up_takes_only_its_own_answer(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        follow_up = await slack.say("C1", "and in Boston?", thread_ts=ts)
        await slack.until(lambda: len(slack.answers("C1")) == 2)
        await quiet(slack, bot)
        await slack.delete("C1", follow_up)
        await slack.until(lambda: slack.called("chat.delete"))
        await quiet(slack, bot)
    assert said(slack) == ["Answer to: what pays?"]


async def test_an_answer_that_somebody_replied_to_stays(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        await slack.say("C1", "good to know", user=BEN, thread_ts=ts)
        await quiet(slack, bot)
        await slack.delete("C1", ts)
        await quiet(slack, bot)
    assert said(slack) == ["Answer to: what pays?"]


async def test_a_question_deleted_before_its_answer_gets_none(slack: SlackServer, tmp_path: Path) -> None:
    advisor = Scripted()
    advisor.may_answer.clear()
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("D1", "what pays?")
        await slack.until(lambda: slack.called("assistant.threads.setStatus"))
        await slack.delete("D1", ts)
        await slack.settled()
        advisor.may_answer.set()
        await quiet(slack, bot)
        assert await bot._records.inbox.counts() == {"refused": 1}
    assert slack.answers("D1") == []


async def late(slack: SlackServer, channel: str, message: Mapping[str, Any]) -> None:
    """Deliver a message that is not there any more."""
    kind = "im" if channel.startswith("D") else "channel"
    event = {**message, "channel": channel, "event_ts": message["ts"]}
    await slack.send_event({**event, "channel_type": kind})
    if kind == "channel":
        await slack.send_event({**event, "type": "app_mention"})


@pytest.mark.parametrize(("channel", "text"), [("C1", f"{MENTION} what pays?"), ("D1", "what pays?")])
async def test_a_question_that_is_delivered_after_its_deletion_is_not_answered(
    slack: SlackServer, tmp_path: Path, channel: str, text: str
) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say(channel, text, deliver=False)
        message = dict(slack.channels[channel].messages[ts])
        await slack.delete(channel, ts)
        await slack.settled()
        await late(slack, channel, message)
        await quiet(slack, bot)
        assert await bot.ctx.records.inbox.count_of(message["user"]) == 0
    assert slack.answers() == []
    assert slack.ephemeral == []
    assert advisor.asked == []


async def test_a_mention_that_is_delivered_after_its_deletion_is_not_answered_in_others_thread(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        root = await slack.say("C1", "Lunch?", user=BEN)
        ts = await slack.say("C1", f"{MENTION} what pays?", thread_ts=root, deliver=False)
        message = dict(slack.channels["C1"].messages[ts])
        await slack.delete("C1", ts)
        await slack.settled()
        await late(slack, "C1", message)
        await quiet(slack, bot)
    assert slack.answers() == []


async def test_an_edit_that_is_delivered_after_the_deletion_of_its_question_is_not_answered(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        root = await slack.say("C1", "Lunch?", user=BEN)
        ts = await slack.say("C1", f"{MENTION} what pays?", thread_ts=root)
        await slack.until(lambda: slack.answers("C1"))
        await quiet(slack, bot)
        old = dict(slack.channels["C1"].messages[ts])
        await slack.delete("C1", ts)
        await slack.until(lambda: slack.called("chat.delete"))
        await quiet(slack, bot)
        new = {
            **old,
            "text": f"{MENTION} what pays in Rome?",
            "edited": {"user": old["user"], "ts": "9999999999.000100"},
        }
        del new["blocks"]
        change = {"type": "message", "subtype": "message_changed", "channel": "C1", "channel_type": "channel"}
        await slack.send_event({**change, "message": new, "previous_message": old, "ts": "9999999999.000200"})
        await quiet(slack, bot)
    assert slack.answers("C1") == []


async def test_what_people_delete_of_their_own_talk_is_not_written_down(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("C1", "Lunch?", user=BEN)
        await slack.settled()
        await slack.delete("C1", ts)
        await quiet(slack, bot)
        assert await bot.ctx.records.inbox.counts() == {}
