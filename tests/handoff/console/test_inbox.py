"""The inbox: who stands in which queue, in which order; filters, search, pages, the keyboard."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import httpx
import pytest
from playwright.async_api import expect

from bench.archive import Size, fill
from bot.assembly import counter
from tests.bot.desk.floor import Floor
from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.running import Desk

pytestmark = pytest.mark.usefixtures("on_monday")


def rows(answer: httpx.Response) -> list[int]:
    """Return the conversations of a page, in order."""
    assert answer.status_code == 200, answer.text
    return [int(found) for found in re.findall(r'href="/console/conversation/(\d+)"', answer.text)]


def sender(number: int) -> str:
    """Return a made-up citizen."""
    return f"whatsapp:+62811111{number:04}"


async def test_what_an_officer_held_who_is_gone_is_found(desk: Desk, floor: Floor) -> None:
    sari = await desk.officer(name="Sari")
    ticketed, _ = await floor.asked("Mohon data", sender=sender(1))
    alone, _ = await floor.written("Halo", sender=sender(2))
    for each in (ticketed, alone):
        await floor.desk.claim(sari, each)
    client = await desk.client("supervisor")
    assert "(nonaktif)" not in (await client.get("/console/inbox?queue=all")).text
    await counter.people(desk.stage.core).disable(sari.id, by=None)
    assert (await client.get("/console/inbox?queue=all")).text.count("Sari (nonaktif)") == 2
    found = await client.get(f"/console/inbox?queue=all&officer={sari.id}")
    assert ticketed in rows(found)
    assert f'<option value="{sari.id}" selected>' in found.text


async def test_the_queues_hold_what_their_names_say(desk: Desk, floor: Floor) -> None:
    sari = await desk.officer(name="Sari")
    alone, _ = await floor.written("Halo", sender=sender(1))
    waiting, _ = await floor.asked("Mohon data", sender=sender(2))
    mine, _ = await floor.asked("Mohon PDRB", sender=sender(3))
    paused, _ = await floor.asked("Mohon peta", sender=sender(4))
    ended, over = await floor.asked("Mohon tabel", sender=sender(5))
    for each in (mine, paused, ended):
        await floor.desk.claim(sari, each)
    await floor.reply(sari, paused, "Kecamatan mana?", then="wait")
    await floor.desk.cancel(sari, over.id, version=(await floor.ticket(over.id)).version)
    client = await desk.client(sari)

    async def queue(name: str) -> set[int]:
        return set(rows(await client.get(f"/console/inbox?queue={name}")))

    assert await queue("unclaimed") == {waiting}
    assert await queue("mine") == {mine, paused}
    assert await queue("citizen") == {paused}
    assert await queue("closed") == {ended}
    assert await queue("all") == {alone, waiting, mine, paused, ended}
    assert await queue("near") == set()
    floor.stage.clock.advance(timedelta(days=2))  # due on Thursday: one working day is left
    client = await desk.client(sari)
    assert await queue("near") == {waiting, mine}


async def test_who_waits_longest_against_the_decrees_date_is_first(desk: Desk, floor: Floor) -> None:
    late, _ = await floor.asked(kind="konsultasi", sender=sender(1))
    without_date, _ = await floor.asked(kind="perpustakaan", sender=sender(2))
    floor.stage.clock.advance(timedelta(hours=2))
    later, _ = await floor.asked(kind="konsultasi", sender=sender(3))
    first, hurried = await floor.asked(kind="konsultasi", sender=sender(4))
    boss = await desk.officer("supervisor")
    await floor.desk.prioritise(boss, hurried.id, is_urgent=True, version=hurried.version)
    page = await (await desk.client(boss)).get("/console/inbox")
    assert rows(page) == [first, late, later, without_date]
    assert "3 hari kerja lagi" in page.text
    assert "Didahulukan" in page.text


async def test_a_row_tells_what_an_officer_needs(desk: Desk, floor: Floor) -> None:
    sari = await desk.officer(name="Sari Contoh")
    conversation, ticket = await floor.asked("Mohon data <b>inflasi</b> 2025")
    await floor.run("UPDATE contact SET name = 'Bu Ani'")
    client = await desk.client(sari)
    page = (await client.get("/console/inbox")).text
    for told in (
        "Bu Ani",
        "Mohon data &lt;b&gt;inflasi",
        "WhatsApp",
        "Konsultasi",
        ticket.number,
        "Belum ada petugas",
    ):
        assert told in page
    assert 'class="inbox-row unread"' in page
    await floor.desk.claim(sari, conversation)
    await floor.reply(sari, conversation, "Kami carikan.")
    page = (await client.get("/console/inbox?queue=mine")).text
    assert "Petugas:" in page
    assert "Kami carikan." in page
    assert "Anda" in page
    assert "unread" not in page


async def test_filters_stand_in_the_address(desk: Desk, floor: Floor) -> None:
    sari, budi = await desk.officer(name="Sari"), await desk.officer(name="Budi")
    chat, one = await floor.asked(sender=sender(1), kind="konsultasi")
    sale, other = await floor.asked(sender=sender(2), kind="penjualan")
    mail, _ = await floor.asked(channel="email", sender="ani@example.org", subject="PDRB")
    await floor.desk.claim(sari, chat)
    await floor.desk.claim(budi, sale)
    await floor.desk.tag(sari, one.id, ["skripsi"], version=(await floor.ticket(one.id)).version)
    client = await desk.client(sari)

    async def found(query: str) -> set[int]:
        return set(rows(await client.get(f"/console/inbox?queue=all&{query}")))

    assert await found("channel=email") == {mail}
    assert await found("kind=penjualan") == {sale}
    assert await found(f"officer={sari.id}") == {chat}
    assert await found("tag=skripsi") == {chat}
    today = counter.desk(desk.stage.core).casework.deadlines.calendar.day_of(floor.stage.clock.now())
    assert await found(f"since={today}") == {chat, sale, mail}
    assert await found(f"until={today - timedelta(days=1)}") == set()
    assert await found("channel=email&kind=penjualan") == set()
    nonsense = "kind=x&officer=1%27&since=2026-13-99&until=x&tag=%00&after=zzz"
    assert await found(nonsense) == {chat, sale, mail}
    assert other.number


async def test_search_finds_words_names_numbers_and_addresses(desk: Desk, floor: Floor) -> None:
    inflation, ticket = await floor.asked("Mohon data inflasi Trucuk", sender=sender(1))
    other, _ = await floor.written("Berapa angka kemiskinan?", sender=sender(2), phone="+628111111002")
    await floor.run("UPDATE contact SET name = 'Siti Aminah' WHERE address = :a", a=sender(2))
    mail, _ = await floor.written(
        "Terlampir.", channel="email", sender="ani@example.org", subject="Permintaan publikasi"
    )
    client = await desk.client()

    async def found(words: str, **more: str) -> list[int]:
        return rows(await client.get("/console/inbox", params={"q": words, **more}))

    assert await found("inflasi trucuk") == [inflation]
    assert await found("INFLA") == [inflation]
    assert await found("infla ") == []
    assert await found(ticket.number) == [inflation]
    assert await found(ticket.number[:8].lower()) == [inflation]
    assert await found("siti") == [other]
    assert await found("publikasi") == [mail]
    assert await found("ani@example.org") == [mail]
    for number in ("0811-1111-002", "+62 811 1111 002", "08111111002"):
        assert await found(number) == [other]
    assert await found("inflasi", channel="email") == []
    assert await found("inflasi", queue="unclaimed") == [inflation]
    for hostile in ("'", "a & | ! <-> (", "\\", "%", "' OR 1=1 --", "a:*b", "\x00", "x" * 5000):
        assert (await client.get("/console/inbox", params={"q": hostile})).status_code == 200
    page = (await client.get("/console/inbox?q=inflasi")).text
    assert "<mark>inflasi</mark>" in page


async def test_what_colleagues_noted_is_found_but_not_shown_as_said(desk: Desk, floor: Floor) -> None:
    sari = await desk.officer(name="Sari")
    conversation, _ = await floor.asked("Mohon data")
    await floor.desk.note(sari, conversation, "Tanyakan kepada seksi distribusi")
    client = await desk.client(sari)
    assert "distribusi" not in (await client.get("/console/inbox")).text
    assert rows(await client.get("/console/inbox?q=distribusi")) == [conversation]


async def test_pages_go_on_where_the_last_one_ended_with_thousands_of_rows(
    desk: Desk, database_url: str
) -> None:
    await asyncio.to_thread(fill, database_url, Size(conversations=1_500, each=2, open=150))
    client = await desk.client()
    for queue, count in (("unclaimed", None), ("all", 1_500), ("closed", None)):
        seen: list[int] = []
        address: str | None = f"/console/inbox?queue={queue}"
        while address:
            page = await client.get(address)
            seen += rows(page)
            more = re.search(r'<a class="button quiet" href="([^"]+after=[^"]+)"', page.text)
            address = more[1].replace("&amp;", "&") if more else None
        assert len(seen) == len(set(seen)) > 50 or (queue == "unclaimed" and seen)
        assert count in (None, len(seen))


async def test_the_keyboard_moves_through_the_rows_and_opens_one(
    desk: Desk, floor: Floor, open_page: OpenPage
) -> None:
    first, _ = await floor.asked("Pertama", sender=sender(1))
    floor.stage.clock.advance(timedelta(minutes=1))
    second, _ = await floor.asked("Kedua", sender=sender(2))
    page = await open_page("officer", "/console/inbox")
    await page.keyboard.press("j")
    await page.keyboard.press("ArrowDown")
    assert (
        await page.evaluate("document.activeElement.getAttribute('href')")
        == f"/console/conversation/{second}"
    )
    await page.keyboard.press("k")
    assert (
        await page.evaluate("document.activeElement.getAttribute('href')") == f"/console/conversation/{first}"
    )
    await page.keyboard.press("/")
    assert await page.evaluate("document.activeElement.id") == "q"
    await page.keyboard.press("Escape")


async def test_a_new_ticket_appears_without_a_reload(desk: Desk, floor: Floor, open_page: OpenPage) -> None:
    page = await open_page("officer", "/console/inbox")
    await page.get_by_text("Tidak ada yang menunggu").wait_for()
    async with page.expect_response(lambda answer: "/inbox/rows" in answer.url, timeout=10_000):
        await floor.asked("Mohon data inflasi")
    await page.get_by_text("Mohon data inflasi").wait_for(timeout=5_000)
    await expect(page.locator(".queues a[aria-current] .count")).to_have_text("1")
