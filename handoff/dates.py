"""Days, months and hours in words, as officers and citizens read them. Pure. A language that is not "en" is "id"."""

from __future__ import annotations

from datetime import date, datetime

_DAYS = {
    "id": "Senin Selasa Rabu Kamis Jumat Sabtu Minggu".split(),
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
}
_MONTHS = {
    "id": "Januari Februari Maret April Mei Juni Juli Agustus September Oktober November Desember".split(),
    "en": "January February March April May June July August September October November December".split(),
}


def _known(language: str) -> str:
    return "en" if language == "en" else "id"


def month_name(number: int, language: str = "id") -> str:
    """Return the name of a month from 1 to 12."""
    return _MONTHS[_known(language)][number - 1]


def day_name(day: date, language: str) -> str:
    """Return the name of a day of the week."""
    return _DAYS[_known(language)][day.weekday()]


def short_day(day: date, language: str, *, year: bool = False) -> str:
    """Return e.g. "Jum 27 Nov", with the year when asked for. In both languages three letters are the short name."""
    words = f"{day_name(day, language)[:3]} {day.day} {month_name(day.month, language)[:3]}"
    return f"{words} {day.year}" if year else words


def plain_day(day: date, language: str = "id") -> str:
    """Return e.g. "27 November 2026"."""
    return f"{day.day} {month_name(day.month, language)} {day.year}"


def long_day(day: date, language: str) -> str:
    """Return e.g. "Jumat, 27 November 2026", for a letter."""
    return f"{day_name(day, language)}, {plain_day(day, language)}"


def hour(moment: datetime, language: str) -> str:
    """Return a local moment's hour, "15.30" as Indonesian writes it, "15:30" in English."""
    return moment.strftime("%H:%M" if _known(language) == "en" else "%H.%M")
