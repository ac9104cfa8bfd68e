"""What email needs: who reads a mailbox, quarantine, trust, the limits of automatic replies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    _attachment()
    _parcel()
    _mailbox()


def _attachment() -> None:
    """Files that officers send, and whom else a mail goes to."""
    op.add_column(
        "delivery",
        sa.Column("cc", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_table(
        "attachment",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("content_type", sa.String(128), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("file", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("attachment_message_id_fkey")),
        sa.PrimaryKeyConstraint("message_id", "number", name=op.f("attachment_pkey")),
    )
    op.create_index(op.f("attachment_file_idx"), "attachment", ["file"])


def _parcel() -> None:
    """Raw mails are kept packed, large ones in a file; older rows stay as they are."""
    op.alter_column("parcel", "data", nullable=True)
    op.add_column("parcel", sa.Column("packing", sa.String(8), server_default="plain", nullable=False))
    op.add_column("parcel", sa.Column("file", sa.String(64), nullable=True))
    op.create_unique_constraint("parcel_file_key", "parcel", ["file"])


def _mailbox() -> None:
    """Since when a mailbox is to be looked at, and how far its mails were flagged or moved."""
    op.add_column("mailbox", sa.Column("since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mailbox", sa.Column("settled_epoch", sa.BigInteger(), nullable=True))
    op.add_column("mailbox", sa.Column("settled", sa.BigInteger(), nullable=True))
