"""The weekly report is due once a week, and one process posts it."""

import asyncio
import datetime as dt

import pytest
import sqlalchemy as sa

from bot.mentoring import weekly as module
from bot.mentoring.weekly import LEASE, due, slot, week
from bot.storage import Records

MONDAY = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
HOUR, DAY, WEEK = dt.timedelta(hours=1), dt.timedelta(days=1), dt.timedelta(days=7)
SETTING = "monday 09:00"


@pytest.mark.parametrize(
    ("setting", "moment", "named"),
    [
        (SETTING, MONDAY, MONDAY),
        (SETTING, MONDAY - dt.timedelta(seconds=1), MONDAY - WEEK),
        (SETTING, MONDAY + 6 * DAY, MONDAY),
        ("sunday 23:30", MONDAY, MONDAY - 9.5 * HOUR),
        (SETTING, MONDAY.astimezone(dt.timezone(dt.timedelta(hours=-10))), MONDAY),
        ("never", MONDAY, None),
    ],
)
def test_the_setting_names_a_time_of_each_week(setting: str, moment: dt.datetime, named: dt.datetime | None) -> None:
    assert slot(setting, moment) == named


@pytest.mark.parametrize(
    ("last", "moment", "expected"),
    [
        (None, MONDAY, True),
        (None, MONDAY + 23 * HOUR, True),
        (None, MONDAY + 2 * DAY, False),
        (MONDAY - WEEK, MONDAY - HOUR, False),
        (MONDAY - WEEK, MONDAY, True),
        (MONDAY - WEEK, MONDAY + 5 * DAY, True),
        (MONDAY, MONDAY + 5 * DAY, False),
        (MONDAY, MONDAY + WEEK, True),
        (MONDAY - 9 * WEEK, MONDAY + HOUR, True),
    ],
)
def test_it_is_due_once_a_week_also_when_the_bot_comes_late(
    last: dt.datetime | None, moment: dt.datetime, expected: bool
) -> None:
    assert due(SETTING, last, moment) is expected


def test_it_is_never_due_where_it_is_turned_off() -> None:
    assert not due("never", None, MONDAY)


def test_a_setting_changed_in_the_week_brings_no_second_report() -> None:
    assert not due("friday 15:00", MONDAY, MONDAY + 5 * DAY)
    assert due("friday 15:00", MONDAY, MONDAY + 12 * DAY)


def test_no_week_is_left_out_at_the_turn_of_a_year() -> None:
    last = dt.datetime(2026, 12, 21, 9, tzinfo=dt.UTC)
    assert [week(last + n * WEEK) for n in range(3)] == ["2026-W52", "2026-W53", "2027-W01"]
    assert all(due(SETTING, last + n * WEEK, last + (n + 1) * WEEK) for n in range(3))


async def test_of_several_processes_one_gets_the_week(records: Records, address: str) -> None:
    other = await Records.open(address)
    won = await asyncio.gather(*(store.weekly_reports.claim(MONDAY) for store in (records, other) for _ in range(5)))
    assert sum(won) == 1
    await other.close()


async def test_a_week_that_is_done_stays_done(records: Records) -> None:
    await records.weekly_reports.claim(MONDAY)
    assert await records.weekly_reports.last() is None
    await records.weekly_reports.done(MONDAY)
    await records.weekly_reports.give_back(MONDAY)
    await made_older(records)
    assert not await records.weekly_reports.claim(MONDAY)
    assert await records.weekly_reports.last() == MONDAY


async def test_a_week_that_was_given_back_can_be_taken_again(records: Records) -> None:
    await records.weekly_reports.claim(MONDAY)
    await records.weekly_reports.give_back(MONDAY)
    assert await records.weekly_reports.claim(MONDAY)


async def test_what_an_ended_process_left_is_taken_over_by_one(records: Records) -> None:
    await records.weekly_reports.claim(MONDAY)
    assert not await records.weekly_reports.claim(MONDAY)
    await made_older(records)
    won = await asyncio.gather(*(records.weekly_reports.claim(MONDAY) for _ in range(5)))
    assert sum(won) == 1


async def made_older(records: Records) -> None:
    long_ago = dt.datetime.now(dt.UTC) - LEASE - HOUR
    await records._database.change(sa.update(module._weeks).values(claimed_at=long_ago))
