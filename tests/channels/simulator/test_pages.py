"""The simulator's page: its headers, its guard, its escaping, its clock and its live notices."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.channels.simulator.product import Product

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)> \"'&"


async def test_the_policy_is_strict_and_the_page_keeps_to_it(
    product: Product, browser: httpx.AsyncClient
) -> None:
    await browser.post("/simulator/phone", data={"teks": "halo"})
    await product.answer("jawaban")
    page = await browser.get("/simulator", params={"tab": "email", "tulis": "1"})

    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.findall(r"<script(?![^>]*\ssrc=)", page.text)
    assert not re.findall(r"<style|\sstyle=|\son\w+=|javascript:", page.text)
    for address in re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]+)"', page.text):
        assert address.startswith("/simulator/")
        assert (await browser.get(address)).status_code == 200


async def test_hostile_text_is_only_text(product: Product, browser: httpx.AsyncClient) -> None:
    who = {"nama": HOSTILE, "alamat": "warga@example.org"}
    await browser.post("/simulator/phone", data=who | {"teks": HOSTILE})
    await product.answer(HOSTILE + " *" + HOSTILE + "*")
    page = await browser.post("/simulator/mail", data=who | {"subjek": HOSTILE, "isi": HOSTILE})

    assert page.text.count("<script") == 1
    assert "<img" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text


async def test_a_hostile_attachment_cannot_run(product: Product, browser: httpx.AsyncClient) -> None:
    page = await browser.post(
        "/simulator/phone", files={"lampiran": ("a.svg", b"<svg onload='alert(1)'/>", "image/svg+xml")}
    )
    [address] = re.findall(r'href="(/simulator/phone/files/[^"]+)"', page.text)
    file = await browser.get(address)
    assert file.headers["content-disposition"] == "attachment"
    assert "sandbox" in file.headers["content-security-policy"]
    assert file.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("headers", [{"host": "evil.example.org"}, {"origin": "https://evil.example.org"}])
async def test_other_sites_are_kept_out(
    product: Product, browser: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await browser.post("/simulator/phone", data={"teks": "halo"}, headers=headers)
    assert answer.status_code == 403
    assert not product.forms


async def test_other_machines_are_kept_out(product: Product) -> None:
    far = httpx.ASGITransport(product.app, client=("192.0.2.7", 4711))
    async with httpx.AsyncClient(transport=far, base_url="http://127.0.0.1") as stranger:
        assert (await stranger.get("/simulator")).status_code == 403
        assert (await stranger.get("/simulator/static/simulator.css")).status_code == 403


async def test_it_says_what_it_is_and_what_time_it_is(product: Product, browser: httpx.AsyncClient) -> None:
    page = await browser.get("/simulator")
    assert "SIMULASI" in page.text
    assert "Senin, 23 November 2026, 10.05 WIB" in page.text

    later = await browser.post("/simulator/clock", data={"hari": "7"})

    assert "Senin, 30 November 2026, 10.05 WIB" in later.text


@pytest.mark.parametrize("days", ["0", "-1", "367", "banyak", "²", ""])
async def test_only_whole_days_forward_can_be_skipped(
    product: Product, browser: httpx.AsyncClient, days: str
) -> None:
    before = product.clock.now()
    answer = await browser.post("/simulator/clock", data={"hari": days})
    assert answer.status_code == 422
    assert product.clock.now() == before


async def test_the_address_holds_what_is_open(browser: httpx.AsyncClient) -> None:
    sent = await browser.post(
        "/simulator/mail", data={"isi": "halo", "alamat": "siti@example.org", "nama": "Siti"}
    )
    again = await browser.get(sent.url)
    assert again.text == sent.text
    assert "siti@example.org" in again.text


async def test_open_pages_hear_of_an_answer_and_let_go_when_it_stops(
    product: Product, browser: httpx.AsyncClient
) -> None:
    async with asyncio.timeout(5), browser.stream("GET", "/simulator/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.aiter_lines()
        first = await _notice(lines)

        await product.answer("jawaban")

        second = await _notice(lines)
        assert first["event"] == second["event"] == "changed"
        assert int(second["data"]) > int(first["data"])
        product.simulator.notices.close()
        async for _ in lines:  # ends, or the deadline above ends the test
            pass


async def _notice(lines: AsyncIterator[str]) -> dict[str, str]:
    """Read one event of the stream, whole."""
    fields = {}
    async for line in lines:
        if not line and "data" in fields:
            break
        name, _, value = line.partition(": ")
        fields[name] = value
    return fields
