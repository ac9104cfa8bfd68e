"""Officers: who they are, who is logged in, what they did and are told."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from bot.store.tables.base import identity, metadata, moment

officer = Table(
    "officer",
    metadata,
    identity(),
    Column("login", Text, nullable=False, unique=True),  # in lower case
    Column("name", Text, nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", Text),  # E.164, for notices by WhatsApp
    Column("role", String(16), nullable=False),  # officer | supervisor | admin
    Column("language", String(2), nullable=False, server_default="id"),
    Column("password_hash", Text),  # None: the one-time link has not been used yet
    Column("totp_secret", Text),  # sealed
    Column("totp_used", BigInteger),  # the time step of the last code that was taken: none is taken twice
    moment("disabled_at", nullable=True),
    moment("created_at"),
)

# Who is logged in. The cookie holds the token, this table its digest only.
officer_session = Table(
    "officer_session",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("officer_id", ForeignKey("officer.id"), nullable=False, index=True),
    Column("csrf", String(64), nullable=False),
    Column("is_complete", Boolean, nullable=False),  # False: the second factor is still to come
    moment("created_at"),
    moment("seen_at"),
    moment("expires_at"),
)

# One-time links: the first one, and a new password.
officer_link = Table(
    "officer_link",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("officer_id", ForeignKey("officer.id"), nullable=False, index=True),
    moment("created_at"),
    moment("expires_at"),
    moment("used_at", nullable=True),
)

# How often somebody tried to log in from an address or as somebody; lost with the power, harmless then.
login_attempt = Table(
    "login_attempt",
    metadata,
    Column("source", Text, primary_key=True),
    Column("count", Integer, nullable=False),
    moment("since"),
    prefixes=["UNLOGGED"],
)

# Who did what, besides what a ticket's own history tells. Rows are only added; `detail` names no citizen.
audit = Table(
    "audit",
    metadata,
    identity(),
    moment("at"),
    Column("officer_id", ForeignKey("officer.id")),  # None: the program, or the command line
    Column("action", String(48), nullable=False),
    Column("object", Text),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    Index("audit_at_idx", "at", "id"),
    Index("audit_officer_id_idx", "officer_id", "id"),
)

# What an officer is to be told by mail, until it went out in one of `officer_mail`. `once`: the same is told once.
officer_notice = Table(
    "officer_notice",
    metadata,
    identity(),
    Column("officer_id", ForeignKey("officer.id"), nullable=False),
    Column("kind", String(32), nullable=False),  # new, assigned, replied, half, one_day, missed, unclaimed
    Column("ticket_id", ForeignKey("ticket.id")),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    Column("once", Text, unique=True),
    Column("mail_id", ForeignKey("officer_mail.id")),
    moment("created_at"),
    Index("officer_notice_open_idx", "created_at", "officer_id", postgresql_where=text("mail_id IS NULL")),
    Index("officer_notice_mail_id_idx", "mail_id", postgresql_where=text("mail_id IS NOT NULL")),
    Index("officer_notice_ticket_id_idx", "ticket_id"),
)

officer_mail = Table(
    "officer_mail",
    metadata,
    identity(),
    Column("uid", UUID(as_uuid=True), nullable=False, server_default=text("gen_random_uuid()"), unique=True),
    Column("officer_id", ForeignKey("officer.id")),
    # Whom it goes to where that is no officer (office.yml names them), and the files that go along.
    Column("recipient", Text),
    Column("enclosed", JSONB, nullable=False, server_default=text("'[]'")),
    Column("channel", String(32), nullable=False),
    Column("state", String(16), nullable=False),  # kept | sending | sent | failed
    Column("subject", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("arguments", JSONB, nullable=False, server_default=text("'{}'")),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    moment("attempted_at", nullable=True),
    moment("created_at"),
    moment("sent_at", nullable=True),
    Column("failure", Text),
    Index("officer_mail_open_idx", "created_at", postgresql_where=text("state IN ('kept', 'sending')")),
    Index("officer_mail_officer_id_idx", "officer_id", "created_at"),
)
