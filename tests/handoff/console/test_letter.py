"""A citizen's letter as it was written: its tables, none of its tricks, and the raw mail for whoever wants it."""

from __future__ import annotations

from email.message import EmailMessage

from axe_playwright_python.async_playwright import Axe

from bot.read import Reader
from bot.report import Reporting
from channels.port import Cursor, Parcel
from tests.channels.email.building import channel
from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.running import Desk

PLACE = "pst@imap.example/INBOX"
HTML = (
    "<p>Mohon data <b>jumlah penduduk</b>.</p><table><tr><th>Desa<th>Jiwa<tr><td>Gayamprit<td>?</table>"
    '<a href="https://jahat.example/">https://www.bps.go.id</a><img src="https://a.example/p.gif">'
    "<script>document.title = 'direbut'</script>"
)


def letter(html: str = HTML) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Siti <siti@contoh.example>", "bps3310@example.go.id"
    mail["Subject"], mail["Message-ID"] = "Data penduduk", "<surat-1@contoh.example>"
    mail.set_content("Mohon data jumlah penduduk.")
    if html:
        mail.add_alternative(html, subtype="html")
    return mail.as_bytes()


async def arrive(desk: Desk, raw: bytes) -> int:
    """Let a mail arrive and be read; return its message."""
    core, clock = desk.stage.core, desk.stage.clock
    channels = core.channels
    assert isinstance(channels, dict)
    channels["email"] = channel(depot=core.reception)
    await core.reception.keep(
        [Parcel("email", PLACE, 7, 1, raw, clock.now())], Cursor(7, 1), channel="email", place=PLACE
    )
    (parcel_id,) = await desk.stage.column("SELECT max(id) FROM parcel")
    reporting = Reporting(core.database, core.queue, clock)
    await Reader(core.database, core.reception, channels, clock, reporting).read(parcel_id)
    return (await desk.stage.column("SELECT max(id) FROM message"))[0]


async def test_a_letter_keeps_its_table_and_loses_what_is_dangerous(desk: Desk) -> None:
    raw = letter()
    message_id = await arrive(desk, raw)
    client = await desk.client("officer")
    page = await client.get(f"/console/letter/{message_id}")
    assert page.status_code == 200
    assert "<td>Gayamprit</td>" in page.text
    assert "[https://jahat.example/]" in page.text
    assert "a.example/p.gif" not in page.text
    assert "direbut" not in page.text
    assert (await client.get("/console/file/mail/1")).content == raw


async def test_a_letter_of_text_says_so_and_what_is_no_letter_is_not_there(desk: Desk) -> None:
    message_id = await arrive(desk, letter(html=""))
    client = await desk.client("officer")
    assert "hanya berupa teks" in (await client.get(f"/console/letter/{message_id}")).text
    chat = await desk.stage.hear("halo")
    for missing in (chat, 99_999, 2**70):
        assert (await client.get(f"/console/letter/{missing}")).status_code == 404


async def test_strangers_see_no_letter(desk: Desk) -> None:
    message_id = await arrive(desk, letter())
    stranger = await desk.client(None)
    assert (await stranger.get(f"/console/letter/{message_id}")).status_code == 303


async def test_a_letter_is_reached_from_its_conversation_and_readable_by_everybody(
    desk: Desk, open_page: OpenPage
) -> None:
    await arrive(desk, letter())
    (conversation,) = await desk.stage.column("SELECT id FROM conversation")
    page = await open_page("officer", f"/console/conversation/{conversation}", width=390)
    await page.get_by_role("link", name="Lihat surat aslinya").click()
    await page.wait_for_url("**/console/letter/*")
    assert "direbut" not in await page.title()
    assert await page.get_by_role("cell", name="Gayamprit").count() == 1
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
