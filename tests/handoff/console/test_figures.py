"""The dashboard: the report's numbers, each of which leads to what was counted."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import httpx
import pytest

from bot import counter
from tests.bot.desk.floor import Floor
from tests.bot.desk.timing import monday
from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.looking import LOOKS, is_too_wide, small_targets, violations
from tests.handoff.console.running import Desk
from tests.handoff.console.test_inbox import rows, sender

QUESTION = "berapa lama konsultasi online dilayani?"
# Where several messages, or none, may be one conversation's.
OF_MESSAGES = ("figure=messages", "figure=questions", "figure=not_understood", "figure=replies")


@pytest.fixture
def floor(desk: Desk) -> Floor:
    """Citizens and officers' acts, on the Monday of a week without holidays."""
    acts = counter.desk(desk.stage.core)
    floor = Floor(desk.stage, acts, acts.casework)
    monday(floor)
    return floor


async def some_days(desk: Desk, floor: Floor) -> str:
    """Let things of every kind happen; return their days as an address has them."""
    calendar = counter.desk(desk.stage.core).casework.deadlines.calendar
    first = calendar.day_of(floor.stage.clock.now())
    sari, budi = await desk.officer(name="Sari"), await desk.officer(name="Budi")
    desk.stage.model.teach(QUESTION, "jangka_waktu", service="konsultasi")
    await desk.stage.answered(QUESTION, sender=sender(1))
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


def numbers(page: httpx.Response) -> dict[str, int]:
    """Return every number that leads somewhere, by its address."""
    assert page.status_code == 200, page.text
    found = re.findall(r'href="(/console/inbox\?[^"]*figure=[^"]*)"[^>]*>(?:<b[^>]*>)?([\d.]+)<', page.text)
    return {unescape(address): int(number) for address, number in found if "," not in number}


@pytest.mark.parametrize(
    "narrowed", ["", "channel=email", "kind=konsultasi", "kind=pengaduan", "kind=unclear", "officer=sari"]
)
async def test_every_number_leads_to_what_it_counts(desk: Desk, floor: Floor, narrowed: str) -> None:
    days = await some_days(desk, floor)
    (sari,) = await floor.rows("SELECT id FROM officer WHERE name = 'Sari'")
    narrowed = narrowed.replace("sari", str(sari.id))
    client = await desk.client("supervisor")
    found = numbers(await client.get(f"/console/figures?{days}&{narrowed}"))
    assert found or narrowed == "kind=unclear"
    for address, number in found.items():
        listed = rows(await client.get(address))
        if any(each in address for each in OF_MESSAGES):
            assert 0 < len(listed) <= number, address
        else:
            assert len(listed) == number, address


async def test_the_days_are_counted_as_they_were(desk: Desk, floor: Floor) -> None:
    days = await some_days(desk, floor)
    client = await desk.client("supervisor")
    whole = numbers(await client.get(f"/console/figures?{days}"))

    def of(figure: str, **more: object) -> int:
        wanted = {"queue": "all", **more}
        return sum(
            number
            for address, number in whole.items()
            if address.endswith(f"figure={figure}")
            and {k: str(v) for k, v in wanted.items()}
            == {
                k: v
                for k, v in (each.split("=") for each in address.partition("?")[2].split("&"))
                if k not in {"since", "until", "figure"}
            }
        )

    assert of("arrivals") == 9
    assert of("arrivals", kind="konsultasi") == 7
    assert of("arrivals", kind="konsultasi", channel="email") == 1
    assert (of("by_bot"), of("opened"), of("done"), of("cancelled")) == (1, 8, 3, 1)
    assert (of("open"), of("open", kind="pengaduan")) == (4, 1)
    assert (of("kept"), of("missed")) == (1, 3)
    assert (of("rated5"), of("rated2"), of("rated")) == (1, 1, 2)


async def test_report_and_dashboard_of_a_month_say_the_same(desk: Desk, floor: Floor) -> None:
    await some_days(desk, floor)
    client = await desk.client("supervisor")
    month = f"{floor.stage.clock.now():%Y-%m}"
    calendar = counter.desk(desk.stage.core).casework.deadlines.calendar
    today = calendar.day_of(floor.stage.clock.now())
    report = (await client.get(f"/console/reports?period={month}")).text
    board = (await client.get(f"/console/figures?since={today.replace(day=1)}&until={today}")).text
    for theirs, ours in (("Tiket menurut jenis", "tickets"), ("Janji waktu pelayanan", "promises")):
        reported = [cells for cells in cells_of(report, f"<caption>{theirs}</caption>") if cells]
        shown = [cells for cells in cells_of(board, f'id="{ours}"') if cells]
        assert shown
        count = len(shown)
        width = 2 if ours == "promises" else 5  # besides the percentage, which is written differently
        assert [cells[:width] for cells in reported[:count]] == [cells[:width] for cells in shown], ours
    said = re.search(r"([\d.]+) percakapan masuk dengan ([\d.]+) pesan warga", report)
    assert said is not None
    assert f'<b class="">{said[1]}</b>' in board
    assert f">{said[2]}</a>" in board


def cells_of(page: str, after: str) -> list[list[str]]:
    """Return the numbers of the table that begins with that, row by row."""
    table = page.partition(after)[2].partition("</table>")[0]
    return [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r'<td class="number">(.*?)</td>', row)]
        for row in table.split("</tr>")
    ]


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


@pytest.mark.parametrize(("width", "is_dark"), LOOKS)
async def test_in_every_look(
    desk: Desk, floor: Floor, open_page: OpenPage, width: int, is_dark: bool
) -> None:
    days = await some_days(desk, floor)
    boss = await desk.officer("supervisor")
    listed = f"inbox?queue=all&figure=missed&{days}"
    for path in ("figures", f"figures?{days}", listed):
        page = await open_page(boss, f"/console/{path}", width=width, dark=is_dark, bypass_csp=True)
        assert await violations(page) == []
        assert not await is_too_wide(page)
        assert width > 400 or await small_targets(page) == []
