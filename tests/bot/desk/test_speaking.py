"""What officers say, where it goes, and what goes along with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from handoff.invitation import Meeting
from handoff.ports.desk import Reply, Unfit, Upload
from handoff.ports.values import NotFound, Stale
from tests.bot.desk.floor import PHONE, Floor

MAIL: dict[str, Any] = {"channel": "email", "sender": "warga@warga.example", "subject": "Data PDRB"}
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n"


def mail_takes_files(floor: Floor, most: int = 1_048_576) -> None:
    floor.stage.memory["email"].max_file_bytes = most


async def test_a_mail_is_answered_in_its_thread_with_copies_and_files(floor: Floor) -> None:
    mail_takes_files(floor)
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.asked(**MAIL)
    asked = await floor.row("SELECT reply_id FROM message")
    await floor.reply(
        sari,
        conversation_id,
        "Terlampir.",
        cc=("atasan@warga.example", " atasan@warga.example"),
        files=(Upload("../../tabel.pdf.exe", "application/pdf", PDF),),
    )
    await floor.stage.deliver_all()
    sent = floor.stage.memory["email"].sent[-1]
    assert (sent.in_reply_to, sent.subject, sent.cc) == (
        asked.reply_id,
        "Data PDRB",
        ("atasan@warga.example",),
    )
    (file,) = sent.attachments
    assert (file.content_type, file.size) == ("application/pdf", len(PDF))
    assert file.name.endswith("tabel.pdf")
    assert "/" not in file.name
    assert await floor.stage.core.files.open(file.file) == PDF


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"files": (Upload("a.pdf", "application/pdf", b"MZ\x90\0 program"),)}, "file_refused"),
        ({"files": (Upload("a.html", "text/html", b"<html><script>1</script></html>"),)}, "file_refused"),
        ({"files": (Upload("a.pdf", "application/pdf", PDF),) * 11}, "too_many_files"),
        ({"files": (Upload("a.pdf", "application/pdf", PDF + b" " * 2_000_000),)}, "files_too_large"),
        ({"cc": ("bukan alamat",)}, "address"),
        ({"cc": tuple(f"a{n}@warga.example" for n in range(11))}, "too_many_copies"),
    ],
    ids=["program", "page", "many files", "large", "address", "many copies"],
)
async def test_what_is_refused_goes_out_in_no_part_and_stays_as_a_draft(
    floor: Floor, more: dict[str, Any], reason: str
) -> None:
    mail_takes_files(floor)
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked(**MAIL)
    with pytest.raises(Unfit) as refused:
        await floor.reply(sari, conversation_id, "Terlampir.", **more)
    assert refused.value.reason == reason
    assert await floor.rows("SELECT 1 FROM delivery") == []
    assert (await floor.row("SELECT text FROM draft")).text == "Terlampir."
    assert await floor.ticket(ticket.id) == ticket


async def test_a_chat_takes_neither_files_nor_copies(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.asked()
    with pytest.raises(Unfit, match="no_files_here"):
        await floor.reply(sari, conversation_id, files=(Upload("a.pdf", "application/pdf", PDF),))
    with pytest.raises(Unfit, match="copies_by_mail_only"):
        await floor.reply(sari, conversation_id, cc=("atasan@warga.example",))


async def test_nothing_goes_to_a_strangers_address(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.asked()
    await floor.written(sender="whatsapp:+628111111002")
    stranger = await floor.row("SELECT id FROM contact WHERE address LIKE '%002'")
    with pytest.raises(NotFound):
        await floor.reply(sari, conversation_id, contact_id=stranger.id)


async def test_nobody_writes_to_who_was_forgotten(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.asked()
    await floor.run("UPDATE person SET erased_at = :now", now=floor.stage.clock.now())
    with pytest.raises(Unfit, match="erased"):
        await floor.reply(sari, conversation_id)


async def test_who_writes_to_what_is_closed_begins_what_follows(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.asked()
    await floor.reply(sari, conversation_id, "Selesai.", then="close")
    with pytest.raises(Stale):
        await floor.desk.claim(sari, conversation_id)
    await floor.reply(sari, conversation_id, "Satu hal lagi:")
    new = await floor.row(
        "SELECT id, holder_id, follows_id, contact_id FROM conversation WHERE closed_at IS NULL"
    )
    assert (new.holder_id, new.follows_id) == (sari.id, conversation_id)
    await floor.stage.deliver_all()
    assert floor.stage.memory["whatsapp"].take(PHONE) == ["Selesai.", "Satu hal lagi:"]
    # What comes back goes there, and the bot is silent.
    place, _ = await floor.written("ya?")
    assert place == new.id


async def test_an_invitation_is_a_mail_with_a_file_for_the_calendar(floor: Floor) -> None:
    mail_takes_files(floor)
    sari = await floor.officer("Sari")
    conversation_id, ticket = await floor.asked(**MAIL)
    starts_at = (floor.stage.clock.now() + timedelta(days=3)).replace(microsecond=0)
    meeting = Meeting("zoom", "Konsultasi PDRB", starts_at, 45, "https://zoom.example/j/1", "Sampai jumpa.")
    await floor.desk.invite(sari, conversation_id, meeting, seen=await floor.newest())
    await floor.stage.deliver_all()
    sent = floor.stage.memory["email"].sent[-1]
    assert "https://zoom.example/j/1" in sent.text
    assert "Sampai jumpa." in sent.text
    (file,) = sent.attachments
    assert (file.name, file.content_type) == ("undangan.ics", "text/calendar")
    (event,) = Calendar.from_ical(await floor.stage.core.files.open(file.file)).walk("VEVENT")
    assert event["DTSTART"].dt == starts_at
    assert event["DTEND"].dt - event["DTSTART"].dt == timedelta(minutes=45)
    assert str(event["SUMMARY"]) == "Konsultasi PDRB"
    assert (await floor.ticket(ticket.id)).answered_at is not None


async def test_an_invitation_on_a_phone_is_a_text_in_the_offices_time(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.asked()
    await floor.run(
        "INSERT INTO draft VALUES (:conversation, :officer, 'belum selesai', false, :now)",
        conversation=conversation_id,
        officer=sari.id,
        now=floor.stage.clock.now(),
    )
    meeting = Meeting("visit", "Konsultasi PDRB", datetime(2099, 3, 5, 2, 30, tzinfo=UTC), 60, "Ruang PST")
    await floor.desk.invite(sari, conversation_id, meeting, seen=await floor.newest())
    await floor.stage.deliver_all()
    (text,) = floor.stage.memory["whatsapp"].take(PHONE)
    assert "Kamis, 5 Maret 2099" in text
    assert "09.30 sampai 10.30 WIB" in text
    assert "Ruang PST" in text
    assert len(await floor.rows("SELECT 1 FROM draft")) == 1  # it is about something else


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"title": " "}, "meeting_title"),
        ({"place": ""}, "meeting_place"),
        ({"place": "javascript:alert(1)"}, "meeting_link"),
        ({"minutes": 0}, "meeting_length"),
        ({"starts_at": datetime(2020, 1, 1, tzinfo=UTC)}, "meeting_past"),
    ],
)
async def test_a_meeting_that_cannot_be_is_refused(
    floor: Floor, changed: dict[str, Any], reason: str
) -> None:
    sari = await floor.officer("Sari")
    conversation_id, _ = await floor.asked()
    given: dict[str, Any] = {
        "way": "zoom",
        "title": "Konsultasi",
        "starts_at": floor.stage.clock.now() + timedelta(days=1),
        "minutes": 30,
        "place": "https://zoom.example/j/1",
        **changed,
    }
    with pytest.raises(Unfit, match=reason):
        await floor.desk.invite(sari, conversation_id, Meeting(**given), seen=await floor.newest())


async def test_a_last_word_that_is_refused_ends_nothing(floor: Floor) -> None:
    sari = await floor.officer("Sari")
    _, ticket = await floor.asked()
    with pytest.raises(Unfit, match="empty"):
        await floor.desk.close(sari, ticket.id, version=ticket.version, reply=Reply(" ", seen=99))
    assert await floor.ticket(ticket.id) == ticket
