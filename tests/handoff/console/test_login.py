"""Coming in: the way of an admin and of an officer, in a real browser."""

from __future__ import annotations

import pyotp
from playwright.async_api import expect

from bot.assembly import counter
from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.running import Desk

PASSWORD = "kuda jendela hujan 7"


async def test_the_first_admin_comes_in_by_a_link_and_sets_up_a_second_factor(
    desk: Desk, open_page: OpenPage
) -> None:
    link = await counter.people(desk.stage.core).first()
    page = await open_page(None, f"/console/welcome/{link}", expect=("422",))
    await page.get_by_label("Nama", exact=True).fill("Wati Contoh")
    await page.get_by_label("Kata sandi baru").fill(PASSWORD)
    await page.get_by_label("Ulangi kata sandi").fill(PASSWORD)
    await page.get_by_role("button", name="Simpan dan masuk").click()

    await page.get_by_text("Tidak bisa memindai?").click()
    secret = "".join((await page.locator("code.key").inner_text()).split())
    totp = pyotp.TOTP(secret)
    now = desk.stage.clock.now()
    await page.get_by_label("Kode enam angka").fill(totp.at(now))
    await page.get_by_role("button", name="Pasang").click()
    await page.wait_for_url("**/console/")

    await page.get_by_text("Wati Contoh").first.click()
    await page.get_by_role("button", name="Keluar").click()
    await page.get_by_label("Nama masuk").fill("admin")
    await page.get_by_label("Kata sandi", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Masuk", exact=True).click()
    code = page.get_by_label("Kode enam angka")
    await code.fill(totp.at(now))  # taken already
    await page.get_by_role("button", name="Lanjutkan").click()
    await expect(page.get_by_text("sudah dipakai")).to_be_visible()
    await code.fill(totp.at(now.timestamp() + 30))
    await page.get_by_role("button", name="Lanjutkan").click()
    await page.wait_for_url("**/console/")
