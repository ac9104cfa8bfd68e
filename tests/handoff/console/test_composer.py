"""The composer of a conversation: what goes out, what stays, and nothing written is lost."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.handoff.console.room import PHONE, a_room
from tests.handoff.console.running import Desk


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
