"""Officers take over, answer, and end: over a real database, racing where people race."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.upkeep import Upkeep
from handoff.ports.desk import Overtaken, Registration, Reply, Unfit
from handoff.ports.values import NotAllowed, NotFound, Stale, Taken
from tests.bot.desk.floor import PHONE, Floor


async def test_of_two_who_claim_at_once_one_wins_and_the_other_is_told_who(floor: Floor) -> None:
    sari, budi = await floor.officer("Sari"), await floor.officer("Budi")
    conversation_id, ticket = await floor.asked()
    outcomes = await asyncio.gather(
        floor.desk.claim(sari, conversation_id),
        floor.desk.claim(budi, conversation_id),
        return_exceptions=True,
    )
    won = [one for one, outcome in zip((sari, budi), outcomes, strict=True) if outcome is None]
    (lost,) = [outcome for outcome in outcomes if isinstance(outcome, Taken)]
    assert len(won) == 1
    assert lost.by == won[0].name
    held, known = await floor.conversation(conversation_id), await floor.ticket(ticket.id)
    assert held.holder_id == known.assignee_id == won[0].id
    assert (held.state, known.state) == ("officer", "work")
    assert known.claimed_at is not None


async def test_claiming_twice_is_claiming_once(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    await floor.desk.claim(sari, conversation_id)
    version = (await floor.ticket(ticket.id)).version
    await floor.desk.claim(sari, conversation_id)
    assert (await floor.ticket(ticket.id)).version == version


async def test_a_reply_reaches_the_phone_and_nothing_is_owed_any_more(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    assert (await floor.conversation(conversation_id)).owed_since is not None
    message_id = await floor.reply(sari, conversation_id, "Berikut *datanya*.")
    await floor.stage.deliver_all()
    assert floor.stage.memory["whatsapp"].take(PHONE) == ["Berikut *datanya*."]
    sent = floor.stage.memory["whatsapp"].sent[-1]
    assert (sent.author, sent.key, sent.ticket) == ("officer", "officer", ticket.number)
    row = await floor.row("SELECT author, officer_id FROM message WHERE id = :id", id=message_id)
    assert (row.author, row.officer_id) == ("officer", sari.id)
    held, known = await floor.conversation(conversation_id), await floor.ticket(ticket.id)
    assert (held.owed_since, held.holder_id) == (None, sari.id)
    assert (known.assignee_id, known.state) == (sari.id, "work")
    assert known.answered_at is not None
    assert await floor.history(ticket.id) == [
        "opened", "clear", "due", "claimed", "state", "replied",
    ]  # fmt: skip


async def test_of_two_replies_at_once_one_goes_out_and_the_other_is_kept_as_a_draft(floor: Floor) -> None:
    sari, budi = await floor.officer("Sari"), await floor.officer("Budi")
    conversation_id, _ = await floor.asked()
    seen = await floor.newest()
    outcomes = await asyncio.gather(
        floor.reply(sari, conversation_id, "dari Sari", seen=seen),
        floor.reply(budi, conversation_id, "dari Budi", seen=seen),
        return_exceptions=True,
    )
    (refused,) = [outcome for outcome in outcomes if isinstance(outcome, Overtaken)]
    quick, slow = (sari, budi) if isinstance(outcomes[0], int) else (budi, sari)
    assert refused.by == quick.name
    await floor.stage.deliver_all()
    assert floor.stage.memory["whatsapp"].take(PHONE) == [f"dari {quick.name}"]
    draft = await floor.row("SELECT officer_id, text, is_note FROM draft")
    assert tuple(draft) == (slow.id, f"dari {slow.name}", False)
    await floor.reply(slow, conversation_id, "dari keduanya")
    assert await floor.rows("SELECT 1 FROM draft") == []


@pytest.mark.parametrize("then", ["stay", "wait", "close"])
async def test_a_form_that_is_sent_twice_says_it_once(floor: Floor, then: Any) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.asked()
    seen = await floor.newest()
    first, second = await asyncio.gather(
        floor.reply(sari, conversation_id, "Ya.", seen=seen, then=then),
        floor.reply(sari, conversation_id, "Ya.", seen=seen, then=then),
    )
    assert first == second
    await floor.stage.deliver_all()
    assert floor.stage.memory["whatsapp"].take(PHONE) == ["Ya."]
    await floor.reply(sari, conversation_id, "Ya.")  # seen, and meant again
    await floor.stage.deliver_all()
    assert floor.stage.memory["whatsapp"].take(PHONE) == ["Ya."]


async def test_an_end_beside_a_word_of_the_citizens_that_was_not_seen_is_refused(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    seen = await floor.newest()
    await floor.goes_on("Tunggu, yang tahun 2023 juga")
    with pytest.raises(Overtaken) as refused:
        await floor.reply(sari, conversation_id, "Selesai, ya.", seen=seen, then="close")
    assert refused.value.by is None
    assert (await floor.ticket(ticket.id)).is_open
    # A reply that ends nothing is not stopped by it.
    await floor.reply(sari, conversation_id, "Ini yang 2024.", seen=seen)


async def test_a_note_is_never_delivered_and_answers_nothing(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    before = await floor.conversation(conversation_id)
    message_id = await floor.desk.note(sari, conversation_id, "Warga ini pernah datang bulan lalu.")
    floor.stage.clock.advance(timedelta(hours=1))
    core = floor.stage.core
    await Upkeep(core.database, core.queue, core.clock, stalled=timedelta(seconds=30)).sweep()
    await floor.stage.deliver_all()
    assert await floor.rows("SELECT 1 FROM delivery WHERE message_id = :id", id=message_id) == []
    assert floor.stage.memory["whatsapp"].sent == []
    after = await floor.conversation(conversation_id)
    assert (after.owed_since, after.holder_id, after.last_outbound_at) == (before.owed_since, None, None)
    assert (await floor.ticket(ticket.id)).answered_at is None
    # It overtakes nobody's reply either.
    budi = await floor.officer("Budi")
    await floor.reply(budi, conversation_id, seen=message_id - 1)


async def test_waiting_for_the_citizen_stops_the_clock_until_they_write(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    assert ticket.due_at is not None
    await floor.reply(sari, conversation_id, "Tahun berapa?", then="wait")
    waiting = await floor.ticket(ticket.id)
    assert (waiting.state, waiting.due_at) == ("citizen", None)
    floor.stage.clock.advance(timedelta(days=10))
    await floor.goes_on("2024")
    known = await floor.ticket(ticket.id)
    assert known.state == "work"
    assert known.due_at is not None
    assert known.due_at > ticket.due_at
    assert (await floor.conversation(conversation_id)).owed_since is not None
    (pause,) = await floor.rows("SELECT from_at, to_at FROM ticket_pause")
    assert pause.to_at - pause.from_at >= timedelta(days=10)
    assert "addition" in await floor.history(ticket.id)


async def test_thanks_owe_nothing_and_end_no_pause(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    await floor.reply(sari, conversation_id, "Tahun berapa?", then="wait")
    version = (await floor.ticket(ticket.id)).version
    await floor.goes_on("ok terima kasih", owes=False)
    known = await floor.ticket(ticket.id)
    assert (known.state, known.version) == ("citizen", version)
    assert (await floor.conversation(conversation_id)).owed_since is None


async def test_handing_back_lets_the_bot_speak_and_keeps_the_ticket(floor: Floor) -> None:
    sari, budi = await floor.officer("Sari"), await floor.officer("Budi")
    conversation_id, ticket = await floor.asked()
    await floor.desk.claim(sari, conversation_id)
    with pytest.raises(Taken):
        await floor.desk.hand_back(budi, conversation_id)
    await floor.desk.hand_back(sari, conversation_id)
    held, known = await floor.conversation(conversation_id), await floor.ticket(ticket.id)
    assert (held.holder_id, held.state) == (None, "waiting")
    assert held.owed_since is not None
    assert (known.assignee_id, known.state) == (sari.id, "work")


async def test_what_is_released_anybody_may_claim(floor: Floor) -> None:
    sari, budi = await floor.officer("Sari"), await floor.officer("Budi")
    conversation_id, ticket = await floor.asked()
    await floor.desk.claim(sari, conversation_id)
    await floor.desk.release(sari, conversation_id)
    known = await floor.ticket(ticket.id)
    assert (known.assignee_id, known.state) == (None, "new")
    await floor.desk.claim(budi, conversation_id)
    assert (await floor.ticket(ticket.id)).assignee_id == budi.id


async def test_a_supervisor_assigns_and_an_officer_only_to_themselves(floor: Floor) -> None:
    sari, budi = await floor.officer("Sari"), await floor.officer("Budi")
    wati = await floor.officer("Wati", "supervisor")
    conversation_id, ticket = await floor.asked()
    with pytest.raises(NotAllowed):
        await floor.desk.assign(sari, ticket.id, budi.id, version=ticket.version)
    await floor.desk.assign(sari, ticket.id, sari.id, version=ticket.version)
    assert (await floor.conversation(conversation_id)).holder_id == sari.id
    known = await floor.ticket(ticket.id)
    with pytest.raises(Taken):
        await floor.desk.assign(budi, ticket.id, budi.id, version=known.version)
    await floor.desk.assign(wati, ticket.id, budi.id, version=known.version)
    assert (await floor.conversation(conversation_id)).holder_id == budi.id
    told = await floor.rows("SELECT officer_id FROM officer_notice WHERE kind = 'assigned'")
    assert [row.officer_id for row in told] == [budi.id]
    last = await floor.row(
        "SELECT before, after, officer_id FROM ticket_change WHERE what = 'assigned' ORDER BY id DESC LIMIT 1"
    )
    assert tuple(last) == ("Sari", "Budi", wati.id)


async def test_what_has_changed_since_it_was_looked_at_is_not_changed(floor: Floor) -> None:
    sari, budi = await floor.officer("Sari"), await floor.officer("Budi")
    _, ticket = await floor.asked()
    outcomes = await asyncio.gather(
        floor.desk.tag(sari, ticket.id, ["PDRB"], version=ticket.version),
        floor.desk.prioritise(budi, ticket.id, is_urgent=True, version=ticket.version),
        return_exceptions=True,
    )
    assert sum(isinstance(each, Stale) for each in outcomes) == 1
    known = await floor.ticket(ticket.id)
    assert known.version == ticket.version + 1
    assert (known.tags == ("pdrb",)) != (known.priority == 1)


async def test_closing_with_a_word_sends_it_and_closes_the_conversation(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    reply = Reply("Semoga membantu.", seen=await floor.newest())
    await floor.desk.close(sari, ticket.id, version=ticket.version, reply=reply)
    await floor.stage.deliver_all()
    assert floor.stage.memory["whatsapp"].take(PHONE) == ["Semoga membantu."]
    known, held = await floor.ticket(ticket.id), await floor.conversation(conversation_id)
    assert (known.state, known.is_open) == ("done", False)
    assert (held.state, held.holder_id, held.owed_since) == ("closed", None, None)
    with pytest.raises(Stale):
        await floor.desk.wait(sari, ticket.id, version=known.version)


async def test_what_ended_can_be_reopened_and_its_rest_was_no_time_used(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    await floor.desk.cancel(sari, ticket.id, version=ticket.version)
    closed = await floor.ticket(ticket.id)
    assert closed.state == "cancelled"
    floor.stage.clock.advance(timedelta(days=30))
    await floor.desk.reopen(sari, ticket.id, version=closed.version)
    known, held = await floor.ticket(ticket.id), await floor.conversation(conversation_id)
    assert (known.state, known.assignee_id, known.closed_at) == ("work", sari.id, None)
    assert (held.closed_at, held.holder_id) == (None, sari.id)
    assert known.due_at is not None
    assert known.due_at > floor.stage.clock.now()


async def test_a_second_request_is_a_second_ticket_in_the_same_conversation(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    await floor.desk.claim(sari, conversation_id)
    known = await floor.ticket(ticket.id)
    number = await floor.desk.split(sari, ticket.id, "penjualan", purpose="data mikro", version=known.version)
    assert number.startswith("PJL-")
    second = await floor.row(
        "SELECT id, conversation_id, assignee_id FROM ticket WHERE number = :n", n=number
    )
    assert (second.conversation_id, second.assignee_id) == (conversation_id, sari.id)
    known = await floor.ticket(ticket.id)
    await floor.desk.close(sari, ticket.id, version=known.version)
    held = await floor.conversation(conversation_id)
    assert (held.closed_at, held.holder_id) == (None, sari.id)
    await floor.desk.close(sari, second.id, version=(await floor.ticket(second.id)).version)
    assert (await floor.conversation(conversation_id)).closed_at is not None


async def test_a_ticket_is_merged_into_another_of_the_same_contact(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    mail: dict[str, Any] = {"channel": "email", "sender": "warga@warga.example"}
    first_place, first = await floor.asked(subject="Data PDRB", **mail)
    second_place, second = await floor.asked(subject="Satu lagi", **mail)
    assert first_place != second_place
    await floor.desk.tag(sari, first.id, ["lama"], version=first.version)
    first = await floor.ticket(first.id)
    await floor.desk.merge(sari, first.id, second.number, version=first.version)
    gone, left = await floor.ticket(first.id), await floor.ticket(second.id)
    assert (gone.state, gone.merged_into_id) == ("cancelled", second.id)
    assert (left.is_open, left.tags) == (True, ("lama",))
    assert (await floor.conversation(first_place)).closed_at is not None
    assert (await floor.conversation(second_place)).follows_id == first_place
    assert (await floor.conversation(second_place)).owed_since is not None
    with pytest.raises(NotAllowed):
        await floor.desk.reopen(sari, first.id, version=gone.version)


async def test_nothing_is_merged_into_a_strangers_ticket(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    _, mine = await floor.asked()
    _, theirs = await floor.asked(sender="whatsapp:+628111111002")
    with pytest.raises(NotFound):
        await floor.desk.merge(sari, mine.id, theirs.number, version=mine.version)
    assert (await floor.ticket(mine.id)).is_open


async def test_a_person_with_two_channels_is_answered_on_either_and_heard_on_both(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    mail: dict[str, Any] = {"channel": "email", "sender": "warga@warga.example"}
    await floor.written("Halo", subject="Halo", **mail)
    await floor.run("UPDATE contact SET person_id = (SELECT min(person_id) FROM contact)")
    other = await floor.row("SELECT id FROM contact WHERE channel = 'email'")
    await floor.reply(sari, conversation_id, "Lewat surat saja.", contact_id=other.id, then="wait")
    await floor.stage.deliver_all()
    sent = floor.stage.memory["email"].sent[-1]
    assert (sent.recipient, sent.text, sent.subject) == ("warga@warga.example", "Lewat surat saja.", "Halo")
    assert (await floor.ticket(ticket.id)).state == "citizen"
    await floor.goes_on("Baik", replies_to=(f"said-{sent.id}",), subject="Re: Halo", **mail)
    assert (await floor.ticket(ticket.id)).state == "work"


async def test_the_number_stays_when_the_kind_changes_and_the_clock_waits_for_the_officer(
    floor: Floor,
) -> None:
    sari = await floor.officer("Sari")
    _, ticket = await floor.asked()
    await floor.desk.tick(sari, ticket.id, "email", is_met=True, version=ticket.version)
    known = await floor.ticket(ticket.id)
    await floor.desk.change_kind(sari, ticket.id, "penjualan", version=known.version)
    known = await floor.ticket(ticket.id)
    assert (known.number, known.kind, known.state) == (ticket.number, "penjualan", "requirements")
    assert (known.clear_at, known.due_at, known.checklist) == (None, None, ("email",))
    await floor.desk.clear(sari, ticket.id, version=known.version)
    known = await floor.ticket(ticket.id)
    assert known.clear_at is not None
    assert known.due_at is not None
    assert known.due_at > (ticket.due_at or known.due_at)
    await floor.desk.unclear(sari, ticket.id, version=known.version)
    assert (await floor.ticket(ticket.id)).due_at is None
    history = await floor.history(ticket.id)
    assert [what for what in history if what in {"kind", "clear", "unclear"}] == [
        "clear",
        "kind",
        "clear",
        "unclear",
    ]


async def test_every_version_has_its_lines_of_history(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    await floor.desk.tag(sari, ticket.id, [" PDRB ", "pdrb", "2024"], version=ticket.version)
    known = await floor.ticket(ticket.id)
    assert known.tags == ("2024", "pdrb")
    await floor.desk.tag(sari, ticket.id, ["2024", "pdrb"], version=known.version)  # the same again
    assert (await floor.ticket(ticket.id)).version == known.version
    await floor.reply(sari, conversation_id, then="wait")
    await floor.goes_on("ini")
    lines = await floor.rows("SELECT actor, officer_id FROM ticket_change ORDER BY id")
    assert all((line.actor == "officer") == (line.officer_id is not None) for line in lines)
    assert {line.actor for line in lines} == {"citizen", "officer"}


async def test_no_reply_needed_is_the_officers_word_for_what_they_have_seen(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked()
    seen = await floor.newest()
    await floor.goes_on("Halo?")
    with pytest.raises(Overtaken):
        await floor.desk.no_reply_needed(sari, conversation_id, seen=seen)
    await floor.desk.no_reply_needed(sari, conversation_id, seen=await floor.newest())
    assert (await floor.conversation(conversation_id)).owed_since is None
    assert (await floor.history(ticket.id))[-1] == "no_reply"


async def test_an_officer_opens_a_ticket_on_what_the_bot_was_talking_about(floor: Floor) -> None:
    sari, budi = await floor.officer("Sari"), await floor.officer("Budi")
    conversation_id, _ = await floor.written()
    number = await floor.desk.open(sari, conversation_id, "perpustakaan", purpose="skripsi")
    assert number.startswith("PUS-")
    assert (await floor.conversation(conversation_id)).holder_id == sari.id
    with pytest.raises(Taken) as taken:
        await floor.desk.open(budi, conversation_id, "konsultasi")
    assert taken.value.by == "Sari"


@pytest.mark.parametrize(
    ("text", "reason"), [("  \n ", "empty"), ("a" * 20_001, "too_long")], ids=["empty", "too long"]
)
async def test_what_cannot_go_out_is_refused_with_a_word(floor: Floor, text: str, reason: str) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.asked()
    with pytest.raises(Unfit) as refused:
        await floor.reply(sari, conversation_id, text)
    assert refused.value.reason == reason
    assert (await floor.conversation(conversation_id)).holder_id is None


async def test_what_no_ticket_tells_is_in_the_log(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.written()
    await floor.desk.claim(sari, conversation_id)
    await floor.desk.claim(sari, conversation_id)
    await floor.goes_on("Halo?")
    await floor.desk.no_reply_needed(sari, conversation_id, seen=await floor.newest())
    await floor.desk.hand_back(sari, conversation_id)
    given = Registration(name="Warga Contoh", email="warga@warga.example")
    await floor.desk.register(sari, conversation_id, given)
    rows = await floor.rows("SELECT action, officer_id, detail FROM audit ORDER BY id")
    assert [row.action for row in rows] == [
        "conversation.claimed", "conversation.no_reply", "conversation.handed_back", "person.registered",
    ]  # fmt: skip
    assert {row.officer_id for row in rows} == {sari.id}
    assert rows[-1].detail == {"fields": ["email", "name"]}


async def test_an_officer_completes_the_form_of_who_had_no_address(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.written()
    async with floor.stage.core.database.transaction() as tx:
        told = await floor.casework.open(tx, conversation_id, kind="konsultasi", reason="asked")
    await floor.desk.register(sari, conversation_id, Registration(purpose="skripsi"))
    known = await floor.ticket(told.ticket_id)
    assert (known.state, known.purpose, known.due_at) == ("requirements", "skripsi", None)
    await floor.desk.register(sari, conversation_id, Registration(email="warga@warga.example"))
    known = await floor.ticket(told.ticket_id)
    assert (known.state, known.purpose) == ("new", "skripsi")
    assert known.due_at is not None
    with pytest.raises(Unfit, match="address"):
        await floor.desk.register(sari, conversation_id, Registration(email="bukan alamat"))


async def test_what_is_taken_up_again_hears_a_citizen_who_had_written_anew(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    first, ticket = await floor.asked()
    await floor.reply(sari, first, "Selesai.", then="close")
    await floor.stage.deliver_all()
    later, _ = await floor.written("Datanya belum lengkap")
    assert later != first
    await floor.desk.reopen(sari, ticket.id, version=(await floor.ticket(ticket.id)).version)
    await floor.reply(sari, first, "Tahun berapa yang dimaksud?", then="wait")
    await floor.stage.deliver_all()
    floor.stage.clock.advance(timedelta(minutes=1))
    message = await floor.stage.hear("Tahun 2024")
    await floor.stage.answering.answer(message)
    heard = await floor.row("SELECT conversation_id FROM message WHERE id = :id", id=message)
    assert heard.conversation_id == first
    assert (await floor.ticket(ticket.id)).state == "work"


async def test_a_complaint_is_not_merged_away(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    place, complaint = await floor.asked("Petugasnya tidak ramah", kind="pengaduan")
    other = await floor.opened(place)
    with pytest.raises(NotAllowed, match="merge_complaint"):
        await floor.desk.merge(sari, complaint.id, other.number, version=complaint.version)
    assert (await floor.ticket(complaint.id)).is_open
    twice = await floor.opened(place, "pengaduan")
    await floor.desk.merge(sari, complaint.id, twice.number, version=complaint.version)
    assert not (await floor.ticket(complaint.id)).is_open


async def asked_of(floor: Floor, number: str) -> str:
    """Return what the bot says when the citizen asks how a ticket stands."""
    await floor.stage.answering.answer(await floor.stage.hear(f"status {number}"))
    said = await floor.row("SELECT text FROM message WHERE author = 'bot' ORDER BY id DESC LIMIT 1")
    return str(said.text)


async def test_a_merged_ticket_is_told_as_the_one_it_went_on_in(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    place, first = await floor.asked()
    second = await floor.opened(place, "penjualan")
    await floor.desk.merge(sari, first.id, second.number, version=first.version)
    said = await asked_of(floor, first.number)
    assert f"dilanjutkan dalam tiket *{second.number}*" in said
    assert "dibatalkan" not in said


async def test_a_day_that_has_passed_is_promised_to_nobody(floor: Floor) -> None:
    _, ticket = await floor.asked()
    assert "Dijawab paling lambat" in await asked_of(floor, ticket.number)
    floor.stage.clock.advance(timedelta(days=40))
    said = await asked_of(floor, ticket.number)
    assert "seharusnya dijawab paling lambat" in said
    assert "Dijawab" not in said


async def test_nobody_reopens_a_conversation_out_of_a_colleagues_hands(floor: Floor) -> None:
    ani, budi = await floor.officer("Ani"), await floor.officer("Budi")
    place, ticket = await floor.asked()
    async with floor.stage.core.database.transaction() as tx:
        await floor.casework.cancel(tx, ticket.id)  # the citizen's "batal"
    await floor.desk.claim(ani, place)
    ended = await floor.ticket(ticket.id)
    with pytest.raises(Taken):
        await floor.desk.reopen(budi, ticket.id, version=ended.version)
    assert (await floor.conversation(place)).holder_id == ani.id
    await floor.desk.reopen(ani, ticket.id, version=ended.version)
    assert (await floor.ticket(ticket.id)).assignee_id == ani.id


async def test_who_takes_one_ticket_does_not_take_a_colleagues_conversation(floor: Floor) -> None:
    ani, budi = await floor.officer("Ani"), await floor.officer("Budi")
    place, _ = await floor.asked()
    second = await floor.opened(place, "penjualan")
    await floor.desk.claim(ani, place)
    await floor.desk.assign(ani, second.id, None, version=(await floor.ticket(second.id)).version)
    await floor.desk.assign(budi, second.id, budi.id, version=(await floor.ticket(second.id)).version)
    assert (await floor.ticket(second.id)).assignee_id == budi.id
    assert (await floor.conversation(place)).holder_id == ani.id


async def test_a_merge_does_not_move_what_was_promised(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    place, first = await floor.asked()
    await floor.desk.claim(sari, place)
    await floor.desk.wait(sari, first.id, version=(await floor.ticket(first.id)).version)
    floor.stage.clock.advance(timedelta(days=14))
    await floor.desk.resume(sari, first.id, version=(await floor.ticket(first.id)).version)
    promised = (await floor.ticket(first.id)).due_at
    floor.stage.clock.advance(timedelta(days=7))
    second = await floor.opened(place)
    assert second.due_at != promised
    version = (await floor.ticket(first.id)).version
    await floor.desk.merge(sari, first.id, second.number, version=version)
    assert (await floor.ticket(second.id)).due_at == promised
    third = await floor.opened(place, "penjualan")
    await floor.desk.merge(sari, second.id, third.number, version=(await floor.ticket(second.id)).version)
    assert (await floor.ticket(third.id)).due_at == third.due_at, "another kind has a clock of its own"
