"""Every row belongs to an installation: those that are there to the one of SLACK_BOT_TOKEN, whose name is empty."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_KEYS: Mapping[str, Sequence[str]] = {
    "answers": ["key"],
    "channels": ["key"],
    "confirmations": ["id"],
    "confirmations_version": ["name"],
    "drafts": ["id"],
    "feedback": ["key", "person"],
    "gaps": ["key", "number"],
    "handovers": ["id"],
    "inbox": ["key"],
    "presence": ["team"],
    "promises": ["id"],
    "shares": ["id"],
    "threads": ["key"],
    "weekly_reports": ["week"],
    "withheld": ["key", "number"],
}
"""The columns of each primary key, before which the installation comes."""
_UNIQUE = {"confirmations": "slot", "handovers": "key", "inbox": "message_id"}
"""Columns that are unique within an installation from now on."""
_CONVENTION = {"pk": "%(table_name)s_pkey", "uq": "%(table_name)s_%(column_0_name)s_key"}
"""How PostgreSQL names what has no name, and what SQLite's is called while its tables are made anew."""


def upgrade() -> None:
    """Add the column to every table, and to the keys."""
    for table, keys in _KEYS.items():
        with op.batch_alter_table(table, naming_convention=_CONVENTION) as batch:
            batch.add_column(_column())
            batch.drop_constraint(f"{table}_pkey", type_="primary")
            batch.create_primary_key(f"{table}_pkey", ["installation", *keys])
            if unique := _UNIQUE.get(table):
                batch.drop_constraint(f"{table}_{unique}_key", type_="unique")
                batch.create_unique_constraint(f"{table}_installation_{unique}_key", ["installation", unique])
    op.add_column("audit_log", _column())
    op.create_index("ix_audit_log_installation", "audit_log", ["installation"])


def _column() -> sa.Column[str]:
    return sa.Column("installation", sa.String(40), nullable=False, server_default="")
