"""What citizens say of the service: ratings, satisfaction surveys, complaints; and what was reported of it."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from bot.store.tables.base import identity, metadata, moment

# One request for a rating per consultation, with what was answered.
rating = Table(
    "rating",
    metadata,
    Column("conversation_id", ForeignKey("conversation.id"), primary_key=True),
    Column("officer_id", ForeignKey("officer.id")),  # whose consultation it was, None: the bot's
    Column("digest", LargeBinary, nullable=False, unique=True),  # of the link's token
    moment("asked_at"),
    moment("expires_at"),
    Column("score", SmallInteger),  # 1 to 5
    Column("comment", Text),
    Column("way", String(16)),  # chat | link
    moment("rated_at", nullable=True),
    moment("changed_at", nullable=True),
    Index("rating_rated_at_idx", "rated_at", postgresql_where=text("rated_at IS NOT NULL")),
)

# The questions of the satisfaction survey, as they were asked: a version is never changed.
survey_instrument = Table(
    "survey_instrument",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("content", JSONB, nullable=False),  # see handoff/instrument.py
    Column("made_by", ForeignKey("officer.id")),
    moment("made_at"),
)

survey = Table(
    "survey",
    metadata,
    identity(),
    Column("title", Text, nullable=False),
    Column("version", ForeignKey("survey_instrument.version"), nullable=False),
    Column("opens_on", Date, nullable=False),
    Column("closes_on", Date, nullable=False),  # the last day
    Column("population", Integer),  # how many were served, for the size of the sample
    Column("target", Integer),  # how many are to answer
    Column("made_by", ForeignKey("officer.id")),
    moment("made_at"),
)

# One questionnaire a person and survey. `scores` by the code of the element, 1 to 4; an element may be left out.
survey_sheet = Table(
    "survey_sheet",
    metadata,
    identity(),
    Column("survey_id", ForeignKey("survey.id"), nullable=False),
    Column("person_id", ForeignKey("person.id")),
    Column("conversation_id", ForeignKey("conversation.id")),
    Column("digest", LargeBinary, unique=True),  # of the link's token
    Column("service", String(16), nullable=False, server_default=""),
    Column("channel", String(32), nullable=False, server_default=""),
    Column("scores", JSONB, nullable=False, server_default=text("'{}'")),
    Column("profile", JSONB, nullable=False, server_default=text("'{}'")),
    Column("remark", Text),
    moment("invited_at"),
    moment("started_at", nullable=True),
    moment("finished_at", nullable=True),
    UniqueConstraint("survey_id", "person_id"),
    Index("survey_sheet_person_id_idx", "person_id"),
    Index("survey_sheet_conversation_id_idx", "conversation_id"),
)

# What the register of complaints has besides the ticket.
complaint = Table(
    "complaint",
    metadata,
    Column("ticket_id", ForeignKey("ticket.id"), primary_key=True),
    Column("source", String(16), nullable=False, server_default="citizen"),  # citizen | ombudsman
    Column("came_by", String(32), nullable=False),  # the decree's channel: whatsapp, email, letter, box, ...
    Column("has_evidence", Boolean, nullable=False, server_default=text("false")),
    moment("answered_at", nullable=True),
    Column("answer", Text),
)

# A report as it was made: its figures stay what they were, whatever is forgotten later.
report = Table(
    "report",
    metadata,
    identity(),
    Column("kind", String(16), nullable=False),  # month | year | survey
    Column("first", Date, nullable=False),  # the period's first day
    Column("survey_id", ForeignKey("survey.id")),
    Column("figures", JSONB, nullable=False),
    moment("made_at"),
    Column("made_by", ForeignKey("officer.id")),  # None: by itself
    moment("mailed_at", nullable=True),
    Index("report_kind_first_idx", "kind", "first", unique=True, postgresql_where=text("survey_id IS NULL")),
)
