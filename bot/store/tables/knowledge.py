"""Classifications and the catalogue: what is looked up."""

from __future__ import annotations

from sqlalchemy import (
    Column,
    Computed,
    Date,
    ForeignKey,
    Index,
    Numeric,
    PrimaryKeyConstraint,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, TSVECTOR

from bot.store.tables.base import identity, metadata, moment

# Editions of KBLI that were imported whole. The same digits may mean something else in another one.
kbli_edition = Table(
    "kbli_edition",
    metadata,
    Column("name", String(32), primary_key=True),
    moment("imported_at"),
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
    identity(),
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
    moment("read_at", nullable=True),
    moment("gone_at", nullable=True),
    UniqueConstraint("domain", "kind", "remote_id"),
    Index("catalogue_entry_words_idx", "words", postgresql_using="gin"),
)

# Figures of a dynamic table's latest years, of the API's `data` model only.
catalogue_value = Table(
    "catalogue_value",
    metadata,
    identity(),
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
    moment("tried_at"),
    moment("synced_at", nullable=True),
    Column("failure", Text),
)
