"""The page of a conversation: harmless whatever it shows, true about what was sent, and nothing written is lost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from channels.port import Attachment
from handoff.ports.values import Officer
from tests.handoff.console.running import Desk

PHONE = "whatsapp:+628111111001"
SCRIPT = '<script>alert("x")</script>'


class Room:
    """A conversation with an officer at the desk."""

    def __init__(self, desk: Desk, officer: Officer, client: httpx.AsyncClient, conversation: int) -> None:
        self.desk = desk
        self.officer = officer
        self.client = client
        self.id = conversation
        self.path = f"/console/conversation/{conversation}"

    async def page(self, client: httpx.AsyncClient | None = None, **query: Any) -> str:
        answer = await (client or self.client).get(self.path, params=query)
        assert answer.status_code == 200, answer.text[:2000]
        return answer.text

    async def reply(
        self,
        words: str,
        do: str = "send",
        client: httpx.AsyncClient | None = None,
        seen: str | None = None,
        **more: str,
    ) -> httpx.Response:
        form = {
            "text": words,
            "do": do,
            "mode": "note" if do == "note" else "reply",
            "seen": seen or await self.seen(),
            **more,
        }
        return await (client or self.client).post(f"{self.path}/reply", data=form)

    async def seen(self) -> str:
        found = re.search(r'id="seen" value="(\d+)"', await self.page())
        assert found
        return found[1]

    async def act(self, name: str, client: httpx.AsyncClient | None = None, /, **form: str) -> httpx.Response:
        return await (client or self.client).post(f"{self.path}/do/{name}", data=form)

    async def rows(self, query: str, **given: Any) -> list[Any]:
        async with self.desk.stage.core.database.transaction() as tx:
            return list((await tx.execute(text(query), given)).all())

    async def run(self, query: str, **given: Any) -> None:
        async with self.desk.stage.core.database.transaction() as tx:
            await tx.execute(text(query), given)

    async def ticket(self) -> Any:
        return (await self.rows("SELECT * FROM ticket ORDER BY id DESC LIMIT 1"))[0]


async def a_room(desk: Desk, said: str = "Mohon data kemiskinan", **named: Any) -> Room:
    """Let a citizen write, and an officer look at it."""
    message = await desk.stage.hear(said, **named)
    (conversation,) = await desk.stage.column(f"SELECT conversation_id FROM message WHERE id = {message}")
    session = await desk.log_in("officer")
    return Room(desk, session.officer, await desk.client(session), conversation)


def tags(page: str, name: str) -> list[str]:
    return re.findall(rf"<{name}\b[^>]*>", page)


# What strangers write


HOSTILE = (
    SCRIPT,
    '<img src=x onerror="alert(1)">',
    '"><svg onload=alert(1)>',
    "[klik](javascript:alert(1)) javascript:alert(1) *<b onclick=alert(1)>*",
    'https://contoh.example/"onmouseover="alert(1) https://contoh.example/<script>',
    "{{ 7 * 7 }} {% raw %} ${7*7}",
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
    assert "49" not in re.sub(r"\d{3,}|\d+:\d+", "", page.split('id="messages"')[1].split("</ol>")[0])


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


# The composer


async def test_a_reply_reaches_the_citizen_and_takes_the_conversation(desk: Desk) -> None:
    room = await a_room(desk)
    await room.act("open", kind="konsultasi")
    answer = await room.reply("Datanya *ada*, silakan.")
    assert answer.status_code == 303
    assert answer.headers["location"] == room.path
    await desk.stage.deliver_all()
    assert desk.stage.memory["whatsapp"].take(PHONE) == ["Datanya *ada*, silakan."]
    page = await room.page()
    assert "Datanya <strong>ada</strong>" in page
    assert "Anda yang memegang" in page


async def test_a_note_is_never_sent_and_looks_like_nothing_else(desk: Desk) -> None:
    room = await a_room(desk)
    assert (await room.reply("jangan janji apa pun", do="note")).status_code == 303
    await desk.stage.deliver_all()
    assert desk.stage.memory["whatsapp"].sent == []
    assert await room.rows("SELECT 1 FROM delivery") == []
    page = await room.page()
    (bubble,) = re.findall(r'<li id="m\d+" class="said note.*?</li>', page, re.DOTALL)
    assert "Catatan internal" in bubble
    assert "jangan janji apa pun" in bubble
    assert "Terkirim" not in bubble


@pytest.mark.parametrize(
    ("mode", "do"), [("note", "send"), ("note", "close"), ("reply", "note"), ("reply", "x")]
)
async def test_a_button_that_does_not_match_the_tab_sends_nothing(desk: Desk, mode: str, do: str) -> None:
    room = await a_room(desk)
    form = {"text": "rahasia rekan", "mode": mode, "do": do, "seen": "9"}
    answer = await room.client.post(f"{room.path}/reply", data=form)
    assert answer.status_code == 422
    assert "Tidak ada yang dikirim" in answer.text
    assert "rahasia rekan</textarea>" in answer.text
    assert await room.rows("SELECT 1 FROM message WHERE author = 'officer'") == []


async def test_what_cannot_go_out_is_said_and_stays_in_the_composer(desk: Desk) -> None:
    room = await a_room(desk)
    empty = await room.reply("  \n ")
    assert (empty.status_code, "Tulis dulu pesannya" in empty.text) == (422, True)
    copies = await room.reply("Halo <b>", cc="rekan@example.com")
    assert (copies.status_code, "Tembusan hanya dapat dikirim lewat email" in copies.text) == (422, True)
    assert "Halo &lt;b&gt;</textarea>" in copies.text
    files = await room.client.post(
        f"{room.path}/reply",
        data={"text": "Terlampir", "mode": "reply", "do": "send", "seen": await room.seen()},
        files={"files": ("surat.txt", b"isi surat", "text/plain")},
    )
    assert (files.status_code, "berkas tidak dapat dikirim" in files.text) == (422, True)
    assert "perlu dipilih lagi" in files.text
    assert "Terlampir</textarea>" in files.text
    assert await room.rows("SELECT 1 FROM delivery") == []


async def test_two_officers_who_answer_at_once_learn_of_each_other(desk: Desk) -> None:
    room = await a_room(desk)
    budi = await desk.client(await desk.officer("supervisor"))
    seen = await room.seen()
    assert (await room.reply("Sudah saya jawab", client=budi, seen=seen)).status_code == 303
    late = await room.reply("Jawaban saya yang terlambat", seen=seen)
    assert late.status_code == 409
    assert "Budi Contoh membalas sementara Anda menulis" in late.text
    assert "Sudah saya jawab" in late.text
    assert "Jawaban saya yang terlambat</textarea>" in late.text
    again = re.search(r'id="seen" value="(\d+)"', late.text)
    assert again
    assert (await room.reply("Jawaban saya yang terlambat", seen=again[1])).status_code == 303
    written = await room.rows("SELECT text FROM message WHERE author = 'officer' ORDER BY id")
    assert [row.text for row in written] == ["Sudah saya jawab", "Jawaban saya yang terlambat"]


async def test_sending_and_waiting_or_closing_moves_the_ticket(desk: Desk) -> None:
    room = await a_room(desk)
    await room.act("open", kind="konsultasi")
    await room.reply("Boleh tahu tahunnya?", do="wait")
    assert (await room.ticket()).state == "citizen"
    assert "Menunggu warga" in await room.page()
    await room.reply("Sudah lengkap, ya.", do="close")
    assert (await room.ticket()).state == "done"
    page = await room.page()
    assert "Percakapan selesai" in page
    assert 'id="mode-reply" disabled' in page


async def test_closing_does_not_pass_by_what_the_citizen_just_wrote(desk: Desk) -> None:
    room = await a_room(desk)
    await room.act("open", kind="konsultasi")
    seen = await room.seen()
    await desk.stage.hear("eh, satu lagi")
    refused = await room.reply("Selesai, ya.", do="close", seen=seen)
    assert refused.status_code == 409
    assert "Warga menulis lagi" in refused.text
    assert "eh, satu lagi" in refused.text
    assert (await room.ticket()).closed_at is None


async def test_a_draft_is_kept_for_its_officer_only(desk: Desk) -> None:
    room = await a_room(desk)
    budi = await desk.client(await desk.officer("supervisor"))
    kept = await room.client.post(f"{room.path}/draft", data={"text": "belum selesai <x>", "mode": "note"})
    assert "Draf tersimpan" in kept.text
    page = await room.page()
    assert "belum selesai &lt;x&gt;</textarea>" in page
    assert 'id="mode-note" checked' in page
    theirs = await room.page(budi)
    assert "belum selesai" not in theirs
    assert "Sari Contoh sedang menulis di sini" in theirs
    await room.client.post(f"{room.path}/draft", data={"text": " "})
    assert "belum selesai" not in await room.page()
    assert "sedang melihat" in await room.page(budi)
    await room.client.post(f"{room.path}/viewing", data={"leaves": "1"})
    assert "Sari Contoh sedang" not in await room.page(budi)


async def test_who_has_gone_silent_looks_on_no_more(desk: Desk) -> None:
    room = await a_room(desk)
    budi = await desk.client(await desk.officer("supervisor"))
    await room.client.post(f"{room.path}/viewing")
    assert "Sari Contoh sedang melihat" in (await budi.post(f"{room.path}/viewing")).text
    desk.stage.clock.advance(timedelta(minutes=1))
    assert "Sari Contoh" not in (await budi.post(f"{room.path}/viewing")).text


async def test_canned_replies_and_answers_are_used_without_a_script(desk: Desk) -> None:
    room = await a_room(desk, "syaratnya apa?")
    await room.run(
        'UPDATE message SET understood = \'{"topics": ["konsultasi/persyaratan"], "confidence": 0.91}\''
    )
    made = await room.client.post(
        "/console/canned/add",
        data={
            "shortcut": "salam-uji",
            "title": "Salam",
            "text_id": "Halo {nama}, saya {petugas}.",
            "text_en": "",
        },
    )
    assert made.status_code == 303
    await room.run("UPDATE person SET name = 'Rina'")
    found = (await room.client.get(f"{room.path}/canned", params={"q": "salam-u"})).text
    link = re.search(r'href="([^"]*use=canned[^"]*)"', found)
    assert link
    assert "Halo Rina, saya Sari Contoh.</textarea>" in (await room.client.get(link[1])).text
    page = await room.page()
    assert "keyakinan 91 persen" in page
    answer = re.search(r'href="([^"]*use=answer[^"]*)"', page)
    assert answer
    filled = (await room.client.get(answer[1].replace("&amp;", "&"))).text
    written = re.search(r"<textarea id=\"words\".*?>(.*?)</textarea>", filled, re.DOTALL)
    assert written
    assert "email" in written[1].lower()
    assert "Tidak ada jawaban" in await room.page(answers="zzqx")
    assert "suggestions" in await room.page(answers="syarat konsultasi")


# The window


async def test_the_window_is_a_quiet_countdown_and_then_says_what_will_happen(desk: Desk) -> None:
    desk.stage.memory["whatsapp"].window = timedelta(hours=24)
    room = await a_room(desk)
    assert re.search(r"Jendela WhatsApp tutup \d\d\.\d\d, 2[34] jam lagi", await room.page())
    desk.stage.clock.advance(timedelta(hours=23, minutes=10))
    room.client = await desk.client(room.officer)
    assert re.search(r'amber-text">Jendela WhatsApp tutup \d\d\.\d\d, (49|50) menit lagi', await room.page())
    desk.stage.clock.advance(timedelta(hours=1))
    room.client = await desk.client(room.officer)
    page = await room.page()
    assert "Jendela 24 jam WhatsApp sudah tutup" in page
    assert "ia baru tahu ketika menulis lagi" in page
    await room.run("UPDATE person SET email = 'warga@example.com'")
    assert "Warga dikabari lewat email, tanpa isi percakapan" in await room.page()


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


# The ticket


async def test_the_ticket_is_worked_on_from_the_side_panel(desk: Desk) -> None:
    room = await a_room(desk)
    assert "Belum ada tiket" in await room.page() or "Buka tiket" in await room.page()
    await room.act("open", kind="penjualan", purpose="skripsi")
    ticket = await room.ticket()

    async def do(name: str, **form: str) -> httpx.Response:
        now = await room.ticket()
        return await room.act(name, ticket=str(now.id), version=str(now.version), **form)

    assert (await do("tick", requirement="email", is_met="1")).status_code == 303
    assert "1 dari" in await room.page()
    assert (await do("clear")).status_code == 303
    assert "hari kerja lagi" in await room.page()
    assert (await do("tag", tags="PDRB, skripsi")).status_code == 303
    assert (await do("prioritise", is_urgent="1")).status_code == 303
    assert (await do("kind", kind="konsultasi")).status_code == 303
    page = await room.page()
    assert "Didahulukan" in page
    assert "pdrb" in page
    assert "Sari Contoh mengubah jenis tiket menjadi Konsultasi" in page
    stale = await room.act("wait", ticket=str(ticket.id), version="1")
    assert (stale.status_code, "baru saja diubah rekan lain" in stale.text) == (409, True)
    wrong = await do("merge", into="bukan nomor")
    assert (wrong.status_code, "Tulis nomor tiket" in wrong.text) == (422, True)
    missing = await do("merge", into="KST-2026-99999")
    assert (missing.status_code, "Tidak ada yang diubah" in missing.text) == (404, True)
    assert (await do("cancel")).status_code == 303
    assert "Dibatalkan" in await room.page()
    assert (await room.act("dance")).status_code == 404


async def test_one_claims_and_the_other_is_told_who(desk: Desk) -> None:
    room = await a_room(desk)
    await room.act("open", kind="konsultasi")
    budi = await desk.client(await desk.officer("officer", name="Budi Contoh"))
    late = await room.act("claim", budi)
    assert late.status_code == 409
    assert "Sari Contoh lebih dulu mengambil" in late.text


async def test_an_invitation_goes_out_in_the_offices_time(desk: Desk) -> None:
    room = await a_room(desk)
    await room.act("open", kind="konsultasi")
    form = {
        "way": "zoom",
        "title": "Konsultasi PDRB",
        "date": "2999-01-07",
        "time": "09:30",
        "minutes": "60",
        "place": "https://zoom.example/j/1",
        "seen": await room.seen(),
    }
    assert (await room.act("invite", **{**form, "date": "besok"})).status_code == 422
    assert (await room.act("invite", **form)).status_code == 303
    await desk.stage.deliver_all()
    (told,) = desk.stage.memory["whatsapp"].take(PHONE)
    assert "09.30" in told
    assert "https://zoom.example/j/1" in told


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
