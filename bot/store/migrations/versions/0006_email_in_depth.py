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
    _thread()


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


def _thread() -> None:
    """What a conversation goes on from, and how far the sender of a mail can be trusted."""
    op.add_column("conversation", sa.Column("follows_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("conversation_follows_id_fkey"), "conversation", "conversation", ["follows_id"], ["id"]
    )
    op.create_index(
        "conversation_follows_id_idx",
        "conversation",
        ["follows_id"],
        postgresql_where=sa.text("follows_id IS NOT NULL"),
    )
    op.add_column("message", sa.Column("trust", sa.String(8), nullable=True))
    op.add_column("message", sa.Column("reply_to", sa.Text(), nullable=True))
    op.add_column(
        "message",
        sa.Column("cc", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.create_index(
        "message_reply_id_idx",
        "message",
        ["reply_id"],
        postgresql_where=sa.text("author = 'citizen' AND reply_id IS NOT NULL"),
    )
