"""Numbers, days and spans as they are written in Indonesian and in English. Pure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

_MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split(),
    "en": "January February March April May June July August September October November December".split(),
}


def figure(value: int | Decimal, language: str = "id") -> str:
    """Return a number with marks between thousands and its own decimals: 1.234,50 (id), 1,234.50 (en)."""
    english = f"{value:,}"
    return english if language == "en" else english.translate(str.maketrans(",.", ".,"))


def day(value: date, language: str = "id") -> str:
    """Return e.g. "3 November 2026"."""
    return f"{value.day} {month_name(value.month, language)} {value.year}"


def month(year: int, number: int, language: str = "id") -> str:
    """Return e.g. "Oktober 2026"."""
    return f"{month_name(number, language)} {year}"


def month_name(number: int, language: str = "id") -> str:
    """Return the name of a month from 1 to 12."""
    return _MONTHS[language][number - 1]


def span(minutes: int, language: str = "id") -> str:
    """Return a time in words: "45 menit", "3 jam 20 menit"."""
    hours, rest = divmod(minutes, 60)
    hour, minute = ("hr", "min") if language == "en" else ("jam", "menit")
    if not hours:
        return f"{rest} {minute}"
    return f"{hours} {hour}" + (f" {rest} {minute}" if rest else "")


def share(part: int, whole: int) -> Decimal | None:
    """Return what percentage `part` is of `whole`, in one decimal, halves upwards; None of nothing."""
    if whole == 0:
        return None
    tenths, rest = divmod(part * 1000, whole)
    return (Decimal(tenths + (1 if 2 * rest >= whole else 0)) / 10).quantize(Decimal("0.1"))
