"""One question is one process's, until that is done with it, hands it back or is gone; on SQLite and PostgreSQL alike."""

import asyncio
import datetime as dt
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.flight_recorder import waiting
from bot.records.database import Database, now
from bot.records.inbox import INBOX, LEASE, AskedQuestion, reference_of
from bot.records.leases import MOST_RETRIES, UNCLAIMED_SECONDS, Claim
from bot.records.worker_identity import WorkerIdentity
from bot.storage import Records


async def claimed(records: Records, most: int) -> list[Claim]:
    return [claim async for claim in records.leases.claim(most)]


def question(ts: str = "1.0", person: str = "U1") -> AskedQuestion:
    return AskedQuestion("T1", "C1", ts, ts, person, "what does it pay?")


@pytest.fixture
def other(database: Database) -> Records:
    """The same records, as another process has them open."""
    return Records(database)


async def let_leases_run_out(database: Database, seconds: float = LEASE.total_seconds() + 1) -> None:
    async with database.engine.begin() as connection:
        rows = (await connection.execute(sa.select(INBOX.c.key, INBOX.c.leased_until))).all()
        for key, until in rows:
            earlier = until - dt.timedelta(seconds=seconds) if until else None
            await connection.execute(sa.update(INBOX).where(INBOX.c.key == key).values(leased_until=earlier))


async def test_what_one_process_has_accepted_no_other_claims(records: Records, other: Records) -> None:
    await records.inbox.accept(question())
    assert await claimed(other, 9) == []
    assert await claimed(records, 9) == []


async def test_what_a_process_left_is_claimed_once_its_lease_has_run_out(
    database: Database, records: Records, other: Records
) -> None:
    await records.inbox.accept(question())
    await let_leases_run_out(database)
    (claim,) = await claimed(other, 9)
    assert (claim.question, claim.expired) == (question(), False)
    assert not await records.leases.holds(question())
    assert await other.leases.holds(question())


async def test_many_processes_that_look_at_once_never_claim_the_same(database: Database, records: Records) -> None:
    for number in range(30):
        await records.inbox.accept(question(f"{number}.0"))
    await let_leases_run_out(database)
    processes = [Records(database) for _ in range(6)]
    taken = [
        claim.question.ts for found in await asyncio.gather(*(claimed(p, 9) for p in processes)) for claim in found
    ]
    assert len(taken) == len(set(taken))
    while found := await claimed(processes[0], 9):
        taken += [claim.question.ts for claim in found]
    assert sorted(taken) == sorted(f"{number}.0" for number in range(30))


async def test_a_lease_that_is_renewed_does_not_run_out(database: Database, records: Records, other: Records) -> None:
    await records.inbox.accept(question())
    await let_leases_run_out(database, LEASE.total_seconds() - 1)
    assert [claim.question for claim in (await records.leases.renew({question().key})).values()] == [question()]
    await let_leases_run_out(database, LEASE.total_seconds() - 1)
    assert await claimed(other, 9) == []


async def test_what_another_process_has_by_now_is_not_renewed(
    database: Database, records: Records, other: Records
) -> None:
    await records.inbox.accept(question())
    await let_leases_run_out(database)
    await claimed(other, 9)
    assert await records.leases.renew({question().key}) == {}


async def test_an_answer_of_a_process_that_lost_the_question_does_not_count(
    database: Database, records: Records, other: Records
) -> None:
    await records.inbox.accept(question())
    await let_leases_run_out(database)
    await claimed(other, 9)
    await records.inbox.answered(question())
    assert await other.inbox.unanswered() == [question()]
    await other.inbox.answered(question())
    assert await other.inbox.unanswered() == []


async def test_what_a_process_has_and_does_not_work_on_comes_back_to_it(database: Database, records: Records) -> None:
    await records.inbox.accept(question())
    assert await records.leases.renew(()) == {}
    await let_leases_run_out(database, UNCLAIMED_SECONDS + 1)
    assert list(await records.leases.renew(())) == [question().key]


async def test_an_edit_that_another_process_hears_of_leaves_the_question_with_the_one_that_answers_it(
    records: Records, other: Records
) -> None:
    await records.inbox.accept(question())
    edited = await other.inbox.reopen(question().key, "what does it pay in Peru?", "5.0")
    assert edited
    assert not await other.leases.holds(edited)
    assert not await records.leases.holds(question())
    (claim,) = (await records.leases.renew({question().key})).values()
    assert claim.question == replace(question(), text="what does it pay in Peru?", edited="5.0")


async def test_what_is_handed_back_is_claimed_when_it_is_due(records: Records, other: Records) -> None:
    await records.inbox.accept(question())
    await records.leases.release(question(), 60)
    assert await claimed(other, 9) == []
    await records.inbox.accept(question("2.0"))
    await records.leases.release(question("2.0"), 0)
    assert [claim.question for claim in await claimed(other, 9)] == [question("2.0")]


async def test_a_process_that_stops_hands_back_everything_at_once(records: Records, other: Records) -> None:
    await records.inbox.accept(question())
    await records.inbox.accept(question("2.0"))
    await records.leases.release_all()
    assert len(await claimed(other, 9)) == 2


async def test_people_take_turns_whoever_asked_most(records: Records, other: Records) -> None:
    for number in range(20):
        await records.inbox.accept(question(f"{number}.0", "U-many"))
    await records.inbox.accept(question("90.0", "U-few"))
    await records.leases.release_all()
    assert [claim.question.person for claim in await claimed(other, 2)] == ["U-many", "U-few"]


async def test_a_try_that_ends_the_process_counts_and_one_that_is_handed_back_does_not(
    database: Database, records: Records, other: Records
) -> None:
    await records.inbox.accept(question())
    await records.leases.release(question(), 0)
    (claim,) = await claimed(other, 9)
    assert (claim.retries, claim.is_suspect) == (0, False)
    for tries in range(1, MOST_RETRIES + 2):
        await other.leases.release(question(), 0, counted=True)
        (claim,) = await claimed(other, 9)
        assert (claim.retries, claim.is_suspect, claim.is_hopeless) == (tries, True, tries > MOST_RETRIES)


async def test_of_a_dead_process_only_what_it_computed_for_counts(database: Database, tmp_path: Path) -> None:
    here = Records(database, WorkerIdentity(tmp_path))
    there = Records(database, WorkerIdentity(tmp_path))
    for ts in ("1.0", "2.0", "3.0"):
        await there.inbox.accept(question(ts))

    async def wait_for_a_model(die: asyncio.Event) -> None:
        async with there.leases.at_work(Claim(question("2.0"))), waiting():
            await die.wait()

    dies = asyncio.Event()
    waits = asyncio.create_task(wait_for_a_model(dies))
    await asyncio.sleep(0)
    async with there.leases.at_work(Claim(question("1.0"))):
        there._worker._lock.release()  # type: ignore[union-attr]  # as the operating system does when a process ends
        claims = await claimed(here, 9)
    dies.set()
    await waits
    assert {claim.question.ts: claim.retries for claim in claims} == {"1.0": 1, "2.0": 0, "3.0": 0}


async def test_a_lease_that_ran_out_elsewhere_counts_and_an_own_one_does_not(
    database: Database, records: Records, other: Records
) -> None:
    await records.inbox.accept(question())
    await let_leases_run_out(database)
    assert (await claimed(records, 9))[0].retries == 0
    await let_leases_run_out(database)
    assert (await claimed(other, 9))[0].retries == 1


async def test_a_question_set_aside_is_listed_without_its_text_and_can_be_retried_or_dropped(records: Records) -> None:
    for ts in ("1.0", "2.0"):
        await records.inbox.accept(question(ts))
        await records.leases.set_aside(question(ts), "failed again and again")
    assert await claimed(records, 9) == []
    first, second = await records.leases.list_set_aside()
    assert (first.reference, first.person) == (reference_of(question("1.0").key), "U1")
    assert await records.leases.retry(first.key)
    assert await records.leases.drop(second.key)
    assert not await records.leases.drop(second.key)
    (claim,) = await claimed(records, 9)
    assert (claim.question, claim.retries) == (question("1.0"), 0)
    assert await records.leases.list_set_aside() == []


async def test_a_stop_is_remembered_by_whoever_takes_the_question_up(
    database: Database, records: Records, other: Records
) -> None:
    await records.inbox.accept(question())
    await records.inbox.stopped(question())
    await let_leases_run_out(database)
    (claim,) = await claimed(other, 9)
    assert claim.stopped


async def test_a_question_that_waited_for_days_is_claimed_as_expired(database: Database, records: Records) -> None:
    await records.inbox.accept(question())
    await records.leases.release_all()
    async with database.engine.begin() as connection:
        await connection.execute(sa.update(INBOX).values(accepted_at=now() - dt.timedelta(days=3)))
    (claim,) = await claimed(records, 9)
    assert claim.expired


async def test_what_a_dead_process_of_this_machine_had_is_claimed_at_once(database: Database, tmp_path: Path) -> None:
    here = Records(database, WorkerIdentity(tmp_path))
    there = Records(database, WorkerIdentity(tmp_path))
    await there.inbox.accept(question())
    assert await claimed(here, 9) == []
    there._worker._lock.release()  # type: ignore[union-attr]  # as the operating system does when a process ends
    await here.promises.claim(())
    (claim,) = await claimed(here, 9)
    assert claim.question == question()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from bot.records.worker_identity import WorkerIdentity as W;"
        "w = W(pathlib.Path(sys.argv[1])); print(w.name, flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        name = process.stdout.readline().strip()
        me = WorkerIdentity(tmp_path)
        assert not me.is_gone(name)
        process.kill()
        process.wait()
        assert me.is_gone(name)
    me.close()


def test_what_killed_processes_left_is_taken_away_after_a_day_and_what_living_ones_need_stays(tmp_path: Path) -> None:
    killed, living = WorkerIdentity(tmp_path), WorkerIdentity(tmp_path)
    killed._lock.release()  # type: ignore[union-attr]  # as the operating system does when a process ends
    WorkerIdentity(tmp_path).close()
    assert len(list(tmp_path.iterdir())) == 4
    for file in tmp_path.iterdir():
        os.utime(file, (0, 0))
    WorkerIdentity(tmp_path).close()
    assert {file.name.partition(".")[0] for file in tmp_path.iterdir()} == {living.name}
    living.close()
    assert list(tmp_path.iterdir()) == []
