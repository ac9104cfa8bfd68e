"""A survey's results against a table that was worked out by hand, and the report made of them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from bot.desk.surveys import program_content
from handoff import instrument
from handoff.ports.surveys import Campaign, Filled
from handoff.reports.document import Document, Grid, Heading, Letterhead, Paragraph
from handoff.reports.outcome import Outcome, outcome
from handoff.reports.pdf import pdf
from handoff.reports.survey import CHAPTERS, survey_report
from handoff.reports.xlsx import xlsx

INSTRUMENT = instrument.read(program_content())
CODES = INSTRUMENT.codes
CAMPAIGN = Campaign(
    7, "SKM 2026", 1, date(2026, 10, 1), date(2026, 10, 31), 1000, 278, invited=9, begun=4, finished=3
)


def sheet(scores: str, service: str, channel: str, remark: str = "", **profile: str) -> Filled:
    """Nine digits, "-" where the element was left out."""
    given = {code: int(each) for code, each in zip(CODES, scores, strict=True) if each != "-"}
    return Filled(service, channel, given, profile, remark)


FILLED = [
    sheet("433433432", "konsultasi", "whatsapp", kelamin="p", umur="25"),
    sheet("334432433", "konsultasi", "email", kelamin="l"),
    sheet("323-43344", "penjualan", "whatsapp", "=HYPERLINK(1)", kelamin="p"),
]


@pytest.fixture(scope="module")
def found() -> Outcome:
    return outcome(INSTRUMENT, FILLED)


def test_each_element_by_hand(found: Outcome) -> None:
    """Sums over those who answered: 10 8 10 8(of two) 10 8 11 10 9."""
    assert [(each.answers, each.index) for each in found.whole.elements] == [
        (3, Decimal("83.33")),
        (3, Decimal("66.67")),
        (3, Decimal("83.33")),
        (2, Decimal("100.00")),
        (3, Decimal("83.33")),
        (3, Decimal("66.67")),
        (3, Decimal("91.67")),
        (3, Decimal("83.33")),
        (3, Decimal("75.00")),
    ]


def test_the_index_over_all_and_by_group_by_hand(found: Outcome) -> None:
    """88/3 : 9 x 25 = 81.48; with 0.11 for a ninth it would be 80.67."""
    assert (found.whole.index, found.whole.grade, found.whole.respondents) == (Decimal("81.48"), "B", 3)
    groups = {name: (each.index, each.respondents) for name, each in found.services.items()}
    assert groups == {"konsultasi": (Decimal("80.56"), 2), "penjualan": (None, 1)}
    assert found.channels["whatsapp"].index == Decimal("81.94")
    assert found.channels["email"].index == Decimal("80.56")


def test_the_profile_counts_who_left_it_out(found: Outcome) -> None:
    assert found.profile["kelamin"] == {"l": 1, "p": 2, "": 0}
    assert found.profile["umur"]["25"] == 1
    assert found.profile["umur"][""] == 2


def test_an_empty_questionnaire_is_no_respondent() -> None:
    blank = outcome(INSTRUMENT, [*FILLED, Filled("", "whatsapp", {}, {"kelamin": "l"}, "saja")])
    assert blank.whole.respondents == 3
    assert blank.profile["kelamin"]["l"] == 1
    assert blank.remarks == ("=HYPERLINK(1)", "saja")


def test_how_small_a_sample_is_is_known() -> None:
    twenty_nine = outcome(INSTRUMENT, [FILLED[0]] * 29)
    thirty = outcome(INSTRUMENT, [FILLED[0]] * 30)
    assert (twenty_nine.is_small, thirty.is_small) == (True, False)
    assert (thirty.misses(31), thirty.misses(30), thirty.misses(None)) == (1, 0, 0)


def report(found: Outcome, made_on: date = date(2026, 11, 2)) -> Document:
    return survey_report(
        CAMPAIGN,
        found,
        letterhead=Letterhead("BPS Kabupaten Contoh", "Jalan Contoh 1", "", "Contoh"),
        basis="Dasar.",
        guideline="Permenpan RB 14/2017",
        signed_by=("Kepala", ""),
        made_on=made_on,
    )


def test_the_report_has_the_decrees_steps_and_says_what_it_rests_on(found: Outcome) -> None:
    document = report(found)
    assert tuple(block.text for block in document.blocks if isinstance(block, Heading)) == CHAPTERS
    said = " ".join(block.text for block in document.blocks if isinstance(block, Paragraph))
    assert "IKM 81,48, mutu pelayanan B" in said
    assert "tepat 1/9" in said
    assert "Responden baru 3 dari target 278; kurang 275" in said
    assert "Jawaban kurang dari 30" in said
    assert "tidak ditarik secara acak" in said
    assert "sementara" not in said
    assert "SKD" not in said
    groups = next(
        block
        for block in document.blocks
        if isinstance(block, Grid) and block.caption == "Hasil menurut layanan"
    )
    assert groups.rows[1] == ("Penjualan produk statistik", 1, None, None, "kurang dari 30 responden")


def test_a_survey_that_still_runs_says_so(found: Outcome) -> None:
    said = [block.text for block in report(found, date(2026, 10, 31)).blocks if isinstance(block, Paragraph)]
    assert any("angka sementara" in each for each in said)


def test_both_files(found: Outcome) -> None:
    document = report(found)
    assert "81,48" in "".join(page.extract_text() for page in PdfReader(BytesIO(pdf(document))).pages)
    book = load_workbook(BytesIO(xlsx(document)))
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert 83.33 in cells
    assert "=HYPERLINK(1)" not in cells, "what somebody wrote is not part of the report"


def test_a_survey_without_answers_has_a_report_all_the_same() -> None:
    document = report(outcome(INSTRUMENT, []))
    assert any("Belum ada kuesioner" in each.text for each in document.blocks if isinstance(each, Paragraph))
    assert pdf(document).startswith(b"%PDF")
