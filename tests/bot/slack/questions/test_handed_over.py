"""Everything a person hands over is read: forwards, forms, links to messages, edits, what is only in blocks."""

from pathlib import Path
from typing import Any

import pytest

from tests.bot.slack.questions.test_thread_manners import quiet, said
from tests.bot.slack.scene import ANNA, BEN, MENTION, Scripted, running
from tests.slack_server import SlackServer
from tests.slack_server.typed import forward, rich_text


async def test_a_forwarded_message_is_the_question_or_what_the_question_is_about(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    slack.add_channel("C2")
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("C2", "what does a florist earn?", user=BEN)
        shared = forward(slack.channels["C2"].messages[ts], "C2")
        await slack.say("D1", "", attachments=[shared])
        await quiet(slack, bot)
        await slack.say("C1", f"{MENTION} could you help here?", attachments=[shared])
        await quiet(slack, bot)
    assert [turn.text for turn in advisor.asked[0].turns] == ["what does a florist earn?"]
    assert [turn.text for turn in advisor.asked[1].turns] == ["what does a florist earn?", "could you help here?"]


async def test_a_link_to_a_message_is_read_as_soon_as_slack_shows_it(slack: SlackServer, tmp_path: Path) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path) as bot:
        ts = await slack.say("C1", "what does a florist earn?", user=BEN)
        link = f"<https://test.slack.com/archives/C1/p{ts.replace('.', '')}>"
        asked = await slack.say("D1", f"do you know? {link}")
        await quiet(slack, bot)
        await slack.unfurl("D1", asked, forward(slack.channels["C1"].messages[ts], "C1", is_msg_unfurl=True))
        await quiet(slack, bot)
    assert next(turn.text for turn in advisor.asked[-1].turns) == "what does a florist earn?"
    assert len(slack.answers("D1")) == 1


async def test_a_form_at_the_root_of_a_thread_is_what_a_mention_below_it_asks_about(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path) as bot:
        blocks = rich_text("what does a florist earn?")
        form: dict[str, Any] = {"subtype": "bot_message", "bot_id": "B9", "blocks": blocks}
        ts = await slack.say("C1", "", user="U9FORMS", **form)
        await slack.say("C1", MENTION, thread_ts=ts)
        await quiet(slack, bot)
    assert advisor.asked[-1].question == "what does a florist earn?"


async def test_an_edit_that_adds_the_mention_is_a_question_and_answered_once(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        for text in ("what does a florist earn?", "and a gardener?"):
            ts = await slack.say("C1", text)
            await slack.edit("C1", ts, f"{MENTION} {text}")
            await quiet(slack, bot)
    assert said(slack) == ["Answer to: what does a florist earn?", "Answer to: and a gardener?"]


async def test_an_edit_that_arrives_before_its_message_is_not_lost(slack: SlackServer, tmp_path: Path) -> None:
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("D1", "what pays?", deliver=False)
        message = dict(slack.channels["D1"].messages[ts])
        await slack.edit("D1", ts, "what pays in Boston?")
        await quiet(slack, bot)
        await slack.send_event({**message, "channel": "D1", "channel_type": "im", "event_ts": ts})
        await quiet(slack, bot)
    assert [answer["text"] for answer in slack.answers("D1")] == ["Answer to: what pays in Boston?"]


@pytest.mark.parametrize("more", [{"subtype": "thread_broadcast"}, {"subtype": "me_message"}, {"bot_id": "B7", "bot_profile": {"name": "Mail"}}])  # fmt: skip
async def test_a_persons_message_is_theirs_however_they_send_it(
    slack: SlackServer, tmp_path: Path, more: dict[str, Any]
) -> None:
    slack.add_person(ANNA, name="Anna Example")
    async with running(slack, Scripted(), tmp_path) as bot:
        ts = await slack.say("C1", f"{MENTION} what pays?")
        await quiet(slack, bot)
        await slack.say("C1", f"{MENTION} and in Boston?", thread_ts=ts, **more)
        await quiet(slack, bot)
    assert said(slack) == ["Answer to: what pays?", "Answer to: and in Boston?"]


async def test_who_is_named_stays_in_the_question(slack: SlackServer, tmp_path: Path) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path) as bot:
        await slack.say("C1", f"{MENTION} what does <@{BEN}> earn?")
        await quiet(slack, bot)
    assert advisor.asked[-1].question == "what does @colleague earn?"
