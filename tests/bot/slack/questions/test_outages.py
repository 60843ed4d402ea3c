"""What happens to a question when Slack, the records, a process or the answer itself fails: it is answered or told, once."""

import asyncio
import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.answering.advisor import OnSentence
from bot.answering.conversation import Answer, Conversation
from bot.records.database import now
from bot.records.inbox import ACCEPTED, ANSWERED, INBOX, STOPPED, AskedQuestion, reference_of
from bot.records.leases import MOST_RETRIES, SetAside
from bot.slack.api.messages import Post
from bot.slack.app import SlackBot
from bot.slack.questions.lateness import LATE_SECONDS, with_lateness
from tests.bot.slack.scene import ANNA, BEN, IMPATIENT, MENTION, Scripted, running
from tests.slack_server import SlackServer


class Broken(Scripted):
    """An advisor whose answers nobody can show: a fault of the program."""

    async def answer(self, conversation: Conversation, on_sentence: object = None) -> Answer:
        answer = await super().answer(conversation)
        return replace(answer, text=None)  # type: ignore[arg-type]


class Halting(Scripted):
    """An advisor that says one sentence and no more, until it may."""

    streams = True

    async def answer(self, conversation: Conversation, on_sentence: OnSentence | None = None) -> Answer:
        if on_sentence:
            await on_sentence("It pays well.")
        return await super().answer(conversation)


class Late(Scripted):
    """An advisor that says its first sentence when it may."""

    streams = True

    async def answer(self, conversation: Conversation, on_sentence: OnSentence | None = None) -> Answer:
        answer = await super().answer(conversation)
        if on_sentence:
            await on_sentence("It pays well.")
        return answer


def texts(slack: SlackServer, channel: str) -> list[str]:
    return [str(message["text"]) for message in slack.answers(channel)]


def told_to(slack: SlackServer, person: str) -> str:
    return "\n".join(
        str(message["text"]) for message in slack.sees(person) if message.get("bot_id") or message.get("is_ephemeral")
    )


async def done(bot: SlackBot) -> None:
    """Wait until nothing is left in the inbox."""
    async with asyncio.timeout(10):
        while await bot.ctx.records.inbox.unanswered():
            await bot.worker.idle(1)
            await asyncio.sleep(0)


async def set_aside(bot: SlackBot) -> list[SetAside]:
    """What is set aside, as soon as there is something."""
    async with asyncio.timeout(10):
        while not (found := await bot.ctx.records.leases.list_set_aside()):
            await bot.worker.idle(1)
            await asyncio.sleep(0)
    return found


async def have_failed(bot: SlackBot, times: int) -> None:
    """Every question has failed so often."""
    await bot.ctx.records.leases._database.change(sa.update(INBOX).values(retries=times))


async def is_not_noted(bot: SlackBot, text: str, failed: int = 0) -> None:
    """As if each process had been killed after its answer stood in the thread, and before that was noted."""
    row = {"state": ACCEPTED, "text": text, "owner": "", "leased_until": None, "finished_at": None, "retries": failed}
    await bot.ctx.records.leases._database.change(sa.update(INBOX).values(row))
    await bot.worker.look()


async def answers_to_one_question(slack: SlackServer, folder: Path) -> list[str]:
    """What the bot posts to a question before nothing of it is left in the inbox."""
    async with running(slack, Scripted(), folder, limits=IMPATIENT) as bot:
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        await done(bot)
    return texts(slack, "C1")


async def kill(bot: SlackBot) -> None:
    """End a bot's work as kill -9 does: nothing is told or handed back, and the operating system frees the locks."""
    for task in [*bot.worker._jobs, *filter(None, [bot.worker._looking])]:
        task.cancel()
    identity = bot.ctx.records._worker
    if identity._lock:
        identity._lock.release()


@pytest.mark.parametrize("error", ["internal_error", "service_unavailable", "fatal_error"])
async def test_an_outage_longer_than_the_retries_is_waited_for_without_a_restart(
    slack: SlackServer, tmp_path: Path, error: str
) -> None:
    slack.fail("chat.postMessage", error, times=7)
    assert await answers_to_one_question(slack, tmp_path) == ["Answer to: what pays?"]


async def test_a_rate_limit_beyond_the_retries_is_waited_for(slack: SlackServer, tmp_path: Path) -> None:
    slack.rate_limit("chat.postMessage", times=7, retry_after=0)
    assert await answers_to_one_question(slack, tmp_path) == ["Answer to: what pays?"]


@pytest.mark.parametrize("error", ["token_revoked", "missing_scope", "account_inactive"])
async def test_a_refusal_that_somebody_can_mend_keeps_the_question_for_the_mending(
    slack: SlackServer, tmp_path: Path, error: str
) -> None:
    slack.fail("chat.postMessage", error, times=3)
    assert await answers_to_one_question(slack, tmp_path) == ["Answer to: what pays?"]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        ("is_archived", "archived"),
        ("restricted_action_read_only_channel", "read-only"),
        ("restricted_action_thread_locked", "locked"),
        ("restricted_action_thread_only_channel", "in threads only"),
        ("not_in_channel", "not a member"),
        ("something_new_of_slacks", "something_new_of_slacks"),
    ],
)
async def test_a_refusal_that_nobody_can_mend_there_is_told_to_the_asker_with_the_answer(
    slack: SlackServer, tmp_path: Path, error: str, why: str
) -> None:
    slack.fail("chat.postMessage", error)
    async with running(slack, Scripted(), tmp_path, limits=IMPATIENT) as bot:
        await slack.say("C1", f"{MENTION} what pays?", user=ANNA)
        await slack.until(lambda: "Answer to: what pays?" in told_to(slack, ANNA))
        await done(bot)
    assert why in told_to(slack, ANNA)
    assert slack.answers("C1") == []
    assert "what pays" not in told_to(slack, BEN)


async def test_who_cannot_be_told_there_is_told_in_their_direct_messages(slack: SlackServer, tmp_path: Path) -> None:
    slack.fail("chat.postMessage", "is_archived")
    slack.fail("chat.postEphemeral", "is_archived")
    async with running(slack, Scripted(), tmp_path, limits=IMPATIENT) as bot:
        await slack.say("C1", f"{MENTION} what pays?", user=ANNA)
        await slack.until(lambda: "Answer to: what pays?" in told_to(slack, ANNA))
        await done(bot)
    assert "You asked me “what pays?”, but that channel is archived; here is my answer" in told_to(slack, ANNA)
    assert slack.answers("C1") == []


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("what pays <@U0BEN> more &amp; better, *this* or that " + "and so on " * 20, "“what pays @"),
        ("給料" * 100, "“給料給料"),
        ("", "You asked me something,"),
    ],
)
async def test_a_question_is_named_in_words_however_it_is_written(
    slack: SlackServer, tmp_path: Path, asked: str, named: str
) -> None:
    slack.fail("chat.postMessage", "is_archived")
    async with running(slack, Scripted(), tmp_path, limits=IMPATIENT) as bot:
        await slack.say("C1", f"{MENTION} {asked}", user=ANNA)
        await slack.until(lambda: "that channel is archived" in told_to(slack, ANNA))
        await done(bot)
    assert named in told_to(slack, ANNA)
    assert "<@" not in told_to(slack, ANNA)


async def test_a_question_that_fails_again_and_again_is_set_aside_with_an_apology(
    slack: SlackServer, tmp_path: Path
) -> None:
    broken = Broken()
    async with running(slack, broken, tmp_path, limits=IMPATIENT) as bot:
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        (aside,) = await set_aside(bot)
        assert len(broken.asked) == 3
        assert aside.reference == reference_of(aside.key)
        assert aside.reference in texts(slack, "C1")[0]


async def test_an_apology_that_stands_when_a_process_is_killed_is_not_told_again(
    slack: SlackServer, tmp_path: Path
) -> None:
    broken = Broken()
    async with running(slack, broken, tmp_path, limits=IMPATIENT) as bot:
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        (aside,) = await set_aside(bot)
        await bot.ctx.records.leases.retry(aside.key)  # as if it had not been noted yet
        await set_aside(bot)
    assert len(slack.answers("C1")) == 1


@pytest.mark.parametrize("failed", [0, MOST_RETRIES + 1], ids=["tried again", "hopeless"])
async def test_an_answer_to_an_edit_that_stands_when_a_process_is_killed_is_neither_made_again_nor_excused(
    slack: SlackServer, tmp_path: Path, failed: int
) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path, limits=IMPATIENT) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        await done(bot)
        await slack.edit("C1", ts, f"{MENTION} what pays in Boston?")
        await slack.until(lambda: slack.called("chat.update"))
        await done(bot)
        await is_not_noted(bot, f"{MENTION} what pays in Boston?", failed)
        await done(bot)
        assert await bot.ctx.records.leases.list_set_aside() == []
    assert texts(slack, "C1") == ["Answer to: what pays in Boston?"]
    assert len(advisor.asked) == 2


async def test_a_hopeless_edit_is_apologized_for_below_the_answer_to_the_earlier_words(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, Scripted(), tmp_path, limits=IMPATIENT) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        await done(bot)
        await bot.ctx.records.leases._database.change(sa.update(INBOX).values(edited=f"{float(ts) + 1:.6f}"))
        await is_not_noted(bot, f"{MENTION} what pays in Boston?", MOST_RETRIES + 1)
        (aside,) = await set_aside(bot)
    first, apology = texts(slack, "C1")
    assert (first, aside.reference in apology) == ("Answer to: what pays?", True)


async def test_what_is_set_aside_leaves_no_stream_open_and_is_answered_when_it_is_tried_again(
    slack: SlackServer, tmp_path: Path
) -> None:
    halting = Halting()
    halting.may_answer.clear()
    async with running(slack, halting, tmp_path, limits=IMPATIENT) as first:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await halting.was_asked()
        await have_failed(first, MOST_RETRIES + 1)
        for method in ("chat.stopStream", "agents.sessions.setStatus"):
            slack.fail(method, "internal_error", times=100)
        await kill(first)
        await first.worker.idle(5)
        assert slack.answers("C1")[0]["streaming"]
        assert slack.sessions["C1", ts]["status"] == "processing"
        slack._faults.clear()
        async with running(slack, halting, tmp_path, limits=IMPATIENT) as second:
            await slack.until(lambda: len(slack.answers("C1")) == 2)
            await done(second)
            assert "streaming" not in slack.answers("C1")[0]
            assert slack.sessions["C1", ts]["status"] == "active"
            (aside,) = await set_aside(second)
            assert aside.reference in texts(slack, "C1")[1]
            halting.may_answer.set()
            await second.ctx.records.leases.retry(aside.key)
            await done(second)
    assert any("Answer to: what pays?" in text for text in texts(slack, "C1"))


async def test_a_process_that_starts_while_another_answers_does_not_answer_too(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    advisor.may_answer.clear()
    async with running(slack, advisor, tmp_path, limits=IMPATIENT) as first:
        for number in range(6):
            await slack.say("C1", f"{MENTION} what pays {number}?")
        await advisor.was_asked(6)
        async with running(slack, advisor, tmp_path, limits=IMPATIENT) as second:
            await second.worker.look()
            advisor.may_answer.set()
            await done(first)
    assert len(texts(slack, "C1")) == 6
    assert len(advisor.asked) == 6


async def test_what_a_killed_process_was_answering_another_answers_at_its_next_look(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    advisor.may_answer.clear()
    async with running(slack, advisor, tmp_path) as first:
        await slack.say("C1", f"{MENTION} what pays?")
        await advisor.was_asked()
        async with running(slack, advisor, tmp_path) as second:
            await kill(first)
            advisor.may_answer.set()
            await second.worker.look()
            await done(second)
    assert texts(slack, "C1") == ["Answer to: what pays?"]


async def test_a_stop_that_slack_does_not_take_at_once_is_still_a_stop_after_a_restart(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    advisor.may_answer.clear()
    async with running(slack, advisor, tmp_path, limits=IMPATIENT) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await advisor.was_asked()
        slack.fail("chat.postMessage", "internal_error", times=1)
        bot.worker.stop("C1", ts)
        await bot.worker.idle(5)
        assert slack.answers("C1") == []
    advisor.may_answer.set()
    async with running(slack, advisor, tmp_path, limits=IMPATIENT) as bot:
        await done(bot)
    assert texts(slack, "C1") == ["_Stopped._"]


async def test_somebody_who_waits_long_is_told_how_many_are_before_them(slack: SlackServer, tmp_path: Path) -> None:
    advisor = Scripted()
    advisor.may_answer.clear()
    limits = replace(IMPATIENT, questions_at_once=1)

    def told() -> list[Mapping[str, Any]]:
        calls = slack.called("assistant.threads.setStatus")
        return [call.arguments for call in calls if "before yours" in str(call.arguments.get("status"))]

    async with running(slack, advisor, tmp_path, limits=limits) as bot:
        await slack.say("C1", f"{MENTION} what pays?", user=ANNA)
        await advisor.was_asked()
        ts = await slack.say("C1", f"{MENTION} and you?", user=BEN)
        await slack.until(told)
        advisor.may_answer.set()
        await done(bot)
    assert {call["thread_ts"] for call in told()} == {ts}


@pytest.mark.parametrize("method", ["assistant.threads.setStatus", "agents.sessions.setStatus"])
async def test_a_call_of_courtesy_that_hangs_holds_no_answer_back(
    slack: SlackServer, tmp_path: Path, method: str
) -> None:
    held = slack.hold(method)
    async with running(slack, Scripted(), tmp_path) as bot:
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"), seconds=3)
        held.set()
        await done(bot)


def late_by(seconds: float, **more: Any) -> str:
    question = AskedQuestion("T1", "C1", f"{time.time() - seconds:.6f}", "1.0", ANNA, "what pays?", **more)
    (post,) = with_lateness([Post("An answer.", [{"type": "markdown", "text": "An answer."}])], question)
    return str(post.blocks[1:])


def test_an_answer_that_comes_late_says_so() -> None:
    assert late_by(0) == late_by(LATE_SECONDS - 5) == "[]"
    assert "took 14 minutes" in late_by(14 * 60)
    assert "took 3 hours" in late_by(3 * 3600)


def test_an_old_answer_made_afresh_is_not_called_late() -> None:
    assert late_by(3 * 3600, fresh=True) == "[]"


async def test_an_edit_finds_the_stream_of_the_first_text_whose_start_nobody_noted(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Halting()
    advisor.may_answer.clear()
    slack.lose_reply("chat.startStream")
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await advisor.was_asked()
        await slack.edit("C1", ts, f"{MENTION} what pays in Boston?")
        advisor.may_answer.set()
        await done(bot)
    (answer,) = slack.answers("C1")
    assert answer["text"] == "Answer to: what pays in Boston?"
    assert not answer.get("streaming")


async def another_answers(bot: SlackBot) -> None:
    """As if another process had taken and answered every question: this one was suspended for longer than its lease."""
    done_with = {"state": ANSWERED, "owner": "another", "answer_ts": ""}
    await bot.ctx.records.leases._database.change(sa.update(INBOX).values(done_with))


async def ended(bot: SlackBot) -> None:
    """Wait until this process works on nothing any more, and knows that it has lost what it worked on."""
    async with asyncio.timeout(10):
        while bot.worker._jobs:
            await bot.worker.idle(0.1)


async def test_a_stream_that_was_being_begun_when_the_question_became_anothers_is_deleted(
    slack: SlackServer, tmp_path: Path
) -> None:
    begun = slack.hold("chat.startStream")
    async with running(slack, Halting(), tmp_path) as bot:
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.called("chat.startStream"))
        await another_answers(bot)
        for _ in range(3):
            await bot.worker.look()
        begun.set()
        await ended(bot)
    assert slack.answers("C1") == []
    assert slack.called("chat.delete")


async def test_a_stream_whose_start_slack_tells_after_the_question_became_anothers_is_deleted(
    slack: SlackServer, tmp_path: Path
) -> None:
    begun = slack.hold("chat.startStream")
    async with running(slack, Halting(), tmp_path) as bot:
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.called("chat.startStream"))
        await another_answers(bot)
        begun.set()
        await ended(bot)
    assert slack.answers("C1") == []


async def test_half_an_answer_is_deleted_when_its_question_became_anothers(slack: SlackServer, tmp_path: Path) -> None:
    advisor = Halting()
    advisor.may_answer.clear()
    async with running(slack, advisor, tmp_path) as bot:
        await slack.say("C1", f"{MENTION} what pays?")
        await advisor.was_asked()
        assert slack.answers("C1")[0]["streaming"]
        await another_answers(bot)
        await bot.worker.look()
        await ended(bot)
    assert slack.answers("C1") == []


async def test_half_an_answer_that_another_process_has_completed_stays(slack: SlackServer, tmp_path: Path) -> None:
    advisor = Halting()
    advisor.may_answer.clear()
    async with running(slack, advisor, tmp_path, limits=IMPATIENT) as first:
        await slack.say("C1", f"{MENTION} what pays?")
        await advisor.was_asked()
        await slack.until(lambda: slack.answers("C1"))
        first.worker._looking.cancel()  # type: ignore[union-attr]
        async with running(slack, Scripted(), tmp_path, limits=IMPATIENT) as second:
            await second.ctx.records.leases._database.change(sa.update(INBOX).values(owner="", leased_until=None))
            await slack.until(lambda: slack.called("chat.update"))
            await done(second)
            await first.worker.look()
            await ended(first)
    assert texts(slack, "C1") == ["Answer to: what pays?"]


async def test_nothing_is_begun_for_a_question_that_is_anothers_by_now(slack: SlackServer, tmp_path: Path) -> None:
    advisor = Late()
    async with running(slack, advisor, tmp_path) as bot:
        await slack.say("C1", f"{MENTION} what pays?")
        await advisor.was_asked()
        await another_answers(bot)
        advisor.may_answer.set()
        await ended(bot)
    assert slack.called("chat.startStream") == []


async def test_an_edit_finds_the_stream_that_was_being_begun(slack: SlackServer, tmp_path: Path) -> None:
    begun = slack.hold("chat.startStream")
    async with running(slack, Halting(), tmp_path) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.called("chat.startStream"))
        await slack.edit("C1", ts, f"{MENTION} what pays in Boston?")
        await slack.settled()
        begun.set()
        await done(bot)
    (answer,) = slack.answers("C1")
    assert answer["text"] == "Answer to: what pays in Boston?"
    assert not answer.get("streaming")


@pytest.mark.parametrize("lost", [False, True], ids=["told", "reply lost"])
async def test_stop_while_a_stream_is_being_begun_leaves_one_message_that_is_marked(
    slack: SlackServer, tmp_path: Path, lost: bool
) -> None:
    advisor = Halting()
    begun = slack.hold("chat.startStream")
    if lost:
        slack.lose_reply("chat.startStream")
    async with running(slack, advisor, tmp_path, limits=IMPATIENT) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.called("chat.startStream"))
        await slack.press_stop("C1", ts)
        await slack.settled()
        begun.set()
        await done(bot)
    (answer,) = slack.answers("C1")
    assert not answer.get("streaming")
    assert answer["text"] == "It pays well. _Stopped._"
    assert slack.sessions["C1", ts]["status"] == "active"


async def test_the_session_of_a_killed_run_ends_where_the_question_was_edited_meanwhile(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    advisor.streams = True
    advisor.may_answer.clear()
    async with running(slack, advisor, tmp_path, limits=IMPATIENT) as first:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await advisor.was_asked()
        await slack.until(lambda: slack.sessions.get(("C1", ts), {}).get("status") == "processing")
        slack.fail("agents.sessions.setStatus", "internal_error", times=100)
        await kill(first)
        await first.worker.idle(5)
        slack._faults.clear()
        row = {
            "owner": "",
            "leased_until": None,
            "due_at": now() + dt.timedelta(hours=1),
        }  # not taken up before the edit
        await first.ctx.records.leases._database.change(sa.update(INBOX).values(row))
        advisor.may_answer.set()
        async with running(slack, advisor, tmp_path, limits=IMPATIENT) as second:
            await slack.edit("C1", ts, f"{MENTION} what pays in Boston?")
            await slack.settled()
            await done(second)
    assert slack.sessions["C1", ts]["status"] == "active"


@pytest.mark.parametrize("noted", [True, False], ids=["noted", "not noted"])
async def test_stop_pressed_while_the_bot_is_down_leaves_what_was_said_marked(
    slack: SlackServer, tmp_path: Path, noted: bool
) -> None:
    advisor = Halting()
    advisor.may_answer.clear()
    async with running(slack, advisor, tmp_path, limits=IMPATIENT) as first:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await advisor.was_asked()
        await slack.until(lambda: slack.answers("C1"))
        for method in ("chat.stopStream", "agents.sessions.setStatus"):
            slack.fail(method, "internal_error", times=100)
        await kill(first)
        await first.worker.idle(5)
        slack._faults.clear()
        (said,) = slack.answers("C1")
        said.pop("streaming")
        slack._streams[said["ts"]].stopped_by_user = True
        row = {"owner": "", "leased_until": None, "reason": STOPPED} | ({} if noted else {"answer_ts": ""})
        await first.ctx.records.leases._database.change(sa.update(INBOX).values(row))
        async with running(slack, advisor, tmp_path, limits=IMPATIENT) as second:
            await done(second)
    (answer,) = slack.answers("C1")
    assert answer["text"] == "It pays well. _Stopped._"
    assert [block["text"] for block in answer["blocks"]] == ["It pays well.", "_Stopped._"]
    assert slack.sessions["C1", ts]["status"] == "active"
