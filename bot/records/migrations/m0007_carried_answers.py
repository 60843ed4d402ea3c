"""A handover knows which message of the mentor's was carried to the asker."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Add the column; of answers carried before nothing is known."""
    op.add_column("handovers", sa.Column("answer_ts", sa.String(40), nullable=False, server_default=""))
