"""The page of a person's own data: shown, handed out, forgotten by those who may, joined and separated again."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
from axe_playwright_python.base import AXE_FILE_PATH

from bot.assembly import counter
from handoff.ports.desk import Unfit
from tests.bot.privacy.somebody import ADDRESS, NAME, NUMBER, WORD, Somebody, close_all, known, run, scalar
from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.running import Desk

VIOLATIONS = """
() => axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
    .then(result => result.violations.map(each => each.id + ": " + each.nodes.map(node => node.html).join(" | ")))
"""


async def test_what_is_kept_is_told_in_words(desk: Desk) -> None:
    somebody = await known(desk.stage)
    page = (await (await desk.client()).get(f"/console/person/{somebody.person}")).text
    for words in (NAME, f"+{NUMBER}", somebody.ticket, "3 pesan", "1 catatan internal", "2 berkas"):
        assert words in page


@pytest.mark.parametrize("words", [NAME[:4], f"0{NUMBER[2:6]}-{NUMBER[6:]}", f"+{NUMBER}", ADDRESS, "TICKET"])
async def test_a_person_is_found_by_what_is_at_hand(desk: Desk, words: str) -> None:
    somebody = await known(desk.stage)
    asked = somebody.ticket.lower() if words == "TICKET" else words
    page = (await (await desk.client()).get("/console/person", params={"q": asked})).text
    wanted = somebody.mail_person if words == ADDRESS else somebody.person
    assert f'href="/console/person/{wanted}"' in page


async def test_nobody_is_found_by_a_percent_sign(desk: Desk) -> None:
    await known(desk.stage)
    page = (await (await desk.client()).get("/console/person", params={"q": "%%%"})).text
    assert "Tidak ada yang cocok" in page


async def test_the_copy_is_a_download_and_stands_in_the_audit(desk: Desk) -> None:
    somebody = await known(desk.stage)
    answer = await (await desk.client()).post(f"/console/person/{somebody.person}/copy", data={"notes": "1"})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith("attachment")
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert WORD in archive.read("data.json").decode()
    assert await desk.stage.scalar("SELECT action FROM audit WHERE action LIKE 'person.%'") == "person.copied"


async def test_an_officer_may_not_erase(desk: Desk) -> None:
    somebody = await known(desk.stage)
    await close_all(desk.stage)
    client = await desk.client("officer")
    for answer in (
        await client.get(f"/console/person/{somebody.person}/erase"),
        await client.post(f"/console/person/{somebody.person}/erase", data={"confirmation": NAME}),
    ):
        assert answer.status_code == 403
    assert await desk.stage.scalar("SELECT max(name) FROM person") == NAME


async def test_a_supervisor_erases_by_typing_the_ticket(desk: Desk) -> None:
    somebody = await known(desk.stage)
    await close_all(desk.stage)
    client = await desk.client("supervisor")
    address = f"/console/person/{somebody.person}/erase"
    assert somebody.ticket in (await client.get(address)).text
    wrong = await client.post(address, data={"confirmation": "KST-2026-99999"})
    assert wrong.status_code == 422
    assert "Tidak ada yang dihapus" in wrong.text
    done = await client.post(address, data={"confirmation": f" {somebody.ticket.lower()} "})
    assert done.status_code == 303
    page = (await client.get(done.headers["location"])).text
    assert "sudah dihapus" in page
    assert NUMBER not in page
    audit = str(await desk.stage.scalar("SELECT audit::text FROM audit WHERE action = 'person.erased'"))
    assert NAME not in audit


async def test_an_open_ticket_is_named_and_nothing_is_asked(desk: Desk) -> None:
    somebody = await known(desk.stage)
    client = await desk.client("supervisor")
    address = f"/console/person/{somebody.person}/erase"
    page = (await client.get(address)).text
    assert f"Masih ada tiket terbuka: {somebody.ticket}" in page
    assert 'name="confirmation"' not in page
    assert (await client.post(address, data={"confirmation": NAME})).status_code == 422
    assert await desk.stage.scalar("SELECT max(name) FROM person") == NAME


async def join(desk: Desk, somebody: Somebody, **more: str) -> int:
    client = await desk.client()
    told = {"other": str(somebody.mail_person), "verification": "phone", "note": "", **more}
    return (await client.post(f"/console/person/{somebody.person}/join", data=told)).status_code


async def test_two_are_joined_and_separated_again(desk: Desk) -> None:
    somebody = await known(desk.stage)
    await run(desk.stage, f"UPDATE person SET organisation = 'Dinas' WHERE id = {somebody.mail_person}")
    contacts = f"SELECT count(*) FROM contact WHERE person_id = {somebody.person}"
    assert await join(desk, somebody) == 303
    assert await scalar(desk.stage, contacts) == 2
    client = await desk.client()
    moved = await client.get(f"/console/person/{somebody.mail_person}")
    assert moved.headers["location"] == f"/console/person/{somebody.person}"
    page = (await client.get(f"/console/person/{somebody.person}")).text
    assert ADDRESS in page
    assert "Dinas" in page
    (number,) = re.findall(r'name="join" value="(\d+)"', page)
    for status in (303, 404):
        answer = await client.post(f"/console/person/{somebody.person}/separate", data={"join": number})
        assert answer.status_code == status
    assert await scalar(desk.stage, contacts) == 1
    organisation = f"SELECT organisation FROM person WHERE id = {somebody.person}"
    assert await desk.stage.scalar(organisation) is None


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"verification": ""}, 422),
        ({"verification": "other"}, 422),
        ({"verification": "other", "note": "surat kuasa"}, 303),
        ({"other": "4711"}, 404),
        ({"other": "SELF"}, 422),
    ],
)
async def test_what_a_join_needs(desk: Desk, more: dict[str, str], status: int) -> None:
    somebody = await known(desk.stage)
    told = {name: str(somebody.person) if value == "SELF" else value for name, value in more.items()}
    assert await join(desk, somebody, **told) == status


async def test_who_was_erased_is_joined_with_nobody(desk: Desk) -> None:
    somebody = await known(desk.stage)
    await run(desk.stage, f"UPDATE person SET erased_at = now() WHERE id = {somebody.mail_person}")
    assert await join(desk, somebody) == 422


async def test_the_pages_break_no_rule_of_accessibility(desk: Desk, open_page: OpenPage) -> None:
    somebody = await known(desk.stage)
    await join(desk, somebody)
    here = f"/console/person/{somebody.person}"
    for path in (here, f"{here}/join?q={NAME}", f"/console/person?q={NAME}"):
        for width, dark in ((1440, False), (390, True)):
            page = await open_page("supervisor", path, width=width, dark=dark)
            await page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
            assert await page.evaluate(VIOLATIONS) == [], path
            assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    await close_all(desk.stage)
    page = await open_page("supervisor", f"{here}/erase", width=390)
    await page.evaluate(AXE_FILE_PATH.read_text(encoding="utf-8"))
    assert await page.evaluate(VIOLATIONS) == []


async def test_a_forgotten_persons_ticket_is_not_opened_again(desk: Desk) -> None:
    somebody = await known(desk.stage)
    await close_all(desk.stage)
    officer = await desk.officer("supervisor")
    await counter.privacy(desk.stage.core).erase(officer, somebody.person, confirmation=somebody.ticket)
    number = await scalar(desk.stage, "SELECT max(id) FROM ticket")
    version = await scalar(desk.stage, "SELECT max(version) FROM ticket")
    with pytest.raises(Unfit, match="erased"):
        await counter.desk(desk.stage.core).reopen(officer, number, version=version)
