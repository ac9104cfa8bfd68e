"""What becomes of messages of ours."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from bot.store.tables.base import metadata, moment

# One row per message of ours, with what became of it.
delivery = Table(
    "delivery",
    metadata,
    Column("message_id", ForeignKey("message.id"), primary_key=True),
    # kept | sending | sent | waiting (for the citizen's next message) | rerouted (said by mail) | failed
    # | uncertain (it may have arrived, nobody knows)
    Column("state", String(16), nullable=False),
    Column("key", String(64), nullable=False),
    Column("arguments", JSONB, nullable=False, server_default=text("'{}'")),
    Column("choices", JSONB, nullable=False, server_default=text("'[]'")),
    Column("language", String(2), nullable=False, server_default="id"),
    Column("recipient", Text),  # where it goes when that is not the conversation's contact
    Column("cc", ARRAY(Text), nullable=False, server_default=text("'{}'")),  # whom an officer named besides
    Column("way", String(16)),  # how it went out: text | buttons | template
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    # Attempts known to have failed after they were taken; what is still reported of them changes nothing.
    Column("past_attempts", SmallInteger, nullable=False, server_default="0"),
    moment("attempted_at", nullable=True),
    # Since when it may be sent again, after it waited; the channel's patience counts from here.
    moment("released_at", nullable=True),
    moment("sent_at", nullable=True),
    Column("failure", Text),
    Column("cause", String(16)),  # see channels.port.Cause
    Index(
        "delivery_open_idx",
        "message_id",
        postgresql_where=text("state IN ('kept', 'sending')"),
    ),
    Index("delivery_waiting_idx", "message_id", postgresql_where=text("state = 'waiting'")),
)

# What the channel told later about a message of ours, one row for each of its parts.
delivery_report = Table(
    "delivery_report",
    metadata,
    Column("message_id", ForeignKey("message.id"), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("state", String(16), nullable=False),  # see channels.port.ReportState
    Column("code", Integer),
    Column("attempt", SmallInteger, nullable=False),
    Column("part", SmallInteger, nullable=False),  # from 1
    moment("at"),
    PrimaryKeyConstraint("external_id", "message_id"),
    Index("delivery_report_message_id_idx", "message_id"),
)

# When a channel, or one person on it, may be sent the next message. Lost with the power, harmless then.
pace = Table(
    "pace",
    metadata,
    Column("channel", String(32), nullable=False),
    Column("address", Text, nullable=False),  # empty: the channel as a whole
    moment("free_at"),
    PrimaryKeyConstraint("channel", "address"),
    prefixes=["UNLOGGED"],
)
