"""A ticket's life as citizens set it off: opened, complete, added to, ended; every change has its line of history."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.assembly import counter
from bot.casework import SYSTEM, Confirmation
from handoff.ticket import PREFIXES, Kind
from tests.bot.desk.floor import PHONE, Floor
from tests.fakes import Stage


@pytest.fixture
async def floor(staged: Callable[[], AbstractAsyncContextManager[Stage]]) -> AsyncIterator[Floor]:
    """Officers, citizens, and the desk between them."""
    async with staged() as stage:
        desk = counter.desk(stage.core)
        yield Floor(stage, desk, desk.casework)


async def opened(floor: Floor, conversation_id: int, kind: Kind, *, is_complete: bool) -> Confirmation:
    async with floor.stage.core.database.transaction() as tx:
        return await floor.casework.open(
            tx, conversation_id, kind=kind, reason="asked", is_complete=is_complete
        )


@pytest.mark.parametrize("kind", list(PREFIXES))
async def test_only_an_officer_starts_the_clock_of_a_sale_or_a_recommendation(
    floor: Floor, kind: Kind
) -> None:
    conversation_id, _ = await floor.written()
    told = await opened(floor, conversation_id, kind, is_complete=True)
    known = await floor.ticket(told.ticket_id)
    waits_for_officer = kind in {"penjualan", "rekomendasi"}
    assert known.state == ("requirements" if waits_for_officer else "new")
    assert (known.clear_at is None) == waits_for_officer
    assert (told.due_at is not None) == (kind == "konsultasi")
    assert told.number.startswith(PREFIXES[kind])


async def test_a_form_that_is_completed_later_starts_the_clock_then(floor: Floor) -> None:
    conversation_id, _ = await floor.written()
    told = await opened(floor, conversation_id, "konsultasi", is_complete=False)
    assert (told.state, told.due_at) == ("requirements", None)
    floor.stage.clock.advance(timedelta(days=2))
    async with floor.stage.core.database.transaction() as tx:
        told = await floor.casework.registered(tx, told.ticket_id, purpose="skripsi")
        again = await floor.casework.registered(tx, told.ticket_id, purpose="skripsi")
    known = await floor.ticket(told.ticket_id)
    assert (told.state, known.purpose) == ("new", "skripsi")
    assert known.clear_at is not None
    assert floor.stage.clock.now() - known.clear_at < timedelta(minutes=1)
    assert again.due_at == told.due_at
    assert await floor.history(told.ticket_id) == ["opened", "purpose", "clear", "state", "due"]


async def test_numbers_have_no_gaps_and_no_doubles(floor: Floor) -> None:
    places = [(await floor.written(sender=f"whatsapp:+6281111110{number:02}"))[0] for number in range(10, 18)]

    async def one(place: int, *, fails: bool) -> None:
        async with floor.stage.core.database.transaction() as tx:
            await floor.casework.open(tx, place, kind="konsultasi", reason="asked")
            if fails:
                raise ZeroDivisionError

    await asyncio.gather(*(one(place, fails=place % 3 == 0) for place in places), return_exceptions=True)
    numbers = [row.number for row in await floor.rows("SELECT number FROM ticket ORDER BY number")]
    counts = [int(number.rpartition("-")[2]) for number in numbers]
    assert counts == list(range(1, len(counts) + 1))
    assert 0 < len(counts) < len(places)


async def test_what_is_owed_is_owed_since_the_first_of_several(floor: Floor) -> None:
    conversation_id, ticket = await floor.asked()
    sari = await floor.officer("Sari")
    await floor.reply(sari, conversation_id)
    first_at = floor.stage.clock.now()
    outcomes = []
    for said in ("satu", "dua"):
        _, message_id = await floor.written(said)
        async with floor.stage.core.database.transaction() as tx:
            outcomes.append(
                await floor.casework.heard(
                    tx, conversation_id, message_id=message_id, at=floor.stage.clock.now()
                )
            )
        floor.stage.clock.advance(timedelta(hours=1))
    assert [each is not None and each.is_first for each in outcomes] == [True, False]
    assert all(each is not None and each.numbers == (ticket.number,) for each in outcomes)
    owed_since = (await floor.conversation(conversation_id)).owed_since
    assert owed_since - first_at < timedelta(minutes=1)
    told = await floor.rows("SELECT officer_id FROM officer_notice WHERE kind = 'replied'")
    assert [row.officer_id for row in told] == [sari.id]


async def test_where_nothing_is_open_and_nobody_holds_nothing_is_owed(floor: Floor) -> None:
    conversation_id, message_id = await floor.written()
    async with floor.stage.core.database.transaction() as tx:
        heard = await floor.casework.heard(
            tx, conversation_id, message_id=message_id, at=floor.stage.clock.now()
        )
    assert heard is None
    assert (await floor.conversation(conversation_id)).owed_since is None


async def test_a_held_conversation_without_a_ticket_owes_an_answer(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.written()
    await floor.desk.claim(sari, conversation_id)
    await floor.goes_on("Halo?")
    assert (await floor.conversation(conversation_id)).owed_since is not None


@pytest.mark.parametrize(
    ("how", "state", "left"), [("close", "done", "closed"), ("cancel", "cancelled", "bot")]
)
async def test_the_citizen_ends_a_ticket_and_nothing_is_owed(
    floor: Floor, how: str, state: str, left: str
) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    await floor.reply(sari, conversation_id, then="wait")
    async with floor.stage.core.database.transaction() as tx:
        await getattr(floor.casework, how)(tx, ticket.id)
    known, held = await floor.ticket(ticket.id), await floor.conversation(conversation_id)
    assert (known.state, known.is_open) == (state, False)
    assert (held.state, held.holder_id, held.owed_since) == (left, None, None)
    assert (held.closed_at is None) is (left == "bot")  # who takes it back goes on with the bot
    assert await floor.rows("SELECT 1 FROM ticket_pause WHERE to_at IS NULL") == []
    last = await floor.row("SELECT actor, after FROM ticket_change ORDER BY id DESC LIMIT 1")
    assert tuple(last) == ("citizen", state)


async def test_an_end_is_an_end_however_often_it_is_said(floor: Floor) -> None:
    conversation_id, ticket = await floor.asked()
    async with floor.stage.core.database.transaction() as tx:
        await floor.casework.close(tx, ticket.id)
    ended = await floor.ticket(ticket.id)
    async with floor.stage.core.database.transaction() as tx:
        await floor.casework.cancel(tx, ticket.id)
        await floor.casework.end(tx, ended, "idle", by=SYSTEM)
    assert await floor.ticket(ticket.id) == ended
    assert (await floor.conversation(conversation_id)).state == "closed"


async def test_a_ticket_is_told_of_to_its_owner_on_every_channel_and_to_nobody_else(floor: Floor) -> None:
    _, ticket = await floor.asked()
    await floor.written(sender="whatsapp:+628111111002")
    await floor.written(channel="email", sender="warga@warga.example", subject="Halo")
    contacts = {row.address: row.id for row in await floor.rows("SELECT id, address FROM contact")}

    async def seen_by(address: str) -> bool:
        async with floor.stage.core.database.transaction() as tx:
            told = await floor.casework.of_owner(tx, ticket.number, contact_id=contacts[address])
        return told is not None and told.number == ticket.number

    assert await seen_by(PHONE)
    assert not await seen_by("whatsapp:+628111111002")
    assert not await seen_by("warga@warga.example")
    await floor.run(
        "UPDATE contact SET person_id = (SELECT person_id FROM contact WHERE address = :phone)"
        " WHERE channel = 'email'",
        phone=PHONE,
    )
    assert await seen_by("warga@warga.example")


async def test_history_cannot_be_rewritten(floor: Floor) -> None:
    _, ticket = await floor.asked()
    for query in ("UPDATE ticket_change SET actor = 'bot'", "DELETE FROM ticket_change"):
        with pytest.raises(SQLAlchemyError) as refused:
            async with floor.stage.core.database.transaction() as tx:
                await tx.execute(text(query))
        assert isinstance(refused.value.__cause__, psycopg.Error)
    assert "opened" in await floor.history(ticket.id)
