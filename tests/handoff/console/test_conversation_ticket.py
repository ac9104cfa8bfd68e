"""The ticket beside a conversation: worked on, claimed, and an invitation sent."""

from __future__ import annotations

import httpx

from tests.handoff.console.room import PHONE, a_room
from tests.handoff.console.running import Desk


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
