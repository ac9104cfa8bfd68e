"""`pst run` as a newcomer meets it: a browser, a phone, a mail client; Ctrl-C; a child that dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import psutil
import pytest
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.flow.house import RunningHouse, running_house
from tests.nlu.rasa import ROOT

WAIT = 60_000  # ms; the model may still be loading when the first message is written
HOW_LONG = "berapa lama konsultasi online dilayani?"
CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHouse]:
    with running_house(tmp_path_factory.mktemp("house") / "var") as running:
        running.until_healthy()
        yield running


@pytest.fixture
def browser(program: Callable[..., str]) -> Callable[[], AbstractAsyncContextManager[Browser]]:
    chromium = program("chromium", "/usr/bin/chromium")

    @asynccontextmanager
    async def opened() -> AsyncIterator[Browser]:
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=CHROMIUM)
            try:
                yield browser
            finally:
                await browser.close()

    return opened


async def _open(browser: Browser, house: RunningHouse) -> Page:
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.goto(f"{house.url}/")
    return page


async def test_a_citizen_on_the_phone_gets_the_answer_with_its_source(
    house: RunningHouse, browser: Callable[..., AbstractAsyncContextManager[Browser]]
) -> None:
    days = "3 hari kerja"  # what the decree says, Konsultasi Statistik, Jangka Waktu Pelayanan
    async with browser() as opened:
        page = await _open(opened, house)
        await expect(page.get_by_text("SIMULASI").first).to_be_visible()
        await page.get_by_label("Pesan WhatsApp").fill(HOW_LONG)
        await page.get_by_role("button", name="Kirim", exact=True).click()
        reply = page.locator("#gelembung .bubble.theirs").first
        await expect(reply).to_contain_text(days, timeout=WAIT)
        await expect(reply).to_contain_text("Keputusan 16.2/2024, Konsultasi Statistik, Jangka Waktu")
        await expect(reply).to_contain_text("asisten otomatis")
        await page.get_by_label("Pesan WhatsApp").fill("kalau datang langsung?")
        await page.keyboard.press("Enter")
        await expect(page.locator("#gelembung .bubble.theirs").nth(1)).to_contain_text(
            "10 menit", timeout=WAIT
        )
        assert await page.locator("#gelembung .bubble.theirs").count() == 2


async def test_a_citizen_writing_mail_gets_the_answer_in_the_thread(
    house: RunningHouse, browser: Callable[..., AbstractAsyncContextManager[Browser]]
) -> None:
    async with browser() as opened:
        page = await _open(opened, house)
        await page.get_by_role("link", name="Tulis email").click()
        await page.get_by_label("Subjek").fill("Tanya layanan")
        await page.get_by_label("Isi").fill(f"Selamat pagi,\n\n{HOW_LONG}\n\nTerima kasih\nWarga")
        await page.get_by_role("button", name="Kirim email").click()
        reply = page.locator(".letter:not(.mine)").first
        await expect(reply).to_contain_text("3 hari kerja", timeout=WAIT)
        await expect(reply).to_contain_text("Sumber: Keputusan 16.2/2024")
        await reply.get_by_text("Lihat header").click()
        await expect(reply).to_contain_text("Auto-Submitted: auto-replied")
        await expect(reply).to_contain_text("In-Reply-To: ")
        await page.get_by_label("Balas kepada").fill("bayar ga?")
        await page.get_by_role("button", name="Kirim balasan").click()
        second = page.locator(".letter:not(.mine)").nth(1)
        await expect(second).to_contain_text("tidak dipungut biaya", timeout=WAIT)
        assert await page.locator("#kotak .thread").count() == 1


def test_a_child_that_dies_is_started_again_and_seen(house: RunningHouse) -> None:
    before = house.until("all up", lambda seen: seen["parts"]["nlu"]["state"] == "up")
    assert {"web", "worker", "mailbox", "scheduler", "nlu"} <= set(before["processes"])
    victim = before["processes"]["worker"]["pid"]
    os.kill(victim, signal.SIGKILL)
    after = house.until(
        "the worker is up again",
        lambda seen: (
            seen["processes"]["worker"]["restarts"] > before["processes"]["worker"]["restarts"]
            and seen["processes"]["worker"]["state"] == "up"
        ),
    )
    assert after["processes"]["worker"]["pid"] != victim


async def test_messages_of_the_first_seconds_wait_for_the_model(
    tmp_path: Path, browser: Callable[..., AbstractAsyncContextManager[Browser]]
) -> None:
    """Webhooks are accepted as soon as /healthz answers, also while Rasa is still loading."""
    with running_house(tmp_path / "var") as fresh:
        seen = fresh.until_healthy()
        assert seen["status"] == "ok"
        assert seen["parts"]["nlu"]["state"] != "up"
        async with browser() as opened:
            page = await _open(opened, fresh)
            await page.get_by_label("Pesan WhatsApp").fill(HOW_LONG)
            await page.keyboard.press("Enter")
            # On a slow start the citizen first hears that an officer will look.
            answer = page.locator("#gelembung .bubble.theirs").filter(has_text="Sumber:")
            await expect(answer).to_contain_text("3 hari kerja", timeout=WAIT)


def test_ctrl_c_stops_everything_within_ten_seconds(tmp_path: Path) -> None:
    with running_house(tmp_path / "var") as fresh:
        fresh.until_healthy()
        tree = psutil.Process(fresh.process.pid).children(recursive=True)
        assert len(tree) >= 5
        assert fresh.stop() < 10
        assert fresh.process.returncode == 0
        _, alive = psutil.wait_procs(tree, timeout=1)
        assert alive == []
        printed = fresh.printed.read_text()
        assert "Traceback" not in printed


def test_two_of_the_same_home_do_not_start(house: RunningHouse) -> None:
    environment = {**os.environ, "PST_HOME": str(house.home)}
    second = subprocess.run(
        [sys.executable, "-m", "bot", "run"],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert second.returncode == 2
    assert str(house.home) in second.stderr
    assert "Traceback" not in second.stderr
    assert house.until_healthy()["status"] == "ok"
