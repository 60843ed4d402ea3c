"""The audit log gets its name: its table was called `deeds`."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Rename the table, and what is named after it."""
    op.rename_table("deeds", "audit_log")
    for column in ("person", "about"):
        op.drop_index(f"ix_deeds_{column}", "audit_log")
        op.create_index(f"ix_audit_log_{column}", "audit_log", [column])
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER SEQUENCE deeds_number_seq RENAME TO audit_log_number_seq")
        op.execute("ALTER INDEX deeds_pkey RENAME TO audit_log_pkey")
