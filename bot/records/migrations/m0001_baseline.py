"""The schema of version 0.3.0, from nothing or from whatever earlier versions left behind.

Before this migration the schema had no number: tables were created where they were missing, and columns were added. So any
mixture of the tables of seven schemas may be found; each table is made anew as it is here, with the rows that it had.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_BASELINE = sa.MetaData()
"""The tables of 0.3.0. They stay as they are here, whatever becomes of them later."""
sa.Table(
    "answers",
    _BASELINE,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("person", sa.String(40), nullable=False, server_default=""),
    sa.Column("coverage", sa.String(20), nullable=False),
    sa.Column("mode", sa.String(120), nullable=False),
    sa.Column("prompt", sa.String(20), nullable=False),
    sa.Column("passages", sa.JSON, nullable=False),
    sa.Column("milliseconds", sa.Integer, nullable=False),
    sa.Column("notice", sa.Text, nullable=False),
    sa.Column("withheld", sa.Integer, nullable=False),
    sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "channels",
    _BASELINE,
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("answers", sa.String(20), nullable=False),
    sa.Column("guides", sa.JSON, nullable=False),
    sa.Column("quiet_from", sa.String(5), nullable=False),
    sa.Column("quiet_until", sa.String(5), nullable=False),
    sa.Column("zone", sa.String(60), nullable=False),
    sa.Column("set_by", sa.String(40), nullable=False),
    sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "confirmations",
    _BASELINE,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("key", sa.String(120), nullable=False, index=True),
    sa.Column("slot", sa.String(120), unique=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Column("passages", sa.JSON, nullable=False),
    sa.Column("mentor", sa.String(40), nullable=False, index=True),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("corrected", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("instead_of", sa.String(40), nullable=False, server_default=""),
    sa.Column("told", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("changed_by", sa.String(40), nullable=False),
)
sa.Table(
    "confirmations_version",
    _BASELINE,
    sa.Column("name", sa.String(20), primary_key=True),
    sa.Column("number", sa.Integer, nullable=False),
)
sa.Table(
    "deeds",
    _BASELINE,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("person", sa.String(40), nullable=False, index=True),
    sa.Column("what", sa.String(40), nullable=False),
    sa.Column("about", sa.String(120), nullable=False, index=True),
    sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "drafts",
    _BASELINE,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("thread_ts", sa.String(40), nullable=False),
    sa.Column("person", sa.String(40), nullable=False, index=True),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "feedback",
    _BASELINE,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("person", sa.String(40), primary_key=True),
    sa.Column("liked", sa.Boolean, nullable=False),
    sa.Column("reason", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "gaps",
    _BASELINE,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("person", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("nearest", sa.JSON, nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Table(
    "handovers",
    _BASELINE,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("key", sa.String(120), nullable=False, unique=True),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("person", sa.String(40), nullable=False, index=True),
    sa.Column("named", sa.Boolean, nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("thread_ts", sa.String(40), nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("mentor", sa.String(40), nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("card_channel", sa.String(40), nullable=False),
    sa.Column("card_ts", sa.String(40), nullable=False, index=True),
    sa.Column("card_shows", sa.String(80), nullable=False),
    sa.Column("direct_channel", sa.String(40), nullable=False),
    sa.Column("direct_ts", sa.String(40), nullable=False),
    sa.Column("heard_ts", sa.String(40), nullable=False),
    sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("claimed_at", sa.DateTime(timezone=True)),
    sa.Column("answered_at", sa.DateTime(timezone=True)),
    sa.Column("reminded_at", sa.DateTime(timezone=True)),
    sa.Column("worked_at", sa.DateTime(timezone=True)),
)
sa.Table(
    "inbox",
    _BASELINE,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("ts", sa.String(40), nullable=False),
    sa.Column("thread_ts", sa.String(40), nullable=False),
    sa.Column("person", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("message_id", sa.String(80), unique=True),
    sa.Column("edited", sa.String(40), nullable=False, server_default=""),
    sa.Column("answer_ts", sa.Text, nullable=False, server_default=""),
    sa.Column("unasked", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("fresh", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("reason", sa.String(200), nullable=False),
    sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("finished_at", sa.DateTime(timezone=True)),
)
sa.Table(
    "shares",
    _BASELINE,
    sa.Column("id", sa.String(40), primary_key=True),
    sa.Column("team", sa.String(40), nullable=False),
    sa.Column("key", sa.String(120), nullable=False, index=True),
    sa.Column("asker", sa.String(40), nullable=False, index=True),
    sa.Column("sharer", sa.String(40), nullable=False, index=True),
    sa.Column("source", sa.String(40), nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("sources", sa.JSON, nullable=False),
    sa.Column("made", sa.Text, nullable=False),
    sa.Column("state", sa.String(20), nullable=False, index=True),
    sa.Column("target", sa.String(40), nullable=False, index=True),
    sa.Column("channel", sa.String(40), nullable=False),
    sa.Column("ts", sa.Text, nullable=False),
    sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("shared_at", sa.DateTime(timezone=True)),
)
sa.Table(
    "threads",
    _BASELINE,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("paused", sa.Boolean, nullable=False),
    sa.Column("talk_of", sa.String(40), nullable=False),
    sa.Column("talk_before", sa.String(40), nullable=False),
    sa.Column("last_ts", sa.String(40), nullable=False),
)
sa.Table(
    "weekly_reports",
    _BASELINE,
    sa.Column("week", sa.String(10), primary_key=True),
    sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
    sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("done", sa.Boolean, nullable=False),
)
sa.Table(
    "withheld",
    _BASELINE,
    sa.Column("key", sa.String(120), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
)


def upgrade() -> None:
    """Create every table, and put back into it what it held."""
    connection = op.get_bind()
    there = set(sa.inspect(connection).get_table_names())
    for table in _BASELINE.sorted_tables:
        if table.name in there:
            _make_anew(connection, table)
        else:
            table.create(connection)
    answers, inbox = _BASELINE.tables["answers"], _BASELINE.tables["inbox"]
    asker = sa.select(inbox.c.person).where(inbox.c.key == answers.c.key).scalar_subquery()
    nameless = sa.update(answers).where(answers.c.person == "", asker.is_not(None))
    connection.execute(nameless.values(person=asker))  # early receipts were found by their question alone


def _make_anew(connection: sa.Connection, table: sa.Table) -> None:
    found = {column["name"] for column in sa.inspect(connection).get_columns(table.name)}
    name = connection.dialect.identifier_preparer.quote(table.name)
    connection.execute(sa.text(f"CREATE TEMPORARY TABLE kept AS SELECT * FROM {name}"))  # noqa: S608  a name of ours
    connection.execute(sa.text(f"DROP TABLE {name}"))
    table.create(connection)
    kept = sa.table("kept", *(sa.column(column.name, column.type) for column in table.columns))
    values = [_value(kept, column) if column.name in found else _empty(column) for column in table.columns]
    connection.execute(sa.insert(table).from_select(list(table.columns.keys()), sa.select(*values).select_from(kept)))
    connection.execute(sa.text("DROP TABLE kept"))
    _count_on(connection, table)


def _value(kept: sa.TableClause, column: sa.Column[object]) -> sa.ColumnElement[object]:
    value = kept.c[column.name]
    return value if column.nullable else sa.func.coalesce(value, _empty(column), type_=column.type)


def _empty(column: sa.Column[object]) -> sa.ColumnElement[object]:
    """What stands in a column that came later than its row."""
    if column.nullable:
        return sa.cast(sa.null(), column.type)
    empty: dict[type[object], sa.ColumnElement[Any]] = {
        sa.Boolean: sa.false(),
        sa.Integer: sa.literal_column("0"),
        sa.JSON: sa.cast(sa.literal_column("'[]'"), sa.JSON),
        sa.DateTime: sa.func.now(),
    }
    return next((value for kind, value in empty.items() if isinstance(column.type, kind)), sa.literal_column("''"))


def _count_on(connection: sa.Connection, table: sa.Table) -> None:
    """PostgreSQL's numbers go on after those that were put back."""
    if connection.dialect.name != "postgresql" or table.autoincrement_column is None:
        return
    column = table.autoincrement_column
    last = sa.select(sa.func.max(column)).scalar_subquery()
    sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
    connection.execute(sa.select(sa.func.setval(sequence, sa.func.coalesce(last, 1), last.is_not(None))))
