"""The mentors' part of the Home tab, drafts of sections, and the chores that nobody asks for."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from bot.answering.advisor import Advisor
from bot.answering.same_question import SameQuestions
from bot.records.database import database_url, now
from bot.slack.api.mentors import ONLY_MENTORS, MentorSettings
from bot.slack.home.mentors_part import UNREAD
from bot.slack.home.views import DELETE_DATA
from bot.slack.mentors.proposing import PROPOSAL_VIEW, PROPOSE, SENT, TEXT
from bot.slack.periodic_jobs import PeriodicJobs
from bot.slack.questions.buttons import SHARE
from bot.storage import Records
from knowledge.search.searcher import Searcher
from tests.bot.slack.questions.test_buttons import answered, shown
from tests.bot.slack.questions.test_thread_manners import quiet
from tests.bot.slack.scene import (
    ANNA,
    BEN,
    CLEO,
    DORA,
    EMIL,
    MENTION,
    MENTORS,
    MENTORS_CHANNEL,
    PAY,
    NoGuides,
    Scripted,
    running,
)
from tests.openai_server import Fault, OpenAIServer
from tests.slack_server import SlackServer

LONDON = "What is the salary in London?"


async def home_of(slack: SlackServer, user: str) -> str:
    """What the Home tab says to somebody who opens it."""
    slack.homes.pop(user, None)
    await slack.open_tab("home", "D1", user=user)
    await slack.until(lambda: slack.homes.get(user))
    return str(slack.homes[user])


async def three_ask(slack: SlackServer, bot: Any, question: str = LONDON) -> None:
    """Three people ask the same, which the guides do not answer."""
    for person in (ANNA, BEN, CLEO):
        await slack.say("C1", f"{MENTION} {question}", user=person)
    await quiet(slack, bot)


@pytest.fixture
def workspace(slack: SlackServer) -> SlackServer:
    slack.add_channel(MENTORS_CHANNEL, members=[DORA, EMIL])
    return slack


async def test_mentors_see_what_people_ask_and_others_do_not(
    workspace: SlackServer, searcher: Searcher, advisor: Advisor, same: SameQuestions, tmp_path: Path
) -> None:
    async with running(workspace, advisor, tmp_path, searcher, mentor_settings=MENTORS, same=same) as bot:
        await three_ask(workspace, bot)
        for_mentor, for_member = await home_of(workspace, DORA), await home_of(workspace, ANNA)
    assert LONDON in for_mentor
    assert "Propose text" in for_mentor
    assert "None waits for an answer" in for_mentor
    assert LONDON not in for_member
    assert "Propose text" not in for_member
    assert not any(person in for_mentor for person in (ANNA, BEN, CLEO))


async def test_mentors_see_that_the_model_is_left_alone_and_when_it_answers_again(
    workspace: SlackServer, searcher: Searcher, composing: Advisor, model: OpenAIServer, tmp_path: Path
) -> None:
    model.faults = [Fault(status=500)] * 20
    async with running(workspace, composing, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        await three_ask(workspace, bot, PAY)
        for_mentor, for_member = await home_of(workspace, DORA), await home_of(workspace, ANNA)
    assert "is not asked just now: it failed 3 times in a row" in for_mentor
    assert "is not asked just now" not in for_member


async def test_mentors_see_which_files_are_not_read(slack: SlackServer, tmp_path: Path) -> None:
    class Partly(NoGuides):
        def unread(self) -> list[str]:
            return [f"a_{n}_b.pdf is left out: it holds no text" for n in range(UNREAD + 2)]

    slack.add_channel(MENTORS_CHANNEL, members=[DORA])
    async with running(slack, Scripted(), tmp_path, Partly(), mentor_settings=MENTORS):
        for_mentor, for_member = await home_of(slack, DORA), await home_of(slack, ANNA)
    assert "Guides that are not read" in for_mentor
    assert for_mentor.count("it holds no text") == UNREAD
    assert "and 2 more" in for_mentor
    assert "it holds no text" not in for_member


async def test_what_two_people_ask_is_not_shown(
    workspace: SlackServer, searcher: Searcher, advisor: Advisor, same: SameQuestions, tmp_path: Path
) -> None:
    async with running(workspace, advisor, tmp_path, searcher, mentor_settings=MENTORS, same=same) as bot:
        for person in (ANNA, BEN, ANNA):
            await workspace.say("C1", f"{MENTION} {LONDON}", user=person)
        await quiet(workspace, bot)
        told = await home_of(workspace, DORA)
    assert LONDON not in told
    assert "Not enough people" in told


async def test_members_of_the_mentors_user_group_are_mentors(
    workspace: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    workspace.add_usergroup("S1", [EMIL])
    async with running(workspace, advisor, tmp_path, searcher, mentor_settings=MentorSettings(group="S1")):
        assert "Questions to mentors" in await home_of(workspace, EMIL)
        assert "Questions to mentors" not in await home_of(workspace, DORA)


async def test_where_slack_does_not_tell_who_is_in_the_group_nobody_gets_rights(
    workspace: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(workspace, advisor, tmp_path, searcher, mentor_settings=MentorSettings(group="S0GONE")):
        assert "Questions to mentors" not in await home_of(workspace, EMIL)


async def test_a_gap_becomes_a_draft_that_the_mentor_edits_and_downloads(
    workspace: SlackServer, searcher: Searcher, advisor: Advisor, same: SameQuestions, tmp_path: Path
) -> None:
    async with running(workspace, advisor, tmp_path, searcher, mentor_settings=MENTORS, same=same) as bot:
        await three_ask(workspace, bot)
        await home_of(workspace, DORA)
        await workspace.press_at_home(f"{PROPOSE}_0", user=DORA)
        await workspace.until(lambda: (workspace.open_modal(DORA) or {}).get("callback_id") == PROPOSAL_VIEW)
        view = workspace.open_modal(DORA)
        assert view is not None
        draft = str(view["blocks"][0]["element"]["initial_value"])
        assert "# What is the salary in London" in draft
        assert "Average salary" in draft
        text = draft.replace("Write here", "In London it is £75,000 a year. Write here")
        await workspace.submit(view, {TEXT: {TEXT: {"type": "plain_text_input", "value": text}}}, user=DORA)
        await workspace.until(lambda: workspace.file_contents and SENT in str(workspace.open_modal(DORA)))
        await workspace.until(lambda: workspace.called("files.completeUploadExternal"))
    records = await Records.open(database_url("", tmp_path))
    deeds = await records.audit_log.all()
    await records.close()
    assert text.encode() in workspace.file_contents.values()
    assert not any("£75,000" in str(message) for message in workspace.sees(ANNA))
    assert [(deed["person"], deed["what"]) for deed in deeds] == [(DORA, "proposed")]
    assert workspace.problems == []


async def test_a_button_that_somebody_kept_gives_no_right_to_propose(
    workspace: SlackServer, searcher: Searcher, advisor: Advisor, same: SameQuestions, tmp_path: Path
) -> None:
    async with running(workspace, advisor, tmp_path, searcher, mentor_settings=MENTORS, same=same) as bot:
        await three_ask(workspace, bot)
        await home_of(workspace, DORA)
        workspace.homes[ANNA] = workspace.homes[DORA]
        await workspace.press_at_home(f"{PROPOSE}_0", user=ANNA)
        await workspace.until(lambda: workspace.open_modal(ANNA))
    assert ONLY_MENTORS.split("*")[0] in shown(workspace.open_modal(ANNA))


async def test_delete_my_data_takes_shared_cards_out_of_slack(
    workspace: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    workspace.add_dm("D2", user=BEN)
    workspace.add_person(BEN, name="Ben")
    async with running(workspace, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        ts = await answered(workspace, PAY, "D1")
        await bot.worker.idle(5)
        await workspace.press("D1", ts, SHARE)
        await workspace.until(lambda: "submit" in (workspace.open_modal(ANNA) or {}))
        view = workspace.open_modal(ANNA)
        assert view is not None
        values = {block["block_id"]: block for block in view["blocks"] if block["type"] == "input"}
        state = {name: {block["element"]["action_id"]: _filled(block)} for name, block in values.items()}
        await workspace.submit(view, state)
        await workspace.until(lambda: "Shared" in str(workspace.open_modal(ANNA)))
        assert workspace.answers("D2")
        await home_of(workspace, ANNA)
        await workspace.press_at_home(DELETE_DATA)
        await workspace.until(lambda: "deleted" in workspace.answers("D1")[-1]["text"])
        assert list(await bot._records.shares.all()) == []
    assert workspace.answers("D2") == []


def _filled(block: dict[str, Any]) -> dict[str, Any]:
    element = block["element"]
    if element["type"] == "users_select":
        return {"type": "users_select", "selected_user": BEN}
    return {"type": element["type"], "value": element.get("initial_value"), "selected_conversation": None}


async def test_texts_are_forgotten_when_they_are_old(
    workspace: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    async with running(workspace, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        await three_ask(workspace, bot)
        (first, *_) = await bot._records.receipts.gaps()
        await bot._records.feedback.keep(first["key"], ANNA, liked=False, reason="wrong", text="my words")
        await bot.periodic_jobs.round(now() + dt.timedelta(days=89))
        assert len(await bot._records.receipts.gaps()) == 3
        await bot.periodic_jobs.round(now() + dt.timedelta(days=91))
        assert list(await bot._records.receipts.gaps()) == []
        (rating,) = await bot._records.feedback.all()
    assert (rating["reason"], rating["text"]) == ("wrong", "")


async def test_a_chore_that_fails_keeps_no_other_from_being_done(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []

    async def fail(_: dt.datetime) -> None:
        raise RuntimeError("xoxb-secret")

    async def work(_: dt.datetime) -> None:
        done.append("work")

    await PeriodicJobs({"failing": fail, "working": work}).round(now())
    assert done == ["work"]
    assert "xoxb-secret" not in caplog.text
