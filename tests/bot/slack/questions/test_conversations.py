"""The whole path through the test Slack server: real Bolt, real Socket Mode, real records."""

import logging
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.answering.advisor import Advisor, OnSentence
from bot.answering.conversation import Answer, Conversation
from bot.errors import ModelUnavailable, SettingsError
from bot.records.database import database_url
from bot.slack.app import SlackBot, Workspace
from bot.storage import Records
from tests.bot.slack.scene import LIMITS, MENTION, NoGuides, Scripted, running
from tests.slack_server import SlackServer
from tests.slack_server.blocks import texts
from tests.slack_server.server import APP_TOKEN, BOT_TOKEN, TEAM


async def test_a_mention_is_answered_in_its_thread_with_sources(
    slack: SlackServer, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path):
        ts = await slack.say("C1", f"{MENTION} what does a senior backend engineer earn?")
        await slack.until(lambda: slack.answers("C1"))
    (answer,) = slack.answers("C1")
    assert answer["thread_ts"] == ts
    assert "$120,000" in answer["text"]
    assert "Average salary" in answer["blocks"][1]["elements"][0]["text"]


async def test_a_follow_up_in_the_thread_uses_the_conversation(
    slack: SlackServer, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path):
        ts = await slack.say("C1", f"{MENTION} which cities are popular?")
        await slack.until(lambda: slack.answers("C1"))
        await slack.say("C1", f"{MENTION} which of those is in Illinois?", thread_ts=ts)
        await slack.until(lambda: len(slack.answers("C1")) == 2)
    last = slack.answers("C1")[-1]
    assert last["thread_ts"] == ts
    assert "Chicago" in last["text"]
    assert "Most popular locations" in str(last["blocks"])


async def test_how_answers_are_made_is_said_once_in_a_thread(
    slack: SlackServer, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path):
        ts = await slack.say("C1", f"{MENTION} what does a senior backend engineer earn?")
        await slack.until(lambda: slack.answers("C1"))
        await slack.say("C1", f"{MENTION} what skills does a data engineer need?", thread_ts=ts)
        await slack.until(lambda: len(slack.answers("C1")) == 2)
        await slack.say("C1", f"{MENTION} what does a senior backend engineer earn?")
        await slack.until(lambda: len(slack.answers("C1")) == 3)
    noted = ["without a language model" in str(answer["blocks"]) for answer in slack.answers("C1")]
    assert noted == [True, False, True]


async def test_a_direct_message_is_answered_in_a_thread_of_its_own(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path):
        ts = await slack.say("D1", "what does it pay?")
        await slack.until(lambda: slack.answers("D1"))
    assert slack.answers("D1")[0]["thread_ts"] == ts


async def test_the_conversation_holds_who_said_what_as_plain_text(slack: SlackServer, tmp_path: Path) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path):
        ts = await slack.say("C1", f"{MENTION} see <https://x.org|this> &amp; tell")
        await slack.until(lambda: slack.answers("C1"))
        await slack.say("C1", f"{MENTION} and <!here> then?", thread_ts=ts)
        await slack.until(lambda: len(slack.answers("C1")) == 2)
    turns = [(turn.speaker, turn.text) for turn in advisor.asked[-1].turns]
    assert turns == [
        ("person", "see this & tell"),
        ("bot", "Answer to: see this & tell"),
        ("person", "and @here then?"),
    ]


async def test_talk_bots_and_echoes_are_left_alone(slack: SlackServer, tmp_path: Path) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path):
        await slack.say("C1", "lunch anyone?")
        await slack.say("C1", f"{MENTION} beep", bot_id="B9", user="U9BOT")
        await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        await slack.settled()
    assert [c.question for c in advisor.asked] == ["what pays?"]
    assert slack.lost == []


async def test_one_answer_however_often_a_question_is_delivered(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path):
        await slack.say("C1", f"{MENTION} what pays?", times=3)
        await slack.settled()
        for envelope in list(slack.delivered):
            await slack.redeliver(envelope)
        await slack.settled()
    assert len(slack.answers("C1")) == 1


async def test_the_second_question_is_answered_while_the_first_is_being_composed(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()

    class FirstIsSlow(Scripted):
        async def answer(self, conversation: Conversation, on_sentence: OnSentence | None = None) -> Answer:
            if "slow" in conversation.question:
                await advisor.may_answer.wait()
            return await super().answer(conversation, on_sentence)

    advisor.may_answer.clear()
    async with running(slack, FirstIsSlow(), tmp_path):
        await slack.say("D1", "slow question")
        await slack.say("D1", "quick question")
        await slack.until(lambda: slack.answers("D1"))
        assert [a["text"] for a in slack.answers("D1")] == ["Answer to: quick question"]
        advisor.may_answer.set()
        await slack.until(lambda: len(slack.answers("D1")) == 2)


async def test_a_question_accepted_before_a_crash_is_answered_after_the_restart(
    slack: SlackServer, tmp_path: Path
) -> None:
    stuck = Scripted()
    stuck.may_answer.clear()
    records = await Records.open(database_url("", tmp_path))
    bot = SlackBot(stuck, NoGuides(), records, Workspace(BOT_TOKEN, APP_TOKEN, slack.url), LIMITS)  # type: ignore[arg-type]
    await bot.start()
    await slack.say("C1", f"{MENTION} what pays?")
    await slack.until(lambda: slack.called("assistant.threads.setStatus"))
    await bot.stop(seconds=0)
    await records.close()
    assert slack.answers() == []
    async with running(slack, Scripted(), tmp_path):
        await slack.until(lambda: slack.answers("C1"))
    assert len(slack.answers("C1")) == 1


async def test_an_answer_posted_just_before_a_crash_is_not_posted_again(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        await bot.worker.idle(5)
    records = await Records.open(database_url("", tmp_path))
    async with records._database.begin() as connection:  # as if the crash came before the row was marked
        from bot.records.inbox import ACCEPTED, INBOX

        await connection.execute(INBOX.update().values(state=ACCEPTED, text="what pays?"))
    await records.close()
    async with running(slack, Scripted(), tmp_path) as bot:
        await bot.worker.idle(5)
    assert [m["thread_ts"] for m in slack.answers("C1")] == [ts]


async def test_where_the_inbox_cannot_be_written_slack_is_not_acknowledged_and_delivers_again(tmp_path: Path) -> None:
    async with SlackServer(ack_seconds=0.5, retries=20) as slack:
        slack.add_dm("D1")
        async with running(slack, Scripted(), tmp_path):
            records = sqlite3.connect(tmp_path / "records.sqlite3")
            records.execute("ALTER TABLE inbox RENAME TO away")
            await slack.say("D1", "what pays?")
            await slack.until(lambda: len(slack.delivered) >= 2)
            assert slack.acknowledged == []
            records.execute("ALTER TABLE away RENAME TO inbox")
            records.close()
            await slack.until(lambda: slack.answers("D1"))
    assert len(slack.answers("D1")) == 1


async def test_two_hundred_questions_delivered_twice_with_restarts_get_two_hundred_answers(tmp_path: Path) -> None:
    """Every tenth question comes when the bot is cut off in the middle, so that it is never acknowledged in time."""
    async with SlackServer(ack_seconds=2, retries=6) as slack:
        slack.add_channel("C1")
        for batch in range(20):
            async with running(slack, Scripted(), tmp_path):
                for number in range(10):
                    if number == 9:
                        await slack.drop_connections()
                    await slack.say("C1", f"{MENTION} question {batch}-{number}", times=2)
        async with running(slack, Scripted(), tmp_path):
            await slack.until(lambda: len({a["thread_ts"] for a in slack.answers("C1")}) == 200, seconds=60)
            await slack.settled(seconds=30)
        assert len(slack.answers("C1")) == 200


async def test_an_empty_mention_gets_a_greeting_with_three_examples(
    slack: SlackServer, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path):
        await slack.say("C1", MENTION)
        await slack.until(lambda: slack.answers("C1"))
    assert slack.answers("C1")[0]["text"].count("•") == 3


@pytest.mark.parametrize("text", [":tada: :rocket:", "quel est le salaire moyen ?", "```print(1)```", "🎉"])
async def test_odd_messages_get_an_answer(slack: SlackServer, advisor: Advisor, tmp_path: Path, text: str) -> None:
    async with running(slack, advisor, tmp_path):
        await slack.say("D1", text)
        await slack.until(lambda: slack.answers("D1"))
    assert slack.answers("D1")[0]["text"]


async def test_a_message_of_forty_thousand_characters_is_refused_with_the_limit(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path):
        await slack.say("D1", "why? " * 8000)
        await slack.until(lambda: slack.answers("D1"))
    assert "4,000 characters" in slack.answers("D1")[0]["text"]
    assert advisor.asked == []


async def test_thanks_that_ramble_are_answered_and_the_bot_goes_on(
    slack: SlackServer, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path):
        await slack.say("D1", "hello")  # what is loaded with the first question is not counted
        await slack.until(lambda: slack.answers("D1"))
        await slack.say("D1", "thanks" + " for all all" * 30 + " zzz")
        await slack.until(lambda: len(slack.answers("D1")) == 2)
        await slack.say("D1", "what does a senior backend engineer earn?")
        await slack.until(lambda: len(slack.answers("D1")) == 3)
    assert "$120,000" in slack.answers("D1")[-1]["text"]
    assert slack.timeouts == []


async def test_a_long_answer_is_posted_whole_in_several_messages(slack: SlackServer, tmp_path: Path) -> None:
    text = "\n\n".join(f"Paragraph {n} says something about careers and pay." for n in range(500))
    async with running(slack, Scripted(lambda _: text), tmp_path) as bot:
        await slack.say("D1", "everything?")
        await slack.until(lambda: len(slack.answers("D1")) >= 2)
        await bot.worker.idle(5)
    shown = "\n".join(block["text"] for a in slack.answers("D1") for block in a["blocks"])
    assert all(f"Paragraph {n} " in shown for n in range(500))


def _fail(error: Exception) -> Callable[[Conversation], str]:
    def say(_: Conversation) -> str:
        raise error

    return say


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ModelUnavailable("The chat model is away."), "The chat model is away."),
        (RuntimeError("xoxb-secret exploded"), "Something went wrong on my side"),
    ],
)
async def test_a_failure_gets_an_honest_sentence_and_tells_no_secret(
    slack: SlackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, error: Exception, said: str
) -> None:
    with caplog.at_level(logging.DEBUG, logger="bot"):
        async with running(slack, Scripted(_fail(error)), tmp_path):
            await slack.say("D1", "my private question")
            await slack.until(lambda: slack.answers("D1"))
    shown = " ".join(texts(slack.answers("D1")[0]))
    assert said in shown
    own_log = " ".join(r.getMessage() for r in caplog.records if r.name.startswith("bot"))
    for secret in ("xoxb-", "xapp-", "Traceback"):
        assert secret not in shown + own_log
    assert "my private question" not in own_log


async def test_rate_limits_are_waited_out(slack: SlackServer, tmp_path: Path) -> None:
    slack.rate_limit("chat.postMessage", times=1, retry_after=1)
    async with running(slack, Scripted(), tmp_path):
        await slack.say("D1", "what pays?")
        await slack.until(lambda: slack.answers("D1"))
    assert len(slack.answers("D1")) == 1


async def test_refused_blocks_are_posted_as_text(slack: SlackServer, tmp_path: Path) -> None:
    slack.fail("chat.postMessage", "invalid_blocks", times=2)
    async with running(slack, Scripted(), tmp_path):
        await slack.say("D1", "what pays?")
        await slack.until(lambda: slack.answers("D1"))
    assert slack.answers("D1")[0]["text"] == "Answer to: what pays?"
    assert slack.answers("D1")[0]["blocks"] == []


async def test_a_passing_failure_of_slack_is_tried_again(slack: SlackServer, tmp_path: Path) -> None:
    slack.fail("chat.postMessage", "internal_error")
    async with running(slack, Scripted(), tmp_path):
        await slack.say("D1", "what pays?")
        await slack.until(lambda: slack.answers("D1"))
    assert len(slack.answers("D1")) == 1


async def test_what_slack_refuses_for_good_is_recorded_and_not_tried_for_ever(
    slack: SlackServer, tmp_path: Path
) -> None:
    slack.fail("chat.postMessage", "is_archived")
    async with running(slack, Scripted(), tmp_path) as bot:
        await slack.say("D1", "what pays?")
        await slack.until(lambda: slack.called("chat.postMessage"))
        await bot.worker.idle(5)
        assert await bot._records.inbox.counts() == {"refused": 1}


async def test_the_bot_answers_where_it_may_not_read_the_thread(tmp_path: Path) -> None:
    async with SlackServer(scopes="app_mentions:read,chat:write") as slack:
        slack.add_channel("C1")
        async with running(slack, Scripted(), tmp_path):
            await slack.say("C1", f"{MENTION} what pays?")
            await slack.until(lambda: slack.answers("C1"))


async def test_the_bot_connects_again_when_slack_asks_or_the_line_is_cut(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path):
        await slack.disconnect()
        await slack.until(lambda: len(slack.called("apps.connections.open")) >= 2)
        await slack.say("D1", "still there?")
        await slack.until(lambda: slack.answers("D1"))


async def test_a_wrong_app_token_is_told_in_a_sentence(slack: SlackServer, tmp_path: Path) -> None:
    records = await Records.open(database_url("", tmp_path))
    bot = SlackBot(Scripted(), NoGuides(), records, Workspace(BOT_TOKEN, "xapp-wrong", slack.url), LIMITS)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="invalid_auth"):
        await bot.start()
    await bot.stop(seconds=0)
    await records.close()


async def test_a_question_is_done_with_when_nothing_says_any_more_that_the_bot_is_at_work(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor, said = Scripted(), slack.hold("agents.sessions.setStatus")
    advisor.streams = True
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await slack.until(lambda: slack.answers("C1"))
        question = await bot._records.inbox.find(f"{TEAM}:C1:{ts}")
        assert question
        assert await bot._records.leases.holds(question), "a process that dies now leaves it to the next"
        said.set()
        await bot.worker.idle(10)
        assert not await bot._records.leases.holds(question)
    assert not [session for session in slack.sessions.values() if session.get("status") == "processing"]
