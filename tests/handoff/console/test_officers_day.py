"""The day of an officer in a real browser: claim, reply, note, colleagues, and an answer that comes in by itself."""

from __future__ import annotations

from time import monotonic

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.entering import PASSWORD, code, with_password
from tests.handoff.console.running import Desk

PHONE = "whatsapp:+628111111001"
# The body of the first answer comes when the test says so; all others come at once.
FIRST_ANSWER_IS_HELD = """() => {
  const text = Response.prototype.text;
  let first = true;
  const released = new Promise((release) => { window.release = async () => release(); });
  window.held = new Promise((tell) => {
    Response.prototype.text = async function () {
      const found = await text.call(this);
      if (first) {
        first = false;
        tell();
        await released;
      }
      return found;
    };
  });
}"""


async def a_conversation(desk: Desk, said: str = "Mohon data kemiskinan") -> str:
    """Let a citizen write; return the path of the conversation's page."""
    message = await desk.stage.hear(said)
    (conversation,) = await desk.stage.column(f"SELECT conversation_id FROM message WHERE id = {message}")
    return f"/console/conversation/{conversation}"


async def is_live(page: Page) -> None:
    """Wait until the page hears of what happens."""
    await page.locator(".conv[data-live]").wait_for(state="attached", timeout=10_000)


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
    await is_live(budi)
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


async def test_what_was_offered_for_less_does_not_replace_what_is_offered_for_more(
    desk: Desk, open_page: OpenPage
) -> None:
    page = await open_page("officer", await a_conversation(desk))
    await page.evaluate(FIRST_ANSWER_IS_HELD)
    await page.keyboard.press("r")
    await page.keyboard.type("/")
    await page.evaluate("window.held")
    await page.keyboard.type("bukti")
    options = page.locator("#canned-choice [role=option]")
    await expect(options).to_have_count(1)
    await page.evaluate("window.release().then(() => new Promise((done) => setTimeout(done)))")
    await expect(options).to_have_count(1)


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)])
async def test_the_page_has_no_barriers(desk: Desk, open_page: OpenPage, width: int, dark: bool) -> None:
    path = await a_conversation(desk)
    client = await desk.client("officer")
    await client.post(f"{path}/do/open", data={"kind": "penjualan", "purpose": "skripsi"})
    await client.post(f"{path}/reply", data={"text": "catatan", "mode": "note", "do": "note", "seen": "9"})
    page = await open_page("supervisor", path, width=width, dark=dark)
    await is_live(page)
    found = await barriers(page)
    await page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
    await expect(page.locator(".tools .canned-list")).to_be_attached()
    if width == 390:
        await page.get_by_text("Tiket dan warga", exact=True).click()
    assert [*found, *await barriers(page)] == []


async def barriers(page: Page) -> list[str]:
    """Return what axe finds wrong with a page (WCAG 2.2 AA and its good practice)."""
    result = await Axe().run(page)
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in result.response["violations"]]
