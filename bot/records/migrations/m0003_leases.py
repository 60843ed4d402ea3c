"""The inbox gets leases: which process answers a question, until when, in which try; and the messages to be cleared away."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the columns; what waits is leased by nobody and is claimed at once."""
    op.add_column("inbox", sa.Column("owner", sa.String(40), nullable=False, server_default=""))
    op.add_column("inbox", sa.Column("leased_until", sa.DateTime(timezone=True)))
    op.add_column("inbox", sa.Column("due_at", sa.DateTime(timezone=True)))
    op.add_column("inbox", sa.Column("retries", sa.Integer, nullable=False, server_default="0"))
    op.add_column("inbox", sa.Column("remains", sa.Text, nullable=False, server_default=""))
