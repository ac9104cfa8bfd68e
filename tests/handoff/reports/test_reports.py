"""Reports as whoever signs them gets them: a PDF for everybody, a workbook that runs nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from pypdf import PdfReader

from handoff.dates import plain_day
from handoff.reports.document import Cell, Document, Grid, Heading, Minutes, Paragraph
from handoff.reports.figures import Figures, Period, Ratings, spread
from handoff.reports.monthly import monthly
from handoff.reports.pdf import pdf
from handoff.reports.wording import figure, share, span
from handoff.reports.xlsx import xlsx
from handoff.reports.yearly import CHAPTERS
from tests.handoff.reports import samples

MADE: dict[str, Callable[[], Document]] = {
    "monthly": samples.month,
    "yearly": samples.year,
    "survey": samples.survey,
    "register": lambda: samples.register_of(3),
}


@pytest.mark.parametrize("name", MADE)
def test_a_pdf_is_tagged_and_says_its_language_and_title(name: str) -> None:
    document = MADE[name]()
    reader = PdfReader(BytesIO(pdf(document)))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "id"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == f"{document.title} – {document.subtitle}"
    assert b"pdfuaid:part" in root["/Metadata"].get_data()
    assert "/StructTreeRoot" in root


@pytest.mark.parametrize("name", MADE)
def test_the_same_figures_give_the_same_files(name: str) -> None:
    assert pdf(MADE[name]()) == pdf(MADE[name]())
    assert xlsx(MADE[name]()) == xlsx(MADE[name]())


def test_the_yearly_report_has_the_decrees_eight_chapters() -> None:
    headings = [each.text for each in samples.year().blocks if isinstance(each, Heading) and each.level == 1]
    assert headings == list(CHAPTERS)
    assert len(headings) == 8


def test_every_word_and_figure_is_on_the_page() -> None:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf(samples.month()))).pages)
    words = " ".join(text.split())
    assert "109 percakapan masuk dengan 412 pesan warga" in words
    assert "28 tepat waktu (96,6 %)" in words
    assert "3 jam 30 menit" not in words
    assert "2 jam 55 menit" in words  # nine of ten consultations, 175 minutes
    assert "Rata-rata" in words.replace("rata-rata", "Rata-rata")


def test_a_table_becomes_a_sheet_with_numbers_and_no_formula() -> None:
    document = samples.month()
    book = load_workbook(BytesIO(xlsx(document)))
    grids = list(document.grids())
    assert len(book.worksheets) == len(grids)
    for sheet, grid in zip(book.worksheets, grids, strict=True):
        assert [cell.value for cell in sheet[4]] == list(grid.header)
        for row, expected in zip(sheet.iter_rows(min_row=5), grid.rows, strict=True):
            for cell, value in zip(row, expected, strict=True):
                assert cell.data_type != "f"
                assert cell.value == _as_read(value)


def _as_read(value: Cell) -> object:
    if isinstance(value, Minutes):
        return timedelta(minutes=value.count)
    return float(value) if isinstance(value, Decimal) else value


def test_every_number_of_the_bars_is_in_the_workbook() -> None:
    book = load_workbook(BytesIO(xlsx(samples.month())))
    cells = {cell.value for sheet in book for row in sheet.iter_rows() for cell in row}
    assert {"Nilai 5", 11, "Biaya layanan", 48, "Pesan warga", 412} <= cells


@pytest.mark.parametrize("months", [0, 1])
def test_what_still_runs_is_said_to_be_so_far(months: int) -> None:
    october = samples.figures(date(2026, 10, 1), date(2026, 10, 31))
    made_on = date(2026, 10 + months, 15)
    document = monthly(october, letterhead=samples.LETTERHEAD, basis="", signed_by=("", ""), made_on=made_on)
    said = [each.text for each in document.blocks if isinstance(each, Paragraph)]
    assert any("Angka sementara sampai 15 Oktober 2026" in each for each in said) is (months == 0)


def test_a_month_in_which_nothing_happened_says_so() -> None:
    empty = Figures(Period(date(2026, 10, 1), date(2026, 10, 31)))
    document = monthly(
        empty,
        letterhead=samples.LETTERHEAD,
        basis="Dasar.",
        signed_by=("Kepala", ""),
        made_on=date(2026, 11, 2),
    )
    words = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf(document))).pages)
    words = " ".join(words.split())
    for said in (
        "Tidak ada percakapan baru yang masuk pada bulan ini.",
        "Tidak ada tenggat yang jatuh atau dipenuhi",
        "Belum ada penilaian",
        "Tidak ada pengaduan yang masuk",
        "Belum ada pertanyaan",
    ):
        assert said in words
    assert "(tidak ada)" not in words


def test_the_register_lies_on_its_side_and_repeats_its_head() -> None:
    document = samples.register_of(60)
    reader = PdfReader(BytesIO(pdf(document)))
    assert len(reader.pages) > 2
    for page in reader.pages[:-1]:
        assert page.mediabox.width > page.mediabox.height
        assert "Tanggal masuk" in " ".join(page.extract_text().split())
    assert load_workbook(BytesIO(xlsx(document))).worksheets[0].max_row == 4 + 60


@settings(deadline=None)  # a workbook takes as long as the machine is busy
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=60),
    st.sampled_from("=+-@\t\r\n"),
)
def test_what_somebody_typed_is_never_a_formula(typed: str, sign: str) -> None:
    grid = Grid("Uji", ("Kolom",), ((sign + typed,),))
    made = xlsx(Document("Uji", typed, samples.LETTERHEAD, date(2026, 11, 2), (grid,)))
    cell = load_workbook(BytesIO(made)).worksheets[0]["A5"]
    assert cell.data_type == "s"


@pytest.mark.parametrize(
    "typed", ["#set text(red)", "*tebal* _miring_ $x$", "#panic()", "]", "\\", "@ref <label>"]
)
def test_what_somebody_typed_is_never_markup(typed: str) -> None:
    blocks = (Heading(typed), Paragraph(typed), Grid(typed, (typed,), ((typed,),)))
    made = pdf(Document("Uji", "Uji", samples.LETTERHEAD, date(2026, 11, 2), blocks))
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(made)).pages)
    assert text.count(typed) == 5


def test_a_table_whose_rows_do_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="as many cells"):
        Grid("Uji", ("a", "b"), ((1,),))


def test_a_period_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValueError, match="ends before"):
        Period(date(2026, 2, 1), date(2026, 1, 31))


@pytest.mark.parametrize(
    ("minutes", "median", "ninth"),
    [([5], 5, 5), ([1, 9], 1, 9), (list(range(1, 11)), 5, 9), (list(range(1, 101)), 50, 90)],
)
def test_half_and_nine_in_ten(minutes: list[int], median: int, ninth: int) -> None:
    found = spread(list(reversed(minutes)))
    assert found is not None
    assert (found.count, found.median, found.ninth) == (len(minutes), median, ninth)


def test_nothing_has_no_spread_no_share_and_no_mean() -> None:
    assert spread([]) is None
    assert share(0, 0) is None
    assert Ratings().mean is None
    assert Ratings((0, 0, 0, 1, 1), 2).mean == Decimal("4.50")


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_is_rounded_to_the_nearest_tenth(part: int, whole: int) -> None:
    found = share(part, whole)
    assert found is not None
    assert abs(found - Decimal(part * 100) / whole) <= Decimal("0.05") + Decimal("1e-12")


def test_numbers_days_and_times_in_both_languages() -> None:
    assert figure(1234567) == "1.234.567"
    assert figure(Decimal("1234.50")) == "1.234,50"
    assert figure(Decimal("1234.50"), "en") == "1,234.50"
    assert plain_day(date(2026, 8, 17)) == "17 Agustus 2026"
    assert plain_day(date(2026, 8, 17), "en") == "17 August 2026"
    assert (span(45), span(120), span(135, "en")) == ("45 menit", "2 jam", "2 hr 15 min")
