"""What time does: silence, ratings, surveys, complaints, reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    _silence()
    _ratings()
    _surveys()
    _complaints()
    _reports()


def _silence() -> None:
    """What silence does to a conversation, and when to look."""
    op.add_column("conversation", sa.Column("closed_how", sa.String(length=16), nullable=True))
    op.add_column("conversation", sa.Column("tend_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversation", sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversation", sa.Column("kept_open_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversation", sa.Column("released_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversation", sa.Column("kept_open_by", sa.BigInteger(), nullable=True))
    op.add_column("conversation", sa.Column("kept_open_reason", sa.Text(), nullable=True))
    op.create_index(
        "conversation_tend_idx",
        "conversation",
        ["tend_at"],
        unique=False,
        postgresql_where=sa.text("tend_at IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("conversation_kept_open_by_fkey"), "conversation", "officer", ["kept_open_by"], ["id"]
    )
    _look_when_it_changes()


def _look_when_it_changes() -> None:
    """Have a conversation looked at when what its silence depends on has changed, whoever changed it.

    At once, by no clock in particular: the program's clock is not the server's. An answer that is sent puts off only
    what is to come, so a moment that is set already is early enough.
    """
    op.execute(
        """
        CREATE FUNCTION pst_look_at_silence() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF OLD.closed_at IS NOT NULL AND NEW.closed_at IS NOT NULL THEN
                RETURN NEW;
            END IF;
            IF OLD.tend_at IS NULL OR (OLD.owed_since, OLD.closed_at, OLD.kept_open_at)
                IS DISTINCT FROM (NEW.owed_since, NEW.closed_at, NEW.kept_open_at) THEN
                NEW.tend_at := '-infinity';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER conversation_silence
        BEFORE UPDATE OF last_outbound_at, owed_since, closed_at, kept_open_at ON conversation FOR EACH ROW
        WHEN ((OLD.last_outbound_at, OLD.owed_since, OLD.closed_at, OLD.kept_open_at)
            IS DISTINCT FROM (NEW.last_outbound_at, NEW.owed_since, NEW.closed_at, NEW.kept_open_at))
        EXECUTE FUNCTION pst_look_at_silence()
        """
    )
    # How long silence may last depends on the kind of ticket that is open.
    op.execute(
        """
        CREATE FUNCTION pst_look_at_silence_of_ticket() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE conversation SET tend_at = '-infinity' WHERE id = NEW.conversation_id AND closed_at IS NULL;
            RETURN NULL;
        END $$
        """
    )
    op.execute(
        """
        CREATE TRIGGER ticket_silence AFTER UPDATE OF kind, closed_at ON ticket FOR EACH ROW
        WHEN ((OLD.kind, OLD.closed_at) IS DISTINCT FROM (NEW.kind, NEW.closed_at))
        EXECUTE FUNCTION pst_look_at_silence_of_ticket()
        """
    )
    op.execute("UPDATE conversation SET tend_at = '-infinity' WHERE closed_at IS NULL")


def _ratings() -> None:
    """One for each consultation."""
    op.create_table(
        "rating",
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("score", sa.SmallInteger(), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.Column("way", sa.String(length=16), nullable=True),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("rating_conversation_id_fkey")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("rating_officer_id_fkey")),
        sa.PrimaryKeyConstraint("conversation_id", name=op.f("rating_pkey")),
        sa.UniqueConstraint("digest", name=op.f("rating_digest_key")),
    )
    op.create_index(
        "rating_rated_at_idx",
        "rating",
        ["rated_at"],
        unique=False,
        postgresql_where=sa.text("rated_at IS NOT NULL"),
    )


def _surveys() -> None:
    """Satisfaction surveys, their questions and what was answered."""
    op.create_table(
        "survey_instrument",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["officer.id"], name=op.f("survey_instrument_made_by_fkey")),
        sa.PrimaryKeyConstraint("version", name=op.f("survey_instrument_pkey")),
    )
    op.create_table(
        "survey",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("target", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["made_by"], ["officer.id"], name=op.f("survey_made_by_fkey")),
        sa.ForeignKeyConstraint(["version"], ["survey_instrument.version"], name=op.f("survey_version_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("survey_pkey")),
    )
    op.create_table(
        "survey_sheet",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("survey_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("conversation_id", sa.BigInteger(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("service", sa.String(length=16), server_default="", nullable=False),
        sa.Column("channel", sa.String(length=32), server_default="", nullable=False),
        sa.Column("scores", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("profile", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("remark", sa.Text(), nullable=True),
        sa.Column("invited_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("survey_sheet_conversation_id_fkey")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("survey_sheet_person_id_fkey")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("survey_sheet_survey_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("survey_sheet_pkey")),
        sa.UniqueConstraint("digest", name=op.f("survey_sheet_digest_key")),
        sa.UniqueConstraint("survey_id", "person_id", name=op.f("survey_sheet_survey_id_person_id_key")),
    )
    op.create_index("survey_sheet_conversation_id_idx", "survey_sheet", ["conversation_id"], unique=False)
    op.create_index("survey_sheet_person_id_idx", "survey_sheet", ["person_id"], unique=False)


def _complaints() -> None:
    """What their register has besides the ticket."""
    op.create_table(
        "complaint",
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=16), server_default="citizen", nullable=False),
        sa.Column("came_by", sa.String(length=32), nullable=False),
        sa.Column("has_evidence", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("complaint_ticket_id_fkey")),
        sa.PrimaryKeyConstraint("ticket_id", name=op.f("complaint_pkey")),
    )
    op.execute(
        """
        INSERT INTO complaint (ticket_id, came_by, has_evidence, answered_at)
        SELECT ticket.id, contact.channel, 'evidence' = ANY(ticket.checklist), ticket.answered_at
        FROM ticket
        JOIN conversation ON conversation.id = ticket.conversation_id
        JOIN contact ON contact.id = conversation.contact_id
        WHERE ticket.kind = 'pengaduan'
        """
    )


def _reports() -> None:
    """What was reported, and what makes counting a period quick."""
    op.create_table(
        "report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("survey_id", sa.BigInteger(), nullable=True),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=True),
        sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["made_by"], ["officer.id"], name=op.f("report_made_by_fkey")),
        sa.ForeignKeyConstraint(["survey_id"], ["survey.id"], name=op.f("report_survey_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("report_pkey")),
    )
    op.create_index(
        "report_kind_first_idx",
        "report",
        ["kind", "first"],
        unique=True,
        postgresql_where=sa.text("survey_id IS NULL"),
    )
    op.create_index("conversation_opened_at_idx", "conversation", ["opened_at"])
    op.create_index("message_created_at_idx", "message", ["created_at"], postgresql_using="brin")
