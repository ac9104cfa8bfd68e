"""`pst report`: a file that says the month, or one line that says what is wrong."""

from __future__ import annotations

import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from bot.desk.reports import TopicTitles, month_of
from bot.dialogue.decide import Dialogue
from bot.settings import load
from tests.nlu.rasa import ROOT


def pst(*arguments: str, database_url: str, home: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "report", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "PST_DATABASE_URL": database_url, "PST_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_month_is_written_as_pdf_and_as_a_workbook(database_url: str, tmp_path: Path) -> None:
    for name in ("oktober.pdf", "oktober.xlsx"):
        done = pst(
            "month", "2025-10", "--out", str(tmp_path / name), database_url=database_url, home=tmp_path
        )
        assert done.returncode == 0, done.stderr
    pages = PdfReader(BytesIO((tmp_path / "oktober.pdf").read_bytes())).pages
    words = " ".join(" ".join(page.extract_text() for page in pages).split())
    office = load().office
    assert "Oktober 2025" in words
    assert office.office.name in words
    assert "16.2/2024" in words
    assert load_workbook(tmp_path / "oktober.xlsx").worksheets


def test_a_year_has_twelve_months(database_url: str, tmp_path: Path) -> None:
    out = tmp_path / "2025.xlsx"
    done = pst("year", "2025", "--out", str(out), database_url=database_url, home=tmp_path)
    assert done.returncode == 0, done.stderr
    [months] = [sheet for sheet in load_workbook(out).worksheets if "bulan" in sheet.title]
    assert months.max_row == 4 + 12


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("month", "2026-13", "--out", "x.pdf"), "2026-13: expected a month such as 2026-10"),
        (("month", "2026-10", "--out", "x.doc"), "expected a name that ends with .pdf or .xlsx"),
        (("month", "2026-10", "--out", "/nowhere/x.pdf"), "there is no folder /nowhere"),
        (("month", "1999-12", "--out", "x.pdf"), "1999-12: expected a month since 2000-01"),
        (("month", "2199-12", "--out", "x.pdf"), "2199-12: this month has not begun yet"),
        (("year", "2199", "--out", "x.xlsx"), "2199: this year has not begun yet"),
        (("month", "2025-10", "--out", "{folder}/sub.pdf"), "this is a folder, expected a file"),
        (("month", "2025-10", "--out", "/proc/x.pdf"), "--out /proc/x.pdf: "),
    ],
)
def test_what_is_wrong_is_said(
    arguments: tuple[str, ...], said: str, database_url: str, tmp_path: Path
) -> None:
    (tmp_path / "sub.pdf").mkdir()
    arguments = tuple(each.replace("{folder}", str(tmp_path)) for each in arguments)
    done = pst(*arguments, database_url=database_url, home=tmp_path)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert not Path(ROOT, "x.pdf").exists()
    assert "Traceback" not in done.stderr


def test_topics_have_titles_and_talk_has_none(rules: Dialogue) -> None:
    titles = TopicTitles(rules.shelf)
    assert "konsultasi" in (titles("konsultasi/biaya") or "").lower()
    assert "gini" in (titles("arti/gini_ratio") or "").lower()
    assert titles("salam") is None
    assert titles("tidak/ada") is None


def test_a_month_ends_with_its_last_day() -> None:
    assert month_of(2026, 12).last.isoformat() == "2026-12-31"
    assert month_of(2028, 2).last.isoformat() == "2028-02-29"
    with pytest.raises(ValueError, match="month"):
        month_of(2026, 13)
