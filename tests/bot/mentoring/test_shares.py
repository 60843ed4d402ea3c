"""A share is posted once, and forgotten with the people it is of."""

import asyncio
import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.mentoring import shares as module
from bot.mentoring.shares import Card, Share, Shares, ShareState
from bot.records import retention
from bot.records.database import Database, now

SHARE = Share("s1", "T1", "T1:C1:1.0", "U0ANNA", "U0DORA", "C1", "$30,000 [1]", ("Baker: [1] Pay",), "By hand.")


@pytest.fixture
def shares(database: Database) -> Shares:
    return Shares(database)


async def age(database: Database, **times: dt.datetime) -> None:
    await database.change(sa.update(module._shares).values(**times))


async def test_an_open_window_is_found_as_it_was_opened(shares: Shares) -> None:
    await shares.open(SHARE)
    assert await shares.find("s1") == SHARE
    assert await shares.find("s2") is None
    assert await shares.all() == []


async def test_of_many_who_want_to_post_a_share_one_may(shares: Shares) -> None:
    await shares.open(SHARE)
    claims = await asyncio.gather(*(shares.claim("s1", "C2") for _ in range(10)))
    assert sorted(claims) == [False] * 9 + [True]
    assert await shares.find("s1") == replace(SHARE, state=ShareState.POSTING, target="C2")


async def test_what_was_posted_is_kept_without_the_answers_text(shares: Shares) -> None:
    await shares.open(SHARE)
    await shares.claim("s1", "C2")
    await shares.posted("s1", "C2", ["5.0", "6.0"])
    kept = await shares.find("s1")
    assert kept == replace(SHARE, state=ShareState.POSTED, target="C2", text="", sources=(), made="")
    assert not await shares.claim("s1", "C3")
    (row,) = await shares.all()
    assert (row["key"], row["sharer"], row["target"], row["channel"]) == ("T1:C1:1.0", "U0DORA", "C2", "C2")
    assert await shares.cards_of("U0DORA") == [Card("C2", "5.0"), Card("C2", "6.0")]
    assert await shares.cards_of("U0ANNA") == []


async def test_after_a_refusal_it_can_be_sent_again(shares: Shares) -> None:
    await shares.open(SHARE)
    await shares.claim("s1", "C2")
    await shares.release("s1")
    assert await shares.claim("s1", "C3")


async def test_a_closed_window_is_forgotten_and_one_being_posted_is_not(shares: Shares) -> None:
    await shares.open(SHARE)
    await shares.open(replace(SHARE, id="s2"))
    await shares.claim("s2", "C2")
    await shares.discard("s1")
    await shares.discard("s2")
    assert await shares.find("s1") is None
    assert await shares.find("s2") is not None


async def test_a_window_is_of_no_use_after_a_day_and_is_deleted_with_the_next_purge(
    shares: Shares, database: Database
) -> None:
    await shares.open(SHARE)
    await age(database, opened_at=now() - module.KEPT - dt.timedelta(minutes=1))
    assert await shares.find("s1") is None
    assert not await shares.claim("s1", "C2")
    await shares.open(replace(SHARE, id="s2"))
    await retention.purge(database, [shares], now() - dt.timedelta(days=90))
    assert [row["id"] for row in await database.rows(sa.select(module._shares))] == ["s2"]


async def test_what_was_posted_stays_longer_than_a_day(shares: Shares, database: Database) -> None:
    await shares.open(SHARE)
    await shares.claim("s1", "C2")
    await shares.posted("s1", "C2", ["5.0"])
    await age(database, opened_at=now() - module.KEPT * 9, shared_at=now() - module.KEPT * 9)
    await retention.purge(database, [shares], now() - dt.timedelta(days=90))
    assert await shares.cards_of("U0DORA") == [Card("C2", "5.0")]
    assert await shares.find("s1") is not None


async def test_a_sharer_who_is_forgotten_takes_their_shares_along(shares: Shares) -> None:
    await shares.open(SHARE)
    await shares.claim("s1", "C2")
    await shares.posted("s1", "C2", ["5.0"])
    await shares.open(replace(SHARE, id="s2"))
    await retention.forget(shares._database, [shares], "U0DORA")
    assert await shares.find("s1") is None
    assert await shares.find("s2") is None


async def test_an_asker_who_is_forgotten_is_not_shared_any_more_and_no_card_leads_to_them(shares: Shares) -> None:
    await shares.open(SHARE)
    await shares.claim("s1", "C2")
    await shares.posted("s1", "C2", ["5.0"])
    await shares.open(replace(SHARE, id="s2"))
    await retention.forget(shares._database, [shares], "U0ANNA")
    assert await shares.find("s2") is None
    (row,) = await shares.all()
    assert (row["asker"], row["key"], row["sharer"]) == ("", "", "U0DORA")


async def test_a_recipient_who_is_forgotten_is_not_named(shares: Shares) -> None:
    await shares.open(SHARE)
    await shares.claim("s1", "U0BEN")
    await shares.posted("s1", "D1", ["5.0"])
    await retention.forget(shares._database, [shares], "U0BEN")
    assert await shares.cards_of("U0DORA") == [Card("D1", "5.0")]
    assert [row["target"] for row in await shares.all()] == [""]
