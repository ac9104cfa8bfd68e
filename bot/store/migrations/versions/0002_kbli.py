"""Editions of KBLI that were imported, to be searched."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"

# A code's title weighs more than its description. The dictionary has no stop words: queries leave them out. Words only:
# PostgreSQL would take "minum/kafe" for the name of a file.
WORDS = (
    "setweight(to_tsvector('indonesian', regexp_replace(title, '[^[:alnum:]]+', ' ', 'g')), 'A') || "
    "setweight(to_tsvector('indonesian', regexp_replace(description, '[^[:alnum:]]+', ' ', 'g')), 'B')"
)


def upgrade() -> None:
    op.create_table(
        "kbli_edition",
        sa.Column("name", sa.String(length=32), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("kbli_edition_pkey")),
    )
    op.create_table(
        "kbli_code",
        sa.Column("edition", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=5), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("parent", sa.String(length=5), nullable=True),
        sa.Column("words", postgresql.TSVECTOR(), sa.Computed(WORDS, persisted=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition"], ["kbli_edition.name"], name=op.f("kbli_code_edition_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("code", "edition", name=op.f("kbli_code_pkey")),
    )
    # Imported seldom and read often: without fastupdate=off every search would read the list of what is
    # not in the index yet, and the planner would rather read the whole table.
    op.create_index(
        "kbli_code_words_idx",
        "kbli_code",
        ["words"],
        unique=False,
        postgresql_using="gin",
        postgresql_with={"fastupdate": "off"},
    )
