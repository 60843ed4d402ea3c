"""No statement reaches the rows of another installation, whatever is forgotten in it."""

import re
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.records.binding import EVERY, OPTION, Unbound
from bot.records.database import TABLES, Database, insert, now
from bot.records.inbox import INBOX
from bot.records.receipts import ANSWERS
from bot.storage import Records
from tests.bot.test_storage import fill, holding

BOT = Path(__file__).parents[3] / "bot"
PRESENCE, GAPS, FEEDBACK, AUDIT = (TABLES.tables[name] for name in ("presence", "gaps", "feedback", "audit_log"))
NOW = sa.func.now()
MOMENT = now()
OF_ALL = {"slack_bots", "slack_oauth_states"}
"""The tables of slack_sdk's stores, which tell which installations there are."""
RAW = {"records/engines.py", "records/migrating.py", "records/migrations/m0001_baseline.py", "records/migrations/m0002_audit_log.py"}  # fmt: skip
"""The modules with SQL as text: the options of SQLite's connections, locks, and migrations."""


@pytest.fixture
async def both(database: Database) -> tuple[Database, Database]:
    """Two installations with one row each, of the same key."""
    found = database.of("T1"), database.of("T2")
    for one in found:
        assert await one.insert(PRESENCE, {"team": "T", "seen_at": NOW})
    return found


async def teams(database: Database) -> list[tuple[str, str]]:
    rows = await database.of(EVERY).rows(sa.select(PRESENCE).order_by(PRESENCE.c.installation))
    return [(row["installation"], row["team"]) for row in rows]


@pytest.mark.parametrize("name", sorted(TABLES.tables.keys() - OF_ALL))
def test_every_table_tells_whose_a_row_is_and_nothing_is_unique_beyond_an_installation(name: str) -> None:
    table = TABLES.tables[name]
    assert OPTION in table.c
    keys = [c for c in table.constraints if isinstance(c, sa.PrimaryKeyConstraint | sa.UniqueConstraint)]
    assert all(OPTION in key.columns for key in keys) or table is AUDIT, "its number is the database's own"
    assert not any(column.unique for column in table.columns)


def test_no_sql_is_written_as_text_which_would_not_be_bound() -> None:
    written = re.compile(r"exec_driver_sql|\bsa\.text\(|cursor\.execute|op\.execute")
    found = {str(p.relative_to(BOT)) for p in BOT.rglob("*.py") if written.search(p.read_text("utf-8"))}
    assert found == RAW


async def test_a_row_is_that_of_the_installation_that_writes_it(both: tuple[Database, Database]) -> None:
    assert await teams(both[0]) == [("T1", "T"), ("T2", "T")]
    assert not await both[0].insert(PRESENCE, {"team": "T", "seen_at": NOW})
    assert await both[0].of("T3").insert(PRESENCE, {"team": "T", "seen_at": NOW})


async def test_several_rows_at_once_and_one_with_a_conflict_are_bound(both: tuple[Database, Database]) -> None:
    gap = {"key": "k", "person": "U", "text": "w", "nearest": [], "asked_at": NOW}
    for one in both:
        async with one.begin() as connection:
            await connection.execute(sa.insert(GAPS).values([gap | {"number": 1}, gap | {"number": 2}]))
            written = insert(connection, PRESENCE).values(team="T", seen_at=NOW).on_conflict_do_nothing()
            assert (await connection.execute(written)).rowcount == 0
    rows = await both[0].of(EVERY).rows(sa.select(GAPS.c.installation, GAPS.c.number).order_by(*GAPS.primary_key))
    assert [tuple(row.values()) for row in rows] == [("T1", 1), ("T1", 2), ("T2", 1), ("T2", 2)]


async def test_a_change_and_a_deletion_reach_own_rows_alone(both: tuple[Database, Database]) -> None:
    assert await both[0].change(sa.update(PRESENCE).values(team="renamed")) == 1
    assert await teams(both[0]) == [("T1", "renamed"), ("T2", "T")]
    assert await both[1].change(sa.delete(PRESENCE)) == 1
    assert await teams(both[0]) == [("T1", "renamed")]


async def test_queries_counts_and_queries_within_queries_are_bound(both: tuple[Database, Database]) -> None:
    one, other = both
    await one.change(sa.update(PRESENCE).values(team="mine"))
    assert len(await one.rows(sa.select(PRESENCE))) == 1
    assert (await one.row(sa.select(sa.func.count().label("n")).select_from(PRESENCE)))["n"] == 1
    alias = PRESENCE.alias()
    assert [row["team"] for row in await other.rows(sa.select(alias.c.team))] == ["T"]
    within = sa.select(PRESENCE.c.team).where(PRESENCE.c.team.in_(sa.select(alias.c.team)))
    assert [row["team"] for row in await one.rows(within)] == ["mine"]
    union = sa.union_all(sa.select(PRESENCE.c.team), sa.select(PRESENCE.c.team))
    async with one.begin() as connection:
        assert [team for (team,) in await connection.execute(union)] == ["mine", "mine"]
    others = sa.select(PRESENCE.c.team).scalar_subquery()
    await one.change(sa.update(PRESENCE).values(team=others + "!"))
    assert await teams(one) == [("T1", "mine!"), ("T2", "T")]
    assert await other.change(sa.delete(PRESENCE).where(PRESENCE.c.team.in_(sa.select(alias.c.team)))) == 1
    assert await teams(one) == [("T1", "mine!")]


async def test_joined_tables_are_bound(both: tuple[Database, Database]) -> None:
    one, other = both
    opinion = {"key": "k", "person": "U", "liked": True, "reason": "", "text": "", "given_at": NOW}
    answer = dict.fromkeys(("key", "coverage", "mode", "prompt", "notice"), "k")
    counted = {"milliseconds": 1, "withheld": 0, "answered_at": NOW}
    await one.insert(FEEDBACK, opinion)
    await other.insert(ANSWERS, answer | counted | {"passages": ["T2's"]})
    records = Records(one)
    assert [row["passages"] for row in await records.feedback.all()] == [None]
    inner = sa.select(ANSWERS.c.passages).join(FEEDBACK, FEEDBACK.c.key == ANSWERS.c.key)
    assert await one.rows(inner) == await other.rows(inner) == []


@pytest.mark.parametrize(
    "query",
    [
        sa.select(FEEDBACK).outerjoin(ANSWERS, FEEDBACK.c.key == ANSWERS.c.key),
        sa.select(FEEDBACK).select_from(sa.outerjoin(FEEDBACK, ANSWERS, FEEDBACK.c.key == ANSWERS.c.key)),
        sa.select(sa.select(ANSWERS).subquery().c.key),
        sa.select(sa.select(ANSWERS).cte()),
    ],
)
async def test_what_cannot_be_bound_is_refused(database: Database, query: sa.Select[tuple[str]]) -> None:
    """An outer join whose condition forgets the installation; queries in the place of tables."""
    with pytest.raises(Unbound):
        await database.rows(query)


@pytest.mark.parametrize("statement", [sa.select(INBOX), sa.delete(INBOX), sa.insert(INBOX).values(key="k")])
async def test_a_connection_without_an_installation_runs_nothing(database: Database, statement: sa.Executable) -> None:
    async with database.engine.execution_options(**{OPTION: None}).connect() as connection:
        with pytest.raises(Unbound):
            await connection.execute(statement)


async def test_rows_of_the_same_keys_are_kept_apart_in_every_store(database: Database) -> None:
    """One installation reads, purges and forgets; the other's rows stay as they were and are not seen."""
    one, other = Records(database.of("T1")), Records(database.of("T2"))
    for records in (one, other):
        await fill(records, MOMENT)
    before = await all_rows(database, "T2")
    assert before == await all_rows(database, "T1")
    await one.forget("U0FORGET")
    await one.purge(MOMENT)
    assert await one.inbox.count_of("U0FORGET") == 0
    assert await holding(one, "U0FORGET") == set()
    assert await all_rows(database, "T2") == before


async def all_rows(database: Database, installation: str) -> dict[str, list[dict[str, object]]]:
    found = {}
    for name, table in TABLES.tables.items():
        if name in OF_ALL:
            continue
        columns = [
            column
            for column in table.columns
            if column.name not in {OPTION} | ({"number"} if table is AUDIT else set())
        ]
        rows = await database.of(installation).rows(sa.select(*columns).order_by(*columns[:2]))
        found[name] = [dict(row) for row in rows]
    return found
