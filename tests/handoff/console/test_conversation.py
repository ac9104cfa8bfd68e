"""The page of a conversation: harmless whatever it shows, and true about what was sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.assembly import duties
from channels.port import Attachment
from handoff.dates import short_day
from tests.bot.desk.floor import Floor
from tests.handoff.console.room import a_room
from tests.handoff.console.running import Desk

SCRIPT = '<script>alert("x")</script>'


def tags(page: str, name: str) -> list[str]:
    return re.findall(rf"<{name}\b[^>]*>", page)


# What strangers write


HOSTILE = (
    SCRIPT,
    '<img src=x onerror="alert(1)">',
    '"><svg onload=alert(1)>',
    "[klik](javascript:alert(1)) javascript:alert(1) *<b onclick=alert(1)>*",
    'https://contoh.example/"onmouseover="alert(1) https://contoh.example/<script>',
    "{{ 76543 * 7 }} {% raw %} ${76543*7}",
    "' autofocus onfocus=alert(1) x='",
)


@pytest.mark.parametrize("words", HOSTILE)
async def test_what_a_citizen_writes_is_text_and_nothing_else(desk: Desk, words: str) -> None:
    room = await a_room(desk, f"{words} akhir", subject=words, channel="email", sender="warga@example.com")
    await room.run(
        "UPDATE message SET quoted = :words, reply_to = :words, cc = ARRAY[:words], trust = 'failed'",
        words=words,
    )
    await room.run("UPDATE person SET name = :words, organisation = :words, email = :words", words=words)
    quiet = await a_room(desk, "tenang", sender="whatsapp:+628111111002")
    page, harmless = await room.page(), await quiet.page()
    assert "akhir" in page
    for name in ("script", "svg", "img", "iframe", "style", "b", "object"):
        assert len(tags(page, name)) <= len(tags(harmless, name)) + (2 if name == "b" else 0), name
    inside = re.findall(r"<[a-zA-Z][^>]*>", page)
    assert not [tag for tag in inside if re.search(r"\son\w+\s*=", re.sub(r'"[^"]*"', '""', tag))]
    assert not [tag for tag in inside if re.search(r'href\s*=\s*"?\s*javascript', tag, re.IGNORECASE)]
    assert str(76543 * 7) not in page


async def test_writing_that_turns_around_is_shown_as_what_it_is(desk: Desk) -> None:
    room = await a_room(
        desk,
        "berkas \u202egnp.exe\u202c dan \u0007bel \u2066x",
        attachments=(Attachment("\u202efdp.exe", "application/pdf", url="https://files.example/1"),),
    )
    await room.run("UPDATE person SET name = :name", name="\u202eireB")
    page = await room.page()
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u0007]", page)
    assert "[U+202E]gnp.exe[U+202C]" in page
    assert "[U+202E]fdp" in page
    assert "<bdi>[U+202E]ireB</bdi>" in page


async def test_a_long_text_is_folded_and_the_whole_stands_on_its_own_page(desk: Desk) -> None:
    words = "panjang & <b>tebal</b> " * 4500
    room = await a_room(desk, words + "ekor")
    page = await room.page()
    assert len(page) < 120_000
    assert "ekor" not in page
    (link,) = re.findall(rf'href="({room.path}/message/\d+)"', page)
    whole = await room.client.get(link)
    assert whole.status_code == 200
    assert "ekor" in whole.text
    assert "<b>tebal" not in whole.text


async def test_nobody_reads_a_message_under_somebody_elses_conversation(desk: Desk) -> None:
    room = await a_room(desk)
    other = await a_room(desk, "rahasia orang lain", sender="whatsapp:+628111111002")
    (message,) = await desk.stage.column("SELECT max(id) FROM message")
    assert (await room.client.get(f"{room.path}/message/{message}")).status_code == 404
    assert (await other.client.get(f"{other.path}/message/{message}")).status_code == 200
    assert (await room.client.get("/console/conversation/999999")).status_code == 404


async def test_a_file_is_a_download_under_a_harmless_name(desk: Desk) -> None:
    room = await a_room(
        desk,
        "ini suratnya",
        attachments=(
            Attachment("../../x.html", "text/html", url="https://files.example/1"),
            Attachment("surat.pdf", "application/pdf", url="https://files.example/2"),
            Attachment("kantor", "text/uri-list", url="geo:-7.7,110.6", kind="location"),
        ),
    )
    assert (await room.page()).count("sedang diambil") == 2
    await room.run(
        "UPDATE media SET state = 'kept', file = :file, content_type = 'text/plain', size = 2100 WHERE number = 0",
        file="a" * 32,
    )
    await room.run(
        "UPDATE media SET state = 'refused', reason = 'Jenis berkas tidak diterima' WHERE number = 1"
    )
    page = await room.page()
    (media,) = await desk.stage.column("SELECT id FROM media WHERE number = 0")
    link = re.search(rf'<a href="/console/file/media/{media}" download>.*?</a>', page, re.DOTALL)
    assert link
    assert "../" not in link[0]
    assert ".html" not in link[0]
    assert "x.txt" in link[0]
    assert "2 kB" in page
    assert "ditolak: Jenis berkas tidak diterima" in page
    assert "-7.7, 110.6" in page


# What became of what we said


STATES: Mapping[str, tuple[dict[str, Any], str]] = {
    "kept": ({"state": "kept"}, "Menunggu dikirim"),
    "again": ({"state": "kept", "failure": "Server sibuk"}, "Akan dicoba lagi: Server sibuk"),
    "sending": ({"state": "sending"}, "Sedang dikirim"),
    "sent": ({"state": "sent"}, "Terkirim"),
    "template": ({"state": "sent", "way": "template"}, "Terkirim sebagai templat"),
    "window": (
        {"state": "waiting", "cause": "window_closed"},
        "Belum terkirim: di luar 24 jam. Menunggu pesan warga berikutnya",
    ),
    "waiting": ({"state": "waiting"}, "Menunggu pesan warga berikutnya"),
    "rerouted": ({"state": "rerouted"}, "Disampaikan lewat email sebagai gantinya"),
    "failed": ({"state": "failed", "failure": "Nomor tidak ada"}, "Gagal: Nomor tidak ada"),
    "failed for no reason": ({"state": "failed"}, "Gagal: sebabnya tidak diketahui"),
    "uncertain": (
        {"state": "uncertain", "failure": "Jawaban Twilio hilang"},
        "Tidak pasti: mungkin sampai, mungkin tidak. Jawaban Twilio hilang",
    ),
}


async def test_every_state_of_a_message_of_ours_is_said_in_words(desk: Desk) -> None:
    room = await a_room(desk)
    await room.reply("Halo")
    for name, (values, words) in STATES.items():
        full = {"failure": None, "cause": None, "way": None, **values}
        sets = ", ".join(f"{column} = :{column}" for column in full)
        await room.run(f"UPDATE delivery SET {sets}", **full)
        page = await room.page()
        shown = re.search(r'class="sending">(.*?)</span>\s*</p>|class="sending">(.*?)</p>', page, re.DOTALL)
        assert shown, name
        plain = " ".join(re.sub(r"<[^>]+>", " ", shown[1] or shown[2]).split())
        assert plain == words, name


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (["sent"], "Terkirim"),
        (["delivered"], "Sampai"),
        (["read"], "Dibaca"),
        (["read", "delivered"], "Sampai"),
    ],
)
async def test_how_far_it_came_is_what_all_of_its_parts_came(
    desk: Desk, parts: list[str], words: str
) -> None:
    room = await a_room(desk)
    await room.reply("Halo")
    await desk.stage.deliver_all()
    for part, state in enumerate(parts, 1):
        await room.run(
            "INSERT INTO delivery_report (message_id, external_id, state, attempt, part, at)"
            " SELECT message_id, :name, :state, attempts, :part, :now FROM delivery",
            name=f"part-{part}",
            state=state,
            part=part,
            now=desk.stage.clock.now(),
        )
    assert f">{words}</span>" in await room.page()


# Both channels, pages, history


async def test_both_channels_of_a_person_are_one_thread(desk: Desk) -> None:
    room = await a_room(desk, "lewat telepon")
    mail = await desk.stage.hear("lewat surat", channel="email", sender="warga@example.com", subject="Data")
    await room.run(
        "UPDATE contact SET person_id = (SELECT person_id FROM contact WHERE channel = 'whatsapp')"
        " WHERE channel = 'email'"
    )
    page = await room.page()
    assert page.index("lewat telepon") < page.index("lewat surat")
    assert "Perihal: Data" in page
    (contact,) = await desk.stage.column("SELECT id FROM contact WHERE channel = 'email'")
    assert f'<option value="{contact}"' in page
    assert (await room.reply("Lewat surat juga", to=str(contact))).status_code == 303
    await desk.stage.deliver_all()
    assert desk.stage.memory["email"].take("warga@example.com") == ["Lewat surat juga"]
    page = await room.page()
    assert "Lewat surat juga" in page
    (other,) = await desk.stage.column(f"SELECT conversation_id FROM message WHERE id = {mail}")
    assert f"/console/events?conversation={room.id}&amp;conversation={other}" in page


async def test_a_tickets_history_tells_its_deadlines_as_an_officer_reads_them(
    desk: Desk, floor: Floor
) -> None:
    conversation, ticket = await floor.asked()
    assert ticket.due_at is not None
    sari = await desk.officer(name="Sari")
    await floor.desk.unclear(sari, ticket.id, version=ticket.version)
    page = (await (await desk.client(sari)).get(f"/console/conversation/{conversation}")).text
    due = ticket.due_at.astimezone(ZoneInfo("Asia/Jakarta"))
    told = re.findall(r"Tenggat: ([^<]+)<", page)
    assert told == ["tidak berjalan", f"{short_day(due.date(), 'id')}, {due:%H.%M} WIB"]


@pytest.mark.usefixtures("on_monday")
async def test_officers_do_not_see_what_opens_a_citizens_link(desk: Desk, floor: Floor) -> None:
    """The rating is theirs: whoever has the link may give it."""
    sari = await desk.officer(name="Sari")
    conversation, ticket = await floor.asked()
    await floor.reply(sari, conversation)
    await floor.stage.deliver_all()
    await floor.desk.close(sari, ticket.id, version=(await floor.ticket(ticket.id)).version)
    await floor.run("UPDATE conversation SET tend_at = :now", now=floor.stage.clock.now())
    await duties.closing(desk.stage.core).run(most=10)
    (request,) = await floor.rows("SELECT text FROM message WHERE text LIKE '%/nilai/%'")
    token = request.text.split("/nilai/")[1].split()[0]
    client = await desk.client(sari)
    page = (await client.get(f"/console/conversation/{conversation}")).text
    assert "…/nilai/…" in page
    for path in (
        f"conversation/{conversation}",
        f"conversation/{conversation}/news",
        "inbox?queue=all&q=seberapa",
    ):
        assert token not in (await client.get(f"/console/{path}")).text


async def test_what_was_kept_long_enough_says_why_it_is_empty(desk: Desk) -> None:
    room = await a_room(desk)
    await room.run("UPDATE message SET text = ''")
    assert "Tanpa teks" in await room.page()
    await room.run("UPDATE conversation SET closed_at = opened_at, forgotten_at = opened_at")
    page = await room.page()
    assert "Isi percakapan sudah dihapus menurut masa simpannya." in page
    assert "Tanpa teks" not in page


async def test_who_holds_it_and_cannot_log_in_any_more_is_told_apart(desk: Desk) -> None:
    room = await a_room(desk)
    await room.act("open", kind="konsultasi", purpose="skripsi")
    supervisor = await desk.client("supervisor")
    assert "(nonaktif)" not in await room.page(supervisor)
    await room.run("UPDATE officer SET disabled_at = created_at WHERE id = :id", id=room.officer.id)
    assert (await room.page(supervisor)).count("Sari Contoh (nonaktif)") == 2


async def test_older_messages_are_a_page_away_and_what_was_before_is_a_line(desk: Desk) -> None:
    room = await a_room(desk, "dari dulu")
    await desk.stage.close_all()
    for number in range(95):
        await desk.stage.hear(
            f"pesan-{number:02}.", at=desk.stage.clock.now() + timedelta(seconds=number * 5)
        )
    (room.id,) = await desk.stage.column("SELECT max(id) FROM conversation")
    room.path = f"/console/conversation/{room.id}"
    page = await room.page()
    assert "Sebelumnya: 1 percakapan" in page
    assert "dari dulu" in page
    assert "pesan-94." in page
    seen: list[str] = []
    for _ in range(3):
        seen = [*re.findall(r"pesan-\d\d\.", page.split('id="messages"')[1]), *seen]
        older = re.search(r'href="[^"]*\?before=(\d+)"', page)
        if older is None:
            break
        page = await room.page(before=older[1])
    assert seen == [f"pesan-{number:02}." for number in range(95)]
    assert "Ke pesan terbaru" in page


# What is asked for again


async def test_news_bring_what_is_new_and_how_it_stands(desk: Desk) -> None:
    room = await a_room(desk)
    await room.reply("Halo")
    before = (await room.client.get(f"{room.path}/news")).text
    assert "Menunggu dikirim" in before
    await desk.stage.deliver_all()
    await desk.stage.hear("terima kasih, masih ada lagi")
    news = (await room.client.get(f"{room.path}/news")).text
    assert "terima kasih, masih ada lagi" in news
    assert "Terkirim" in news
    assert "<html" not in news


async def test_with_htmx_an_act_answers_with_the_body_alone(desk: Desk) -> None:
    room = await a_room(desk)
    form = {"text": "Halo", "mode": "reply", "do": "send", "seen": await room.seen()}
    answer = await room.client.post(f"{room.path}/reply", data=form, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "Halo" in answer.text
    assert "></textarea>" in answer.text


async def test_the_page_speaks_the_officers_language(desk: Desk) -> None:
    room = await a_room(desk)
    await room.act("open", kind="rekomendasi", purpose="survei")
    await room.reply("Sudah kami terima.", do="wait")
    await room.reply("untuk rekan", do="note")
    await room.run("INSERT INTO event (kind, conversation_id, created_at) VALUES ('unheard_of', 1, now())")
    english = await desk.client(await desk.officer("supervisor", language="en"))
    page = await room.page(english)
    for words in ("Internal note", "Waiting for the citizen", "Suggested answers", "Send and close"):
        assert words in page
    assert "Event: unheard_of" in page
    assert "Catatan internal" not in page
    assert "Sudah kami terima." in page
