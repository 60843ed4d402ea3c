"""Shared channels, guests, people of other organisations: whom the bot answers, and that a channel is one channel for all."""

from pathlib import Path

import pytest

from bot.answering.advisor import Advisor
from bot.records.channels import AnswerPolicy, ChannelSettings
from bot.slack.api.audience import OUTSIDE
from bot.slack.format.blocks import CONTINUE_PRIVATELY
from bot.slack.mentors.handover import views as handover
from bot.slack.mentors.sharing import texts as sharing
from bot.slack.mentors.sharing.views import CHANNEL, NOTE, PERSON, QUESTION, SHARE_VIEW
from bot.slack.private.answer_shortcut import SHORTCUT
from bot.slack.private.views import DRAFT_VIEW
from bot.slack.questions.buttons import ASK_MENTOR, SHARE
from knowledge.search.searcher import Searcher
from tests.bot.slack.questions.test_buttons import answered
from tests.bot.slack.questions.test_thread_manners import quiet
from tests.bot.slack.scene import ANNA, BEN, DORA, MENTION, MENTORS, MENTORS_CHANNEL, PAY, Scripted, running
from tests.slack_server import SlackServer
from tests.slack_server.server import TEAM

PARTNER, GUEST, GRID = "U0PARTNER", "U0GUEST", "W0GRID"
OTHERS = "T9OTHER"


@pytest.fixture(autouse=True)
def people(slack: SlackServer) -> None:
    slack.add_person(PARTNER, name="Paula Partner", team=OTHERS)
    slack.add_person(GUEST, name="Gustav Guest", guest=True)
    slack.add_person(GRID, name="Greta Grid")
    slack.channels["D1"].user = ANNA
    slack.channels["C1"].shared = True
    slack.add_dm("D0GUEST", GUEST)
    slack.add_channel(MENTORS_CHANNEL, "group", members=[DORA])


@pytest.mark.parametrize("person", [PARTNER, GUEST])
async def test_outsiders_are_not_answered_and_hear_why_once_and_alone(
    slack: SlackServer, tmp_path: Path, person: str
) -> None:
    advisor = Scripted()
    for _ in range(2):  # over a restart, too
        async with running(slack, advisor, tmp_path) as bot:
            for _ in range(2):
                await slack.say("C1", f"{MENTION} {PAY}", user=person)
            await quiet(slack, bot)
    assert advisor.asked == []
    assert slack.answers("C1") == []
    assert [(note["user"], note["text"], note["shown"]) for note in slack.ephemeral] == [(person, OUTSIDE, True)]


async def test_an_outsider_is_not_invited_to_ask_privately(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher) as bot:
        await slack.say("C1", f"{MENTION} {PAY}")
        await slack.until(lambda: slack.answers("C1"))
        await slack.press("C1", slack.answers("C1")[0]["ts"], CONTINUE_PRIVATELY, user=PARTNER)
        await slack.until(lambda: slack.ephemeral)
        await quiet(slack, bot)
    assert [(note["user"], note["text"]) for note in slack.ephemeral] == [(PARTNER, OUTSIDE)]
    assert not any("Let us go on here" in str(message) for message in slack.sees(PARTNER))


async def test_a_guest_is_told_in_direct_messages_too_and_in_private_commands(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path) as bot:
        await slack.say("D0GUEST", PAY, user=GUEST)
        await slack.until(lambda: slack.answers("D0GUEST"))
        await slack.command("C1", "/career", PAY, user=GUEST)
        await slack.until(lambda: slack.ephemeral)
        await quiet(slack, bot)
    assert [m["text"] for m in slack.answers("D0GUEST")] == [OUTSIDE]
    assert slack.ephemeral[0]["text"] == OUTSIDE
    assert advisor.asked == []


async def test_members_with_any_kind_of_id_are_answered_and_nobody_is_asked_about_first(
    slack: SlackServer, tmp_path: Path
) -> None:
    async with running(slack, Scripted(), tmp_path):
        for person in (ANNA, GRID):
            before = len(slack.answers("C1"))
            await slack.say("C1", f"{MENTION} {PAY}", user=person)
            await slack.until(lambda before=before: len(slack.answers("C1")) > before)  # type: ignore[misc]
    assert slack.called("users.info") == []


async def test_where_it_is_set_outsiders_are_answered_from_the_channels_own_guides_and_paused_with_it(
    slack: SlackServer, tmp_path: Path
) -> None:
    advisor = Scripted()
    async with running(slack, advisor, tmp_path, outsiders=True) as bot:
        await bot._records.channels.change(
            TEAM, "C1", ChannelSettings(AnswerPolicy.MENTIONS, frozenset(["ours.md"])), ANNA
        )
        ts = await slack.say("C1", f"{MENTION} {PAY}", user=PARTNER)
        await slack.until(lambda: slack.answers("C1"))
        await slack.say("C1", f"{MENTION} pause", user=ANNA, thread_ts=ts)
        await slack.until(lambda: len(slack.answers("C1")) == 2)
        await slack.say("C1", "and what in Boston?", user=PARTNER, thread_ts=ts)
        await quiet(slack, bot)
    assert [asked.guides for asked in advisor.asked] == [frozenset(["ours.md"])]


async def test_payloads_without_a_team_work(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    slack.names_team = False
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        ts = await slack.say("C1", PAY)
        await slack.shortcut(SHORTCUT, "C1", ts, user=BEN)
        await slack.until(lambda: (slack.open_modal(BEN) or {}).get("callback_id") == DRAFT_VIEW)
        ts = await answered(slack, "What is the salary in London?")
        await slack.press("C1", ts, ASK_MENTOR)
        await slack.until(lambda: (slack.open_modal(ANNA) or {}).get("callback_id") == handover.ASK_VIEW)
        choice = {"type": "radio_buttons", "selected_option": {"value": "named"}}
        await slack.submit(slack.open_modal(ANNA) or {}, {handover.NAMED: {handover.NAMED: choice}})
        await slack.until(lambda: slack.answers(MENTORS_CHANNEL))
        assert [row["team"] for row in await bot._records.handovers.all()] == [TEAM]


async def test_a_share_goes_neither_where_others_read_nor_to_them(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(slack, advisor, tmp_path, searcher):
        ts = await answered(slack)
        await slack.press("C1", ts, SHARE)
        await slack.until(lambda: (slack.open_modal(ANNA) or {}).get("callback_id") == SHARE_VIEW)
        view = slack.open_modal(ANNA) or {}
        assert "exclude_external_shared_channels" in str(view["blocks"])
        for person, channel, told in (("", "C1", sharing.SHARED_CHANNEL), (PARTNER, "", sharing.OUTSIDER), (GUEST, "", sharing.OUTSIDER)):  # fmt: skip
            values = {
                PERSON: {PERSON: {"type": "users_select", "selected_user": person or None}},
                CHANNEL: {CHANNEL: {"type": "conversations_select", "selected_conversation": channel or None}},
                QUESTION: {QUESTION: {"type": "plain_text_input", "value": "What does it pay?"}},
                NOTE: {NOTE: {"type": "plain_text_input", "value": None}},
            }
            await slack.submit(view, values)
            await slack.until(lambda: slack.modal_errors.get(ANNA))
            assert list(slack.modal_errors.pop(ANNA).values()) == [told]
    assert not any("Shared by" in str(m["blocks"]) for m in slack.answers())
