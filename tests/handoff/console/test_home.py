"""The first page: what is next, and numbers that lead to what they count."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.bot.desk.floor import Floor
from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.running import Desk

pytestmark = pytest.mark.usefixtures("on_monday")


async def test_what_waits_longest_against_the_decrees_date_comes_first(desk: Desk, floor: Floor) -> None:
    sari, budi = await desk.officer(name="Sari"), await desk.officer(name="Budi")
    sale, _ = await floor.asked("Beli data mikro", kind="penjualan", sender="whatsapp:+628111111001")
    first, _ = await floor.asked("Mohon inflasi", sender="whatsapp:+628111111002")
    others, _ = await floor.asked("Mohon peta", sender="whatsapp:+628111111003")
    await floor.desk.claim(sari, first)
    await floor.desk.claim(budi, others)
    page = (await (await desk.client(sari)).get("/console/")).text
    assert re.findall(r'id="next-(\d+)"', page) == [str(first), str(sale)]
    assert "Selamat bekerja, Sari" in page


async def test_an_empty_office_is_told_so(desk: Desk) -> None:
    page = (await (await desk.client()).get("/console/")).text
    assert "Tidak ada yang menunggu Anda" in page
    assert "Belum ada penilaian" in page


async def test_every_number_leads_to_what_it_counts(desk: Desk, floor: Floor) -> None:
    sari = await desk.officer(name="Sari")
    await floor.written("Halo", sender="whatsapp:+628111111001")
    await floor.written("Kemarin", sender="whatsapp:+628111111002")
    await floor.run(
        "UPDATE conversation SET last_inbound_at = last_inbound_at - interval '1 day' WHERE id = 2"
    )
    await floor.asked("Mohon data", sender="whatsapp:+628111111003")
    client = await desk.client(sari)
    page = (await client.get("/console/")).text
    links = {
        href.replace("&amp;", "&"): int(number)
        for href, number in re.findall(r'<a href="(/console/inbox[^"]+)"><b>(\d+)</b>', page)
    }
    links |= {
        href.replace("&amp;", "&"): int(number)
        for href, number in re.findall(r'<td class="number"><a href="([^"]+)">(\d+)</a>', page)
    }
    assert len(links) == 4 + 2 * 14
    assert sum(links.values()) == 2 + 3 + 1  # conversations in the figures and in the table, the ticket
    for href, number in links.items():
        rows = re.findall(r'id="c\d+', (await client.get(href)).text)
        assert len(rows) == number, href


async def test_ratings_are_told_and_lead_to_their_conversations(desk: Desk, floor: Floor) -> None:
    await floor.written("Halo", sender="whatsapp:+628111111001")
    await floor.run(
        "INSERT INTO rating (conversation_id, digest, asked_at, expires_at, score, rated_at)"
        " SELECT id, 'x', opened_at, opened_at, 4, opened_at FROM conversation"
    )
    client = await desk.client("supervisor")
    page = (await client.get("/console/")).text
    assert "1 penilaian dalam 14 hari terakhir, rata-rata 4,00 dari 5" in page
    [address] = re.findall(r'href="([^"]+figure=rated[^"]+)"', page)
    listed = await client.get(address.replace("&amp;", "&"))
    assert "Halo" in listed.text


async def test_a_late_ticket_is_said_in_words(desk: Desk, floor: Floor) -> None:
    await floor.asked("Mohon data")
    floor.stage.clock.advance(timedelta(days=8))
    page = (await (await desk.client()).get("/console/")).text
    assert "Terlambat" in page
    assert "(1 terlambat)" in page


async def test_the_queues_follow_what_happens(desk: Desk, floor: Floor, open_page: OpenPage) -> None:
    page = await open_page("officer")
    await page.get_by_text("Tidak ada yang menunggu Anda").wait_for()
    async with page.expect_response(lambda answer: "/now" in answer.url, timeout=10_000):
        await floor.asked("Mohon data inflasi")
    await page.get_by_text("Mohon data inflasi").wait_for(timeout=5_000)
