"""A thread knows when it was told to keep quiet, and when to speak again, instead of which of the two was delivered last."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_LONG_AGO = "0"
"""A ts before that of any message."""


def upgrade() -> None:
    """Add the two ts; a thread that is quiet stays so."""
    for name in ("paused_ts", "resumed_ts"):
        op.add_column("threads", sa.Column(name, sa.String(40), nullable=False, server_default=""))
    threads = sa.table("threads", sa.column("paused"), sa.column("paused_ts"))
    op.get_bind().execute(sa.update(threads).where(threads.c.paused).values(paused_ts=_LONG_AGO))
    with op.batch_alter_table("threads") as batch:
        batch.drop_column("paused")
