"""What officers need: accounts, tickets with a history and a deadline, conversations that are taken over."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    _officers()
    _conversations()
    _tickets()
    _notices()
    _privacy()
    _only_added_to("audit", "ticket_change")
    _canned()
    _queues()
    _search()
    _live()


def _officers() -> None:
    """Who they are, who is logged in, and what was done."""
    op.create_table(
        "officer",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("login", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), server_default="id", nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("totp_secret", sa.Text(), nullable=True),
        sa.Column("totp_used", sa.BigInteger(), nullable=True),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("officer_pkey")),
        sa.UniqueConstraint("login", name=op.f("officer_login_key")),
    )
    op.create_table(
        "officer_session",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("is_complete", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("officer_session_officer_id_fkey")),
        sa.PrimaryKeyConstraint("digest", name=op.f("officer_session_pkey")),
    )
    op.create_index(op.f("officer_session_officer_id_idx"), "officer_session", ["officer_id"], unique=False)
    op.create_table(
        "officer_link",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("officer_link_officer_id_fkey")),
        sa.PrimaryKeyConstraint("digest", name=op.f("officer_link_pkey")),
    )
    op.create_index(op.f("officer_link_officer_id_idx"), "officer_link", ["officer_id"], unique=False)
    op.create_table(
        "login_attempt",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("login_attempt_pkey")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(length=48), nullable=False),
        sa.Column("object", sa.Text(), nullable=True),
        sa.Column("detail", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("audit_officer_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_pkey")),
    )
    op.create_index("audit_at_idx", "audit", ["at", "id"], unique=False)
    op.create_index("audit_officer_id_idx", "audit", ["officer_id", "id"], unique=False)


def _conversations() -> None:
    """Who has taken one over, what the person told about themselves, what officers keep at hand."""
    op.add_column("conversation", sa.Column("holder_id", sa.BigInteger(), nullable=True))
    op.add_column("conversation", sa.Column("held_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("conversation", sa.Column("owed_since", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "conversation_holder_id_idx",
        "conversation",
        ["holder_id"],
        unique=False,
        postgresql_where=sa.text("holder_id IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("conversation_holder_id_fkey"), "conversation", "officer", ["holder_id"], ["id"]
    )
    op.add_column("message", sa.Column("officer_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("message_officer_id_fkey"), "message", "officer", ["officer_id"], ["id"])
    op.add_column("person", sa.Column("name", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("organisation", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("person", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "draft",
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_note", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"], ["conversation.id"], name=op.f("draft_conversation_id_fkey")
        ),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("draft_officer_id_fkey")),
        sa.PrimaryKeyConstraint("conversation_id", "officer_id", name=op.f("draft_pkey")),
    )
    op.create_table(
        "viewing",
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("typed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("conversation_id", "officer_id", name=op.f("viewing_pkey")),
        prefixes=["UNLOGGED"],
    )
    op.create_table(
        "canned",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("shortcut", sa.String(length=48), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("text_id", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), server_default="", nullable=False),
        sa.Column("updated_by", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["updated_by"], ["officer.id"], name=op.f("canned_updated_by_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("canned_pkey")),
        sa.UniqueConstraint("shortcut", name=op.f("canned_shortcut_key")),
    )


def _tickets() -> None:
    """Whose they are, what they wait for, by when, and how that came about."""
    op.add_column("ticket", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.add_column("ticket", sa.Column("priority", sa.SmallInteger(), server_default="0", nullable=False))
    op.add_column("ticket", sa.Column("assignee_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "ticket",
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("ticket", sa.Column("purpose", sa.Text(), nullable=True))
    op.add_column(
        "ticket",
        sa.Column("checklist", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column("ticket", sa.Column("clear_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("due_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("merged_into_id", sa.BigInteger(), nullable=True))
    op.add_column("ticket", sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("ticket", sa.Column("tended_version", sa.Integer(), server_default="0", nullable=False))
    op.add_column("ticket", sa.Column("tend_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "ticket_assignee_id_idx",
        "ticket",
        ["assignee_id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ticket_due_idx",
        "ticket",
        ["due_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL AND due_at IS NOT NULL"),
    )
    op.create_index(
        "ticket_changed_idx",
        "ticket",
        ["id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL AND tended_version <> version"),
    )
    op.create_index(
        "ticket_tend_idx",
        "ticket",
        ["tend_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL AND tend_at IS NOT NULL"),
    )
    op.create_foreign_key(op.f("ticket_merged_into_id_fkey"), "ticket", "ticket", ["merged_into_id"], ["id"])
    op.create_foreign_key(op.f("ticket_assignee_id_fkey"), "ticket", "officer", ["assignee_id"], ["id"])
    op.create_table(
        "ticket_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=16), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("what", sa.String(length=32), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("ticket_change_officer_id_fkey")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("ticket_change_ticket_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ticket_change_pkey")),
    )
    op.create_index("ticket_change_ticket_id_idx", "ticket_change", ["ticket_id", "id"], unique=False)
    op.create_table(
        "ticket_pause",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("to_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("ticket_pause_ticket_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("ticket_pause_pkey")),
    )
    op.create_index(op.f("ticket_pause_ticket_id_idx"), "ticket_pause", ["ticket_id"], unique=False)


def _notices() -> None:
    """What officers are told by mail."""
    op.create_table(
        "officer_mail",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("uid", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column(
            "enclosed",
            postgresql.JSONB(),
            server_default=sa.text("'[]'"),
            nullable=False,
        ),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("attempted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("officer_mail_officer_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("officer_mail_pkey")),
        sa.UniqueConstraint("uid", name=op.f("officer_mail_uid_key")),
    )
    op.create_index(
        "officer_mail_open_idx",
        "officer_mail",
        ["created_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('kept', 'sending')"),
    )
    op.create_index("officer_mail_officer_id_idx", "officer_mail", ["officer_id", "created_at"], unique=False)
    op.create_table(
        "officer_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("officer_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=True),
        sa.Column("detail", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("mail_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["mail_id"], ["officer_mail.id"], name=op.f("officer_notice_mail_id_fkey")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("officer_notice_officer_id_fkey")),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name=op.f("officer_notice_ticket_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("officer_notice_pkey")),
        sa.UniqueConstraint("once", name=op.f("officer_notice_once_key")),
    )
    op.create_index(
        "officer_notice_open_idx",
        "officer_notice",
        ["created_at", "officer_id"],
        unique=False,
        postgresql_where=sa.text("mail_id IS NULL"),
    )
    op.create_index(
        "officer_notice_mail_id_idx",
        "officer_notice",
        ["mail_id"],
        unique=False,
        postgresql_where=sa.text("mail_id IS NOT NULL"),
    )
    op.create_index("officer_notice_ticket_id_idx", "officer_notice", ["ticket_id"], unique=False)


def _privacy() -> None:
    """What has been forgotten, whose a raw mail is, and who was found to be one person."""
    op.add_column("conversation", sa.Column("forgotten_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(
        "conversation_unforgotten_idx",
        "conversation",
        ["closed_at"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NOT NULL AND forgotten_at IS NULL"),
    )
    op.add_column("person", sa.Column("joined_into_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("person_joined_into_id_fkey"), "person", "person", ["joined_into_id"], ["id"])
    op.add_column("parcel", sa.Column("message_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("parcel_message_id_fkey"), "parcel", "message", ["message_id"], ["id"])
    op.create_index(
        "parcel_message_id_idx",
        "parcel",
        ["message_id"],
        unique=False,
        postgresql_where=sa.text("message_id IS NOT NULL"),
    )
    op.create_table(
        "person_join",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("joined_id", sa.BigInteger(), nullable=False),
        sa.Column("contact_ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("filled", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("verification", sa.String(length=16), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("officer_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("person_join_person_id_fkey")),
        sa.ForeignKeyConstraint(["joined_id"], ["person.id"], name=op.f("person_join_joined_id_fkey")),
        sa.ForeignKeyConstraint(["officer_id"], ["officer.id"], name=op.f("person_join_officer_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("person_join_pkey")),
    )
    op.create_index(op.f("person_join_person_id_idx"), "person_join", ["person_id"], unique=False)
    op.create_index(op.f("person_join_joined_id_idx"), "person_join", ["joined_id"], unique=False)


def _only_added_to(*tables: str) -> None:
    """Keep rows of these tables from being changed or removed, by whatever mistake.

    What must be forgotten (a person's wish, the end of a retention) goes in a transaction that says so:
    `SET LOCAL pst.forgetting = 'on'`.
    """
    op.execute(
        """
        CREATE FUNCTION pst_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF current_setting('pst.forgetting', true) = 'on' THEN
                IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'rows of % are only added', TG_TABLE_NAME;
        END $$
        """
    )
    for table in tables:
        op.execute(
            f"CREATE TRIGGER {table}_only_added BEFORE UPDATE OR DELETE ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION pst_only_added_to()"
        )


def _queues() -> None:
    """The orders in which officers see tickets and conversations."""
    op.create_index(
        "ticket_queue_idx",
        "ticket",
        [
            sa.text("(- priority)"),
            sa.text("coalesce(due_at, TIMESTAMPTZ '9999-01-01 00:00:00+00')"),
            "opened_at",
            "id",
        ],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ticket_closed_idx",
        "ticket",
        ["closed_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NOT NULL"),
    )
    op.create_index("ticket_tags_idx", "ticket", ["tags"], unique=False, postgresql_using="gin")
    op.create_index(
        "conversation_recent_idx",
        "conversation",
        [sa.text("coalesce(last_inbound_at, opened_at)"), "id"],
        unique=False,
    )


def _search() -> None:
    """What officers find by: words of messages and names, the beginning of a ticket's number."""
    # Without the list of pending entries: whoever would empty it is a citizen whose message is being kept.
    op.execute(
        "CREATE INDEX message_words_idx ON message USING gin"
        " (to_tsvector('simple', left(coalesce(subject || ' ', '') || text, 20000))) WITH (fastupdate = off)"
    )
    for table in ("contact", "person"):
        op.execute(
            f"CREATE INDEX {table}_name_words_idx ON {table} USING gin"
            " (to_tsvector('simple', left(name, 500))) WITH (fastupdate = off)"
        )
    op.execute("CREATE INDEX contact_phone_idx ON contact (phone) WHERE phone IS NOT NULL")
    op.execute("CREATE INDEX ticket_number_words_idx ON ticket (number text_pattern_ops)")


def _live() -> None:
    """Tell open pages what changed, at the end of the transaction that changed it.

    The channel is `pst_desk`. The payload is a conversation's id; with a + before it, the inbox changed too; an
    exclamation mark before all that says that what needs attention changed. What only the bot and a citizen say
    to each other is told once a message, its delivery not at all: PostgreSQL lets one transaction that tells
    something commit after the other.
    """
    op.execute(
        """
        CREATE FUNCTION pst_is_at_desk(conversation bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
            SELECT EXISTS (SELECT FROM ticket WHERE conversation_id = conversation AND closed_at IS NULL)
        $$;
        CREATE FUNCTION pst_tell_message() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('pst_desk', CASE WHEN pst_is_at_desk(NEW.conversation_id) THEN '+' ELSE '' END
                || NEW.conversation_id);
            RETURN NULL;
        END $$;
        CREATE FUNCTION pst_tell_of_message() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE which record;
        BEGIN
            SELECT conversation_id, author INTO which FROM message WHERE id = NEW.message_id;
            IF which.author = 'officer' OR pst_is_at_desk(which.conversation_id) THEN
                PERFORM pg_notify('pst_desk', which.conversation_id::text);
            END IF;
            RETURN NULL;
        END $$;
        CREATE FUNCTION pst_tell_work() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('pst_desk', '+' || (to_jsonb(NEW) ->> TG_ARGV[0]));
            RETURN NULL;
        END $$;
        CREATE FUNCTION pst_tell_viewing() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('pst_desk', coalesce(NEW.conversation_id, OLD.conversation_id)::text);
            RETURN NULL;
        END $$;
        CREATE FUNCTION pst_tell_event() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM pg_notify('pst_desk', '!' || coalesce(NEW.conversation_id::text, ''));
            RETURN NULL;
        END $$;
        CREATE TRIGGER message_told AFTER INSERT ON message FOR EACH ROW EXECUTE FUNCTION pst_tell_message();
        CREATE TRIGGER delivery_told AFTER UPDATE OF state ON delivery FOR EACH ROW
            WHEN (OLD.state IS DISTINCT FROM NEW.state AND NEW.state <> 'sending')
            EXECUTE FUNCTION pst_tell_of_message();
        CREATE TRIGGER delivery_report_told AFTER INSERT OR UPDATE OF state ON delivery_report
            FOR EACH ROW EXECUTE FUNCTION pst_tell_of_message();
        CREATE TRIGGER media_told AFTER UPDATE OF state ON media FOR EACH ROW
            WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION pst_tell_of_message();
        CREATE TRIGGER ticket_told AFTER INSERT OR UPDATE OF version, state, assignee_id, due_at, closed_at,
            priority, conversation_id ON ticket FOR EACH ROW EXECUTE FUNCTION pst_tell_work('conversation_id');
        CREATE TRIGGER conversation_told AFTER UPDATE OF holder_id, owed_since, closed_at, contact_id
            ON conversation FOR EACH ROW
            WHEN ((OLD.holder_id, OLD.owed_since, OLD.closed_at, OLD.contact_id)
                IS DISTINCT FROM (NEW.holder_id, NEW.owed_since, NEW.closed_at, NEW.contact_id))
            EXECUTE FUNCTION pst_tell_work('id');
        CREATE TRIGGER viewing_told AFTER INSERT OR DELETE ON viewing
            FOR EACH ROW EXECUTE FUNCTION pst_tell_viewing();
        CREATE TRIGGER typing_told AFTER UPDATE OF typed_at ON viewing FOR EACH ROW
            WHEN (OLD.typed_at IS DISTINCT FROM NEW.typed_at) EXECUTE FUNCTION pst_tell_viewing();
        CREATE TRIGGER event_told AFTER INSERT OR UPDATE OF seen_at ON event
            FOR EACH ROW EXECUTE FUNCTION pst_tell_event();
        """
    )


def _canned() -> None:
    """Put down the replies that an office begins with; they are the officers' own from then on."""
    table = sa.table(
        "canned",
        sa.column("shortcut", sa.String),
        sa.column("title", sa.Text),
        sa.column("text_id", sa.Text),
        sa.column("text_en", sa.Text),
        sa.column("updated_at", sa.DateTime(timezone=True)),
    )
    for shortcut, title, indonesian, english in CANNED:
        op.execute(
            table.insert().values(
                shortcut=shortcut, title=title, text_id=indonesian, text_en=english, updated_at=sa.func.now()
            )
        )


# They state no fact: what is true of the office stands in office.yml and in the knowledge.
CANNED = (
    (
        "salam",
        "Salam pembuka",
        "Yth. {nama}, terima kasih telah menghubungi kami. Saya {petugas} dan akan membantu Anda.",
        "Dear {nama}, thank you for writing to us. I am {petugas} and will help you.",
    ),
    (
        "terima",
        "Permintaan diterima",
        "Permintaan Anda sudah kami terima dengan nomor {tiket}. Kami periksa dulu, lalu kami kabari di sini.",
        "We have received your request; its number is {tiket}. We will look into it and write to you here.",
    ),
    (
        "perjelas",
        "Minta rincian data",
        "Agar tidak keliru, mohon sebutkan data apa, wilayah mana, dan tahun berapa yang Anda perlukan.",
        "To be sure we understand: which data, which area and which years do you need?",
    ),
    (
        "keperluan",
        "Tanya keperluan",
        "Mohon beri tahu kami untuk keperluan apa data ini, supaya kami dapat mencarikan yang paling sesuai.",
        "What do you need the data for? It helps us to find what suits you best.",
    ),
    (
        "tunggu",
        "Masih diperiksa",
        "Permintaan Anda masih kami periksa. Kami kabari lagi begitu ada hasilnya.",
        "We are still looking into your request and will write again as soon as there is a result.",
    ),
    (
        "lampiran",
        "Data terlampir",
        "Bersama pesan ini kami sampaikan yang Anda minta. Silakan diperiksa; bila ada yang kurang, balas pesan ini.",
        "With this message you get what you asked for. If anything is missing, please answer this message.",
    ),
    (
        "tidak-ada",
        "Data tidak tersedia",
        "Sudah kami periksa: data yang Anda minta tidak tersedia di kantor kami. Mohon maaf.",
        "We have looked: our office does not have the data you asked for. We are sorry.",
    ),
    (
        "syarat",
        "Persyaratan belum lengkap",
        "Permintaan {tiket} belum dapat kami proses karena persyaratannya belum lengkap. Yang masih kami perlukan:",
        "We cannot go on with {tiket} yet because something is missing. What we still need:",
    ),
    (
        "kirim-ulang",
        "Berkas tidak terbuka",
        "Berkas yang Anda kirim tidak dapat kami buka. Mohon dikirim ulang, sebaiknya sebagai PDF.",
        "We could not open the file that you sent. Please send it again, preferably as a PDF.",
    ),
    (
        "rekan",
        "Diteruskan ke rekan",
        "Permintaan Anda kami teruskan kepada rekan yang menanganinya. Anda tidak perlu mengulang penjelasan.",
        "We have passed your request on to the colleague in charge. You do not have to explain it again.",
    ),
    (
        "jadwal",
        "Tawarkan pertemuan",
        "Apakah Anda bersedia membahasnya lewat panggilan video atau di kantor? Mohon sebutkan waktunya.",
        "Would you like to talk about it by video call or at our office? Please name a day and a time.",
    ),
    (
        "bukti",
        "Pengaduan: minta bukti",
        "Terima kasih atas laporan Anda. Mohon sertakan bukti yang mendukung, agar dapat kami tindak lanjuti.",
        "Thank you for your report. Please enclose what supports it, so that we can follow it up.",
    ),
    (
        "maaf",
        "Maaf terlambat",
        "Mohon maaf, jawaban kami untuk {tiket} terlambat.",
        "We are sorry that our answer on {tiket} comes late.",
    ),
    (
        "cukup",
        "Sudah cukup?",
        "Apakah jawaban kami sudah cukup? Bila ada yang belum jelas, silakan balas pesan ini.",
        "Does this answer your question? If anything is unclear, please answer this message.",
    ),
    (
        "tutup",
        "Penutup",
        "Terima kasih telah menggunakan layanan kami. Bila ada pertanyaan lain, silakan tulis lagi. Salam, {petugas}",
        "Thank you for using our service. If you have another question, please write again. Regards, {petugas}",
    ),
)
