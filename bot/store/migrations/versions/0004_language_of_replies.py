"""The language of a reply, for the channels that say it (mail)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("delivery", sa.Column("language", sa.String(length=2), server_default="id", nullable=False))
