"""The tables. Queries on them stand in one file per aggregate beside this one."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Computed,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR, UUID

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s_idx",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def _moment(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


person = Table(
    "person",
    metadata,
    _id(),
    _moment("created_at"),
)

# A person's own name on a channel. Its row is locked while a message of that person is kept, so that
# the order of jobs is the order of commits.
contact = Table(
    "contact",
    metadata,
    _id(),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("channel", String(32), nullable=False),
    Column("address", Text, nullable=False),
    Column("name", Text),
    Column("language", String(2), nullable=False, server_default="id"),
    _moment("introduced_at", nullable=True),
    _moment("created_at"),
    UniqueConstraint("channel", "address"),
)

conversation = Table(
    "conversation",
    metadata,
    _id(),
    Column("contact_id", ForeignKey("contact.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("context", JSONB, nullable=False, server_default=text("'{}'")),
    Column("subject", Text),
    _moment("opened_at"),
    _moment("last_inbound_at", nullable=True),
    _moment("last_outbound_at", nullable=True),
    _moment("closed_at", nullable=True),
    Index("conversation_contact_id_idx", "contact_id", "id"),
)

message = Table(
    "message",
    metadata,
    _id(),
    Column("uid", UUID(as_uuid=True), nullable=False, server_default=func.gen_random_uuid(), unique=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("author", String(16), nullable=False),  # citizen | bot | system | officer
    Column("external_id", Text),
    Column("text", Text, nullable=False),
    Column("subject", Text),
    Column("quoted", Text),
    Column("reply_id", Text),
    Column("reference_ids", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("attachments", JSONB, nullable=False, server_default=text("'[]'")),
    Column("source", Text),
    Column("understood", JSONB),
    _moment("created_at"),
    _moment("answered_at", nullable=True),
    # How often a job about this message ended with an error of our own.
    Column("failures", SmallInteger, nullable=False, server_default="0"),
    UniqueConstraint("channel", "external_id"),
    Index("message_conversation_id_idx", "conversation_id", "id"),
    Index(
        "message_unanswered_idx",
        "created_at",
        postgresql_where=text("author = 'citizen' AND answered_at IS NULL"),
    ),
)

# One row per message of ours, with what became of it.
delivery = Table(
    "delivery",
    metadata,
    Column("message_id", ForeignKey("message.id"), primary_key=True),
    Column("state", String(16), nullable=False),  # kept | sending | sent | failed | uncertain
    Column("key", String(64), nullable=False),
    Column("arguments", JSONB, nullable=False, server_default=text("'{}'")),
    Column("language", String(2), nullable=False, server_default="id"),
    Column("attempts", SmallInteger, nullable=False, server_default="0"),
    _moment("attempted_at", nullable=True),
    _moment("sent_at", nullable=True),
    Column("failure", Text),
    Index(
        "delivery_open_idx",
        "message_id",
        postgresql_where=text("state IN ('kept', 'sending')"),
    ),
)

ticket = Table(
    "ticket",
    metadata,
    _id(),
    Column("number", String(32), nullable=False, unique=True),
    Column("kind", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("reason", String(32), nullable=False),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False, index=True),
    _moment("opened_at"),
    _moment("closed_at", nullable=True),
)

# The last number given out, so that numbers have no gaps and no doubles.
ticket_counter = Table(
    "ticket_counter",
    metadata,
    Column("prefix", String(8), primary_key=True),
    Column("year", Integer, primary_key=True),
    Column("last", Integer, nullable=False),
)

# What a pull channel fetched, kept before anybody looked into it.
parcel = Table(
    "parcel",
    metadata,
    _id(),
    Column("channel", String(32), nullable=False),
    Column("place", Text, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("kind", String(32)),
    Column("reason", Text),
    _moment("fetched_at"),
    _moment("read_at", nullable=True),
    Column("failures", SmallInteger, nullable=False, server_default="0"),
    UniqueConstraint("channel", "place", "epoch", "number"),
    Index("parcel_unread_idx", "fetched_at", postgresql_where=text("read_at IS NULL")),
)

mailbox = Table(
    "mailbox",
    metadata,
    Column("channel", String(32), primary_key=True),
    Column("place", Text, primary_key=True),
    Column("epoch", BigInteger),
    Column("number", BigInteger),
    _moment("checked_at", nullable=True),
)

# When each of the clock's duties was last deferred, for /healthz.
tick = Table(
    "tick",
    metadata,
    Column("name", String(32), primary_key=True),
    _moment("at"),
)

# Editions of KBLI that were imported whole. The same digits may mean something else in another one.
kbli_edition = Table(
    "kbli_edition",
    metadata,
    Column("name", String(32), primary_key=True),
    _moment("imported_at"),
)

kbli_code = Table(
    "kbli_code",
    metadata,
    Column("edition", ForeignKey("kbli_edition.name", ondelete="CASCADE"), nullable=False),
    Column("code", String(5), nullable=False),
    Column("level", SmallInteger, nullable=False),  # 1 kategori to 5 kelompok
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("parent", String(5)),
    Column(
        "words",
        TSVECTOR,
        Computed(
            "setweight(to_tsvector('indonesian', regexp_replace(title, '[^[:alnum:]]+', ' ', 'g')), 'A') || "
            "setweight(to_tsvector('indonesian', regexp_replace(description, '[^[:alnum:]]+', ' ', 'g')), 'B')",
            persisted=True,
        ),
        nullable=False,
    ),
    PrimaryKeyConstraint("code", "edition"),
    Index("kbli_code_words_idx", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
)

# What the office published, as BPS WebAPI lists it. `gone_at`: it is not listed any more.
catalogue_entry = Table(
    "catalogue_entry",
    metadata,
    _id(),
    Column("domain", String(8), nullable=False),
    Column("kind", String(16), nullable=False),  # publication | press_release | static_table | dynamic_table
    Column("remote_id", String(64), nullable=False),
    Column("title", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("url", Text, nullable=False),
    Column("updated", Date),
    Column("years", ARRAY(SmallInteger), nullable=False, server_default=text("'{}'")),
    Column(
        "words",
        TSVECTOR,
        Computed(
            "setweight(to_tsvector('indonesian', regexp_replace(title, '[^[:alnum:]]+', ' ', 'g')), 'A') || "
            "setweight(to_tsvector('indonesian', regexp_replace(subject, '[^[:alnum:]]+', ' ', 'g')), 'B')",
            persisted=True,
        ),
        nullable=False,
    ),
    # When a dynamic table's years and figures were last asked for.
    _moment("read_at", nullable=True),
    _moment("gone_at", nullable=True),
    UniqueConstraint("domain", "kind", "remote_id"),
    Index("catalogue_entry_words_idx", "words", postgresql_using="gin"),
)

# Figures of a dynamic table's latest years, of the API's `data` model only.
catalogue_value = Table(
    "catalogue_value",
    metadata,
    _id(),
    Column("entry_id", ForeignKey("catalogue_entry.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("place", Text, nullable=False),
    Column("part", Text, nullable=False),
    Column("year", Text, nullable=False),
    Column("value", Numeric, nullable=False),
    Column("unit", Text, nullable=False),
)

# How the last attempt to read the catalogue ended, for each office.
catalogue_sync = Table(
    "catalogue_sync",
    metadata,
    Column("domain", String(8), primary_key=True),
    _moment("tried_at"),
    _moment("synced_at", nullable=True),
    Column("failure", Text),
)
