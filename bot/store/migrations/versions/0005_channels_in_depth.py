"""What channels tell and need: files, reports on messages of ours, the pace of sending, who may be written to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("person", sa.Column("email", sa.Text(), nullable=True))
    for column in (
        sa.Column("alias", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("last_inbound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("window_closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opted_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("unreachable", sa.Text(), nullable=True),
        sa.Column("has_waiting", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("flow_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("flow_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("flooding_since", sa.DateTime(timezone=True), nullable=True),
    ):
        op.add_column("contact", column)
    op.create_index(
        "contact_alias_idx", "contact", ["channel", "alias"], postgresql_where=sa.text("alias IS NOT NULL")
    )
    op.execute(
        """
        UPDATE contact SET last_inbound_at = heard.at
        FROM (SELECT contact_id, max(last_inbound_at) AS at FROM conversation GROUP BY contact_id) AS heard
        WHERE heard.contact_id = contact.id
        """
    )
    op.add_column("message", sa.Column("kind", sa.String(16), server_default="message", nullable=False))
    op.add_column("message", sa.Column("choice", sa.SmallInteger(), nullable=True))
    op.add_column(
        "delivery", sa.Column("choices", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False)
    )
    op.add_column("delivery", sa.Column("recipient", sa.Text(), nullable=True))
    op.add_column("delivery", sa.Column("way", sa.String(16), nullable=True))
    op.add_column(
        "delivery", sa.Column("past_attempts", sa.SmallInteger(), server_default="0", nullable=False)
    )
    op.add_column("delivery", sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("delivery", sa.Column("cause", sa.String(16), nullable=True))
    op.create_index(
        "delivery_waiting_idx", "delivery", ["message_id"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index(
        "ticket_open_idx", "ticket", ["conversation_id"], postgresql_where=sa.text("closed_at IS NULL")
    )
    _delivery_report()
    _media()
    _event()
    op.create_table(
        "pace",
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("free_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("channel", "address", name=op.f("pace_pkey")),
        prefixes=["UNLOGGED"],
    )


def _delivery_report() -> None:
    op.create_table(
        "delivery_report",
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("part", sa.SmallInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("delivery_report_message_id_fkey")),
        sa.PrimaryKeyConstraint("external_id", "message_id", name=op.f("delivery_report_pkey")),
    )
    op.create_index("delivery_report_message_id_idx", "delivery_report", ["message_id"])


def _media() -> None:
    op.create_table(
        "media",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("content_type", sa.String(128), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("file", sa.String(64), nullable=True),
        sa.Column("failures", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("media_message_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("media_pkey")),
        sa.UniqueConstraint("message_id", "number", name=op.f("media_message_id_number_key")),
        sa.UniqueConstraint("file", name=op.f("media_file_key")),
    )
    op.create_index(
        "media_waiting_idx", "media", ["created_at"], postgresql_where=sa.text("state = 'waiting'")
    )


def _event() -> None:
    op.create_table(
        "event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("event_conversation_id_fkey")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("event_message_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("event_pkey")),
        sa.UniqueConstraint("once", name=op.f("event_once_key")),
    )
    op.create_index(op.f("event_conversation_id_idx"), "event", ["conversation_id"])
    op.create_index("event_unseen_idx", "event", ["created_at"], postgresql_where=sa.text("seen_at IS NULL"))
