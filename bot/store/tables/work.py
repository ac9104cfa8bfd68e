"""Tickets and what officers do with them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
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
from sqlalchemy.dialects.postgresql import ARRAY

from bot.store.tables.base import identity, metadata, moment

ticket = Table(
    "ticket",
    metadata,
    identity(),
    Column("number", String(32), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),  # see handoff.ticket.PREFIXES
    Column("state", String(16), nullable=False),  # see handoff.ticket.State
    Column("reason", String(32), nullable=False),  # why it was opened
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False, index=True),
    # Counted up by every change: whoever changes what somebody else has changed is told so.
    Column("version", Integer, nullable=False, server_default="1"),
    Column("priority", SmallInteger, nullable=False, server_default="0"),  # 1: before all others
    Column("assignee_id", ForeignKey("officer.id")),
    Column("tags", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("purpose", Text),  # keperluan
    # The requirements of its kind (handoff/checklist.py) that are fulfilled.
    Column("checklist", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    # The deadline's clock starts when the request is clear and complete (decree); None: it has not started.
    moment("clear_at", nullable=True),
    moment("due_at", nullable=True),
    Column("merged_into_id", ForeignKey("ticket.id")),
    moment("opened_at"),
    moment("claimed_at", nullable=True),
    moment("answered_at", nullable=True),  # when an officer first answered
    moment("closed_at", nullable=True),
    # What time does to it (bot/tending.py): the version it was last looked at in, and when to look again.
    Column("tended_version", Integer, nullable=False, server_default="0"),
    moment("tend_at", nullable=True),
    Index("ticket_open_idx", "conversation_id", postgresql_where=text("closed_at IS NULL")),
    Index("ticket_assignee_id_idx", "assignee_id", postgresql_where=text("closed_at IS NULL")),
    Index("ticket_due_idx", "due_at", postgresql_where=text("closed_at IS NULL AND due_at IS NOT NULL")),
    Index(
        "ticket_changed_idx", "id", postgresql_where=text("closed_at IS NULL AND tended_version <> version")
    ),
    Index("ticket_tend_idx", "tend_at", postgresql_where=text("closed_at IS NULL AND tend_at IS NOT NULL")),
    # The order of the queues: what comes first by the decree's date. See bot/store/desk/inbox.py.
    Index(
        "ticket_queue_idx",
        text("(- priority)"),
        text("coalesce(due_at, TIMESTAMPTZ '9999-01-01 00:00:00+00')"),
        "opened_at",
        "id",
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index("ticket_closed_idx", "closed_at", "id", postgresql_where=text("closed_at IS NOT NULL")),
    Index("ticket_tags_idx", "tags", postgresql_using="gin"),
    Index("ticket_number_words_idx", "number", postgresql_ops={"number": "text_pattern_ops"}),
)

# The last number given out, so that numbers have no gaps and no doubles.
ticket_counter = Table(
    "ticket_counter",
    metadata,
    Column("prefix", String(8), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

# Every change of a ticket, with who and when. Rows are only added.
ticket_change = Table(
    "ticket_change",
    metadata,
    identity(),
    Column("ticket_id", ForeignKey("ticket.id"), nullable=False),
    moment("at"),
    Column("actor", String(16), nullable=False),  # citizen | bot | system | officer
    Column("officer_id", ForeignKey("officer.id")),
    Column("what", String(32), nullable=False),  # opened, claimed, assigned, kind, state, tags, priority, ...
    Column("before", Text),
    Column("after", Text),
    Index("ticket_change_ticket_id_idx", "ticket_id", "id"),
)

# When a ticket waited for the citizen: the deadline's clock stood still. `to_at` is None while it does.
ticket_pause = Table(
    "ticket_pause",
    metadata,
    identity(),
    Column("ticket_id", ForeignKey("ticket.id"), nullable=False, index=True),
    moment("from_at"),
    moment("to_at", nullable=True),
)

# What an officer has written and not sent yet.
draft = Table(
    "draft",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("officer_id", ForeignKey("officer.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("is_note", Boolean, nullable=False, server_default=text("false")),
    moment("updated_at"),
    PrimaryKeyConstraint("conversation_id", "officer_id"),
)

# Who looks at a conversation just now, or is writing in it. Lost with the power, harmless then.
viewing = Table(
    "viewing",
    metadata,
    Column("conversation_id", BigInteger, nullable=False),
    Column("officer_id", BigInteger, nullable=False),
    moment("seen_at"),
    moment("typed_at", nullable=True),
    PrimaryKeyConstraint("conversation_id", "officer_id"),
    prefixes=["UNLOGGED"],
)

# Replies that officers keep ready; `shortcut` is what is typed after the slash.
canned = Table(
    "canned",
    metadata,
    identity(),
    Column("shortcut", String(48), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("text_id", Text, nullable=False),
    Column("text_en", Text, nullable=False, server_default=""),
    Column("updated_by", ForeignKey("officer.id")),
    moment("updated_at"),
)
