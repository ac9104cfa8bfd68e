"""What begins is looked at: an open conversation in which nothing was ever said had no end."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Have every open conversation looked at that nobody was going to look at."""
    op.execute("UPDATE conversation SET tend_at = '-infinity' WHERE closed_at IS NULL AND tend_at IS NULL")
