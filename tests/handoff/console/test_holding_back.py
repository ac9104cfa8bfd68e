"""What silence will close, and who holds it back."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.assembly import duties
from handoff.dates import short_day
from handoff.ports.desk import Unfit
from handoff.ports.values import Stale
from tests.bot.desk.floor import Floor
from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.looking import LOOKS, is_too_wide, small_targets, violations
from tests.handoff.console.running import Desk
from tests.handoff.console.test_inbox import rows, sender

pytestmark = pytest.mark.usefixtures("on_monday")

REASON = "menunggu data dari seksi <Produksi>"


async def later(floor: Floor, **span: float) -> None:
    """Let time pass, and do what it does to silence."""
    floor.stage.clock.advance(timedelta(**span))
    await duties.closing(floor.stage.core).run(most=10)
    await floor.stage.deliver_all()


async def answered(floor: Floor, desk: Desk, number: int = 1, **named: object) -> int:
    """Have a citizen's question answered by an officer, and sent."""
    conversation, _ = await floor.asked("Mohon data PDRB", sender=sender(number), **named)  # type: ignore[arg-type]
    await floor.reply(await desk.officer(name="Budi"), conversation)
    await floor.stage.deliver_all()
    await later(floor)
    return conversation


def in_words(floor: Floor, **ahead: float) -> str:
    """Return a day to come as officers read it."""
    day = (floor.stage.clock.now() + timedelta(**ahead)).astimezone(ZoneInfo("Asia/Jakarta")).date()
    return short_day(day, "id")


async def queue(desk: Desk, query: str = "") -> list[int]:
    """Return what stands in the queue, to somebody who has just come."""
    return rows(await (await desk.client()).get(f"/console/inbox?queue=closing{query}"))


async def test_the_queue_has_what_closes_within_three_days_the_soonest_first(
    desk: Desk, floor: Floor
) -> None:
    sale = await answered(floor, desk, 4, kind="penjualan")
    first = await answered(floor, desk, 1)
    await later(floor, hours=12)
    second = await answered(floor, desk, 2)
    complaint = await answered(floor, desk, 3, kind="pengaduan")
    owed, _ = await floor.asked(sender=sender(5))
    assert await queue(desk) == []
    await later(floor, days=3, hours=13)
    assert await queue(desk) == [first]
    await later(floor, hours=12)
    assert await queue(desk) == [first, second]
    assert await queue(desk, "&kind=penjualan") == []
    assert await queue(desk, "&kind=konsultasi") == [first, second]
    assert await queue(desk, "&q=PDRB") == [second, first]
    page = await (await desk.client()).get("/console/inbox?queue=closing")
    assert "Akan ditutup" in page.text
    assert f"Ditutup {in_words(floor, days=2, hours=11)}" in page.text
    assert '<b class="count">2</b>' in page.text
    assert not {sale, complaint, owed} & set(await queue(desk))


async def test_what_is_told_is_when_it_closes(desk: Desk, floor: Floor) -> None:
    conversation = await answered(floor, desk)
    day = in_words(floor, days=7)
    page = await (await desk.client()).get(f"/console/conversation/{conversation}")
    assert f"Akan ditutup {day}" in page.text
    await later(floor, days=7, minutes=-5)
    assert (await floor.conversation(conversation)).closed_at is None
    await later(floor, minutes=5)
    assert (await floor.conversation(conversation)).closed_at is not None


async def test_held_back_it_stays_open_until_it_is_let_close(desk: Desk, floor: Floor) -> None:
    conversation = await answered(floor, desk)
    await later(floor, days=5)
    sari = await desk.officer(name="Sari")
    client = await desk.client(sari)
    done = await client.post(f"/console/conversation/{conversation}/do/keep_open", data={"reason": REASON})
    assert done.status_code == 303
    page = await client.get(f"/console/conversation/{conversation}")
    assert "Ditahan oleh Sari:" in page.text
    assert "menunggu data dari seksi &lt;Produksi&gt;" in page.text
    assert "Akan ditutup" not in page.text
    await later(floor, days=30)
    assert (await floor.conversation(conversation)).closed_at is None
    assert await queue(desk) == []
    client = await desk.client(sari)
    await client.post(f"/console/conversation/{conversation}/do/let_close")
    await later(floor, days=6, hours=23)
    assert (await floor.conversation(conversation)).closed_at is None
    await later(floor, hours=1)
    assert (await floor.conversation(conversation)).closed_at is not None
    (ticket,) = await floor.rows("SELECT id FROM ticket")
    assert {"kept_open", "let_close"} <= set(await floor.history(ticket.id))
    audited = [row.action for row in await floor.rows("SELECT action FROM audit")]
    assert {"conversation.kept_open", "conversation.let_close"} <= set(audited)
    assert not await floor.rows(
        "SELECT 1 FROM ticket_change WHERE before LIKE '%Produksi%' OR after LIKE '%Produksi%'"
    )


async def test_it_is_refused_without_a_reason_and_on_what_is_closed(desk: Desk, floor: Floor) -> None:
    conversation = await answered(floor, desk)
    sari = await desk.officer(name="Sari")
    client = await desk.client(sari)
    refused = await client.post(f"/console/conversation/{conversation}/do/keep_open", data={"reason": " "})
    assert refused.status_code == 422
    assert "Tulis alasannya" in refused.text
    with pytest.raises(Unfit):
        await floor.desk.keep_open(sari, conversation, "x" * 201)
    await later(floor, days=7)
    with pytest.raises(Stale):
        await floor.desk.keep_open(sari, conversation, REASON)
    with pytest.raises(Stale):
        await floor.desk.let_close(sari, conversation)


async def test_what_nobody_holds_back_is_let_close_without_a_trace(desk: Desk, floor: Floor) -> None:
    conversation = await answered(floor, desk)
    await later(floor, days=4)
    await floor.desk.let_close(await desk.officer(), conversation)
    assert await floor.rows("SELECT 1 FROM conversation WHERE released_at IS NOT NULL") == []
    assert await queue(desk) == [conversation]


async def test_by_keyboard_alone(desk: Desk, floor: Floor, open_page: OpenPage) -> None:
    conversation = await answered(floor, desk)
    page = await open_page("officer", f"/console/conversation/{conversation}")
    opener = page.locator("summary", has_text="Tahan penutupan")
    await opener.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.type("menunggu data")
    await page.keyboard.press("Enter")
    await page.get_by_text("Ditahan oleh Sari Contoh").wait_for()
    button = page.get_by_role("button", name="Biarkan ditutup")
    await button.focus()
    await page.keyboard.press("Enter")
    await button.wait_for(state="detached")


@pytest.mark.parametrize(("width", "is_dark"), LOOKS)
async def test_in_every_look(
    desk: Desk, floor: Floor, open_page: OpenPage, width: int, is_dark: bool
) -> None:
    soon, kept = await answered(floor, desk, 1), await answered(floor, desk, 2)
    await later(floor, days=5)
    sari = await desk.officer(name="Sari")
    await floor.desk.keep_open(sari, kept, REASON * 5)
    for path in ("inbox?queue=closing", f"conversation/{soon}", f"conversation/{kept}", ""):
        page = await open_page(sari, f"/console/{path}", width=width, dark=is_dark, bypass_csp=True)
        if path.startswith("conversation") and width < 600:
            await page.locator("label[for=pane-panel]").click()
        assert await violations(page) == []
        assert not await is_too_wide(page)
        small = [
            each for each in await small_targets(page) if "pane-choice" not in each
        ]  # their labels are large
        assert width > 400 or small == []
