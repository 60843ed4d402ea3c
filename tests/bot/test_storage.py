"""The purge and "forget me" reach every table: a new one that they do not know of fails here."""

import datetime as dt
from typing import Any

import sqlalchemy as sa

from bot.answering.conversation import Answer, Citation, Coverage, Receipt, Withheld
from bot.mentoring.confirmations import Basis, Confirmation
from bot.mentoring.handovers import Handover
from bot.mentoring.shares import Share
from bot.records.channels import ChannelSettings
from bot.records.database import TABLES, now
from bot.records.drafts import Draft
from bot.records.inbox import AskedQuestion
from bot.storage import Records
from tests.conftest import passage

PERSON, OTHER = "U0FORGET", "U0OTHER"
SECRET = "words of a person"
KEPT_FOR_EVER = {"weekly_reports", "confirmations_version"}
"""Tables in which nothing of a person stands."""


async def fill(records: Records) -> None:
    """Something of a person in every table."""
    question = AskedQuestion("T1", "C1", "1.0", "1.0", PERSON, SECRET)
    await records.inbox.accept(question)
    await records.threads.overheard(question.thread, "2.0", PERSON)
    cited = (Citation(1, passage("Text.", "Baker", "Pay"), 0.9),)
    receipt = Receipt("model", "", 1, withheld=(Withheld(SECRET, "why"),))
    await records.receipts.keep(
        question.key, PERSON, Answer("x", Coverage.NOT_COVERED, cited, cited, receipt, (SECRET,))
    )
    await records.feedback.keep(question.key, PERSON, liked=False, reason="wrong", text=SECRET)
    await records.drafts.keep(Draft("d1", "T1", "C1", "", PERSON, SECRET, SECRET, ()))
    await records.channels.change("T1", "C1", ChannelSettings(), PERSON)
    await records.audit_log.record(PERSON, "shared", "x")
    await records.confirmations.draft(_confirmation("c1", "k1"))
    await records.confirmations.draft(_confirmation("c2", "k2"))
    await records.confirmations.confirm(_confirmation("c2", "k2"), [], await records.confirmations.version())
    await records.handovers.add(Handover("h1", "a1", "T1", PERSON, SECRET, True))
    await records.handovers.posted("h1", "C9", "1.0")
    await records.handovers.add(Handover("h2", "a2", "T1", OTHER, "?", True))
    await records.handovers.posted("h2", "C9", "2.0")
    await records.handovers.claim("h2", PERSON)
    await records.shares.open(Share("s1", "T1", "k1", PERSON, OTHER, "C1", SECRET))
    await records.shares.open(Share("s2", "T1", "k1", OTHER, PERSON, "C1", SECRET))
    await records.weekly_reports.claim(now())


def _confirmation(key: str, answer: str) -> Confirmation:
    return Confirmation(key, "T1", answer, "?", SECRET, (), (Basis("p", "h", "g.md"),), PERSON)


async def test_every_table_holds_something_before(records: Records) -> None:
    await fill(records)
    assert {name for name, rows in (await _tables(records)).items() if not rows} == set()
    found = {name for name, rows in (await _tables(records)).items() if PERSON in str(rows) or SECRET in str(rows)}
    assert found == TABLES.tables.keys() - KEPT_FOR_EVER


async def test_a_person_who_is_forgotten_stands_in_no_table(records: Records) -> None:
    await fill(records)
    assert await records.forget(PERSON) == 1
    assert {name for name, rows in (await _tables(records)).items() if PERSON in str(rows)} == set()


async def test_the_purge_leaves_texts_only_where_they_wait_for_an_answer_or_were_confirmed(records: Records) -> None:
    await fill(records)
    await records.purge(now() + dt.timedelta(minutes=1))
    left = {name for name, rows in (await _tables(records)).items() if SECRET in str(rows)}
    assert left == {"inbox", "confirmations"}


async def _tables(records: Records) -> dict[str, list[Any]]:
    async with records._database.engine.connect() as connection:
        return {
            name: [dict(row) for row in (await connection.execute(sa.select(table))).mappings()]
            for name, table in TABLES.tables.items()
        }
