"""The register of complaints: it follows the tickets, officers add what only they know, and it can be taken along."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook
from pydantic import ValidationError
from pypdf import PdfReader

from bot.assembly import counter, duties, steps
from bot.office.reports import Complaints
from bot.office.services import Pengaduan
from bot.store.privacy import joining
from handoff.dates import plain_day
from handoff.ports.desk import Unfit
from handoff.reports.figures import Period
from handoff.reports.register import Arrival, Entry, Wanted
from tests.bot.desk.floor import Floor
from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.looking import LOOKS, is_too_wide, small_targets, violations
from tests.handoff.console.running import Desk
from tests.handoff.console.test_inbox import sender

pytestmark = pytest.mark.usefixtures("on_monday")


async def complained(floor: Floor, number: int = 1, **named: object) -> tuple[int, str]:
    """Let somebody complain; return (conversation, number)."""
    conversation, ticket = await floor.asked(
        "Petugasnya ketus", kind="pengaduan", sender=sender(number), **named
    )
    return conversation, ticket.number


async def test_a_complaint_stands_in_it_by_itself_and_is_answered_by_the_first_reply(
    desk: Desk, floor: Floor
) -> None:
    conversation, number = await complained(floor)
    await floor.asked("Mohon data", sender=sender(2))
    room = counter.complaints(desk.stage.core)
    [known] = await room.register(Wanted())
    assert (known.number, known.source, known.came_by) == (number, "citizen", "whatsapp")
    assert (known.answered_on, known.officer, known.has_evidence) == (None, None, False)
    sari = await desk.officer(name="Sari")
    (ticket,) = await floor.rows("SELECT id, version FROM ticket WHERE number = :n", n=number)
    await floor.desk.tick(sari, ticket.id, "evidence", is_met=True, version=ticket.version)
    floor.stage.clock.advance(timedelta(days=1))
    today = room.calendar.day_of(floor.stage.clock.now())
    await floor.reply(sari, conversation)
    floor.stage.clock.advance(timedelta(days=1))
    await floor.reply(sari, conversation, "Sudah ditegur.")
    [known] = await room.register(Wanted())
    assert (known.answered_on, known.officer, known.has_evidence) == (today, "Sari", True)
    assert known.came_on == today - timedelta(days=1)
    assert await room.register(Wanted(standing="unanswered")) == []
    assert await room.register(Wanted(since=today)) == []
    assert [each.number for each in await room.register(Wanted(until=known.came_on))] == [number]
    kept = await floor.row("SELECT came_by, has_evidence, answered_at IS NOT NULL AS answered FROM complaint")
    assert tuple(kept) == ("whatsapp", True, True)


async def test_what_turns_out_to_be_a_complaint_joins(desk: Desk, floor: Floor) -> None:
    _, ticket = await floor.asked("Mohon data")
    room = counter.complaints(desk.stage.core)
    assert await room.register(Wanted()) == []
    sari = await desk.officer(name="Sari")
    await floor.desk.change_kind(sari, ticket.id, "pengaduan", version=ticket.version)
    assert [each.number for each in await room.register(Wanted())] == [ticket.number]


async def test_a_supervisor_writes_into_it(desk: Desk, floor: Floor) -> None:
    _, number = await complained(floor)
    client = await desk.client("supervisor")
    page = await client.get(f"/console/complaints/{number}")
    assert page.status_code == 200
    known = await counter.complaints(desk.stage.core).one(number)
    data = {
        "source": "ombudsman",
        "came_by": "letter",
        "has_evidence": "1",
        "answer": "=Petugas <ditegur>",
        "version": str(known.version),
    }
    done = await client.post(f"/console/complaints/{number}", data=data)
    assert done.status_code == 303
    page = await client.get(done.headers["location"])
    for told in ("Rekomendasi Ombudsman", "Surat", "=Petugas &lt;ditegur&gt;", "Register diperbarui"):
        assert told in page.text
    again = await client.post(f"/console/complaints/{number}", data=data)
    assert again.status_code == 409
    assert "baru saja berubah" in again.text
    assert (
        await client.post(f"/console/complaints/{number}", data={**data, "came_by": "x"})
    ).status_code == 422
    shown = (await client.get("/console/complaints?source=citizen")).text
    assert number not in shown
    assert await floor.rows("SELECT 1 FROM audit WHERE action = 'complaint.entered'")
    assert not await floor.rows("SELECT 1 FROM ticket_change WHERE after LIKE '%ditegur%'")


async def test_it_is_taken_along_as_a_file(desk: Desk, floor: Floor) -> None:
    _, number = await complained(floor)
    room = counter.complaints(desk.stage.core)
    version = (await room.one(number)).version
    entry = Entry("citizen", "box", has_evidence=False, answer="=1+1")
    await room.enter(await desk.officer("supervisor"), number, entry, version=version)
    client = await desk.client("supervisor")
    book = load_workbook(BytesIO((await client.get("/console/complaints/register.xlsx")).content))
    row = [cell.value for cell in book.worksheets[0][5]]
    assert row[0] == number
    assert {"Kotak saran", "Masyarakat", "Belum ada"} <= set(row)
    answer = next(cell for cell in book.worksheets[0][5] if cell.value == "=1+1")
    assert answer.data_type == "s"
    pdf = await client.get("/console/complaints/register.pdf", params={"standing": "unanswered"})
    assert number in PdfReader(BytesIO(pdf.content)).pages[0].extract_text()
    assert (await client.get("/console/complaints/register.csv")).status_code == 404
    assert (await client.get("/console/complaints/ADU-2020-00001")).status_code == 404


async def test_it_is_the_supervisors(desk: Desk, floor: Floor) -> None:
    _, number = await complained(floor)
    client = await desk.client("officer")
    for path in ("", "/new", "/register.xlsx", f"/{number}"):
        assert (await client.get(f"/console/complaints{path}")).status_code == 403


async def test_who_is_responsible_is_announced_where_the_office_has_said_so(desk: Desk) -> None:
    stage, wish = desk.stage, "saya mau mengadu, petugasnya lama sekali membalas"
    [reply] = await stage.answered(wish, sender=sender(1))
    assert "Penanggung jawab" not in reply
    office = stage.core.settings.office
    named = Complaints(manager_name="Ibu Contoh", manager_contact="Ruang PST, pengaduan@example.go.id")
    settings = replace(stage.core.settings, office=office.model_copy(update={"complaints": named}))
    settling = steps.settling(replace(stage.core, settings=settings))
    stage = replace(stage, answering=replace(stage.answering, settling=settling))
    [reply] = await stage.answered(wish, sender=sender(2))
    assert "Penanggung jawab pengaduan: Ibu Contoh, Ruang PST, pengaduan@example.go.id." in reply


def test_a_name_without_an_address_is_refused() -> None:
    with pytest.raises(ValidationError, match="manager_contact"):
        Complaints(manager_name="Ibu Contoh")


@pytest.mark.parametrize(("width", "is_dark"), LOOKS)
async def test_in_every_look(
    desk: Desk, floor: Floor, open_page: OpenPage, width: int, is_dark: bool
) -> None:
    boss = await desk.officer("supervisor")
    page = await open_page(boss, "/console/complaints", width=width, dark=is_dark, bypass_csp=True)
    assert await violations(page) == []
    _, number = await complained(floor)
    room = counter.complaints(desk.stage.core)
    version = (await room.one(number)).version
    entry = Entry("ombudsman", "facebook", has_evidence=True, answer="Jawaban yang panjang. " * 20)
    await room.enter(boss, number, entry, version=version)
    for path in ("complaints", "complaints/new", f"complaints/{number}"):
        page = await open_page(boss, f"/console/{path}", width=width, dark=is_dark, bypass_csp=True)
        assert await violations(page) == []
        assert not await is_too_wide(page)
        inside = "[...document.querySelectorAll('.scroll')].some(each => each.scrollWidth > each.clientWidth)"
        assert not await page.evaluate(inside), "nothing has to be moved sideways in the table either"
        assert width > 400 or await small_targets(page) == []


LETTER = {
    "source": "ombudsman",
    "came_by": "letter",
    "text": "Antrean di ruang PST <tidak> diatur.",
    "has_evidence": "1",
    "name": "Rina Contoh",
    "phone": "+62 811-1111-0007",
    "email": "rina@contoh.example",
}


async def test_what_came_to_the_office_is_noted_answered_and_ended(desk: Desk, floor: Floor) -> None:
    client = await desk.client("supervisor")
    assert "Catat pengaduan" in (await client.get("/console/complaints")).text
    done = await client.post("/console/complaints/new", data=LETTER)
    assert done.status_code == 303
    page = await client.get(done.headers["location"])
    room = counter.complaints(desk.stage.core)
    [known] = await room.register(Wanted())
    for told in (known.number, "Rekomendasi Ombudsman", "Surat", "Belum dijawab"):
        assert told in page.text
    assert (known.source, known.came_by, known.has_evidence, known.channel) == (
        "ombudsman",
        "letter",
        True,
        "office",
    )
    talk = await client.get(f"/console/conversation/{known.conversation_id}")
    for told in (
        "Antrean di ruang PST &lt;tidak&gt; diatur.",
        "Rina Contoh",
        "Dicatat di kantor",
        "+62 811-1111-0007",
        "tidak dapat dibalas",
    ):
        assert told in talk.text
    assert "Undang bertemu" not in talk.text, "nothing can be sent from here"
    kept = await floor.stage.scalar("SELECT address FROM contact WHERE channel = 'office'")
    reference = str(kept).rpartition(" (")[2]
    person = await floor.stage.scalar("SELECT person_id FROM contact WHERE channel = 'office'")
    for path in (
        "/",
        "/inbox",
        f"/conversation/{known.conversation_id}",
        f"/person/{person}",
        "/person?q=rina",
    ):
        page = await client.get(f"/console{path}")
        assert (page.status_code, reference in page.text) == (200, False), (
            "the reference is the program's own"
        )

    sari = await desk.officer(name="Sari")
    await floor.desk.claim(sari, known.conversation_id)
    with pytest.raises(Unfit, match="noted_at_the_office"):
        await floor.reply(sari, known.conversation_id)
    floor.stage.clock.advance(timedelta(days=1))
    client = await desk.client("supervisor")
    data = {
        "source": "ombudsman",
        "came_by": "letter",
        "answer": "Nomor antrean dipasang.",
        "has_evidence": "1",
    }
    known = await room.one(known.number)
    form = await client.get(f"/console/complaints/{known.number}")
    assert 'name="answered_on"' in form.text
    answered = await client.post(
        f"/console/complaints/{known.number}", data={**data, "version": str(known.version)}
    )
    assert answered.status_code == 303
    known = await room.one(known.number)
    assert known.answered_on == known.came_on + timedelta(days=1)
    assert await floor.stage.scalar("SELECT owed_since FROM conversation") is None
    (ticket,) = await floor.rows("SELECT id, version FROM ticket")
    await floor.desk.close(sari, ticket.id, version=ticket.version)
    floor.stage.clock.advance(timedelta(days=2))
    await duties.closing(desk.stage.core).run(most=10)
    await desk.stage.deliver_all()
    assert await floor.rows("SELECT 1 FROM delivery") == []


async def test_the_days_are_those_on_which_it_came_and_was_answered(desk: Desk, floor: Floor) -> None:
    """What lay on a desk over the weekend came before it, and is not noted as if it had come today."""
    room = counter.complaints(desk.stage.core)
    client = await desk.client("supervisor")
    today = floor.stage.clock.now().astimezone(ZoneInfo("Asia/Jakarta")).date()
    came, answered = today - timedelta(days=4), today - timedelta(days=1)
    await client.post("/console/complaints/new", data={**LETTER, "came_on": came.isoformat()})
    [known] = await room.register(Wanted(since=came, until=came))
    data = {**LETTER, "answer": "Nomor antrean dipasang.", "version": str(known.version)}
    early = {**data, "answered_on": (came - timedelta(days=1)).isoformat()}
    for late in (early, {**data, "answered_on": (today + timedelta(days=1)).isoformat()}):
        refused = await client.post(f"/console/complaints/{known.number}", data=late)
        assert (refused.status_code, "sebelum pengaduannya masuk" in refused.text) == (422, True)
    done = await client.post(
        f"/console/complaints/{known.number}", data={**data, "answered_on": answered.isoformat()}
    )
    assert done.status_code == 303
    known = await room.one(known.number)
    assert (known.came_on, known.answered_on) == (came, answered)


async def test_a_day_that_was_written_wrong_is_put_right(desk: Desk, floor: Floor) -> None:
    room = counter.complaints(desk.stage.core)
    client = await desk.client("supervisor")
    today = floor.stage.clock.now().astimezone(ZoneInfo("Asia/Jakarta")).date()
    wrong, came, answered = (today - timedelta(days=back) for back in (300, 6, 5))
    await client.post("/console/complaints/new", data={**LETTER, "came_on": wrong.isoformat()})
    [known] = await room.register(Wanted())
    path = f"/console/complaints/{known.number}"
    form = (await client.get(path)).text
    assert f'name="came_on" type="date" value="{wrong}"' in form

    async def enter(answer: str, **days: object) -> str:
        data = {**LETTER, "answer": answer, "version": str((await room.one(known.number)).version), **days}
        return (await client.post(path, data=data)).text

    right = {"came_on": came.isoformat()}
    assert "Tulis juga apa yang dijawab" in await enter("", **right, answered_on=answered.isoformat())
    assert (await room.one(known.number)).came_on == wrong, "nothing of what was refused is kept"
    assert await enter("", **right) == ""
    assert (await room.one(known.number)).came_on == came
    owed = await floor.stage.scalar(
        "SELECT CAST(owed_since AT TIME ZONE 'Asia/Jakarta' AS date) FROM conversation"
    )
    assert owed == came
    assert await enter("Nomor antrean dipasang.", **right) == ""
    assert (await room.one(known.number)).answered_on == today
    assert await enter("Nomor antrean dipasang.", **right, answered_on=answered.isoformat()) == ""
    assert await floor.stage.scalar("SELECT owed_since FROM conversation") is None
    for bad in ({"came_on": (answered + timedelta(days=1)).isoformat()}, {"came_on": "2001-01-01"}):
        told = await enter("Nomor antrean dipasang.", answered_on=answered.isoformat(), **bad)
        assert "Hari dijawab tidak boleh" in told or "lebih dari setahun yang lalu" in told
    assert await enter("Nomor antrean dipasang.") == "", "who leaves the days alone changes none"
    kept = await room.one(known.number)
    assert (kept.came_on, kept.answered_on) == (came, answered)
    both = await floor.row(
        "SELECT ticket.answered_at = complaint.answered_at FROM ticket JOIN complaint ON ticket_id = ticket.id"
    )
    assert tuple(both) == (True,)
    talk = (await client.get(f"/console/conversation/{known.conversation_id}")).text
    for day in (wrong, came, today, answered):
        assert plain_day(day) in talk


async def test_an_offices_own_deadline_counts_from_the_day_on_which_it_came(desk: Desk, floor: Floor) -> None:
    core = desk.stage.core
    office = core.settings.office
    services = office.services.model_copy(update={"pengaduan": Pengaduan(working_days=5)})
    settings = replace(core.settings, office=office.model_copy(update={"services": services}))
    room = counter.complaints(replace(core, settings=settings))
    today = floor.stage.clock.now().astimezone(ZoneInfo("Asia/Jakarta")).date()
    arrival = Arrival("citizen", "letter", "Antrean tidak diatur.", came_on=today - timedelta(days=7))
    boss = await desk.officer("supervisor")
    number = await room.take(boss, arrival)
    due_on = "SELECT CAST(due_at AT TIME ZONE 'Asia/Jakarta' AS date) FROM ticket"
    assert await floor.stage.scalar(due_on) == today
    right = Entry("citizen", "letter", has_evidence=False, came_on=today - timedelta(days=6))
    await room.enter(boss, number, right, version=(await room.one(number)).version)
    assert await floor.stage.scalar(due_on) == today + timedelta(days=1)


async def test_a_form_that_is_sent_twice_notes_one(desk: Desk) -> None:
    client = await desk.client("supervisor")
    form = (await client.get("/console/complaints/new")).text
    word = re.search(r'name="form" value="([0-9a-f]{12})"', form)
    assert word
    sent = {**LETTER, "form": word[1]}
    done = await asyncio.gather(*(client.post("/console/complaints/new", data=sent) for _ in range(3)))
    assert {each.headers["location"] for each in done} == {done[0].headers["location"]}
    assert await desk.stage.scalar("SELECT count(*) FROM ticket") == 1
    await client.post("/console/complaints/new", data={**LETTER, "form": "another"})
    assert await desk.stage.scalar("SELECT count(*) FROM ticket") == 2


async def test_a_days_correction_settles_nothing_that_came_later(desk: Desk, floor: Floor) -> None:
    core, clock = desk.stage.core, floor.stage.clock
    room, boss = counter.complaints(core), await desk.officer("supervisor")
    number = await room.take(boss, Arrival("citizen", "letter", "Antrean lama"))
    (noted,) = await floor.rows("SELECT id, conversation_id FROM ticket WHERE number = :n", n=number)
    await floor.desk.claim(boss, noted.conversation_id)
    clock.advance(timedelta(days=2))
    day = room.calendar.day_of(clock.now())
    entry = Entry("citizen", "letter", has_evidence=False, answer="Dijawab")
    await room.enter(boss, number, entry, version=(await room.one(number)).version)
    clock.advance(timedelta(days=1))
    chat, asked = await floor.asked("Masih belum beres!")
    ours = (await floor.row("SELECT person_id FROM contact WHERE channel = 'office'")).person_id
    theirs = (await floor.row("SELECT person_id FROM contact WHERE channel = 'whatsapp'")).person_id
    async with core.database.transaction() as tx:
        persons = await joining.lock(tx, theirs, ours)
        await joining.join(
            tx,
            persons[theirs],
            persons[ours],
            verification="phone",
            note=None,
            officer_id=boss.id,
            now=clock.now(),
        )
    await floor.desk.claim(boss, chat)
    await floor.desk.merge(boss, asked.id, number, version=(await floor.ticket(asked.id)).version)
    assert (await floor.conversation(noted.conversation_id)).owed_since is not None
    right = replace(entry, answered_on=day - timedelta(days=1))
    await room.enter(boss, number, right, version=(await room.one(number)).version)
    assert (await floor.conversation(noted.conversation_id)).owed_since is not None


async def test_an_answer_that_is_entered_after_the_end_is_counted(desk: Desk, floor: Floor) -> None:
    room, counting = counter.complaints(desk.stage.core), duties.reports(desk.stage.core).counting
    boss = await desk.officer("supervisor")
    number = await room.take(boss, Arrival("citizen", "letter", "Antrean lama"))
    (ticket,) = await floor.rows("SELECT id, version FROM ticket WHERE number = :n", n=number)
    await floor.desk.close(boss, ticket.id, version=ticket.version)
    floor.stage.clock.advance(timedelta(days=40))
    today = room.calendar.day_of(floor.stage.clock.now())
    entry = Entry("citizen", "letter", has_evidence=False, answer="Dijawab lewat surat")
    await room.enter(boss, number, entry, version=(await room.one(number)).version)
    figures = await counting.figures(Period(today.replace(day=1), today + timedelta(days=1)))
    assert figures.complaints.answered == 1


async def test_the_register_is_written_whatever_stands_in_it(desk: Desk, floor: Floor) -> None:
    _, number = await complained(floor)
    room = counter.complaints(desk.stage.core)
    entry = Entry("citizen", "box", has_evidence=False, answer="Sudah dijawab \U0001f64f")
    await room.enter(
        await desk.officer("supervisor"), number, entry, version=(await room.one(number)).version
    )
    client = await desk.client("supervisor")
    assert (await client.get("/console/complaints/register.pdf")).status_code == 200


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"text": " \n"}, "Tulis apa yang diadukan"),
        ({"text": "x" * 10_001}, "paling banyak 10000 huruf"),
        ({"came_by": "whatsapp"}, "Pilih lewat apa"),
        ({"came_on": "2190-01-01"}, "tidak boleh sesudah hari ini"),
        ({"came_on": "2001-01-01"}, "lebih dari setahun yang lalu"),
        ({"email": "rina"}, "bukan alamat email"),
        ({"name": "x" * 400}, "paling banyak 200 huruf"),
    ],
)
async def test_what_does_not_fit_is_told_and_stays_in_the_form(
    desk: Desk, changed: dict[str, str], told: str
) -> None:
    client = await desk.client("supervisor")
    done = await client.post("/console/complaints/new", data={**LETTER, **changed})
    assert done.status_code == 422
    assert told in done.text
    assert "+62 811-1111-0007" in done.text
    assert await desk.stage.scalar("SELECT count(*) FROM ticket") == 0


async def test_nobody_says_that_nobody_has_taken_what_came_to_the_office(desk: Desk, floor: Floor) -> None:
    client = await desk.client("supervisor")
    await client.post("/console/complaints/new", data={**LETTER, "name": "", "email": "", "phone": ""})
    for _ in range(8):
        floor.stage.clock.advance(timedelta(days=1))
        await duties.tending(desk.stage.core).tend()
        await desk.stage.deliver_all()
    assert await floor.rows("SELECT 1 FROM delivery") == []
    assert await floor.stage.scalar("SELECT count(*) > 0 FROM officer_notice WHERE kind = 'unclaimed'")
