"""Numbers, months and spans as they are written in Indonesian and in English. Pure."""

from __future__ import annotations

from decimal import Decimal

from handoff.dates import month_name


def figure(value: int | Decimal, language: str = "id") -> str:
    """Return a number with marks between thousands and its own decimals: 1.234,50 (id), 1,234.50 (en)."""
    english = f"{value:,}"
    return english if language == "en" else english.translate(str.maketrans(",.", ".,"))


def month(year: int, number: int, language: str = "id") -> str:
    """Return e.g. "Oktober 2026"."""
    return f"{month_name(number, language)} {year}"


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
