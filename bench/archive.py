"""An office's years of talk, made inside PostgreSQL: people, conversations, messages, tickets, events.

Everything is made up. The same number of conversations gives the same shape each time, not the same words.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

_VOCABULARY = """
CREATE TEMP TABLE vocabulary AS
SELECT row_number() OVER (ORDER BY length(word), word) AS id, word FROM (
    SELECT unnest(string_to_array(
        'data penduduk inflasi klaten tahun konsultasi statistik mohon bantuan publikasi tabel kecamatan yang di untuk'
        || ' saya terima kasih bapak ibu apakah ada bisa berapa angka harga petani desa survei sensus pdrb kemiskinan',
        ' ')) AS word
    UNION
    SELECT a || b || c FROM
        unnest('{ba,ci,du,fe,go,ha,ji,ku,le,mo,na,pi,ru,se,to,wa,ya,zi,an,er}'::text[]) AS a,
        unnest('{bar,cin,dur,fel,gon,han,jir,kus,lem,mor,nan,pir,run,ses,ton,wan,yan,zin,ang,ern}'::text[]) AS b,
        unnest('{a,i,u,e,o,an,i1,u2,e3,o4,kan,nya,lah,kah,wan,is,ik,at,ur,am}'::text[]) AS c
) AS all_words;
CREATE UNIQUE INDEX ON vocabulary (id);
ANALYZE vocabulary;
"""
# Pieces of a few words each, with the skew of a language: few words are in most messages, most are in few.
_PIECES = """
CREATE TEMP TABLE piece AS
SELECT picked.piece AS id, string_agg(word, ' ') AS words FROM (
    SELECT n AS piece, 1 + floor(power(random(), 4) * 8000)::int AS id
    FROM generate_series(1, 20000) AS n, generate_series(1, 7) OFFSET 0
) AS picked JOIN vocabulary USING (id) GROUP BY picked.piece;
CREATE UNIQUE INDEX ON piece (id);
ANALYZE piece;
"""
_PEOPLE = """
INSERT INTO person (name, created_at)
SELECT (ARRAY['Siti','Budi','Agus','Dewi','Rina','Joko','Sri','Wahyu','Endah','Bambang'])[1 + n % 10] || ' '
    || (ARRAY['Aminah','Santoso','Wijaya','Lestari','Kusuma','Raharjo','Hidayat','Utami'])[1 + n / 10 % 8]
    || ' ' || initcap((SELECT word FROM vocabulary WHERE id = 40 + n % 7900)), :start
FROM generate_series(1, :people) AS n;
INSERT INTO contact (person_id, channel, address, phone, name, created_at, last_inbound_at)
SELECT id, CASE WHEN id % 10 < 7 THEN 'whatsapp' ELSE 'email' END,
    CASE WHEN id % 10 < 7 THEN 'whatsapp:+62811' || (10000000 + id) ELSE 'warga' || id || '@example.org' END,
    CASE WHEN id % 10 < 7 THEN '+62811' || (10000000 + id) END,
    name, created_at, :now - interval '1 hour'
FROM person;
INSERT INTO officer (login, name, email, role, created_at)
SELECT 'petugas' || n, 'Petugas ' || n, 'petugas' || n || '@example.org', 'officer', :start
FROM generate_series(1, 20) AS n;
"""
_TALK = """
INSERT INTO conversation (contact_id, state, opened_at, last_inbound_at, last_outbound_at, closed_at)
SELECT 1 + (n * 7919::bigint / 3) % :people, CASE WHEN n % 5 = 0 THEN 'waiting' ELSE 'bot' END,
    at, at + interval '20 minutes', at + interval '21 minutes',
    CASE WHEN n < :conversations - :open * 5 THEN at + interval '8 days' END
FROM generate_series(1, :conversations) AS n,
    LATERAL (SELECT :start + (:now - :start) * n / :conversations AS at) AS moment;
INSERT INTO message (conversation_id, channel, author, external_id, text, created_at, answered_at)
SELECT made.id, channel, CASE WHEN n % 2 = 1 THEN 'citizen' WHEN made.id % 5 = 0 THEN 'officer' ELSE 'bot' END,
    'x-' || made.id || '-' || n, one.words || ' ' || made.id || ' ' || two.words
        || CASE WHEN n % 2 = 0 THEN ' ' || three.words ELSE '' END,
    opened_at + n * interval '4 minutes', opened_at + n * interval '5 minutes'
FROM (
    SELECT c.id, channel, n, opened_at,
        1 + floor(random() * 19999)::int AS one, 1 + floor(random() * 19999)::int AS two,
        1 + floor(random() * 19999)::int AS three
    FROM conversation AS c JOIN contact ON contact.id = c.contact_id, generate_series(1, :each) AS n
    OFFSET 0
) AS made JOIN piece AS one ON one.id = made.one JOIN piece AS two ON two.id = made.two
    JOIN piece AS three ON three.id = made.three
ORDER BY made.id, n;
INSERT INTO delivery (message_id, state, key, sent_at, attempts)
SELECT id, CASE WHEN id % 200 = 0 THEN 'failed' ELSE 'sent' END, 'answer', created_at, 1
FROM message WHERE author <> 'citizen';
"""
_WORK = """
INSERT INTO ticket (number, kind, state, reason, conversation_id, assignee_id, tags, clear_at, due_at,
    opened_at, claimed_at, closed_at)
SELECT prefix.word || '-' || extract(year FROM c.opened_at) || '-' || lpad((c.id / 5)::text, 5, '0'),
    kind.word,
    CASE WHEN c.closed_at IS NOT NULL THEN (ARRAY['done','idle'])[1 + c.id / 5 % 2]
         ELSE (ARRAY['new','work','citizen','requirements'])[1 + c.id / 5 % 4] END,
    'asked', c.id,
    CASE WHEN c.closed_at IS NULL AND c.id / 5 % 4 = 0 THEN NULL ELSE 1 + c.id / 5 % 20 END,
    CASE WHEN c.id % 50 = 0 THEN '{skripsi}'::text[] ELSE '{}' END,
    CASE WHEN c.id / 5 % 4 <> 3 THEN c.opened_at END,
    CASE WHEN c.id / 5 % 4 <> 3
        THEN greatest(c.opened_at, :now - interval '2 days') + interval '1 day' * (c.id / 5 % 9) END,
    c.opened_at, c.opened_at + interval '1 hour', c.closed_at
FROM conversation AS c,
    LATERAL (
        SELECT (ARRAY['konsultasi','penjualan','rekomendasi','perpustakaan','pengaduan'])[1 + c.id / 5 % 5] AS word
    ) AS kind,
    LATERAL (SELECT (ARRAY['KST','PJL','RKM','PUS','ADU'])[1 + c.id / 5 % 5] AS word) AS prefix
WHERE c.id % 5 = 0;
UPDATE conversation SET owed_since = last_inbound_at
FROM ticket WHERE ticket.conversation_id = conversation.id AND ticket.closed_at IS NULL AND ticket.state <> 'citizen';
INSERT INTO event (kind, conversation_id, message_id, detail, once, created_at, seen_at)
SELECT (ARRAY['not_delivered','uncertain','waits_for_contact','media_refused'])[1 + n % 4], m.conversation_id, m.id,
    '{"reason": "dibuat untuk pengukuran"}', 'bench-' || n, m.created_at, CASE WHEN n > 300 THEN m.created_at END
FROM generate_series(1, :conversations / 10) AS n JOIN message AS m ON m.id = :conversations * :each - n * 7;
"""
_AFTER = ("VACUUM ANALYZE", "CHECKPOINT")
_LATE = "message_words_idx"  # to fill it row by row costs five times as much as to make it afterwards


@dataclass(frozen=True, slots=True)
class Size:
    """How much is made: conversations, messages in each, tickets that are open."""

    conversations: int = 200_000
    each: int = 5
    open: int = 3_000


def fill(url: str, size: Size = Size()) -> None:
    """Fill an upgraded, empty database. As a superuser: triggers are spared, as a restored backup spares them."""
    values = {
        ":conversations": str(size.conversations),
        ":people": str(max(size.conversations * 6 // 10, 1)),
        ":each": str(size.each),
        ":open": str(size.open),
        ":start": "timestamptz '2024-03-01 01:00+00'",
        ":now": "timestamptz '2026-03-02 02:00+00'",
    }
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute("SELECT pg_get_indexdef(%s::regclass)", [_LATE]).fetchone()
        assert found is not None
        connection.execute(f"DROP INDEX {_LATE}".encode())
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        for script in (_VOCABULARY, _PIECES):
            connection.execute(script.encode())
        for script in (_PEOPLE, _TALK, _WORK):
            for name, value in values.items():
                script = script.replace(name, value)  # noqa: PLW2901  filled in step by step
            connection.execute(script.encode())
        for statement in (found[0], *_AFTER):
            connection.execute(statement.encode())
