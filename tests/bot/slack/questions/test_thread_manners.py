"""When the bot speaks in a thread and when it keeps quiet: the same every time, however often Slack delivers."""

from pathlib import Path

import pytest

from bot.answering.advisor import Advisor
from bot.slack.app import SlackBot
from tests.bot.slack.scene import ANNA, BEN, MENTION, Scripted, running
from tests.slack_server import SlackServer


async def asked(slack: SlackServer, bot: SlackBot, user: str = ANNA) -> str:
    """A thread in which somebody asked the bot and was answered."""
    before = len(slack.answers("C1"))
    ts = await slack.say("C1", f"{MENTION} what pays?", user=user)
    await slack.until(lambda: len(slack.answers("C1")) > before)
    await quiet(slack, bot)
    return ts


async def quiet(slack: SlackServer, bot: SlackBot) -> None:
    """Wait until everything delivered is taken in and everything taken is answered."""
    await slack.settled()
    await bot.worker.idle(60)


def said(slack: SlackServer) -> list[str]:
    return [answer["text"] for answer in slack.answers("C1")]


async def test_the_askers_follow_ups_need_no_mention(slack: SlackServer, advisor: Advisor, tmp_path: Path) -> None:
    async with running(slack, Scripted(ear=advisor), tmp_path) as bot:
        ts = await asked(slack, bot)
        for text in ("and in Boston?", "shorter please", "which of those?"):
            await slack.say("C1", text, thread_ts=ts)
            await quiet(slack, bot)
    assert said(slack)[1:] == ["Answer to: and in Boston?", "Answer to: shorter please", "Answer to: which of those?"]


@pytest.mark.parametrize(
    "text", ["thank goodness", "I will try that", "<@U0BEN> what do you think?", "Ben, what do you think?"]
)
async def test_what_is_said_to_others_or_to_nobody_is_left_alone(
    slack: SlackServer, advisor: Advisor, tmp_path: Path, text: str
) -> None:
    async with running(slack, Scripted(ear=advisor), tmp_path) as bot:
        ts = await asked(slack, bot)
        await slack.say("C1", text, thread_ts=ts)
        await quiet(slack, bot)
    assert len(said(slack)) == 1


async def test_it_stays_silent_while_people_talk_to_each_other(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await asked(slack, bot)
        await slack.say("C1", "where did you read that?", user=BEN, thread_ts=ts)
        await slack.say("C1", "why do you ask?", user=ANNA, thread_ts=ts, times=2)
        await quiet(slack, bot)
        assert len(said(slack)) == 1
        await slack.say("C1", f"{MENTION} is that so?", user=ANNA, thread_ts=ts)
        await quiet(slack, bot)
        await slack.say("C1", "and in Boston?", user=ANNA, thread_ts=ts)
        await quiet(slack, bot)
    assert said(slack)[1:] == ["Answer to: is that so?", "Answer to: and in Boston?"]


async def test_a_second_person_who_asks_the_bot_does_not_silence_the_first(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await asked(slack, bot)
        await slack.say("C1", f"{MENTION} and in Chicago?", user=BEN, thread_ts=ts)
        await quiet(slack, bot)
        await slack.say("C1", "and in Boston?", user=ANNA, thread_ts=ts)
        await quiet(slack, bot)
    assert said(slack)[1:] == ["Answer to: and in Chicago?", "Answer to: and in Boston?"]


async def test_the_same_delivery_twice_is_judged_the_same(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await asked(slack, bot)
        await slack.say("C1", "hm, I doubt it", user=BEN, thread_ts=ts)
        await slack.say("C1", "what makes you doubt?", user=ANNA, thread_ts=ts)
        await quiet(slack, bot)
        for envelope in list(slack.delivered):
            await slack.redeliver(envelope)
            await quiet(slack, bot)
    assert len(said(slack)) == 1


async def test_others_in_the_thread_are_answered_only_when_they_mention_it(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await asked(slack, bot)
        await slack.say("C1", "what about nurses?", user=BEN, thread_ts=ts)
        await quiet(slack, bot)
    assert len(said(slack)) == 1


async def test_pause_and_resume_by_mention_survive_a_restart(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await asked(slack, bot)
        await slack.say("C1", f"{MENTION} pause", thread_ts=ts)
        await quiet(slack, bot)
    async with running(slack, Scripted(), tmp_path) as bot:
        await slack.say("C1", "and in Boston?", thread_ts=ts)
        await quiet(slack, bot)
        assert len(said(slack)) == 2
        await slack.say("C1", f"{MENTION} and in Chicago?", thread_ts=ts)
        await quiet(slack, bot)
        await slack.say("C1", f"{MENTION} resume", thread_ts=ts)
        await quiet(slack, bot)
        await slack.say("C1", "and in Seattle?", thread_ts=ts)
        await quiet(slack, bot)
    assert "stay quiet" in said(slack)[1]
    assert said(slack)[2] == "Answer to: and in Chicago?"
    assert said(slack)[-1] == "Answer to: and in Seattle?"


async def test_a_word_that_is_delivered_late_holds_from_when_it_was_said(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await asked(slack, bot)
        early = await slack.say("C1", "and in Rome?", thread_ts=ts, deliver=False)
        pause = await slack.say("C1", f"{MENTION} pause", thread_ts=ts, deliver=False)
        silent = await slack.say("C1", "and in Boston?", thread_ts=ts, deliver=False)
        resume = await slack.say("C1", f"{MENTION} resume", thread_ts=ts, deliver=False)
        for late in (resume, pause, early, silent):
            await deliver(slack, late)
            await quiet(slack, bot)
        await slack.say("C1", "and in Seattle?", thread_ts=ts)
        await quiet(slack, bot)
    assert said(slack)[3:] == ["Answer to: and in Rome?", "Answer to: and in Seattle?"]


async def deliver(slack: SlackServer, ts: str) -> None:
    """Deliver a message that was held back, as Slack does: also as a mention."""
    event = {**slack.channels["C1"].messages[ts], "channel": "C1", "channel_type": "channel", "event_ts": ts}
    await slack.send_event(event)
    if MENTION in event["text"]:
        await slack.send_event({**event, "type": "app_mention"})


@pytest.mark.parametrize(
    ("quiet_please", "speak_again"),
    [
        ("could you keep out of this thread from here on", "alright, you can join the discussion again"),
        ("bitte halt dich ab jetzt hier raus", "du darfst hier wieder mitreden"),
        ("pause, please!", "*resume* now"),
        ("no more answers in here, we are sorting it out ourselves", "start replying here again please"),
    ],
)
async def test_it_is_told_to_be_quiet_and_to_speak_again_in_anybodys_words(
    slack: SlackServer, advisor: Advisor, tmp_path: Path, quiet_please: str, speak_again: str
) -> None:
    async with running(slack, Scripted(ear=advisor), tmp_path) as bot:
        ts = await asked(slack, bot)
        for text in (f"{MENTION} {quiet_please}", "and in Boston?", f"{MENTION} {speak_again}", "and in Seattle?"):
            await slack.say("C1", text, thread_ts=ts)
            await quiet(slack, bot)
    assert "stay quiet" in said(slack)[1]
    assert "again" in said(slack)[2]
    assert said(slack)[3:] == ["Answer to: and in Seattle?"]


async def test_a_word_to_be_quiet_holds_from_when_it_is_written_and_only_with_a_mention(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path) as bot:
        ts = await asked(slack, bot)
        advisor.may_answer.clear()
        await slack.say("C1", f"{MENTION} what about nurses?", thread_ts=ts)
        await advisor.was_asked(2)
        await slack.say("C1", f"{MENTION} pause", user=BEN, thread_ts=ts)
        await slack.say("C1", "and in Boston?", thread_ts=ts)
        await slack.settled()
        advisor.may_answer.set()
        await quiet(slack, bot)
        assert [text[:16] for text in said(slack)[1:]] == ["Answer to: what ", "I stay quiet in "]
        await slack.say("C1", f"{MENTION} resume", thread_ts=ts)
        await quiet(slack, bot)
        await slack.say("C1", "pause?", thread_ts=ts)
        await quiet(slack, bot)
    assert said(slack)[-1] == "Answer to: pause?"


async def test_follow_ups_are_heard_after_a_restart(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await asked(slack, bot)
    async with running(slack, Scripted(), tmp_path) as bot:
        await slack.say("C1", "and in Boston?", thread_ts=ts)
        await quiet(slack, bot)
    assert said(slack)[-1] == "Answer to: and in Boston?"


async def test_mentioned_in_a_thread_of_people_it_reads_the_thread_first(slack: SlackServer, tmp_path: Path) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("C1", "my team lead earns well", user=BEN)
        await slack.say("C1", "what does a lead earn?", user=ANNA, thread_ts=ts)
        await slack.say("C1", f"{MENTION} can you say?", user=BEN, thread_ts=ts)
        await quiet(slack, bot)
        assert [turn.text for turn in advisor.asked[-1].turns] == [
            "my team lead earns well",
            "what does a lead earn?",
            "can you say?",
        ]


async def test_a_bare_mention_in_a_thread_of_people_answers_what_was_asked_last(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("C1", "what does a lead earn?", user=BEN)
        await slack.say("C1", MENTION, user=ANNA, thread_ts=ts)
        await quiet(slack, bot)
    assert advisor.asked[-1].question == "what does a lead earn?"


async def test_two_bots_do_not_talk_to_each_other(slack: SlackServer, tmp_path: Path) -> None:
    slack.add_person("U9BOT", name="another bot", bot=True)
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await asked(slack, bot)
        for extra in ({"bot_id": "B9"}, {"bot_profile": {"name": "other"}}, {"subtype": "bot_message", "bot_id": "B9"}):
            await slack.say("C1", f"{MENTION} what pays?", user="U9BOT", thread_ts=ts, **extra)
        await quiet(slack, bot)
    assert len(said(slack)) == 1


async def test_answers_in_one_thread_keep_the_order_of_their_questions(slack: SlackServer, tmp_path: Path) -> None:
    slack.rate_limit("chat.postMessage", times=1, retry_after=1)
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("C1", f"{MENTION} one?")
        for text in ("two?", "three?", "four?"):
            await slack.say("C1", f"{MENTION} {text}", thread_ts=ts)
        await slack.until(lambda: len(slack.answers("C1")) == 4)
        await quiet(slack, bot)
    assert said(slack) == [f"Answer to: {text}" for text in ("one?", "two?", "three?", "four?")]
