"""Nothing accepted is forgotten, nothing is accepted twice; on SQLite and PostgreSQL alike."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.answering.conversation import Answer, Citation, Coverage, Receipt
from bot.errors import RecordsUnavailable
from bot.records import inbox as module
from bot.records.database import database_url
from bot.records.inbox import AskedQuestion
from bot.storage import Records
from tests.conftest import passage


def question(ts: str = "1.0", text: str = "what does it pay?", message_id: str | None = None) -> AskedQuestion:
    return AskedQuestion("T1", "C1", ts, ts, "U1", text, message_id)


def answer() -> Answer:
    cited = Citation(1, passage("Bakers earn $30,000.", "Baker", "Pay"), 0.9)
    return Answer("$30,000 [1]", Coverage.COVERED, (cited,), (cited,), Receipt("quoted", "", 12, "the model was away"))


async def test_a_question_is_accepted_once(records: Records) -> None:
    assert await records.inbox.accept(question())
    assert not await records.inbox.accept(question())
    assert await records.inbox.accept(question("2.0"))


async def test_one_gesture_with_two_timestamps_is_one_question(records: Records) -> None:
    assert await records.inbox.accept(question("1.0", message_id="m1"))
    assert not await records.inbox.accept(question("2.0", message_id="m1"))


async def test_what_is_accepted_and_not_answered_waits_in_order(records: Records) -> None:
    for ts in ("1.0", "2.0", "3.0"):
        await records.inbox.accept(question(ts))
    await records.receipts.keep(question("2.0").key, question("2.0").person, answer())
    await records.inbox.answered(question("2.0"))
    assert [waiting.ts for waiting in await records.inbox.unanswered()] == ["1.0", "3.0"]
    assert (await records.inbox.unanswered())[0] == question("1.0")


async def test_an_answers_receipt_is_kept_and_the_questions_text_is_not(records: Records) -> None:
    await records.inbox.accept(question())
    await records.receipts.keep(question().key, question().person, answer())
    await records.inbox.answered(question())
    (receipt,) = await records.receipts.all()
    assert (receipt["mode"], receipt["coverage"], receipt["notice"]) == ("quoted", "covered", "the model was away")
    assert receipt["passages"][0]["hash"] == "hash"
    async with records._database.engine.connect() as connection:
        assert (await connection.execute(sa.select(module.INBOX.c.text))).scalar() == ""


async def test_no_receipt_is_kept_of_a_question_that_was_taken_away_or_reworded(records: Records) -> None:
    await records.inbox.accept(question())
    owned = records.leases.renewing(question())
    await records.inbox.reopen(question().key, "and in Rome?", "5.0")
    assert not await records.receipts.keep(question().key, "U1", answer(), owned)
    assert await records.receipts.find(question().key) is None


async def test_what_the_guides_do_not_answer_is_kept_as_a_gap_once(records: Records) -> None:
    await records.inbox.accept(question())
    silent = replace(answer(), coverage=Coverage.NOT_COVERED, gaps=("what pays in Peru?",))
    await records.receipts.keep(question().key, question().person, silent)
    await records.inbox.answered(question())
    await records.receipts.keep(question().key, question().person, silent)
    await records.inbox.answered(question())
    (gap,) = await records.receipts.gaps()
    assert gap["text"] == "what pays in Peru?"
    assert gap["nearest"] == ["Baker > Pay"]


async def test_a_refused_question_does_not_come_back(records: Records) -> None:
    await records.inbox.accept(question())
    await records.inbox.refused(question(), "is_archived")
    assert await records.inbox.unanswered() == []
    assert await records.inbox.counts() == {"refused": 1}


async def test_many_may_write_at_once(records: Records) -> None:
    accepted = await asyncio.gather(*(records.inbox.accept(question(f"{n % 50}.0")) for n in range(200)))
    assert sum(accepted) == 50


async def test_records_survive_a_restart(tmp_path: Path) -> None:
    first = await Records.open(database_url("", tmp_path))
    await first.inbox.accept(question())
    await first.close()
    second = await Records.open(database_url("", tmp_path))
    assert await second.inbox.unanswered() == [question()]
    await second.close()


async def test_a_database_that_cannot_be_reached_is_told_in_a_sentence_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(RecordsUnavailable, match="DATABASE_URL") as caught:
        await Records.open(database_url("postgresql://me:secret@127.0.0.1:1/db", tmp_path))
    assert "secret" not in str(caught.value)


async def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "records.sqlite3").write_bytes(b"no database at all" * 100)
    with pytest.raises(RecordsUnavailable, match="damaged"):
        await Records.open(database_url("", tmp_path))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+asyncpg://u@h/d"),
        ("sqlite:////tmp/x.db", "sqlite+aiosqlite:////tmp/x.db"),
    ],
)
def test_addresses_get_an_asynchronous_driver(url: str, expected: str) -> None:
    assert database_url(url, Path()) == expected
