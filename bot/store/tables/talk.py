"""People, what they write and what is written to them."""

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
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from bot.store.tables.base import identity, metadata, moment

person = Table(
    "person",
    metadata,
    identity(),
    # An address the person told us. Typed in a chat it is unverified: it gets no content of a conversation.
    Column("email", Text),
    Column("name", Text),
    Column("organisation", Text),  # instansi or pekerjaan
    # Since when what the person told about themselves is remembered for the next time, by their own word.
    moment("consented_at", nullable=True),
    # When the person was forgotten at their wish: what is left must stay, without them.
    moment("erased_at", nullable=True),
    # Somebody else in this table turned out to be the same person: see person_join.
    Column("joined_into_id", ForeignKey("person.id")),
    moment("created_at"),
    Index(
        "person_name_words_idx",
        text("to_tsvector('simple', left(name, 500))"),
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    ),
)

# An officer found two of `person` to be one. `contact_ids` were moved, `filled` are the columns of the kept
# one that were taken over: what was joined by mistake can be told apart again.
person_join = Table(
    "person_join",
    metadata,
    identity(),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("joined_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("contact_ids", ARRAY(BigInteger), nullable=False),
    Column("filled", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("verification", String(16), nullable=False),  # see handoff.ports.privacy.Verification
    Column("note", Text),
    Column("officer_id", ForeignKey("officer.id")),  # None: on the command line
    moment("at"),
    moment("undone_at", nullable=True),
)

# A person's own name on a channel. Its row is locked while a message of that person is kept, so that
# the order of jobs is the order of commits.
contact = Table(
    "contact",
    metadata,
    identity(),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("channel", String(32), nullable=False),
    Column("address", Text, nullable=False),
    # Another name of the same person on the channel, under which they may come another time.
    Column("alias", Text),
    Column("name", Text),
    Column("language", String(2), nullable=False, server_default="id"),
    Column("phone", Text),
    moment("introduced_at", nullable=True),
    moment("last_inbound_at", nullable=True),
    # When the channel last said that only the citizen's next message allows another one of ours.
    moment("window_closed_at", nullable=True),
    # STOP: no notices; what the person asks is answered all the same.
    moment("opted_out_at", nullable=True),
    # Nobody is at this address on this channel, in the channel's words for officers.
    Column("unreachable", Text),
    # What the person writes next changes something of ours: messages that wait for it, or `unreachable`.
    Column("has_waiting", Boolean, nullable=False, server_default=text("false")),
    # How many messages came since when, and since when it is so many that they are only kept.
    moment("flow_since", nullable=True),
    Column("flow_count", Integer, nullable=False, server_default="0"),
    moment("flooding_since", nullable=True),
    moment("created_at"),
    UniqueConstraint("channel", "address"),
    Index("contact_alias_idx", "channel", "alias", postgresql_where=text("alias IS NOT NULL")),
    Index("contact_phone_idx", "phone", postgresql_where=text("phone IS NOT NULL")),
    Index(
        "contact_name_words_idx",
        text("to_tsvector('simple', left(name, 500))"),
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    ),
)

conversation = Table(
    "conversation",
    metadata,
    identity(),
    Column("contact_id", ForeignKey("contact.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("context", JSONB, nullable=False, server_default=text("'{}'")),
    Column("subject", Text),
    # The earlier one of the same person whose thread it goes on: a closed one, or one about something else.
    Column("follows_id", ForeignKey("conversation.id")),
    # The officer who has taken it over: the bot says nothing until it is handed back.
    Column("holder_id", ForeignKey("officer.id")),
    moment("held_at", nullable=True),
    # Since when the office owes the citizen an officer's answer, None while it owes none.
    moment("owed_since", nullable=True),
    moment("opened_at"),
    moment("last_inbound_at", nullable=True),
    moment("last_outbound_at", nullable=True),
    moment("closed_at", nullable=True),
    # When what was said in it was removed, at the person's wish or at the end of its retention.
    moment("forgotten_at", nullable=True),
    Column("closed_how", String(16)),  # officer | citizen | idle | merged | survey
    # What silence does to it (bot/closing.py): when to look next, None: nothing can happen by itself, -infinity: at
    # once (set by a trigger when what it depends on changes); when it was warned of; who holds the closing back.
    moment("tend_at", nullable=True),
    moment("warned_at", nullable=True),
    moment("kept_open_at", nullable=True),
    moment("released_at", nullable=True),
    Column("kept_open_by", ForeignKey("officer.id")),
    Column("kept_open_reason", Text),
    Index("conversation_opened_at_idx", "opened_at"),
    Index("conversation_tend_idx", "tend_at", postgresql_where=text("tend_at IS NOT NULL")),
    Index("conversation_contact_id_idx", "contact_id", "id"),
    Index(
        "conversation_unforgotten_idx",
        "closed_at",
        postgresql_where=text("closed_at IS NOT NULL AND forgotten_at IS NULL"),
    ),
    Index("conversation_holder_id_idx", "holder_id", postgresql_where=text("holder_id IS NOT NULL")),
    Index("conversation_follows_id_idx", "follows_id", postgresql_where=text("follows_id IS NOT NULL")),
    # The order in which officers see all of them.
    Index("conversation_recent_idx", text("coalesce(last_inbound_at, opened_at)"), "id"),
)

message = Table(
    "message",
    metadata,
    identity(),
    Column("uid", UUID(as_uuid=True), nullable=False, server_default=func.gen_random_uuid(), unique=True),
    Column("conversation_id", ForeignKey("conversation.id"), nullable=False),
    Column("channel", String(32), nullable=False),
    Column("author", String(16), nullable=False),  # citizen | bot | system | officer
    Column("officer_id", ForeignKey("officer.id")),
    # See channels.port.InboundKind; of an officer also `note`: for colleagues, never sent.
    Column("kind", String(16), nullable=False, server_default="message"),
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
    moment("created_at"),
    moment("answered_at", nullable=True),
    # How often a job about this message ended with an error of our own.
    Column("failures", SmallInteger, nullable=False, server_default="0"),
    Index("message_created_at_idx", "created_at", postgresql_using="brin"),
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
    # What officers search in. See bot/store/desk/search.py.
    Index(
        "message_words_idx",
        text("to_tsvector('simple', left(coalesce(subject || ' ', '') || text, 20000))"),
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    ),
)

# A file that came with a citizen's message; its content stands outside the database under `file`.
media = Table(
    "media",
    metadata,
    identity(),
    Column("message_id", ForeignKey("message.id"), nullable=False),
    Column("number", SmallInteger, nullable=False),
    Column("state", String(16), nullable=False),  # waiting | kept | refused | failed
    Column("reason", Text),
    Column("content_type", String(128)),  # found in the content, not what was claimed
    Column("size", BigInteger),
    Column("file", String(64), unique=True),
    Column("failures", SmallInteger, nullable=False, server_default="0"),
    moment("created_at"),
    moment("fetched_at", nullable=True),
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
    identity(),
    Column("kind", String(32), nullable=False),
    Column("conversation_id", ForeignKey("conversation.id"), index=True),
    Column("message_id", ForeignKey("message.id")),
    Column("detail", JSONB, nullable=False, server_default=text("'{}'")),
    Column("once", Text, unique=True),
    moment("created_at"),
    moment("seen_at", nullable=True),
    Index("event_unseen_idx", "created_at", postgresql_where=text("seen_at IS NULL")),
)
