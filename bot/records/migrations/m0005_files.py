"""What is asked knows what to call the files that were handed over with it."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the columns; of what waits no files are known."""
    for table in ("inbox", "promises"):
        op.add_column(table, sa.Column("files", sa.Text, nullable=False, server_default=""))
