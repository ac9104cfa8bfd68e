"""Dates, times and numbers as an Indonesian reads them. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

DAYS = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


class Almanac:
    """Writes moments as local time of one IANA time zone."""

    def __init__(self, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)
        self.zone_name = ZONES.get(timezone, timezone)

    def local(self, moment: datetime) -> datetime:
        """Return the moment in the office's time zone."""
        return moment.astimezone(self._zone)

    def day(self, moment: datetime) -> str:
        """Return e.g. "Senin, 23 November 2026"."""
        return long_date(self.local(moment).date())

    def time(self, moment: datetime) -> str:
        """Return e.g. "08.05": Indonesian puts a full stop between hours and minutes."""
        return self.local(moment).strftime("%H.%M")

    def short(self, moment: datetime, now: datetime) -> str:
        """Return the time for today, else the day and month, e.g. "23 Nov"."""
        then, today = self.local(moment), self.local(now).date()
        if then.date() == today:
            return self.time(moment)
        year = "" if then.year == today.year else f" {then.year}"
        return f"{then.day} {MONTHS[then.month - 1][:3]}{year}"


def long_date(day: date) -> str:
    """Return e.g. "Senin, 23 November 2026"."""
    return f"{DAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]} {day.year}"


def phone_number(typed: str) -> str | None:
    """Return what somebody typed as E.164 ("+6281111110001"), or None when it is no phone number.

    A leading 0 is Indonesia's trunk prefix and stands for +62.
    """
    digits = re.sub(r"[\s().-]", "", typed)
    if digits.startswith("0"):
        digits = "+62" + digits[1:]
    return digits if re.fullmatch(r"\+[1-9][0-9]{6,14}", digits) else None


def spaced_number(number: str) -> str:
    """Return an E.164 number in groups, e.g. "+62 811-1111-0001"."""
    found = re.fullmatch(r"(\+62)(\d{3})(\d{4})(\d+)", number)
    return f"{found[1]} {found[2]}-{found[3]}-{found[4]}" if found else number


def size(count: int) -> str:
    """Return a number of bytes in words, e.g. "12 kB" or "1,4 MB"."""
    if count < 1_000_000:
        return f"{max(1, round(count / 1000))} kB"
    return f"{count / 1_000_000:.1f} MB".replace(".", ",")
