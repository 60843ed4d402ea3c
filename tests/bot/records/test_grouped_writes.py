"""Questions that arrive at the same time are written together: one commit for many, and each still accepted once."""

import asyncio

import sqlalchemy as sa

from bot.errors import RecordsUnavailable
from bot.records.database import Database
from bot.records.inbox import AskedQuestion
from bot.storage import Records


def asked(number: int, thread: str = "") -> AskedQuestion:
    ts = f"{number}.0"
    return AskedQuestion("T1", "C1", ts, thread or ts, "U0ANNA", "What pays?", message_id=f"M{number}")


async def test_a_flood_of_questions_costs_a_few_commits(database: Database, records: Records) -> None:
    commits: list[object] = []
    sa.event.listen(database.engine.sync_engine, "commit", commits.append)
    accepted = await asyncio.gather(*(records.inbox.accept(asked(number)) for number in range(300)))
    assert all(accepted)
    assert len(commits) <= 10
    assert len(await records.inbox.unanswered()) == 300


async def test_a_question_delivered_three_times_at_once_is_accepted_once(records: Records) -> None:
    accepted = await asyncio.gather(*(records.inbox.accept(asked(number % 5, "0.5")) for number in range(15)))
    assert sum(accepted) == 5
    assert not await records.inbox.accept(asked(3, "0.5"))


async def test_two_processes_accept_each_question_of_a_thread_once(address: str, records: Records) -> None:
    other = Records(await Database.open(address))
    both = [store.inbox.accept(asked(number, "0.5")) for number in range(20) for store in (records, other)]
    assert sum(await asyncio.gather(*both)) == 20
    await other.close()


async def test_where_the_database_is_away_everybody_who_waits_is_told(database: Database, records: Records) -> None:
    await database.close()
    told = await asyncio.gather(*(records.inbox.accept(asked(number)) for number in range(5)), return_exceptions=True)
    assert {type(one) for one in told} == {RecordsUnavailable}


async def test_who_does_not_wait_any_more_keeps_nobody_else_from_it(records: Records) -> None:
    waiting = [asyncio.create_task(records.inbox.accept(asked(number))) for number in range(5)]
    await asyncio.sleep(0)
    waiting[2].cancel()
    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert [one for one in done if one is not True] == [done[2]]
    assert isinstance(done[2], asyncio.CancelledError)
