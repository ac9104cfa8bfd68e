"""Days and hours in words, as officers and citizens read them. Pure."""

from __future__ import annotations

from datetime import date, datetime

_DAYS = {
    "id": ("Sen", "Sel", "Rab", "Kam", "Jum", "Sab", "Min"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
_WHOLE_DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_WHOLE_MONTHS = {
    "id": (
        "Januari", "Februari", "Maret", "April", "Mei", "Juni",
        "Juli", "Agustus", "September", "Oktober", "November", "Desember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip


def _known(language: str) -> str:
    return "en" if language == "en" else "id"


def short_day(day: date, language: str, *, year: bool = False) -> str:
    """Return e.g. "Jum 27 Nov", with the year when asked for. A language that is not "en" is "id"."""
    language = _known(language)
    words = f"{_DAYS[language][day.weekday()]} {day.day} {_MONTHS[language][day.month - 1]}"
    return f"{words} {day.year}" if year else words


def long_day(day: date, language: str) -> str:
    """Return e.g. "Jumat, 27 November 2026", for a letter. A language that is not "en" is "id"."""
    language = _known(language)
    month = _WHOLE_MONTHS[language][day.month - 1]
    return f"{_WHOLE_DAYS[language][day.weekday()]}, {day.day} {month} {day.year}"


def hour(moment: datetime, language: str) -> str:
    """Return a local moment's hour, "15.30" as Indonesian writes it, "15:30" in English."""
    return moment.strftime("%H:%M" if _known(language) == "en" else "%H.%M")
