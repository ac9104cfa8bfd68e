"""Who asks to be forgotten is found nowhere any more, and what the office accounts for is still there."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from sqlalchemy import text

from bot.privacy.erase import Erasure
from handoff.ports.privacy import StillOpen
from handoff.ports.values import NotFound
from tests.bot.privacy.somebody import (
    ADDRESS,
    NAME,
    TRACES,
    WHATSAPP,
    WORD,
    Somebody,
    close_all,
    contents,
    known,
    mail,
    run,
    scalar,
)
from tests.bot.privacy.traces import columns, traces
from tests.fakes import Stage

Staged = Callable[[], AbstractAsyncContextManager[Stage]]

# Tables that know nobody: the office's own, and what everybody may read. A new table is named here or is filled below.
IMPERSONAL = {
    "alembic_version", "audit", "canned", "catalogue_entry", "catalogue_sync", "catalogue_value", "kbli_code",
    "kbli_edition", "login_attempt", "mailbox", "officer", "officer_link", "officer_session", "tick",
    "ticket_counter", "ticket_pause", "viewing",
    "report", "survey", "survey_instrument",
    "procrastinate_events", "procrastinate_jobs", "procrastinate_periodic_defers", "procrastinate_workers",
}  # fmt: skip
# What stays of a person's rows, because it is the office's account and tells nothing of the person.
KEPT = {
    "contact": {"channel", "language"},
    "conversation": {"state", "closed_how"},
    "message": {"channel", "author", "kind", "trust"},
    "delivery": {"state", "key", "language", "way", "cause"},
    "delivery_report": {"state"},
    "ticket": {"number", "kind", "state", "reason", "checklist"},
    "ticket_change": {"actor", "what"},
    "event": {"kind", "once"},
    "media": {"state", "content_type", "file"},
    "attachment": {"content_type", "file"},
    "parcel": {"channel", "place", "packing", "kind", "file", "data"},
    "officer_notice": {"kind", "once"},
    "officer_mail": {"channel", "state"},
    "person_join": {"verification"},
    "pace": {"channel"},
    "rating": {"way"},
    "survey_sheet": {"service", "channel", "scores"},
    "complaint": {"source", "came_by"},
}  # fmt: skip
FILLED = {
    "text": f"'{WORD} ' || ctid", "varchar": f"'{WORD[:8]}'", "bpchar": f"'{WORD[:2]}'",
    "_text": f"ARRAY['{WORD}']", "jsonb": f"""jsonb_build_object('{WORD}', '{WORD}')""",
    "bytea": f"'{WORD}'::bytea",
}  # fmt: skip


def erasure(stage: Stage) -> Erasure:
    return Erasure(stage.core.database, stage.core.files, contents(stage), stage.clock)


async def fill(stage: Stage, somebody: Somebody) -> None:
    """Put the person's word into every column that could hold one, of every table that knows people."""
    await add_rows(stage, somebody)
    known_tables = {table for table, _, _ in await columns(stage)}
    assert set(KEPT) <= known_tables
    assert known_tables - IMPERSONAL - {"person", "draft"} == set(KEPT), "a new table: does it know people?"
    async with stage.core.database.transaction() as tx:
        await tx.execute(text("SET LOCAL pst.forgetting = 'on'"))
        for table, column, kind in await columns(stage):
            is_address = (table, column) == ("contact", "address")
            if table in IMPERSONAL or column in KEPT.get(table, set()) or kind not in FILLED or is_address:
                continue
            if await is_computed(stage, table, column):
                continue
            # Of a ticket's history only what is free text may hold a word of the person's.
            where = "WHERE what = 'tags'" if table == "ticket_change" else ""
            await tx.execute(text(f'UPDATE "{table}" SET "{column}" = {FILLED[kind]} {where}'))


async def is_computed(stage: Stage, table: str, column: str) -> bool:
    return bool(
        await scalar(
            stage,
            "SELECT count(*) FROM information_schema.columns WHERE table_name = :table AND column_name = :column"
            " AND is_generated = 'ALWAYS'",
            table=table,
            column=column,
        )
    )


async def add_rows(stage: Stage, somebody: Somebody) -> None:
    """Have a row of the person in each table that the way here left empty."""
    now = stage.clock.now()
    values = {"conversation": somebody.conversation, "officer": somebody.officer, "now": now}
    for query in (
        "INSERT INTO draft (conversation_id, officer_id, text, updated_at)"
        " VALUES (:conversation, :officer, '-', :now)",
        "INSERT INTO delivery_report (message_id, external_id, state, attempt, part, at)"
        " SELECT message_id, '-', 'sent', 1, 1, :now FROM delivery LIMIT 1",
        "INSERT INTO event (kind, conversation_id, created_at) VALUES ('flood', :conversation, :now)",
        "INSERT INTO ticket_change (ticket_id, at, actor, officer_id, what)"
        " SELECT id, :now, 'officer', :officer, 'tags' FROM ticket",
        "INSERT INTO pace (channel, address, free_at) VALUES ('whatsapp', '-', :now)",
        "INSERT INTO officer_mail (officer_id, channel, state, subject, text, created_at)"
        " VALUES (:officer, 'email', 'sent', '-', '-', :now)",
        "INSERT INTO officer_notice (officer_id, kind, ticket_id, mail_id, created_at)"
        " SELECT :officer, 'new', ticket.id, officer_mail.id, :now FROM ticket, officer_mail",
        "INSERT INTO person_join (person_id, joined_id, contact_ids, verification, at)"
        f" VALUES ({somebody.person}, {somebody.mail_person}, '{{}}', 'other', :now)",
        "INSERT INTO rating (conversation_id, digest, asked_at, expires_at) VALUES (:conversation, 'a', :now, :now)",
        "INSERT INTO complaint (ticket_id, came_by) SELECT id, 'whatsapp' FROM ticket",
        "INSERT INTO survey_instrument (version, content, made_at) VALUES (1, '{}', :now)",
        "INSERT INTO survey (title, version, opens_on, closes_on, made_at)"
        " VALUES ('Survei', 1, '2026-01-01', '2026-12-31', :now)",
        "INSERT INTO survey_sheet (survey_id, person_id, invited_at)"
        f" SELECT id, {somebody.person}, :now FROM survey",
        f"UPDATE contact SET person_id = {somebody.person}",
        f"UPDATE person SET joined_into_id = {somebody.person} WHERE id = {somebody.mail_person}",
    ):
        given = {name: value for name, value in values.items() if f":{name}" in query}
        await run(stage, query, **given)


async def test_nothing_is_left_in_any_column_or_file(staged: Staged) -> None:
    async with staged() as stage:
        somebody = await known(stage)
        await fill(stage, somebody)
        await run(stage, f"UPDATE pace SET address = '{WHATSAPP}'")
        await close_all(stage)
        assert len(await traces(stage, TRACES)) > 30
        await erasure(stage).erase(somebody.person)
        assert await traces(stage, [*TRACES, WORD[:8]]) == []


async def test_what_the_office_accounts_for_stays(staged: Staged) -> None:
    async with staged() as stage:
        somebody = await known(stage)
        await close_all(stage)
        before = await scalar(stage, "SELECT count(*) FROM message")
        gone = await erasure(stage).erase(somebody.person)
        assert (
            gone.messages + 1 == before
        )  # the mail is of somebody else as long as nobody has joined the two
        assert await stage.scalar("SELECT number FROM ticket") == somebody.ticket
        assert await stage.scalar("SELECT state FROM ticket") == "done"
        assert await scalar(stage, "SELECT count(*) FROM message") == before
        assert await stage.scalar("SELECT action FROM audit") == "person.erased"
        assert await stage.scalar("SELECT object FROM audit") == f"person:{somebody.person}"


async def test_an_open_ticket_is_closed_first(staged: Staged) -> None:
    async with staged() as stage:
        somebody = await known(stage)
        with pytest.raises(StillOpen) as refused:
            await erasure(stage).erase(somebody.person)
        assert refused.value.numbers == (somebody.ticket,)
        assert await stage.scalar("SELECT max(name) FROM person") == NAME
        await erasure(stage).erase(somebody.person, is_forced=True)
        assert await stage.scalar("SELECT state FROM ticket") == "cancelled"
        assert await stage.scalar("SELECT after FROM ticket_change WHERE what = 'state'") == "cancelled"


async def test_twice_is_as_good_as_once(staged: Staged) -> None:
    async with staged() as stage:
        somebody = await known(stage)
        await close_all(stage)
        await erasure(stage).erase(somebody.person)
        gone = await erasure(stage).erase(somebody.person)
        assert (gone.messages, gone.files) == (0, [])


async def test_nobody_is_not_found(staged: Staged) -> None:
    async with staged() as stage:
        with pytest.raises(NotFound):
            await erasure(stage).erase(4711)


async def test_who_writes_again_is_somebody_new(staged: Staged) -> None:
    async with staged() as stage:
        somebody = await known(stage)
        await close_all(stage)
        await erasure(stage).erase(somebody.person)
        await stage.hear("halo lagi", sender=WHATSAPP)
        newest = await scalar(stage, "SELECT person_id FROM contact ORDER BY id DESC LIMIT 1")
        assert newest not in {somebody.person, somebody.mail_person}


async def test_a_mail_that_comes_again_brings_nothing_back(staged: Staged) -> None:
    """A mailbox that was renumbered offers its old mails once more."""
    async with staged() as stage:
        somebody = await known(stage)
        await close_all(stage)
        await erasure(stage).erase(somebody.mail_person)
        before = await scalar(stage, "SELECT count(*) FROM message")
        await run(stage, "UPDATE parcel SET epoch = 0")
        await mail(stage, 1, f"Pertanyaan {WORD}", f"Isi {WORD}")
        assert await scalar(stage, "SELECT count(*) FROM message") == before


async def test_others_keep_what_is_theirs(staged: Staged) -> None:
    async with staged() as stage:
        somebody = await known(stage)
        await stage.hear("pertanyaan orang lain", sender="whatsapp:+628111111077")
        await close_all(stage)
        await erasure(stage).erase(somebody.person)
        assert await scalar(stage, "SELECT count(*) FROM message WHERE text = 'pertanyaan orang lain'") == 1
        assert await scalar(stage, f"SELECT count(*) FROM contact WHERE address = '{ADDRESS}'") == 1


async def test_what_waits_to_be_sent_is_not_sent_to_nobody(staged: Staged) -> None:
    async with staged() as stage:
        somebody = await known(stage)
        await close_all(stage)
        await erasure(stage).erase(somebody.person)
        await stage.deliver_all()
        assert stage.memory["whatsapp"].sent == []


async def test_who_names_a_forgotten_ticket_is_led_nowhere_and_nobody_is_told(staged: Staged) -> None:
    async with staged() as stage:
        somebody = await known(stage)
        await close_all(stage)
        await erasure(stage).erase(somebody.person)
        await mail(stage, 3, f"Re: [{somebody.ticket}]", "Bagaimana dengan tiket saya?")
        assert await scalar(stage, "SELECT count(*) FROM event WHERE kind = 'stranger_quotes'") == 0
        assert await stage.scalar("SELECT follows_id FROM conversation ORDER BY id DESC LIMIT 1") is None


async def test_what_was_added_afterwards_goes_the_next_time(staged: Staged) -> None:
    async with staged() as stage:
        somebody = await known(stage)
        await close_all(stage)
        await erasure(stage).erase(somebody.person)
        await run(
            stage,
            "INSERT INTO message (conversation_id, channel, author, kind, text, created_at)"
            " VALUES (:conversation, 'whatsapp', 'officer', 'note', :text, :now)",
            conversation=somebody.conversation,
            text=f"soal {WORD} lagi",
            now=stage.clock.now(),
        )
        await erasure(stage).erase(somebody.person)
        assert await scalar(stage, f"SELECT count(*) FROM message WHERE text LIKE '%{WORD}%lagi'") == 0
