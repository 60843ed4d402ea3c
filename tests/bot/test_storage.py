"""The purge and "delete my data" reach every table and every column: what is added and not told here fails.

Every column that can hold characters is one of three: it names a person, it holds a text (what people or a model wrote),
or it is the machine's own (keys, states, places in Slack). Tables are filled by their columns, in each of their states,
so that a new column of a person or a text fails until "delete my data" and the purge reach it.
"""

import asyncio
import datetime as dt
import itertools
import os
from collections.abc import Coroutine, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.answering.conversation import Answer, Coverage, Receipt
from bot.errors import RecordsUnavailable
from bot.mentoring.confirmations import Confirmation, ConfirmationState
from bot.mentoring.handovers import HandoverState
from bot.mentoring.shares import ShareState
from bot.records import inbox
from bot.records.binding import OPTION
from bot.records.database import TABLES, database_url, now
from bot.records.drafts import Draft
from bot.records.inbox import AskedQuestion
from bot.records.promises import Promise
from bot.records.threads import ThreadAddress
from bot.storage import Records

PERSON, SECRET, OTHER = "U0FORGET", "words of a person", "U0OTHER"
DAY = dt.timedelta(days=1)
RETENTION = 90 * DAY

PERSONS = {
    "answers": {"person"},
    "audit_log": {"person"},
    "channels": {"set_by"},
    "confirmations": {"mentor", "changed_by"},
    "confirmations_version": set(),
    "drafts": {"person"},
    "feedback": {"person"},
    "gaps": {"person"},
    "handovers": {"person", "mentor"},
    "inbox": {"person"},
    "presence": set(),
    "promises": {"person"},
    "shares": {"asker", "sharer", "target"},
    "slack_bots": set(),
    "slack_oauth_states": set(),
    "threads": {"talk_of", "talk_before"},
    "weekly_reports": set(),
    "withheld": set(),
}  # fmt: skip
"""Columns that name a person."""
TEXTS = {
    "confirmations": {"question", "answer", "sources"},
    "drafts": {"question", "text", "sources", "note"},
    "feedback": {"text"},
    "gaps": {"text", "nearest"},
    "handovers": {"question", "answer"},
    "inbox": {"text", "files"},
    "promises": {"question", "files"},
    "shares": {"text", "sources", "made"},
    "withheld": {"text", "why"},
}  # fmt: skip
"""Columns with what people or a model wrote, and what was made of it."""
MACHINE = {
    "answers": {"key", "coverage", "mode", "prompt", "passages", "notice"},
    "audit_log": {"what", "about"},
    "channels": {"key", "answers", "guides", "quiet_from", "quiet_until", "zone"},
    "confirmations": {"id", "team", "key", "slot", "passages", "state", "instead_of"},
    "confirmations_version": {"name"},
    "drafts": {"id", "team", "channel", "thread_ts"},
    "feedback": {"key", "reason"},
    "gaps": {"key"},
    "handovers": {
        "id", "key", "team", "channel", "thread_ts", "state", "card_channel", "card_ts", "card_shows", "direct_channel",
        "direct_ts", "heard_ts", "answer_ts",
    },
    "inbox": {"key", "team", "channel", "ts", "thread_ts", "message_id", "edited", "answer_ts", "state", "reason",
        "owner", "remains",
    },
    "presence": {"team"},
    "promises": {"id", "team", "channel", "thread_ts", "response_url", "window", "window_hash", "owner"},
    "shares": {"id", "team", "key", "source", "state", "channel", "ts"},
    "slack_bots": {
        "client_id", "app_id", "enterprise_id", "enterprise_name", "team_id", "team_name", "bot_token", "bot_id", "bot_user_id",
        "bot_scopes", "bot_refresh_token",
    },
    "slack_oauth_states": {"state"},
    "threads": {"key", "last_ts", "paused_ts", "resumed_ts"},
    "weekly_reports": {"week"},
    "withheld": {"key"},
}  # fmt: skip
"""Columns with nothing of either."""
STATES: dict[str, Iterable[str]] = {
    "confirmations": list(ConfirmationState),
    "handovers": list(HandoverState),
    "inbox": [inbox.ACCEPTED, inbox.ANSWERED, inbox.REFUSED, inbox.SET_ASIDE],
    "shares": list(ShareState),
}
EMPTIED = {("shares", ShareState.POSTED), ("inbox", inbox.ANSWERED), ("inbox", inbox.REFUSED)}
"""States in which the step to them has emptied the texts."""
NAMES_STAY = {"answers", "audit_log", "channels", "confirmations", "feedback", "shares"}
"""Tables whose names of people stay until they are to be forgotten; SECURITY.md says so."""


def characters(table: sa.Table) -> set[str]:
    """The columns that can hold characters, without that of the installation, which every table has."""
    kinds = sa.String | sa.JSON | sa.LargeBinary
    return {column.name for column in table.columns if isinstance(column.type, kinds)} - {OPTION}


@pytest.mark.parametrize("name", sorted(TABLES.tables))
def test_of_every_column_it_is_told_whether_it_names_a_person_or_holds_a_text(name: str) -> None:
    told = [kind.get(name, set()) for kind in (PERSONS, TEXTS, MACHINE)]
    assert set.union(*told) == characters(TABLES.tables[name])
    assert sum(map(len, told)) == len(set.union(*told)), "told twice"


def test_every_state_of_a_table_is_known() -> None:
    assert STATES.keys() == {name for name, table in TABLES.tables.items() if "state" in table.columns} - {
        "slack_oauth_states"  # whose state is a random word
    }


async def fill(records: Records, moment: dt.datetime, *, each_alone: bool = False) -> None:
    """Rows in every table and every state, from a moment; that name a person in every column that can, or in each alone."""
    numbers = itertools.count(1)
    async with records._database.begin() as connection:
        for name, table in TABLES.tables.items():
            for state in STATES.get(name, [""]):
                for named in [{one} for one in PERSONS[name]] if each_alone else [PERSONS[name]]:
                    await _insert(connection, table, state, moment, named, next(numbers))


async def _insert(
    connection: AsyncConnection, table: sa.Table, state: str, moment: dt.datetime, named: set[str], number: int
) -> None:
    row: dict[str, Any] = {}
    for column in (column for column in table.columns if column.name != OPTION and column.autoincrement is not True):
        if column.name in PERSONS[table.name]:
            row[column.name] = PERSON if column.name in named else f"{OTHER}{number}"
        elif column.name in TEXTS.get(table.name, set()) and (table.name, state) not in EMPTIED:
            row[column.name] = [SECRET] if isinstance(column.type, sa.JSON) else SECRET
        elif column.name == "last_ts":
            row[column.name] = f"{moment.timestamp():.6f}"
        elif isinstance(column.type, sa.JSON):
            row[column.name] = []
        elif isinstance(column.type, sa.DateTime):
            row[column.name] = moment if column.type.timezone else moment.replace(tzinfo=None)
        else:
            plain: dict[type, Any] = {sa.Boolean: False, sa.Integer: number, sa.String: f"k{number}"}
            row[column.name] = next(value for kind, value in plain.items() if isinstance(column.type, kind))
    row |= {"state": state} if state else {}
    if table.name == "handovers":
        row["card_shows"] = f"{state} {row['mentor']}"
    if table.name == "withheld":  # belongs to an answer
        await connection.execute(sa.insert(TABLES.tables["answers"]).values(_answer(f"k{number}", moment)))
    await connection.execute(sa.insert(table).values(row))


def _answer(key: str, moment: dt.datetime) -> dict[str, Any]:
    told = dict.fromkeys(("coverage", "mode", "prompt", "notice"), "")
    return told | {
        "key": key,
        "person": PERSON,
        "passages": [],
        "milliseconds": 1,
        "withheld": 1,
        "answered_at": moment,
    }


async def holding(records: Records, what: str) -> set[tuple[str, str]]:
    """The tables that hold a word, with the state of its row."""
    async with records._database.engine.connect() as connection:
        return {
            (name, str(dict(row).get("state", "")))
            for name, table in TABLES.tables.items()
            for row in (await connection.execute(sa.select(table))).mappings()
            if what in str(dict(row))
        }


def tables(found: Iterable[tuple[str, str]]) -> set[str]:
    return {name for name, _ in found}


async def test_before_they_are_forgotten_a_person_stands_in_every_table_that_can_name_one(records: Records) -> None:
    await fill(records, now())
    assert tables(await holding(records, PERSON)) == {name for name, columns in PERSONS.items() if columns}
    assert tables(await holding(records, SECRET)) == TEXTS.keys()


async def test_a_person_who_is_forgotten_stands_in_no_table_whichever_column_named_them(records: Records) -> None:
    await fill(records, now(), each_alone=True)
    await records.forget(PERSON)
    assert await holding(records, PERSON) == set()


async def test_of_a_person_who_is_forgotten_only_confirmed_answers_keep_a_text(records: Records) -> None:
    await fill(records, now())
    await records.forget(PERSON)
    confirmed = {("confirmations", state) for state in ConfirmationState if state != ConfirmationState.DRAFTED}
    assert await holding(records, SECRET) == confirmed


async def test_what_is_forgotten_leaves_the_files_of_sqlite_while_the_bot_runs(tmp_path: Path) -> None:
    records = await Records.open(database_url("", tmp_path))
    await fill(records, now())
    await records.inbox.accept(AskedQuestion("T1", "C1", "1.0", "1.0", PERSON, "a question of theirs"))
    assert written_of(tmp_path, PERSON)
    await records.forget(PERSON)
    assert written_of(tmp_path, PERSON) == []
    await records.close()


def written_of(folder: Path, word: str) -> list[str]:
    """The files of a folder that hold a word, wherever in them."""
    return [path.name for path in folder.iterdir() if word.encode() in path.read_bytes()]


async def test_others_keep_what_is_theirs(records: Records) -> None:
    await fill(records, now())
    before = await holding(records, SECRET)
    await records.forget("U0STRANGER")
    assert await holding(records, SECRET) == before


async def test_forgetting_is_one_transaction(records: Records, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(records, now())
    before = await holding(records, PERSON)
    monkeypatch.setattr(
        records.handovers, "forgetting", lambda _: [sa.delete(sa.table("no_such_table"))]
    )  # the last of the stores
    with pytest.raises(RecordsUnavailable):
        await records.forget(PERSON)
    assert await holding(records, PERSON) == before


async def test_after_its_time_no_text_is_kept_but_confirmed_answers_and_no_name_but_where_it_is_said(
    records: Records,
) -> None:
    await fill(records, now() - RETENTION - DAY)
    await records.purge(now() - RETENTION)
    confirmed = {("confirmations", state) for state in ConfirmationState if state != ConfirmationState.DRAFTED}
    assert await holding(records, SECRET) == confirmed
    left = await holding(records, PERSON)
    assert tables(left) - {"handovers"} == NAMES_STAY
    assert {state for name, state in left if name == "handovers"} <= {HandoverState.WITHDRAWN}


async def test_after_a_day_what_was_only_under_way_is_gone_and_the_rest_is_there(records: Records) -> None:
    await fill(records, now() - inbox.FORGOTTEN - dt.timedelta(minutes=1))
    before = await holding(records, SECRET)
    await records.purge(now() - RETENTION)
    gone = {
        ("drafts", ""),
        ("confirmations", ConfirmationState.DRAFTED),
        ("inbox", inbox.ACCEPTED),
        ("promises", ""),
        ("shares", ShareState.OPEN),
        ("shares", ShareState.POSTING),
    }
    assert before - await holding(records, SECRET) >= gone
    assert {name for name, _ in before - await holding(records, SECRET)} == tables(gone)


ANSWER = Answer(SECRET, Coverage.NOT_COVERED, (), (), Receipt("quoted", "", 12, ""), gaps=(SECRET,))


async def promised(records: Records, draft: Draft) -> Draft:
    """A draft that its person was promised."""
    place = draft.team, draft.channel, draft.thread_ts
    await records.promises.make(Promise(draft.id, *place, draft.person, draft.question))
    return draft


async def test_a_draft_past_its_time_can_neither_be_read_nor_posted_nor_confirmed(records: Records) -> None:
    old = now() - DAY - dt.timedelta(minutes=1)
    draft = await promised(records, Draft("d1", "T1", "C1", "", PERSON, "?", SECRET, (), made_at=old))
    assert await records.drafts.keep(draft, replace(ANSWER, gaps=()))
    confirmation = Confirmation("c1", "T1", "k1", "?", SECRET, (), (), PERSON, made_at=old)
    await records.confirmations.draft(confirmation)
    assert await records.drafts.find("d1", PERSON) is None
    assert await records.drafts.take("d1", PERSON) is None
    assert await records.confirmations.find("c1") is None
    assert not await records.confirmations.confirm(confirmation, [], await records.confirmations.version())
    await records.purge(now() - RETENTION)
    assert await holding(records, SECRET) == set()


async def test_a_draft_is_given_to_whose_it_is_alone_and_once(records: Records) -> None:
    await records.drafts.keep(await promised(records, Draft("d1", "T1", "C1", "", PERSON, "?", SECRET, ())), ANSWER)
    assert await records.drafts.find("d1", "U0SOMEBODY") is None
    assert await records.drafts.take("d1", "U0SOMEBODY") is None
    taken = await asyncio.gather(*(records.drafts.take("d1", PERSON) for _ in range(5)))
    assert len([draft for draft in taken if draft]) == 1
    assert await records.drafts.find("d1", PERSON) is None


async def test_a_draft_that_could_not_be_posted_is_there_again_and_no_younger_for_it(records: Records) -> None:
    made_at = now() - DAY + dt.timedelta(minutes=1)
    made = Draft("d1", "T1", "C1", "", PERSON, "?", SECRET, ("Baker: [1] Pay",), "note", made_at)
    await records.drafts.keep(await promised(records, made), ANSWER)
    draft = await records.drafts.take("d1", PERSON)
    assert draft is not None
    assert await records.drafts.give_back(draft)
    (kept,) = await records.drafts.all()
    assert kept == made
    assert kept.made_at.replace(tzinfo=dt.UTC) == made_at


async def test_a_draft_is_thrown_away_by_whose_it_is_and_not_while_it_is_posted(records: Records) -> None:
    await records.drafts.keep(await promised(records, Draft("d1", "T1", "C1", "", PERSON, "?", SECRET, ())), ANSWER)
    await records.drafts.discard("d1", "U0SOMEBODY")
    draft = await records.drafts.take("d1", PERSON)
    assert draft is not None
    await records.drafts.discard("d1", PERSON)
    assert await records.drafts.give_back(draft)
    await records.drafts.discard("d1", PERSON)
    assert await records.drafts.all() == []


async def test_a_draft_that_is_made_while_its_person_is_forgotten_is_not_kept_nor_its_receipt(
    records: Records,
) -> None:
    draft = await promised(records, Draft("d1", "T1", "C1", "", PERSON, SECRET, SECRET, ()))
    await records.forget(PERSON)
    assert not await records.drafts.keep(draft, ANSWER)
    assert await holding(records, PERSON) | await holding(records, SECRET) == set()


async def test_a_draft_that_is_posted_while_its_person_is_forgotten_does_not_come_back_nor_name_them(
    records: Records,
) -> None:
    await records.drafts.keep(await promised(records, Draft("d1", "T1", "C1", "", PERSON, SECRET, SECRET, ())), ANSWER)
    draft = await records.drafts.take("d1", PERSON)
    assert draft is not None
    await records.forget(PERSON)
    assert not await records.drafts.give_back(draft)
    await records.inbox.note_posted(ThreadAddress("T1", "C1", "1.0"), "1.0", PERSON, records.drafts.posted("d1"))
    assert await records.inbox.counts() == {"answered": 1}
    assert await holding(records, PERSON) | await holding(records, SECRET) == set()


async def test_what_is_posted_from_a_draft_is_noted_with_its_person_and_the_draft_is_gone(records: Records) -> None:
    await records.drafts.keep(await promised(records, Draft("d1", "T1", "C1", "", PERSON, SECRET, SECRET, ())), ANSWER)
    await records.drafts.take("d1", PERSON)
    await records.inbox.note_posted(ThreadAddress("T1", "C1", "1.0"), "1.0", PERSON, records.drafts.posted("d1"))
    assert await records.inbox.count_of(PERSON) == 1
    assert ("drafts", "") not in await holding(records, PERSON)


@pytest.mark.parametrize(("table", "key"), [("answers", "d1"), ("inbox", "T1:C1:1.0")], ids=["kept", "posted"])
async def test_forgetting_waits_for_a_draft_that_is_being_written_and_deletes_what_was(
    postgres: str, table: str, key: str
) -> None:
    records = await Records.open(database_url(postgres, Path()))
    async with records._database.begin() as connection:
        for each in reversed(TABLES.sorted_tables):
            await connection.execute(each.delete())
    draft = await promised(records, Draft("d1", "T1", "C1", "", PERSON, SECRET, SECRET, ()))
    writing: Coroutine[Any, Any, object] = records.drafts.keep(draft, ANSWER)
    if table == "inbox":
        await writing
        await records.drafts.take("d1", PERSON)
        thread = ThreadAddress("T1", "C1", "1.0")
        writing = records.inbox.note_posted(thread, "1.0", PERSON, records.drafts.posted("d1"))
    async with records._database.engine.connect() as blocking:
        await _insert(blocking, TABLES.tables[table], "", now(), set(), 1)
        await blocking.execute(sa.update(TABLES.tables[table]).values(key=key))  # of the row that is to be written
        written = asyncio.create_task(writing)
        await until_waiting(records, 1)
        forgotten = asyncio.create_task(records.forget(PERSON))
        await until_waiting(records, 2)
    await asyncio.gather(written, forgotten)
    assert await holding(records, PERSON) | await holding(records, SECRET) == set()
    await records.close()


async def test_a_question_that_waited_too_long_is_refused_by_the_purge_and_its_thread_stays(records: Records) -> None:
    question = AskedQuestion("T1", "C1", f"{now().timestamp():.6f}", "1.0", PERSON, SECRET)
    await records.inbox.accept(question)
    async with records._database.begin() as connection:
        await connection.execute(sa.update(TABLES.tables["inbox"]).values(accepted_at=now() - inbox.FORGOTTEN))
    await records.purge(now() - RETENTION)
    assert await records.inbox.counts() == {inbox.REFUSED: 1}
    assert await holding(records, SECRET) == set()
    assert await records.threads.row(ThreadAddress("T1", "C1", "1.0")) is not None


async def test_copies_and_damaged_files_go_with_what_they_hold(tmp_path: Path) -> None:
    records = await Records.open(database_url("", tmp_path))
    for kind, age in itertools.product(("damaged", "before-migration-of-0001"), (1, 91)):
        (tmp_path / f"records.sqlite3.{kind}-{now() - age * DAY:%Y%m%dT%H%M%S.%f}").touch()
    await records.purge(now() - RETENTION)
    await records.close()
    left = [name for name in os.listdir(tmp_path) if "damaged" in name or "before" in name]  # noqa: PTH208
    assert len(left) == 2
    assert all(f"{now() - DAY:%Y%m%d}" in name for name in left)


async def test_within_its_time_everything_stays(records: Records) -> None:
    await fill(records, now() - DAY + dt.timedelta(minutes=1))
    before = await holding(records, SECRET), await holding(records, PERSON)
    await records.purge(now() - RETENTION)
    assert (await holding(records, SECRET), await holding(records, PERSON)) == before


async def until_waiting(records: Records, number: int) -> None:
    """Until so many transactions wait for another one, on PostgreSQL."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(10), records._database.engine.connect() as connection:
        while (await connection.execute(sa.text(waiting))).scalar() != number:
            await connection.rollback()  # what is seen of others stays the same within a transaction
