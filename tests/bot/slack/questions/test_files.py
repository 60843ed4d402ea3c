"""Files and voice clips are not opened, and the reply says which: in every place where a person can hand one over."""

from pathlib import Path
from typing import Any

import pytest

from tests.bot.slack.questions.test_buttons import shown
from tests.bot.slack.questions.test_outages import done, kill
from tests.bot.slack.questions.test_thread_manners import quiet
from tests.bot.slack.scene import ANNA, BEN, IMPATIENT, MENTION, Scripted, running
from tests.slack_server import SlackServer
from tests.slack_server.typed import forward, handed_file

CV = handed_file("cv.pdf")
CLIP = handed_file("audio_message.m4a", subtype="slack_audio")
READY = "am I ready for a senior role?"


def unread(slack: SlackServer, channel: str = "C1") -> list[bool]:
    """Of each answer in a channel whether it says that the CV was not read."""
    return ["I did not read “cv.pdf”" in shown(answer) for answer in slack.answers(channel)]


@pytest.mark.parametrize("place", ["C1", "D1"])
async def test_a_question_is_answered_and_the_answer_says_which_file_was_not_read(
    slack: SlackServer, tmp_path: Path, place: str
) -> None:
    text = READY if place == "D1" else f"{MENTION} {READY}"
    async with running(slack, Scripted(), tmp_path) as bot:
        await slack.say(place, text, files=[CV])
        await quiet(slack, bot)
    (answer,) = slack.answers(place)
    assert answer["text"] == f"Answer to: {READY}"
    assert unread(slack, place) == [True]
    assert not [call for call in slack.calls if call.method.startswith("files.")]


@pytest.mark.parametrize(("place", "text"), [("C1", MENTION), ("D1", "")])
async def test_a_message_with_nothing_but_a_voice_clip_gets_a_sentence(
    slack: SlackServer, tmp_path: Path, place: str, text: str
) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path) as bot:
        await slack.say(place, text, files=[CLIP])
        await quiet(slack, bot)
    (answer,) = slack.answers(place)
    assert "I did not read a voice clip" in answer["text"]
    assert "paste the part that matters" in answer["text"]
    assert advisor.asked == []


async def test_a_lone_file_is_answered_where_its_sender_is_in_conversation_with_the_bot_and_only_there(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        await slack.say("C1", "", files=[CV])
        ts = await slack.say("C1", f"{MENTION} {READY}")
        await quiet(slack, bot)
        await slack.say("C1", "", thread_ts=ts, files=[CV])
        await quiet(slack, bot)
        await slack.say("C1", "", thread_ts=ts, files=[CV], user=BEN)
        await quiet(slack, bot)
    assert unread(slack) == [False, True]


async def test_files_above_a_mention_in_a_thread_are_told_once(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("C1", "my application", user=BEN, files=[CV])
        await slack.say("C1", f"{MENTION} what would help here?", thread_ts=ts)
        await quiet(slack, bot)
        await slack.say("C1", f"{MENTION} and in Boston?", thread_ts=ts)
        await quiet(slack, bot)
    assert unread(slack) == [True, False]


async def test_a_file_in_a_forwarded_message_is_named(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("C1", "see my CV", user=BEN, files=[CV])
        await slack.say("D1", "", attachments=[forward(slack.channels["C1"].messages[ts], "C1")])
        await quiet(slack, bot)
        lone = await slack.say("C1", "", user=BEN, files=[CV])
        await slack.say("D1", "", attachments=[forward(slack.channels["C1"].messages[lone], "C1")])
        await quiet(slack, bot)
    first, second = slack.answers("D1")
    assert first["text"] == "Answer to: see my CV"
    assert second["text"].startswith("I cannot open files")
    assert unread(slack, "D1") == [True, True]


async def test_a_question_put_to_a_whole_channel_is_not_answered_with_a_sentence_on_its_file(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        await slack.say("C1", "who can help me with this one?", files=[CV])
        await quiet(slack, bot)
    assert slack.answers("C1") == []


async def test_which_files_were_not_read_is_known_after_a_crash_and_then_forgotten(
    slack: SlackServer, tmp_path: Path
) -> None:
    slow = Scripted()
    slow.may_answer.clear()
    async with running(slack, slow, tmp_path, limits=IMPATIENT) as first:
        await slack.say("C1", f"{MENTION} {READY}", files=[CV])
        await slow.was_asked()
        (waiting,) = await first.ctx.records.inbox.unanswered()
        await kill(first)
        async with running(slack, Scripted(), tmp_path, limits=IMPATIENT) as second:
            await done(second)
            asked = await second.ctx.records.inbox.find(waiting.key)
    assert unread(slack) == [True]
    assert asked is not None
    assert (waiting.files, asked.files) == ("“cv.pdf”", "")


async def test_an_edited_question_keeps_its_file(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("C1", f"{MENTION} {READY}", files=[CV])
        await quiet(slack, bot)
        await slack.edit("C1", ts, f"{MENTION} what does it pay?")
        await quiet(slack, bot)
    (answer,) = slack.answers("C1")
    assert answer["text"] == "Answer to: what does it pay?"
    assert unread(slack) == [True]


async def test_what_a_file_is_called_calls_nobody(slack: SlackServer, tmp_path: Path) -> None:
    hostile: Any = handed_file("<!channel> *cv*.pdf" + "x" * 500)
    async with running(slack, Scripted(), tmp_path) as bot:
        await slack.say("D1", "", files=[hostile], user=ANNA)
        await slack.say("D1", READY, files=[hostile] * 30, user=ANNA)
        await quiet(slack, bot)
    assert slack.problems == []
    for answer in slack.answers("D1"):
        assert "<!channel>" not in shown(answer)
        assert len(shown(answer)) < 1000
