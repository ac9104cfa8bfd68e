"""What pull channels fetch, and how far they are."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from bot.store.tables.base import identity, metadata, moment

# What a pull channel fetched, kept before anybody looked into it.
parcel = Table(
    "parcel",
    metadata,
    identity(),
    Column("channel", String(32), nullable=False),
    Column("place", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    # The content is here, or, when it is large, in a file of the file store; `packing`: plain | zlib. Neither
    # is there of what the other side does not hand over.
    Column("data", LargeBinary),
    Column("file", String(64), unique=True),
    Column("packing", String(8), nullable=False, server_default="plain"),
    Column("kind", String(32)),
    Column("reason", Text),
    Column("message_id", ForeignKey("message.id")),  # the citizen's message it is, once it was read as one
    moment("fetched_at"),
    moment("read_at", nullable=True),
    Column("failures", SmallInteger, nullable=False, server_default="0"),
    UniqueConstraint("channel", "place", "epoch", "number"),
    Index("parcel_message_id_idx", "message_id", postgresql_where=text("message_id IS NOT NULL")),
    Index("parcel_unread_idx", "fetched_at", postgresql_where=text("read_at IS NULL")),
)

mailbox = Table(
    "mailbox",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("place", Text, primary_key=True),
    Column("epoch", BigInteger),
    Column("number", BigInteger),
    # Up to where what is kept has been flagged or moved on the server.
    Column("settled_epoch", BigInteger),
    Column("settled", BigInteger),
    # Since when it is to be looked at, and when it last was with success.
    moment("since", nullable=True),
    moment("checked_at", nullable=True),
)
