"""The tables. Queries on them stand in one file per aggregate beside this one."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
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
    # An address the person told us. Typed in a chat it is unverified: it gets no content of a conversation.
    Column("email", Text),
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
    # Another name of the same person on the channel, under which they may come another time.
    Column("alias", Text),
    Column("name", Text),
    Column("language", String(2), nullable=False, server_default="id"),
    Column("phone", Text),
    _moment("introduced_at", nullable=True),
    _moment("last_inbound_at", nullable=True),
    # When the channel last said that only the citizen's next message allows another one of ours.
    _moment("window_closed_at", nullable=True),
    # STOP: no notices; what the person asks is answered all the same.
    _moment("opted_out_at", nullable=True),
    # Nobody is at this address on this channel, in the channel's words for officers.
    Column("unreachable", Text),
    # What the person writes next changes something of ours: messages that wait for it, or `unreachable`.
    Column("has_waiting", Boolean, nullable=False, server_default=text("false")),
    # How many messages came since when, and since when it is so many that they are only kept.
    _moment("flow_since", nullable=True),
    Column("flow_count", Integer, nullable=False, server_default="0"),
    _moment("flooding_since", nullable=True),
    _moment("created_at"),
    UniqueConstraint("channel", "address"),
    Index("contact_alias_idx", "channel", "alias", postgresql_where=text("alias IS NOT NULL")),
)

conversation = Table(
    "conversation",
    metadata,
    _id(),
    Column("contact_id", ForeignKey("contact.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("context", JSONB, nullable=False, server_default=text("'{}'")),
    Column("subject", Text),
    # The earlier one of the same person whose thread it goes on: a closed one, or one about something else.
    Column("follows_id", ForeignKey("conversation.id")),
    _moment("opened_at"),
    _moment("last_inbound_at", nullable=True),
    _moment("last_outbound_at", nullable=True),
    _moment("closed_at", nullable=True),
    Index("conversation_contact_id_idx", "contact_id", "id"),
    Index("conversation_follows_id_idx", "follows_id", postgresql_where=text("follows_id IS NOT NULL")),
)

message = Table(
    "message",
    metadata,
    _id(),
    Column("uid", UUID(as_uuid=True), nullable=False, server_default=func.gen_random_uuid(), unique=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("author", String(16), nullable=False),  # citizen | bot | system | officer
    Column("kind", String(16), nullable=False, server_default="message"),  # see channels.port.InboundKind
    Column("choice", SmallInteger),
    Column("external_id", Text),
    Column("text", Text, nullable=False),
    Column("subject", Text),
    Column("quoted", Text),
    Column("reply_id", Text),
    Column("reference_ids", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("attachments", JSONB, nullable=False, server_default=text("'[]'")),
    Column("source", Text),
    Column("trust", String(8)),  # see channels.port.Trust; None: unknown
    # Where else the writer would like to be answered, and who else got it: for officers, the bot uses neither.
    Column("reply_to", Text),
    Column("cc", ARRAY(Text), nullable=False, server_default=text("'{}'")),
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
    # Of mails: who goes on from a mail of their own is found by it.
    Index(
        "message_reply_id_idx",
        "reply_id",
        postgresql_where=text("author = 'citizen' AND reply_id IS NOT NULL"),
    ),
)

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
    _moment("attempted_at", nullable=True),
    # Since when it may be sent again, after it waited; the channel's patience counts from here.
    _moment("released_at", nullable=True),
    _moment("sent_at", nullable=True),
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
    _moment("at"),
    PrimaryKeyConstraint("external_id", "message_id"),
    Index("delivery_report_message_id_idx", "message_id"),
)

# When a channel, or one person on it, may be sent the next message. Lost with the power, harmless then.
pace = Table(
    "pace",
    metadata,
    Column("channel", String(32), nullable=False),
    Column("address", Text, nullable=False),  # empty: the channel as a whole
    _moment("free_at"),
    PrimaryKeyConstraint("channel", "address"),
    prefixes=["UNLOGGED"],
)

# A file that came with a citizen's message; its content stands outside the database under `file`.
media = Table(
    "media",
    metadata,
    _id(),
    Column("message_id", ForeignKey("message.id"), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("state", String(16), nullable=False),  # waiting | kept | refused | failed
    Column("reason", Text),
    Column("content_type", String(128)),  # found in the content, not what was claimed
    Column("size", BigInteger),
    Column("file", String(64), unique=True),
    Column("failures", SmallInteger, nullable=False, server_default="0"),
    _moment("created_at"),
    _moment("fetched_at", nullable=True),
    UniqueConstraint("message_id", "number"),
    Index("media_waiting_idx", "created_at", postgresql_where=text("state = 'waiting'")),
)

# A file that an officer sends along with a message; its content stands outside the database under `file`.
attachment = Table(
    "attachment",
    metadata,
    Column("message_id", ForeignKey("message.id"), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("content_type", String(128), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("file", String(64), nullable=False, index=True),
    PrimaryKeyConstraint("message_id", "number"),
)

# What officers are shown or warned of. `once` keeps the same thing from being told twice.
event = Table(
    "event",
    metadata,
    _id(),
    Column("kind", String(32), nullable=False),
    Column("conversation_id", ForeignKey("conversation.id"), index=True),
    Column("message_id", ForeignKey("message.id")),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    Column("once", Text, unique=True),
    _moment("created_at"),
    _moment("seen_at", nullable=True),
    Index("event_unseen_idx", "created_at", postgresql_where=text("seen_at IS NULL")),
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
    Index("ticket_open_idx", "conversation_id", postgresql_where=text("closed_at IS NULL")),
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
    # The content is here, or, when it is large, in a file of the file store; `packing`: plain | zlib. Neither
    # is there of what the other side does not hand over.
    Column("data", LargeBinary),
    Column("file", String(64), unique=True),
    Column("packing", String(8), nullable=False, server_default="plain"),
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
    # Up to where what is kept has been flagged or moved on the server.
    Column("settled_epoch", BigInteger),
    Column("settled", BigInteger),
    # Since when it is to be looked at, and when it last was with success.
    _moment("since", nullable=True),
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
