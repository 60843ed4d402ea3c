"""The report in Slack: within its limits, calling nobody, and posted once a week with its chart."""

import asyncio
import datetime as dt
import io
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.answering.advisor import Advisor
from bot.answering.conversation import Answer, Coverage, Receipt
from bot.mentoring.confirmed_answers import ConfirmedAnswers
from bot.mentoring.report import NOT_ENOUGH, Alike, Answered, Gap, Group, Observations, Report, Tally, report
from bot.records.database import database_url, now
from bot.records.inbox import AskedQuestion
from bot.slack.api.clients import SlackClients
from bot.slack.api.mentors import Mentors, MentorSettings
from bot.slack.context import AppContext
from bot.slack.mentors.reporting import post_weekly, recent_report, report_blocks, weekly
from bot.storage import Records
from knowledge.search.searcher import Searcher
from tests.bot.slack.scene import ANNA, BEN, CLEO, DORA, MENTORS, MENTORS_CHANNEL, PAY, NoGuides, running
from tests.slack_server import SlackServer
from tests.slack_server.blocks import blocks_problem, texts, view_problem
from tests.slack_server.server import ALL_SCOPES, BOT_TOKEN

SETTING = "monday 09:00"
UNTIL = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)
SINCE = UNTIL - dt.timedelta(days=7)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
REPORT = Report(
    SINCE,
    UNTIL,
    questions=57,
    people=11,
    gaps=Tally((Group("Is there a part-time track?", 9, 5),), 7),
    topics=Tally(tuple(Group(f"Topic {n}", 20 - n, 3) for n in range(8)), 3),
    liked=17,
    disliked=Tally((Group("Pay", 5, 4),), 1),
    reasons=Tally((Group("It is wrong", 6, 4),)),
    withheld=Tally((Group("The passages do not say it", 5, 3),)),
    expiring=("What does a junior earn?",),
)


def said(blocks: list[dict[str, Any]]) -> str:
    return "\n".join(texts({"blocks": blocks}))


def test_the_report_says_what_was_asked_how_often_and_by_how_many() -> None:
    told = said(report_blocks(REPORT))
    for words in (
        "17 Nov – 24 Nov 2026",
        "57 questions by 11 people",
        "Is there a part-time track?",
        " – 9 times, 5 people",
        "and 7 other questions by fewer than three people each",
        "and 3 more in the full report",
        "It is wrong",
        "The passages do not say it",
        "What does a junior earn?",
    ):
        assert words in told


def test_with_too_few_people_it_says_only_that() -> None:
    told = said(report_blocks(Report(SINCE, UNTIL)))
    assert NOT_ENOUGH in told
    assert "0 questions" not in told


def test_the_fullest_report_is_within_slacks_limits_in_a_message_and_at_home() -> None:
    many = Tally(tuple(Group("<&>*_`@here " * 60, 9999, 999) for _ in range(99)), 9999)
    full = Report(SINCE, UNTIL, 9999, 999, many, many, many, 9, many, many, many, ("<!channel> & " * 60,) * 99)
    blocks = report_blocks(full)
    assert blocks_problem(blocks) is None
    assert view_problem({"type": "home", "blocks": blocks}) is None
    assert len(blocks) < 15


def test_nothing_in_a_label_is_formatted_or_calls_anybody() -> None:
    label = "<!channel> *all* <@U0ANNA>"
    blocks = report_blocks(Report(SINCE, UNTIL, 3, 3, topics=Tally((Group(label, 3, 3),))))
    holding = [block for block in blocks if label in said([block])]
    assert [block["type"] for block in holding] == ["rich_text"]


# Every week


@asynccontextmanager
async def office(slack: SlackServer, folder: Path, channel: str = MENTORS_CHANNEL) -> AsyncIterator[AppContext]:
    """An office as a process of its own has it, on the records of a folder."""
    records = await Records.open(database_url("", folder))
    clients = SlackClients(BOT_TOKEN, slack.url)
    mentor_settings = MentorSettings(frozenset([DORA]), channel=channel)
    worker: Any = None
    confirmed = ConfirmedAnswers(records.confirmations, NoGuides(), None)
    mentors = Mentors(clients.retrying, mentor_settings)
    yield AppContext(records, NoGuides(), clients, worker, mentors, confirmed, None)
    await clients.close()
    await records.close()


async def ask(records: Records, *people: str, gap: str = "Is there a part-time track?") -> None:
    """People ask what the guides do not answer."""
    for number, person in enumerate(people):
        question = AskedQuestion("T1", "C1", f"{number}.0", f"{number}.0", person, gap)
        given = Answer("-", Coverage.NOT_COVERED, (), (), Receipt("quoted", "", 1), (gap,))
        await records.inbox.accept(question)
        await records.receipts.keep(question.key, question.person, given)
        await records.inbox.answered(question)


def tomorrow() -> tuple[str, dt.datetime]:
    """A setting and the moment that it names next, before which everything of now was asked."""
    moment = (now() + dt.timedelta(days=1)).replace(second=0, microsecond=0)
    return f"{WEEKDAYS[moment.weekday()]} {moment:%H:%M}", moment


@pytest.fixture
def mentors(slack: SlackServer) -> SlackServer:
    slack.add_channel(MENTORS_CHANNEL, "group", members=[DORA])
    return slack


async def test_the_report_and_its_chart_are_posted_in_the_mentors_channel(mentors: SlackServer, tmp_path: Path) -> None:
    setting, moment = tomorrow()
    async with office(mentors, tmp_path) as here:
        await ask(here.records, ANNA, BEN, CLEO)
        assert await weekly(here, setting, moment, ["What does a junior earn?"])
    message, file = mentors.answers(MENTORS_CHANNEL)
    assert mentors.sees(ANNA, MENTORS_CHANNEL) == []
    told = said(message["blocks"])
    assert "Is there a part-time track? – 3 times, 3 people" in told.replace("\n", "")
    assert "What does a junior earn?" in told
    assert "3 questions by 3 people" in message["text"]
    assert not [person for person in (ANNA, BEN, CLEO) if person in str([message, file])]
    (picture,) = file["files"]
    assert "part-time track? (3)" in picture["alt_txt"]
    image = Image.open(io.BytesIO(mentors.file_contents[picture["id"]]))
    assert (image.format, image.width) == ("PNG", 1200)


async def test_it_is_posted_once_by_several_processes_at_once_and_after_a_restart(
    mentors: SlackServer, tmp_path: Path
) -> None:
    setting, moment = tomorrow()
    async with office(mentors, tmp_path) as one, office(mentors, tmp_path) as other:
        await ask(one.records, ANNA, BEN, CLEO)
        posted = await asyncio.gather(*(weekly(each, setting, moment) for each in (one, other, one, other)))
    assert sorted(posted) == [False, False, False, True]
    async with office(mentors, tmp_path) as again:
        assert not await weekly(again, setting, moment + dt.timedelta(hours=1))
    assert len(mentors.called("chat.postMessage")) == 1


async def test_with_too_few_people_no_chart_is_posted(mentors: SlackServer, tmp_path: Path) -> None:
    setting, moment = tomorrow()
    async with office(mentors, tmp_path) as here:
        await ask(here.records, ANNA, ANNA, BEN)
        assert await weekly(here, setting, moment)
    (message,) = mentors.answers(MENTORS_CHANNEL)
    assert NOT_ENOUGH in message["text"]
    assert "part-time" not in str(message)


async def test_what_was_asked_after_the_moment_is_for_the_next_report(mentors: SlackServer, tmp_path: Path) -> None:
    moment = now() - dt.timedelta(hours=2)
    setting = f"{WEEKDAYS[moment.weekday()]} {moment:%H:%M}"
    async with office(mentors, tmp_path) as here:
        await ask(here.records, ANNA, BEN, CLEO)
        assert await weekly(here, setting, now())
    assert NOT_ENOUGH in mentors.answers(MENTORS_CHANNEL)[0]["text"]


@pytest.mark.parametrize(("setting", "channel"), [("never", MENTORS_CHANNEL), (SETTING, "")])
async def test_nothing_is_posted_where_it_is_turned_off(
    mentors: SlackServer, tmp_path: Path, setting: str, channel: str
) -> None:
    async with office(mentors, tmp_path, channel) as here:
        assert not await weekly(here, setting, dt.datetime(2026, 11, 23, 9, 5, tzinfo=dt.UTC))
    assert mentors.calls == []


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
async def test_where_the_chart_is_refused_the_text_is_posted(
    mentors: SlackServer, tmp_path: Path, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    mentors.fail(method, "storage_limit_reached")
    setting, moment = tomorrow()
    async with office(mentors, tmp_path) as here:
        await ask(here.records, ANNA, BEN, CLEO)
        assert await weekly(here, setting, moment)
    assert len(mentors.answers(MENTORS_CHANNEL)) == 1
    assert "storage_limit_reached" in caplog.text


async def test_without_matplotlib_the_text_is_posted_and_the_log_says_so_once(
    mentors: SlackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    setting, moment = tomorrow()
    async with office(mentors, tmp_path) as here:
        await ask(here.records, ANNA, BEN, CLEO)
        assert await weekly(here, setting, moment)
    assert len(mentors.answers(MENTORS_CHANNEL)) == 1
    assert caplog.text.count("goes without its chart: matplotlib is not installed") == 1


async def test_an_app_without_the_scope_for_files_posts_the_text(mentors: SlackServer, tmp_path: Path) -> None:
    mentors.scopes = ALL_SCOPES
    async with office(mentors, tmp_path) as here:
        await post_weekly(here, REPORT, b"png", MENTORS_CHANNEL)
    assert len(mentors.answers(MENTORS_CHANNEL)) == 1


async def test_what_slack_cannot_do_just_now_is_tried_in_the_next_round(mentors: SlackServer, tmp_path: Path) -> None:
    mentors.fail("chat.postMessage", "internal_error")
    setting, moment = tomorrow()
    async with office(mentors, tmp_path) as here:
        with pytest.raises(Exception, match="internal_error"):
            await weekly(here, setting, moment)
        assert await weekly(here, setting, moment)
    assert len([m for m in mentors.answers(MENTORS_CHANNEL) if m["blocks"]]) == 1


async def test_what_slack_refuses_for_good_waits_for_the_next_week_and_is_told_in_the_log(
    slack: SlackServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    slack.add_channel(MENTORS_CHANNEL, member=False)
    setting, moment = tomorrow()
    async with office(slack, tmp_path) as here:
        await weekly(here, setting, moment)
        assert not await weekly(here, setting, moment)
        assert "not_in_channel" in caplog.text
        assert "MENTORS_CHANNEL" in caplog.text
        slack.channels[MENTORS_CHANNEL].member = True
        assert await weekly(here, setting, moment + dt.timedelta(days=7))


async def test_the_report_of_a_running_bot_has_the_headings_of_its_guides(
    slack: SlackServer, searcher: Searcher, advisor: Advisor, tmp_path: Path
) -> None:
    people = {ANNA: "D1", BEN: "D2", CLEO: "D3"}
    async with running(slack, advisor, tmp_path, searcher, mentor_settings=MENTORS) as bot:
        for person, place in people.items():
            slack.add_dm(place, user=person)
            await slack.say(place, PAY, user=person)
        await slack.until(lambda: all(map(slack.answers, people.values())))
        await bot.worker.idle(5)
        made = await recent_report(bot.ctx, now())
    assert made.topics.groups == (Group("Average salary", 3, 3),)


def test_the_pure_report_and_its_blocks_hold_no_id() -> None:
    gaps = [Gap(f"k{n}", person, "Why?") for n, person in enumerate((ANNA, BEN, CLEO))]
    seen = Observations(gaps, [Answered("k9", ANNA, "Pay")])
    assert "U0" not in str(report_blocks(report(seen, Alike([[0, 1, 2]]), SINCE, UNTIL)))
