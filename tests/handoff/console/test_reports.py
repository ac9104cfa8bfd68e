"""Reports in the console: what is shown is what can be taken along."""

from __future__ import annotations

from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.handoff.console.conftest import OpenPage
from tests.handoff.console.looking import LOOKS, is_too_wide, small_targets, violations
from tests.handoff.console.running import Desk

QUESTION = "berapa lama konsultasi online dilayani?"


async def asked(desk: Desk) -> str:
    """Have somebody ask; return the running month."""
    desk.stage.model.teach(QUESTION, "jangka_waktu", service="konsultasi")
    await desk.stage.answered(QUESTION)
    return f"{desk.stage.clock.now():%Y-%m}"


async def test_a_month_as_it_stands_and_as_files(desk: Desk) -> None:
    month = await asked(desk)
    client = await desk.client("supervisor")
    page = await client.get("/console/reports")
    assert page.status_code == 200
    assert "Angka sementara" in page.text
    assert "1 percakapan masuk dengan 1 pesan warga" in page.text
    assert "Lama layanan konsultasi" in page.text
    pdf = await client.get(f"/console/reports/{month}.pdf")
    assert pdf.headers["content-type"] == "application/pdf"
    assert pdf.headers["content-disposition"] == f'attachment; filename="laporan-{month}.pdf"'
    assert "1 percakapan masuk" in PdfReader(BytesIO(pdf.content)).pages[0].extract_text()
    book = await client.get(f"/console/reports/{month}.xlsx")
    assert load_workbook(BytesIO(book.content)).worksheets


async def test_a_year_has_the_decrees_chapters(desk: Desk) -> None:
    month = await asked(desk)
    client = await desk.client("supervisor")
    page = await client.get("/console/reports", params={"period": month[:4]})
    for chapter in ("Tujuan", "Sasaran", "Ruang lingkup", "Pelaksana", "Hasil evaluasi", "Saran perbaikan"):
        assert f"<h3>{chapter}</h3>" in page.text
    assert (await client.get(f"/console/reports/{month[:4]}.pdf")).status_code == 200


@pytest.mark.parametrize("name", ["2026-13.pdf", "2026-10.html", "x", "2026-10", "..%2F..%2Fetc.pdf"])
async def test_what_is_no_report_is_not_found(desk: Desk, name: str) -> None:
    client = await desk.client("supervisor")
    assert (await client.get(f"/console/reports/{name}")).status_code == 404


async def test_a_period_that_is_none_shows_the_running_month(desk: Desk) -> None:
    client = await desk.client("supervisor")
    page = await client.get("/console/reports", params={"period": "<script>"})
    assert page.status_code == 200
    assert "<script>" not in page.text.replace("<script src", "")


@pytest.mark.parametrize(("width", "is_dark"), LOOKS)
async def test_in_every_look(desk: Desk, open_page: OpenPage, width: int, is_dark: bool) -> None:
    await asked(desk)
    page = await open_page("supervisor", "/console/reports", width=width, dark=is_dark, bypass_csp=True)
    assert await violations(page) == []
    assert not await is_too_wide(page)
    assert width > 400 or await small_targets(page) == []
