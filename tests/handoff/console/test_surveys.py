"""Satisfaction surveys in the console: made, answered by link, read, taken along."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from io import BytesIO

import httpx
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import text
from starlette.applications import Starlette

from bot.assembly import counter
from tests.handoff.console.running import Desk
from tests.handoff.console.surveyed import a_survey
from tests.serving import serving

QUESTION = "berapa lama konsultasi online dilayani?"
SENDERS = ("whatsapp:+628111111001", "whatsapp:+628111111002", "whatsapp:+628111111003")


async def made(desk: Desk, client: httpx.AsyncClient, **more: str) -> str:
    """Make a survey that runs from today; return its address."""
    today = counter.surveys(desk.stage.core).today()
    form = {
        "title": "SKM <b>2026</b>",
        "opens_on": today.isoformat(),
        "closes_on": (today + timedelta(days=20)).isoformat(),
        "population": "1.000",
        "target": "278",
    }
    answer = await client.post("/console/surveys", data=form | more)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("?made=1")


async def served(desk: Desk) -> dict[str, str]:
    """Have three people served; return the period they were served in."""
    desk.stage.model.teach(QUESTION, "jangka_waktu", service="konsultasi")
    now = desk.stage.clock.now()
    by_day = counter.surveys(desk.stage.core).daytime.earliest(now)
    desk.stage.clock.advance(by_day - now)  # nobody is invited at night
    for sender in SENDERS:
        await desk.stage.answered(QUESTION, sender=sender)
    await desk.stage.close_all()
    today = counter.surveys(desk.stage.core).today().isoformat()
    return {"first": today, "last": today}


async def links(desk: Desk) -> list[str]:
    """Deliver what is due; return the paths of the links that people got."""
    await desk.stage.deliver_all()
    said = [words for sender in SENDERS for words in desk.stage.memory["whatsapp"].take(sender)]
    return [found[0] for found in (re.search(r"/survei/[\w-]+", words) for words in said) if found]


async def fill(client: httpx.AsyncClient, link: str, scores: str, **rest: str) -> None:
    """Answer the nine questions, "-" is skipped; then the rest."""
    for number, score in enumerate(scores, 1):
        answer = {"skip": "1"} if score == "-" else {"score": score}
        assert (await client.post(f"{link}/survei/{number}", data=answer)).status_code == 303
    assert (await client.post(f"{link}/profil", data=rest)).status_code == 303


async def test_a_size_of_the_sample_is_proposed_and_may_be_changed(desk: Desk) -> None:
    client = await desk.client("supervisor")
    form = {"title": "SKM", "opens_on": "2026-11-01", "closes_on": "2026-11-30", "population": "1000"}
    for more in ({"propose": "1", "target": "5"}, {}):
        page = await client.post("/console/surveys", data=form | more)
        assert re.search(r'name="target"[^>]*value="278"', page.text)
    assert await desk.stage.scalar("SELECT count(*) FROM survey") == 0
    assert (await client.post("/console/surveys", data=form | {"target": "300"})).status_code == 303
    assert await desk.stage.scalar("SELECT target FROM survey") == 300


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"title": "  "}, "Isi nama survei"),
        ({"closes_on": "2020-01-01"}, "Isi hari pertama"),
        ({"opens_on": "kapan"}, "Isi hari pertama"),
        ({"target": "0"}, "bilangan bulat"),
        ({"population": "-3"}, "bilangan bulat"),
        ({"population": "9" * 12}, "bilangan bulat"),
        ({"population": "", "target": ""}, "Isi target"),
    ],
)
async def test_what_is_wrong_is_said(desk: Desk, wrong: dict[str, str], said: str) -> None:
    client = await desk.client("supervisor")
    form = {
        "title": "SKM",
        "opens_on": "2026-11-01",
        "closes_on": "2026-11-30",
        "population": "9",
        "target": "9",
    }
    page = await client.post("/console/surveys", data=form | wrong)
    assert page.status_code == 422
    assert said in page.text
    assert await desk.stage.scalar("SELECT count(*) FROM survey") == 0


async def test_a_running_survey_keeps_its_version_of_the_words(desk: Desk) -> None:
    client = await desk.client("supervisor")
    address = await made(desk, client)
    assert await desk.stage.scalar("SELECT max(version) FROM survey_instrument") == 1
    same = await client.post("/console/surveys/questions", data={"version": "1"})
    assert same.status_code == 303
    assert await desk.stage.scalar("SELECT max(version) FROM survey_instrument") == 1
    words = {"version": "1", "U1.name.id": "Syarat <i>baru</i>", "U1.answer.4.en": "Perfectly"}
    assert (await client.post("/console/surveys/questions", data=words)).status_code == 303
    late = await client.post("/console/surveys/questions", data=words | {"U1.name.id": "Lain"})
    assert late.status_code == 422
    assert "Rekan lain" in late.text
    empty = await client.post("/console/surveys/questions", data={"version": "2", "U3.question.en": " "})
    assert (empty.status_code, "U3: isi kata-katanya" in empty.text) == (422, True)
    assert "Syarat &lt;i&gt;baru" in (await client.get("/console/surveys/questions")).text
    names = "SELECT content -> 'elements' -> 0 -> 'name' ->> 'id' FROM survey_instrument WHERE version = "
    assert await desk.stage.scalar(f"{names}1") == "Persyaratan"
    assert await desk.stage.scalar(f"{names}2") == "Syarat <i>baru</i>"
    assert await desk.stage.scalar("SELECT version FROM survey") == 1
    second = await made(desk, client)
    assert "versi 2" in (await client.get(second)).text
    assert "versi 1" in (await client.get(address)).text


async def test_from_the_invitation_to_the_report(desk: Desk) -> None:
    period = await served(desk)
    client = await desk.client("supervisor")
    address = await made(desk, client)
    sent = await client.post(f"{address}/invite", data=period)
    assert sent.headers["location"] == f"{address}?invited=3"
    again = await client.post(f"{address}/invite", data=period)
    assert again.headers["location"] == f"{address}?invited=0"
    found = await links(desk)
    assert len(set(found)) == 3
    app = Starlette(routes=counter.invited(desk.stage.core).routes())
    async with serving(app) as base, httpx.AsyncClient(base_url=base) as citizen:
        hostile = "<script>alert(1)</script>"
        await fill(citizen, found[0], "433433432", kelamin="p", remark=hostile)
        await fill(citizen, found[1], "334432433")
        await fill(citizen, found[2], "323-43344")
        await fill(citizen, found[2], "111111111")  # a second time: nothing changes
    page = (await client.get(address)).text
    assert "81,48" in page, "88/3 : 9 x 25, worked out by hand"
    assert "B, baik" in page
    assert "kurang 275 responden" in page
    assert "Jawaban kurang dari 30" in page
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page
    assert "SKM &lt;b&gt;2026" in page
    pdf = await client.get(f"{address}.pdf")
    assert "81,48" in "".join(each.extract_text() for each in PdfReader(BytesIO(pdf.content)).pages)
    book = load_workbook(BytesIO((await client.get(f"{address}.xlsx")).content))
    assert len(book.worksheets) >= 8


async def test_a_survey_stands_in_the_years_evaluation_once_it_has_ended(desk: Desk) -> None:
    client = await desk.client("supervisor")
    await made(desk, client, title="SKM yang selesai")
    year = f"{counter.surveys(desk.stage.core).today() + timedelta(days=20):%Y}"
    page = await client.get("/console/reports", params={"period": year})
    assert "SKM yang selesai" not in page.text
    desk.stage.clock.advance(timedelta(days=21))
    client = await desk.client("supervisor")
    assert (
        "SKM yang selesai: 0 responden"
        in (await client.get("/console/reports", params={"period": year})).text
    )


async def test_nobody_is_invited_who_refused_was_not_served_or_is_not_there_any_more(desk: Desk) -> None:
    period = await served(desk)
    client = await desk.client("supervisor")
    address = await made(desk, client)
    async with desk.stage.core.database.transaction() as tx:
        await tx.execute(text("UPDATE contact SET opted_out_at = now() WHERE address LIKE '%001'"))
        await tx.execute(
            text(
                "UPDATE conversation SET last_outbound_at = NULL WHERE contact_id ="
                " (SELECT id FROM contact WHERE address LIKE '%002')"
            )
        )
        await tx.execute(
            text(
                "UPDATE person SET erased_at = now() WHERE id ="
                " (SELECT person_id FROM contact WHERE address LIKE '%003')"
            )
        )
    sent = await client.post(f"{address}/invite", data=period)
    assert sent.headers["location"] == f"{address}?invited=0"
    assert await links(desk) == []


async def test_who_was_asked_under_another_address_is_not_asked_again(desk: Desk) -> None:
    """Two of the three turn out to be one person, and one of the two was asked before."""
    period = await served(desk)
    client = await desk.client("supervisor")
    address = await made(desk, client)
    first, second, _ = await desk.stage.column("SELECT person_id FROM contact ORDER BY address")
    async with desk.stage.core.database.transaction() as tx:
        people = {"first": first, "second": second}
        await tx.execute(
            text(
                "INSERT INTO survey_sheet (survey_id, person_id, invited_at)"
                " SELECT id, CAST(:first AS bigint), now() FROM survey"
            ),
            {"first": first},
        )
        await tx.execute(text("UPDATE person SET joined_into_id = :second WHERE id = :first"), people)
        await tx.execute(text("UPDATE contact SET person_id = :second WHERE person_id = :first"), people)
    sent = await client.post(f"{address}/invite", data=period)
    assert sent.headers["location"] == f"{address}?invited=1"


async def test_two_supervisors_at_once_invite_everybody_once(desk: Desk) -> None:
    period = await served(desk)
    client = await desk.client("supervisor")
    address = await made(desk, client)
    other = await desk.client("supervisor")
    both = await asyncio.gather(
        *(each.post(f"{address}/invite", data=period) for each in (client, other) * 2)
    )
    counts = [int(answer.headers["location"].rpartition("=")[2]) for answer in both]
    assert sum(counts) == 3
    assert await desk.stage.scalar("SELECT count(*) FROM delivery WHERE key = 'survey'") == 3


async def test_invitations_keep_the_hours_and_the_days(desk: Desk) -> None:
    period = await served(desk)
    client = await desk.client("supervisor")
    address = await made(desk, client)
    wrong = await client.post(f"{address}/invite", data=period | {"last": "2020-01-01"})
    assert (wrong.status_code, "Isi kedua tanggal" in wrong.text) == (422, True)
    local = desk.stage.clock.now().astimezone(counter.surveys(desk.stage.core).daytime.zone)
    desk.stage.clock.advance(timedelta(hours=(22 - local.hour) % 24))
    client = await desk.client("supervisor")
    night = await client.post(f"{address}/invite", data=period)
    assert (night.status_code, "Di luar jam" in night.text) == (422, True)
    desk.stage.clock.advance(timedelta(days=21, hours=12))
    client = await desk.client("supervisor")
    late = await client.post(f"{address}/invite", data=period)
    assert (late.status_code, "selama survei berjalan" in late.text) == (422, True)
    assert await desk.stage.scalar("SELECT count(*) FROM survey_sheet") == 0


@pytest.mark.parametrize("name", ["99", "99.pdf", "1.html", "x.pdf", "²", "99/invite/x"])
async def test_what_is_not_there_is_not_found(desk: Desk, name: str) -> None:
    client = await desk.client("supervisor")
    assert (await client.get(f"/console/surveys/{name}")).status_code == 404


async def test_officers_do_not_see_surveys(desk: Desk) -> None:
    client = await desk.client("officer")
    assert (await client.get("/console/surveys")).status_code == 403


async def test_the_list_has_each_surveys_index_and_grade(desk: Desk) -> None:
    number = await a_survey(desk, answers=40)
    client = await desk.client("supervisor")
    page = (await client.get(f"/console/surveys/{number}")).text
    found = re.search(r"<dt>IKM</dt><dd>([\d,]+)</dd>", page)
    assert found is not None
    every = (await client.get("/console/surveys")).text
    assert f"<span>{found[1]} (D)</span>" in every
    await a_survey(desk, answers=0)
    assert "<span>–</span>" in (await client.get("/console/surveys")).text
