"""The dashboard: the report's numbers, each of which leads to what was counted."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest

from bot.assembly import counter
from tests.bot.desk.floor import Floor
from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.looking import LOOKS, is_too_wide, small_targets, violations
from tests.handoff.console.running import Desk
from tests.handoff.console.test_inbox import rows, sender

pytestmark = pytest.mark.usefixtures("on_monday")

QUESTION = "berapa lama konsultasi online dilayani?"
LOST = "bagaimana cara terbang ke bulan naik sepeda?"
NUMBER = re.compile(r'href="(/console/[^"]*figure=[^"]*)"[^>]*>(?:<b[^>]*>)?([^<]+)<')


async def some_days(desk: Desk, floor: Floor) -> str:
    """Let things of every kind happen; return their days as an address has them."""
    calendar = counter.desk(desk.stage.core).casework.deadlines.calendar
    first = calendar.day_of(floor.stage.clock.now())
    sari, budi = await desk.officer(name="Sari"), await desk.officer(name="Budi")
    desk.stage.model.teach(QUESTION, "jangka_waktu", service="konsultasi")
    await desk.stage.answered(QUESTION, sender=sender(1))
    await desk.stage.answered(LOST, sender=sender(1))
    await desk.stage.answered(LOST, sender=sender(9))  # of no service that is clear
    await desk.stage.answered(QUESTION, sender="warga@example.org", channel="email")
    await floor.asked(sender=sender(2), kind="penjualan")
    done, one = await floor.asked(sender=sender(3))
    late, two = await floor.asked(sender=sender(4))
    mail, three = await floor.asked(channel="email", sender="ani@example.org", subject="PDRB")
    gone, four = await floor.asked(sender=sender(5))
    complaint, _ = await floor.asked(sender=sender(6), kind="pengaduan")
    await floor.asked(sender=sender(7))  # nobody takes it, and it is late
    for each, officer in ((done, sari), (late, sari), (mail, budi), (gone, budi), (complaint, budi)):
        await floor.reply(officer, each)
    await floor.desk.close(sari, one.id, version=(await floor.ticket(one.id)).version)
    await floor.desk.cancel(budi, four.id, version=(await floor.ticket(four.id)).version)
    floor.stage.clock.advance(timedelta(days=4))
    await floor.desk.close(sari, two.id, version=(await floor.ticket(two.id)).version)
    await floor.desk.close(budi, three.id, version=(await floor.ticket(three.id)).version)
    await floor.asked(sender=sender(8))  # due later
    now = floor.stage.clock.now()
    for conversation, officer_id, score in ((done, sari.id, 5), (mail, budi.id, 2)):
        await floor.run(
            "INSERT INTO rating (conversation_id, officer_id, digest, asked_at, expires_at, score, rated_at)"
            " VALUES (:c, :o, :d, :now, :now, :score, :now)",
            c=conversation, o=officer_id, d=bytes([score]), now=now, score=score,
        )  # fmt: skip
    return f"since={first}&until={calendar.day_of(now)}"


def numbers(page: httpx.Response) -> set[tuple[str, str]]:
    """Return every number that leads somewhere: (address, number)."""
    assert page.status_code == 200, page.text
    return {(unescape(address), number) for address, number in NUMBER.findall(page.text)}


async def listed(client: httpx.AsyncClient, address: str) -> int:
    """Return how long the list at an address is, all its pages together."""
    count = 0
    while address:
        answer = await client.get(address)
        count += len(rows(answer))
        after = re.search(r'href="(/console/[^"]*after=[^"]*)"', answer.text)
        address = unescape(after[1]) if after else ""
    return count


@pytest.mark.parametrize(
    "narrowed",
    [
        "",
        "channel=email",
        "kind=konsultasi",
        "kind=pengaduan",
        "kind=unclear",
        "officer=sari",
        "channel=whatsapp&kind=konsultasi",
        "channel=email&officer=budi",
        "kind=konsultasi&officer=sari&channel=whatsapp",
    ],
)
async def test_every_number_leads_to_what_it_counts(desk: Desk, floor: Floor, narrowed: str) -> None:
    days = await some_days(desk, floor)
    for officer in await floor.rows("SELECT id, lower(name) AS name FROM officer"):
        narrowed = narrowed.replace(f"officer={officer.name}", f"officer={officer.id}")
    client = await desk.client("supervisor")
    page = await client.get(f"/console/figures?{days}&{narrowed}")
    found = numbers(page)
    assert found
    for address, number in found:
        if number.replace(".", "").isdigit():
            assert await listed(client, address) == int(number.replace(".", "")), address
        else:  # a percentage, a mean, a time: of what is listed
            assert await listed(client, address) > 0, address
    # Nothing above zero stands there without its list, but what is a survey's.
    bare = re.findall(r'<td class="number">([^<]+)</td>', page.text.partition('id="elements"')[0])
    assert set(bare) <= {"0", "–", "0,0 %"}
    bare = re.findall(r"<span><b>([^<]+)</b>", page.text)
    assert set(bare) <= {"0", "–"}


async def test_long_lists_go_on(desk: Desk, floor: Floor) -> None:
    """More than a page of messages, of one citizen and of one second."""
    days = await some_days(desk, floor)
    (talk,) = await floor.rows("SELECT max(conversation_id) AS id FROM message")
    await floor.run(
        "INSERT INTO message (conversation_id, channel, author, text, created_at, understood)"
        " SELECT :talk, 'whatsapp', 'citizen', 'Pesan ' || n, :now,"
        " CAST('{\"topics\": [\"konsultasi/jangka_waktu\"], \"confidence\": 1}' AS jsonb)"
        " FROM generate_series(1, 120) AS n",
        talk=talk.id, now=floor.stage.clock.now() - timedelta(seconds=1),
    )  # fmt: skip
    client = await desk.client("supervisor")
    found = numbers(await client.get(f"/console/figures?{days}"))
    long = {(address, int(number)) for address, number in found if number.isdigit() and int(number) > 100}
    assert {re.sub(".*figure=", "", address).partition("&")[0] for address, _ in long} == {
        "messages",
        "questions",
        "topic",
    }
    for address, count in long:
        assert "/figures/messages?" in address
        assert await listed(client, address) == count, address


async def test_what_was_not_understood_is_shown_in_the_citizens_words(desk: Desk, floor: Floor) -> None:
    days = await some_days(desk, floor)
    client = await desk.client("supervisor")
    page = await client.get(f"/console/figures/messages?{days}&figure=not_understood")
    assert LOST in page.text
    asked = await client.get(
        f"/console/figures/messages?{days}&figure=topic&topic=Lama%20layanan%20konsultasi"
    )
    assert QUESTION in asked.text
    assert LOST not in asked.text
    assert (await client.get(f"/console/figures/messages?{days}&figure=arrivals")).status_code == 404
    for after in ("x", "1.%00", "9" * 40):
        path = f"/console/figures/messages?{days}&figure=messages&after={after}"
        assert (await client.get(path)).status_code == 200
    officer = await desk.client("officer")
    assert (await officer.get(f"/console/figures/messages?{days}&figure=messages")).status_code == 403


async def test_the_days_are_counted_as_they_were(desk: Desk, floor: Floor) -> None:
    days = await some_days(desk, floor)
    client = await desk.client("supervisor")
    whole = numbers(await client.get(f"/console/figures?{days}"))

    def of(figure: str, **more: object) -> int:
        wanted = {"queue": "all", **{k: str(v) for k, v in more.items()}, "figure": figure}
        wanted |= dict(each.split("=") for each in days.split("&"))
        (found,) = (
            number
            for address, number in whole
            if number.isdigit()
            and wanted == dict(each.split("=") for each in address.partition("?")[2].split("&"))
        )
        return int(found)

    assert of("arrivals") == 11
    assert of("arrivals", kind="konsultasi") == 8
    assert of("arrivals", kind="konsultasi", channel="email") == 2
    assert (of("by_bot"), of("opened"), of("done"), of("cancelled")) == (3, 8, 3, 1)
    assert (of("open"), of("open", kind="pengaduan")) == (4, 1)
    assert (of("kept"), of("missed")) == (1, 3)
    assert (of("rated5"), of("rated2"), of("rated"), of("asked")) == (1, 1, 2, 2)


async def test_report_and_dashboard_of_a_month_say_the_same(desk: Desk, floor: Floor) -> None:
    await some_days(desk, floor)
    client = await desk.client("supervisor")
    month = f"{floor.stage.clock.now():%Y-%m}"
    calendar = counter.desk(desk.stage.core).casework.deadlines.calendar
    today = calendar.day_of(floor.stage.clock.now())
    report = (await client.get(f"/console/reports?period={month}")).text
    board = (await client.get(f"/console/figures?since={today.replace(day=1)}&until={today}")).text
    for theirs, ours, width in (
        ("Percakapan yang masuk menurut layanan dan saluran", "arrivals", None),
        ("Tiket menurut jenis", "tickets", None),
        ("Janji waktu pelayanan", "promises", 2),  # besides the percentage, which is written differently
        ("Lama pelayanan dalam jam kerja", "times", None),
        ("Pelaksanaan menurut petugas", "officers", 5),
    ):
        reported = cells_of(report, f"<caption>{theirs}</caption>")
        shown = cells_of(board, f'id="{ours}"')
        if ours == "promises" and len(shown) == 1:
            reported = reported[:1]  # the sum of one is not shown twice
        assert shown
        assert [cells[:width] for cells in reported] == [cells[:width] for cells in shown], ours
    said = re.search(r"([\d.]+) percakapan masuk dengan ([\d.]+) pesan warga", report)
    assert said is not None
    assert f'<b class="">{said[1]}</b>' in board
    assert f">{said[2]}</a>" in board


def cells_of(page: str, after: str) -> list[list[str]]:
    """Return the numbers of the table that begins with that, row by row, without rows of nothing."""
    table = page.partition(after)[2].partition("</table>")[0]
    rows = [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r'<td class="number">(.*?)</td>', row)]
        for row in table.split("</tr>")
    ]
    return [cells for cells in rows if set(cells) - {"0"}]


async def test_nonsense_in_the_address_is_as_if_it_were_not_there(desk: Desk) -> None:
    client = await desk.client("supervisor")
    for query in (
        "since=x&until=2026-99-01",
        "since=2026-03-01&until=2020-01-01",
        "officer=%27&kind=x&channel=%00",
    ):
        assert (await client.get(f"/console/figures?{query}")).status_code == 200
    for query in ("figure=x", "figure=missed", "figure=missed&since=2026-01-01&until=x&kind=unclear"):
        assert (await client.get(f"/console/inbox?{query}")).status_code == 200
    assert (await (await desk.client("officer")).get("/console/figures")).status_code == 403


async def test_a_supervisor_finds_them_narrows_them_and_looks_behind_one(
    desk: Desk, floor: Floor, open_page: OpenPage
) -> None:
    days = await some_days(desk, floor)
    page = await open_page(await desk.officer("supervisor"), "/console/")
    await page.get_by_role("link", name="Angka", exact=True).click()
    await page.wait_for_url("**/console/figures")
    for label, value in zip(("Dari tanggal", "Sampai tanggal"), re.findall(r"=([\d-]+)", days), strict=True):
        await page.get_by_label(label).fill(value)
    await page.get_by_label("Saluran", exact=True).select_option("email")
    await page.get_by_role("button", name="Tampilkan").click()
    await page.wait_for_url("**channel=email**")
    assert await page.locator(".columns-chart rect.tone-0").count() == 1
    await page.get_by_text("Sebagai tabel").click()
    assert await page.locator("#timeline").is_visible()
    await page.locator(".heads a").first.click()
    await page.wait_for_url("**/console/inbox?**figure=arrivals")
    assert await page.locator(".inbox-row").count() == 2
    await page.go_back()
    await page.locator("#topics td a").first.click()
    await page.wait_for_url("**/console/figures/messages?**")
    await page.get_by_role("link", name="warga@example.org").click()
    await page.wait_for_url("**/console/conversation/**")


@pytest.mark.parametrize(("width", "is_dark"), LOOKS)
async def test_in_every_look(
    desk: Desk, floor: Floor, open_page: OpenPage, width: int, is_dark: bool
) -> None:
    days = await some_days(desk, floor)
    boss = await desk.officer("supervisor")
    counted = f"inbox?queue=all&figure=missed&{days}"
    messages = f"figures/messages?{days}&figure=messages"
    for path in ("figures", f"figures?{days}", counted, messages):
        page = await open_page(boss, f"/console/{path}", width=width, dark=is_dark, bypass_csp=True)
        assert await violations(page) == []
        assert not await is_too_wide(page)
        assert width > 400 or await small_targets(page) == []
