"""A report is made and shows all it says, whatever officers and citizens have written."""

from __future__ import annotations

import subprocess
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handoff.reports.complaints import register
from handoff.reports.document import Document, Letterhead
from handoff.reports.pdf import pdf
from handoff.reports.printable import LONGEST_WORD, SHOWN, UNKNOWN, breakable, printable
from handoff.reports.register import Complaint

EMOJI = "\U0001f64f\U0001f3fd"
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
JAVANESE = "\ua9b2\ua9a4"
STARS = "Sari \u2728"


def the_register(*answers: str) -> Document:
    """Return a register with these answers."""
    lines: Sequence[Complaint] = [
        Complaint(
            f"ADU-2026-{number:05}", 1, 1, "office", date(2026, 11, 1), "citizen", "letter", True, "done",
            date(2026, 11, 2), answer, None, STARS,
        )
        for number, answer in enumerate(answers, 1)
    ]  # fmt: skip
    return register(
        lines,
        since=None,
        until=None,
        letterhead=Letterhead("Kantor", "Jalan", "surel", "Klaten"),
        signed_by=("Kepala", STARS),
        made_on=date(2026, 11, 3),
    )


def printed(document: Document, folder: Path) -> str:
    """Return what can be seen of a report: what lies beside the page is not."""
    file = folder / "report.pdf"
    file.write_bytes(pdf(document))
    command = ["pdftotext", "-layout", str(file), "-"]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8", timeout=60).stdout


def test_everything_that_counts_as_shown_can_be_shown() -> None:
    every = [chr(code) for first, last in SHOWN for code in range(ord(first), ord(last) + 1)]
    kept = [each for each in every if printable(each) == each and each not in {UNKNOWN, "\n"}]
    assert len(kept) > 2_000
    document = replace(the_register(""), title=" ".join(kept))
    assert pdf(document).startswith(b"%PDF")


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_a_report_is_made_whatever_is_written(words: str) -> None:
    assert pdf(the_register(words)).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (f"Sudah dijawab {EMOJI}.", "Sudah dijawab ."),
        (FAMILY, ""),
        (JAVANESE, UNKNOWN),
        ("a\x00b\x07c\u202ed", "abcd"),
        ("caf\u0065\u0301", "caf\u00e9"),
        ("baris\r\nbaris\tlagi", "baris\nbaris lagi"),
        ("\u2b50 5 \u2192 \u20ac", "\u2b50 5 \u2192 \u20ac"),
    ],
)
def test_what_cannot_be_shown_has_a_sign_in_its_place(written: str, shown: str) -> None:
    assert printable(written) == unicodedata.normalize("NFC", shown)


def test_nothing_of_a_long_answer_is_lost(tmp_path: Path) -> None:
    long = ("Kami sudah menjawab surat Bapak. " * 70)[:1980]
    lines = "\n".join(f"baris {number}" for number in range(300))
    said = printed(the_register(f"{long} HABISSATU", f"{lines}\nHABISDUA", "Pendek."), tmp_path)
    assert "HABISSATU" in said
    assert "HABISDUA" in said
    assert all(f"baris {number}\n" in said or f"baris {number} " in said for number in range(300))


def test_a_long_address_stays_in_its_column(tmp_path: Path) -> None:
    address = "https://contoh.example/" + "a" * 150
    said = printed(the_register(address), tmp_path)
    assert said.count("a" * LONGEST_WORD) >= 1
    assert "a" * 100 not in said
    assert breakable("x" * LONGEST_WORD) == "x" * LONGEST_WORD
