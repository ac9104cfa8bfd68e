"""The page in a real browser: answers come in by themselves, and nothing typed is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Page, async_playwright, expect

from tests.channels.simulator.product import Product


@pytest.fixture
async def page(product: Product, program: Callable[..., str]) -> AsyncIterator[Page]:
    """A window of 1440 x 900; whatever the browser complains about fails the test."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = await browser.new_page(viewport={"width": 1440, "height": 900}, base_url=product.url)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto("/simulator")
        yield page
        await browser.close()
    aborted_by_a_test = "net::ERR_FAILED"
    assert [each for each in complaints if aborted_by_a_test not in each] == []


async def test_an_answer_slides_in_and_leaves_what_is_being_typed_alone(product: Product, page: Page) -> None:
    await page.get_by_role("button", name="berapa lama konsultasi online dilayani?").click()
    await expect(page.locator(".bubble.mine")).to_contain_text("Diterima kantor")
    await expect(page.locator("#menunggu")).to_have_count(0)
    await product.type()
    await expect(page.locator("#menunggu")).to_be_visible()
    await expect(page.locator(".bubble.mine")).to_contain_text("Dibaca kantor")
    await page.get_by_label("Pesan WhatsApp").fill("belum selesai menu")

    await product.answer("3 hari kerja")

    await expect(page.locator(".bubble.theirs")).to_contain_text("3 hari kerja")
    await expect(page.locator("#menunggu")).to_have_count(0)
    await expect(page.get_by_label("Pesan WhatsApp")).to_have_value("belum selesai menu")


async def test_enter_sends_once_and_clears_the_field(product: Product, page: Page) -> None:
    field = page.get_by_label("Pesan WhatsApp")
    await field.fill("syarat konsultasi?")
    await field.press("Enter")
    await field.press("Enter")
    await expect(page.locator(".bubble.mine")).to_contain_text("Diterima kantor")
    await expect(field).to_have_value("")
    await expect(field).to_be_focused()
    assert [form["Body"] for form in product.forms] == ["syarat konsultasi?"]


BUTTONS = {
    "twilio/quick-reply": {
        "body": "Apakah ini?",
        "actions": [{"title": "1. Konsultasi", "id": "1"}, {"title": "2. Perpustakaan", "id": "2"}],
    }
}
MENU = {
    "twilio/list-picker": {
        "body": "Pilih layanan",
        "button": "Lihat pilihan",
        "items": [
            {"id": "1", "item": "1. Konsultasi", "description": "Konsultasi statistik"},
            {"id": "2", "item": "2. Perpustakaan", "description": "Baca di tempat"},
        ],
    }
}


async def test_a_button_is_tapped_with_the_keyboard(product: Product, page: Page) -> None:
    sid = product.simulator.twilio.contents.keep(BUTTONS)
    await product.answer("", ContentSid=sid)
    button = page.get_by_role("button", name="2. Perpustakaan")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".bubble.mine")).to_contain_text("2. Perpustakaan")
    await expect(button).to_have_attribute("aria-pressed", "true")
    assert product.forms[-1]["ButtonPayload"] == "2"


async def test_who_is_at_a_button_stays_there_while_its_message_changes(product: Product, page: Page) -> None:
    sid = product.simulator.twilio.contents.keep(BUTTONS)
    await product.answer("", ContentSid=sid)
    button = page.get_by_role("button", name="2. Perpustakaan")
    await button.focus()
    assert page.context.browser is not None
    other = await page.context.browser.new_page()
    await other.goto(page.url)
    await other.get_by_text("Reaksi", exact=True).click()
    await other.get_by_role("button", name="👍").click()
    await expect(page.locator(".bubble.theirs.reacted .reaction")).to_contain_text("👍")
    await expect(button).to_be_focused()


async def test_an_entry_of_a_list_is_chosen(product: Product, page: Page) -> None:
    sid = product.simulator.twilio.contents.keep(MENU)
    await product.answer("", ContentSid=sid)
    await page.get_by_text("Lihat pilihan").click()
    await page.get_by_role("button", name="2. Perpustakaan").click()
    await expect(page.locator(".bubble.mine")).to_contain_text("2. Perpustakaan")
    assert (product.forms[-1]["ListId"], product.forms[-1]["ListTitle"]) == ("2", "2. Perpustakaan")


async def test_a_reaction_and_a_place(product: Product, page: Page) -> None:
    await product.answer("3 hari kerja")
    await page.locator(".bubble.theirs").hover()
    await page.get_by_text("Reaksi", exact=True).click()
    await page.get_by_role("button", name="👍").click()
    await expect(page.locator(".reaction")).to_contain_text("👍")
    await page.get_by_label("Pesan WhatsApp").fill("masih saya tulis")
    await page.get_by_role("button", name="Lokasi").click()
    await expect(page.locator(".bubble.mine")).to_contain_text("Lokasi contoh")
    await expect(page.get_by_label("Pesan WhatsApp")).to_have_value("masih saya tulis")
    assert product.forms[0]["MessageType"] == "reaction"
    assert product.forms[1]["Latitude"]


async def test_what_was_not_taken_is_put_back(product: Product, page: Page) -> None:
    await page.route("**/simulator/phone", lambda route: route.abort())
    field = page.get_by_label("Pesan WhatsApp")
    await field.fill("jangan hilang")
    await page.get_by_role("button", name="Kirim", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Tidak terkirim")
    await expect(field).to_have_value("jangan hilang")
    assert not product.forms


async def test_a_mail_is_written_and_its_answer_joins_the_open_thread(product: Product, page: Page) -> None:
    await page.get_by_role("link", name="Tulis email").click()
    await page.get_by_label("Subjek").fill("Lama layanan")
    await page.get_by_label("Isi", exact=True).fill("Berapa lama konsultasi online?")
    await page.get_by_role("button", name="Kirim email").click()
    await expect(page.locator(".letter")).to_contain_text("Berapa lama konsultasi online?")
    reply = page.get_by_label("Balas kepada BPS Kabupaten Contoh")
    await reply.fill("terima ka")

    [thread] = product.simulator.letters.inbox("warga@example.org")
    await product.answer_mail(thread.latest.message_id, "3 hari kerja")

    await expect(page.locator(".letter")).to_have_count(2)
    await expect(reply).to_have_value("terima ka")
    await page.reload()
    await expect(page.locator(".letter")).to_have_count(2)


async def test_another_number_is_another_chat_and_back_goes_back(product: Product, page: Page) -> None:
    await page.get_by_role("button", name="syarat konsultasi?").click()
    await expect(page.locator(".bubble.mine")).to_have_count(1)

    await page.locator("#siapa-ponsel summary").click()
    await page.get_by_label("Nomor WhatsApp").fill("0811-1111-0002")
    await page.get_by_role("button", name="Pakai nomor ini").click()
    await expect(page.locator(".bubble")).to_have_count(0)
    await page.get_by_role("button", name="syarat konsultasi?").click()
    await expect(page.locator(".bubble.mine")).to_have_count(1)
    assert product.forms[-1]["From"] == "whatsapp:+6281111110002"

    await page.go_back()
    await expect(page.locator("#siapa-ponsel summary")).to_contain_text("0001")


async def test_on_a_phone_one_device_is_shown_at_a_time(page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 844})
    await expect(page.locator("#klien")).to_be_hidden()
    await page.get_by_role("link", name="Email", exact=True).click()
    await expect(page.locator("#klien")).to_be_visible()
    await expect(page.locator("#chat")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
