"""The day of an officer in a real browser: claim, reply, note, colleagues, and an answer that comes in by itself."""

from __future__ import annotations

from time import monotonic

from playwright.async_api import Page, expect

from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.entering import PASSWORD, code, with_password
from tests.handoff.console.running import Desk

PHONE = "whatsapp:+628111111001"


async def a_conversation(desk: Desk, said: str = "Mohon data kemiskinan") -> str:
    """Let a citizen write; return the path of the conversation's page."""
    message = await desk.stage.hear(said)
    (conversation,) = await desk.stage.column(f"SELECT conversation_id FROM message WHERE id = {message}")
    return f"/console/conversation/{conversation}"


async def is_live(page: Page) -> None:
    """Wait until the page hears of what happens."""
    await page.wait_for_function("document.querySelector('.conv[data-live]') !== null", timeout=10_000)


async def test_the_whole_day(desk: Desk, open_page: OpenPage) -> None:
    wati = await with_password(desk, "admin")
    path = await a_conversation(desk, "Mohon data kemiskinan Klaten")
    page = await open_page(None, path)
    await page.get_by_label("Nama masuk").fill(wati.login)
    await page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Masuk", exact=True).click()
    await page.get_by_label("Kode enam angka").fill(code(desk.stage.clock.now()))
    await page.get_by_role("button", name="Lanjutkan").click()
    await expect(page.get_by_text("Mohon data kemiskinan Klaten")).to_be_visible()
    await is_live(page)

    await page.get_by_role("button", name="Buka tiket").click()
    await expect(page.locator("#head")).to_contain_text("Anda yang memegang")
    await page.get_by_label("Balasan untuk warga").fill("Untuk tahun berapa?")
    await page.get_by_role("button", name="Kirim dan tunggu warga").click()
    await expect(page.locator("#panel")).to_contain_text("Menunggu warga")
    await desk.stage.deliver_all()
    assert desk.stage.memory["whatsapp"].take(PHONE) == ["Untuk tahun berapa?"]

    await desk.stage.answering.answer(await desk.stage.hear("Tahun 2024"))
    await expect(page.locator(".said.citizen").last).to_contain_text("Tahun 2024")
    await desk.stage.deliver_all()
    assert "Untuk tahun berapa?" not in desk.stage.memory["whatsapp"].take(PHONE)
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await page.keyboard.type("pakai tabel Susenas")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".said.note")).to_contain_text("pakai tabel Susenas")

    await page.get_by_text("Balasan", exact=True).click()
    await page.get_by_label("Balasan untuk warga").fill("Datanya terlampir di laman kami.")
    await page.get_by_role("button", name="Kirim dan tutup").click()
    await expect(page.locator("#head")).to_contain_text("Percakapan selesai")
    await desk.stage.deliver_all()
    said = desk.stage.memory["whatsapp"].take(PHONE)
    assert said[0] == "Datanya terlampir di laman kami."
    assert not any("Susenas" in each.text for each in desk.stage.memory["whatsapp"].sent)


async def test_a_citizens_answer_comes_in_within_a_second_and_moves_nothing(
    desk: Desk, open_page: OpenPage
) -> None:
    path = await a_conversation(desk)
    page = await open_page("officer", path)
    await is_live(page)
    await page.get_by_role("button", name="Ambil percakapan ini").click()
    await expect(page.locator("#head")).to_contain_text("Anda yang memegang")
    await page.get_by_label("Balasan untuk warga").fill("Datanya per kabupaten.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".said.officer")).to_contain_text("Datanya per kabupaten.")
    await expect(page.locator(".said.officer .sending")).to_have_text("Menunggu dikirim")

    await desk.stage.deliver_all()
    assert desk.stage.memory["whatsapp"].take(PHONE) == ["Datanya per kabupaten."]
    await expect(page.locator(".said.officer .sending")).to_have_text("Terkirim")

    words = page.get_by_label("Balasan untuk warga")
    await words.fill("sambil menulis")
    began = monotonic()
    await desk.stage.hear("Baik, terima kasih banyak")
    await expect(page.locator(".said.citizen").last).to_contain_text("Baik, terima kasih banyak")
    assert monotonic() - began < 1.5  # half of it is the browser's own looking
    await expect(words).to_have_value("sambil menulis")
    await expect(words).to_be_focused()


async def test_a_note_stays_inside(desk: Desk, open_page: OpenPage) -> None:
    page = await open_page("officer", await a_conversation(desk))
    await page.keyboard.press("n")
    await expect(page.get_by_role("button", name="Kirim", exact=True)).to_be_hidden()
    await page.keyboard.type("jangan janji angka per kecamatan")
    await page.keyboard.press("Control+Enter")
    note = page.locator(".said.note")
    await expect(note).to_contain_text("Catatan internal")
    await expect(note).to_contain_text("jangan janji angka per kecamatan")
    await desk.stage.deliver_all()
    assert desk.stage.memory["whatsapp"].sent == []


async def test_two_officers_collide_and_nothing_is_lost(desk: Desk, open_page: OpenPage) -> None:
    path = await a_conversation(desk)
    sari = await open_page("officer", path, expect=("409",))
    budi = await open_page("supervisor", path)
    await is_live(sari)
    await sari.get_by_label("Balasan untuk warga").fill("Jawaban Sari")
    await expect(budi.locator("#watching")).to_contain_text("Sari Contoh sedang menulis di sini")
    await budi.get_by_label("Balasan untuk warga").fill("Jawaban Budi")
    await budi.get_by_role("button", name="Kirim", exact=True).click()
    await expect(sari.locator(".said.officer")).to_contain_text("Jawaban Budi")
    await sari.get_by_role("button", name="Kirim", exact=True).click()
    await expect(sari.get_by_role("alert")).to_contain_text("Budi Contoh membalas sementara Anda menulis")
    await expect(sari.get_by_label("Balasan untuk warga")).to_have_value("Jawaban Sari")
    await sari.get_by_role("button", name="Kirim", exact=True).click()
    await expect(sari.locator(".said.officer")).to_have_count(2)


async def test_a_ticket_is_opened_and_closed_by_keys(desk: Desk, open_page: OpenPage) -> None:
    page = await open_page("officer", await a_conversation(desk))
    await page.get_by_role("button", name="Buka tiket").click()
    await expect(page.locator("#ticket-title")).to_contain_text("KST-")
    await page.locator("#thread").focus()
    await page.keyboard.press("e")
    await expect(page.get_by_role("button", name="Tandai selesai")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator("#head")).to_contain_text("Percakapan selesai")


async def test_a_canned_reply_is_found_by_a_slash(desk: Desk, open_page: OpenPage) -> None:
    client = await desk.client("officer")
    form = {"shortcut": "uji-salam", "title": "Salam", "text_id": "Halo, saya {petugas}.", "text_en": ""}
    assert (await client.post("/console/canned/add", data=form)).status_code == 303
    page = await open_page("officer", await a_conversation(desk))
    await page.keyboard.press("r")
    await page.keyboard.type("/uji")
    await expect(page.locator("#canned-choice [role=option]")).to_contain_text("Salam")
    await page.keyboard.press("Enter")
    await expect(page.get_by_label("Balasan untuk warga")).to_have_value("Halo, saya Sari Contoh.")
