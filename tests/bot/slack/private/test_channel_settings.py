"""`/career settings`: who may set how the bot behaves in a channel, and that it then does."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from bot.answering.advisor import Advisor, OnSentence
from bot.answering.conversation import Answer, Conversation, Coverage
from bot.records.channels import AnswerPolicy, ChannelSettings, QuietHours
from bot.slack.private.channel_settings import BOTH_OR_NONE, NOT_ALLOWED, NOT_IN_A_CHANNEL, SAVED, SETTINGS_VIEW
from knowledge.search.searcher import Searcher
from tests.bot.slack.questions.test_buttons import shown
from tests.bot.slack.questions.test_thread_manners import quiet, said
from tests.bot.slack.scene import ANNA, BEN, MENTION, PAY, PAY_SAID, Quoting, Scripted, running
from tests.conftest import AdvisorOver
from tests.slack_server import SlackServer
from tests.slack_server.server import TEAM

ALSO_QUESTIONS = ChannelSettings(AnswerPolicy.QUESTIONS)


async def opened(slack: SlackServer, user: str = ANNA) -> dict[str, Any]:
    await slack.command("C1", "/career", "settings", user=user)
    await slack.until(lambda: (slack.open_modal(user) or {}).get("callback_id") == SETTINGS_VIEW)
    view = slack.open_modal(user)
    assert view is not None
    return view


def filled(answers: str, guides: list[dict[str, Any]], start: str | None, until: str | None) -> dict[str, Any]:
    chosen = {"type": "radio_buttons", "selected_option": {"value": answers}}
    return {
        "answers": {"answers": chosen},
        "guides": {"guides": {"type": "multi_static_select", "selected_options": guides}},
        "quiet_from": {"quiet_from": {"type": "timepicker", "selected_time": start}},
        "quiet_until": {"quiet_until": {"type": "timepicker", "selected_time": until}},
    }


async def test_a_workspace_admin_sets_a_channel_and_finds_it_set(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    slack.add_person(ANNA, name="Anna", admin=True, tz="Europe/Berlin")
    async with running(slack, advisor, tmp_path, searcher) as bot:
        view = await opened(slack)
        assert "Europe/Berlin" in shown(view)
        guide = view["blocks"][1]["element"]["options"][0]
        await slack.submit(view, filled("questions", [guide], "18:00", "08:00"))
        await slack.until(lambda: SAVED in str(slack.open_modal(ANNA)))
        kept = await bot._records.channels.settings(TEAM, "C1")
        again = await opened(slack)
    (path,) = kept.guides
    assert path.endswith("senior-backend-software-engineer.md")
    assert kept == ChannelSettings(AnswerPolicy.QUESTIONS, kept.guides, QuietHours("18:00", "08:00", "Europe/Berlin"))
    assert again["blocks"][0]["element"]["initial_option"]["value"] == "questions"
    assert again["blocks"][1]["element"]["initial_options"] == [guide]
    assert again["blocks"][2]["element"]["initial_time"] == "18:00"
    assert slack.problems == []


async def test_people_named_by_the_operator_may_set_it_and_nobody_else(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, admins=[BEN]):
        await opened(slack, BEN)
        await slack.command("C1", "/career", "settings", user=ANNA)
        await slack.until(lambda: slack.ephemeral)
    assert slack.ephemeral[0]["text"] == NOT_ALLOWED
    assert slack.open_modal(ANNA) is None


async def test_rights_are_checked_again_when_the_window_is_sent(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    slack.add_channel("C2", members=[ANNA])
    async with running(slack, advisor, tmp_path, searcher, admins=[BEN]) as bot:
        view = await opened(slack, BEN)
        bot_admins = bot._workspace.admins
        assert ANNA not in bot_admins
        payload = {**view, "state": {"values": filled("questions", [], None, None)}}
        await slack._interact({"type": "view_submission", "view": payload}, ANNA)
        await slack.settled()
        assert await bot._records.channels.settings(TEAM, "C1") == ChannelSettings()


async def test_quiet_hours_need_both_ends(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, admins=[ANNA]):
        view = await opened(slack)
        await slack.submit(view, filled("mentions", [], "18:00", None))
        await slack.until(lambda: slack.modal_errors.get(ANNA))
    assert slack.modal_errors[ANNA] == {"quiet_until": BOTH_OR_NONE}


async def test_settings_are_of_channels(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher, admins=[ANNA]):
        await slack.command("D1", "/career", "settings")
        await slack.until(lambda: slack.ephemeral)
    assert NOT_IN_A_CHANNEL.split("`")[0] in slack.ephemeral[0]["text"]


async def test_by_default_only_mentions_are_answered(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        await slack.say("C1", PAY)
        await quiet(slack, bot)
    assert said(slack) == []


class OfPayOnly(Quoting):
    """An advisor that knows what somebody earns, and is unsure or without an answer to anything else."""

    def __init__(self, searcher: Searcher, otherwise: Coverage) -> None:
        super().__init__(searcher, PAY_SAID.removesuffix(" [1]"))
        self._otherwise = otherwise

    async def answer(self, conversation: Conversation, on_sentence: OnSentence | None = None) -> Answer:
        self._coverage = Coverage.COVERED if "earn" in conversation.turns[0].text else self._otherwise
        return await super().answer(conversation)


UNSURE = pytest.mark.parametrize("otherwise", [Coverage.NEAREST, Coverage.NOT_COVERED])


@UNSURE
async def test_where_it_is_set_a_question_to_everybody_is_answered_if_the_guides_do(
    slack: SlackServer, searcher: Searcher, tmp_path: Path, otherwise: Coverage
) -> None:
    async with running(slack, OfPayOnly(searcher, otherwise), tmp_path, searcher) as bot:
        await bot._records.channels.change(TEAM, "C1", ALSO_QUESTIONS, ANNA)
        ts = await slack.say("C1", PAY)
        await slack.until(lambda: slack.answers("C1"))
        for other in (
            "Where shall we have lunch today?",
            "What is the salary in London?",
            f"<@{BEN}> what does it pay?",
            "really?",
        ):
            await slack.say("C1", other)
        await quiet(slack, bot)
        assert [answer["thread_ts"] for answer in slack.answers("C1")] == [ts]
        assert len(await bot._records.receipts.gaps()) == 0
        await slack.say("C1", "what does that depend on?", thread_ts=ts)
        await quiet(slack, bot)
    assert len(said(slack)) == 2
    assert "$120,000" in said(slack)[-1]


@UNSURE
async def test_a_question_that_the_guides_do_not_surely_answer_stays_between_people(
    slack: SlackServer, searcher: Searcher, tmp_path: Path, otherwise: Coverage
) -> None:
    async with running(slack, OfPayOnly(searcher, otherwise), tmp_path, searcher) as bot:
        await bot._records.channels.change(TEAM, "C1", ALSO_QUESTIONS, ANNA)
        ts = await slack.say("C1", "What is the salary in London?")
        await quiet(slack, bot)
        await slack.say("C1", "which skills does it need?", thread_ts=ts)
        await quiet(slack, bot)
    assert said(slack) == []
    assert slack.called("assistant.threads.setStatus") == []


async def test_small_talk_between_people_stays_between_them(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        await bot._records.channels.change(TEAM, "C1", ALSO_QUESTIONS, ANNA)
        for text in ("Hello everybody, how are you today?", "How was your weekend, did you have fun?"):
            await slack.say("C1", text)
        await quiet(slack, bot)
    assert said(slack) == []


async def test_in_quiet_hours_only_mentions_are_answered(slack: SlackServer, tmp_path: Path) -> None:
    always = QuietHours("00:00", "23:59", "UTC")
    async with running(slack, Scripted(), tmp_path) as bot:
        await bot._records.channels.change(TEAM, "C1", ChannelSettings(AnswerPolicy.QUESTIONS, quiet=always), ANNA)
        await slack.say("C1", "what does it pay here?")
        await slack.say("C1", f"{MENTION} what does it pay?")
        await quiet(slack, bot)
    assert said(slack) == ["Answer to: what does it pay?"]


@pytest.mark.parametrize(
    ("clock", "expected"), [("17:59", False), ("18:00", True), ("23:30", True), ("07:59", True), ("08:00", False)]
)
def test_quiet_hours_go_over_midnight_in_their_own_time_zone(clock: str, expected: bool) -> None:
    moment = dt.datetime.fromisoformat(f"2026-07-01T{clock}:00+02:00")
    assert QuietHours("18:00", "08:00", "Europe/Berlin").hold(moment) is expected


def test_a_time_zone_that_nobody_knows_is_taken_for_utc() -> None:
    assert QuietHours("10:00", "11:00", "Mars/Base").hold(dt.datetime(2026, 7, 1, 10, 30, tzinfo=dt.UTC))


async def test_a_channel_is_answered_from_its_guides_only(
    slack: SlackServer, advisor_over: AdvisorOver, tmp_path: Path
) -> None:
    advisor = advisor_over(
        nurse="# Nurse\n\n## Pay\n\nThe average salary of a nurse is $70,000 per year.\n",
        baker="# Baker\n\n## Pay\n\nThe average salary of a baker is $30,000 per year.\n",
    )
    (nurse,) = (guide.path for guide in advisor._searcher.guides() if "nurse" in guide.path)
    async with running(slack, advisor, tmp_path) as bot:
        settings = ChannelSettings(guides=frozenset([nurse]))
        await bot._records.channels.change(TEAM, "C1", settings, ANNA)
        for question in ("what does a nurse earn?", "what does a baker earn?"):
            await slack.say("C1", f"{MENTION} {question}")
            await quiet(slack, bot)
        await slack.say("D1", "what does a baker earn?")
        await quiet(slack, bot)
    assert "$70,000" in said(slack)[0]
    assert "$30,000" not in said(slack)[1]
    assert "$30,000" in slack.answers("D1")[0]["text"]
