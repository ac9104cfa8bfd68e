"""What the office published, with figures of its tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

# The dictionary is in every PostgreSQL; it stems and has no stop words. Words only: PostgreSQL takes
# "Konsumen/Inflasi" for a file and "Rata-rata" for three words.
WORDS = (
    "setweight(to_tsvector('indonesian', regexp_replace(title, '[^[:alnum:]]+', ' ', 'g')), 'A') || "
    "setweight(to_tsvector('indonesian', regexp_replace(subject, '[^[:alnum:]]+', ' ', 'g')), 'B')"
)


def upgrade() -> None:
    op.create_table(
        "catalogue_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("domain", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("remote_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("updated", sa.Date(), nullable=True),
        sa.Column(
            "years", postgresql.ARRAY(sa.SmallInteger()), server_default=sa.text("'{}'"), nullable=False
        ),
        sa.Column("words", postgresql.TSVECTOR(), sa.Computed(WORDS, persisted=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("catalogue_entry_pkey")),
        sa.UniqueConstraint(
            "domain", "kind", "remote_id", name=op.f("catalogue_entry_domain_kind_remote_id_key")
        ),
    )
    op.create_index("catalogue_entry_words_idx", "catalogue_entry", ["words"], postgresql_using="gin")
    op.create_table(
        "catalogue_value",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("year", sa.Text(), nullable=False),
        sa.Column("value", sa.Numeric(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["catalogue_entry.id"],
            name=op.f("catalogue_value_entry_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("catalogue_value_pkey")),
    )
    op.create_index(op.f("catalogue_value_entry_id_idx"), "catalogue_value", ["entry_id"])
    op.create_table(
        "catalogue_sync",
        sa.Column("domain", sa.String(length=8), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("synced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("domain", name=op.f("catalogue_sync_pkey")),
    )
