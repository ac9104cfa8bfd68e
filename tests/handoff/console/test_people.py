"""Officers' accounts and the log, as admins and supervisors use them."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import expect

from bot.desk.audit import AuditLog
from handoff.console.audit import MOST
from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.entering import PASSWORD, enter, with_password
from tests.handoff.console.running import Desk
from tests.handoff.console.test_security import acts


async def test_a_new_officer_gets_a_link_and_comes_in(desk: Desk, open_page: OpenPage) -> None:
    page = await open_page("admin", "/console/people")
    await page.get_by_label("Nama masuk").fill("Joko.S")
    await page.get_by_label("Nama", exact=True).fill("Joko Santoso Contoh")
    await page.get_by_label("Email").fill("joko@example.go.id")
    await page.get_by_label("Peran").select_option("supervisor")
    await page.get_by_role("button", name="Tambahkan dan buat tautan").click()
    link = await page.get_by_label("Tautan").input_value()

    guest = await open_page(None, re.sub(r"^https?://[^/]+", "", link))
    await expect(guest.get_by_label("Nama masuk")).to_have_value("joko.s")
    await guest.get_by_label("Nama", exact=True).fill("Joko Santoso Contoh")
    await guest.get_by_label("Kata sandi baru").fill(PASSWORD)
    await guest.get_by_label("Ulangi kata sandi").fill(PASSWORD)
    await guest.get_by_role("button", name="Simpan dan masuk").click()
    await guest.wait_for_url("**/console/")
    await guest.goto("/console/audit")
    await expect(guest.get_by_role("cell", name="Tautan sekali pakai dipakai")).to_be_visible()


async def test_what_is_wrong_is_said_beside_its_field(desk: Desk) -> None:
    admin = await desk.client("admin")
    taken = await desk.officer("officer", login="sari")
    good = {"login": "joko", "name": "Joko", "email": "joko@example.go.id", "role": "officer"}
    for field, value, words in (
        ("login", "x", "huruf kecil"),
        ("login", taken.login, "sudah dipakai"),
        ("name", " ", "Isi nama"),
        ("email", "joko", "alamat email"),
    ):
        answer = await admin.post("/console/people", data=good | {field: value})
        assert answer.status_code == 422
        assert words in answer.text
        assert f'aria-describedby="{field}-' in answer.text
    assert (await admin.post("/console/people", data=good | {"role": "king"})).status_code == 200
    assert "petugas" in (await admin.get("/console/people")).text
    assert [each["role"] for each in await acts(desk, "officer.added")] == ["officer"]


async def test_a_phone_that_is_lost(desk: Desk) -> None:
    """The second factor goes with the new link, and the officer is logged out."""
    lost = await with_password(desk, "admin")
    client = await desk.client(lost)
    answer = await (await desk.client("admin")).post(f"/console/people/{lost.id}/reset", data={"factor": "1"})
    assert "/console/welcome/" in answer.text
    assert (await client.get("/console/me")).status_code == 303
    assert len(await acts(desk, "factor.taken_away")) == 1
    answer = await enter(await desk.client(None), lost.login)
    assert answer.headers["location"] == "/console/login/factor"


async def test_the_log_is_filtered_and_goes_on(desk: Desk) -> None:
    officer = await desk.officer("supervisor", name="Budi Contoh")
    log = AuditLog(desk.stage.core.database, desk.stage.clock)
    await log.note("file.downloaded", officer_id=officer.id, about="media:7")
    desk.stage.clock.advance(timedelta(days=2))
    for number in range(MOST + 1):
        await log.note("person.exported", officer_id=officer.id, about=f"person:{number}")

    client = await desk.client(officer)
    first = await client.get("/console/audit")
    assert f"warga {MOST}" in first.text
    assert "berkas 7" not in first.text
    older = re.search(r'href="([^"]+)" rel="next"', first.text)
    assert older
    second = await client.get(older[1].replace("&amp;", "&"))
    assert "berkas 7" in second.text
    assert "warga 0" in second.text

    files = await client.get("/console/audit?room=file")
    assert "berkas 7" in files.text
    assert "warga 1" not in files.text
    someone_else = await client.get(f"/console/audit?officer={officer.id + 1}")
    assert "berkas 7" not in someone_else.text
    day = desk.stage.clock.now().astimezone(ZoneInfo("Asia/Jakarta")).date() - timedelta(days=1)
    since = await client.get(f"/console/audit?since={day.isoformat()}&room=file")
    assert "berkas 7" not in since.text
    for odd in ("since=9999-12-31&until=9999-12-31", "since=0001-01-01", "officer=x&before=y", "room=%25"):
        assert (await client.get(f"/console/audit?{odd}")).status_code == 200


async def test_officers_speak_their_own_language(desk: Desk) -> None:
    officer = await desk.officer("officer")
    client = await desk.client(officer)
    assert "Akun saya" in (await client.get("/console/me")).text
    told = {"name": officer.name, "email": officer.email, "language": "en"}
    assert (await client.post("/console/me", data=told)).status_code == 303
    page = (await client.get("/console/me")).text
    assert "My account" in page
    assert '<html lang="en">' in page


async def test_a_guest_changes_the_language_of_the_door(desk: Desk, open_page: OpenPage) -> None:
    page = await open_page(None, "/console/login")
    await page.get_by_role("button", name="English").click()
    await expect(page.get_by_role("heading", name="Log in")).to_be_visible()
    await page.get_by_role("button", name="Bahasa Indonesia").click()
    await expect(page.get_by_role("heading", name="Masuk")).to_be_visible()
