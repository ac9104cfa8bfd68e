"""The office's calendar and deadlines, put together from office.yml and the table of Indonesia's holidays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal
from zoneinfo import ZoneInfo

from bot.office import Office
from handoff.calendar import Calendar
from handoff.deadline import Deadlines
from handoff.idle import Daytime
from handoff.ticket import Kind

ESTIMATED = "(perkiraan)"  # the library's own mark of a feast whose day it only reckons
COUNTRY = "ID"

Knowledge = Literal["official", "estimated", "unknown"]
"""What the table of holidays is worth for a year: estimated, some feasts are reckoned only; unknown, nobody has
told it that year's cuti bersama."""


@dataclass(frozen=True, slots=True)
class _Year:
    days: dict[date, str]
    knowledge: Knowledge


@cache
def _year(year: int) -> _Year:
    """Read one year of the table; the library is loaded with the first one, which takes half a second."""
    import holidays  # noqa: PLC0415 -- only processes that count working days are to load it

    joint = holidays.country_holidays(COUNTRY, years=year, categories=(holidays.GOVERNMENT,), language="id")
    national = holidays.country_holidays(COUNTRY, years=year, categories=(holidays.PUBLIC,), language="id")
    days = {**dict(joint), **dict(national)}
    if not joint:
        return _Year(days, "unknown")
    is_estimated = any(ESTIMATED in name for name in days.values())
    return _Year(days, "estimated" if is_estimated else "official")


def holiday(day: date) -> str | None:
    """Return the Indonesian name of the national holiday or cuti bersama on a day, None where there is none."""
    return _year(day.year).days.get(day)


def knowledge_of(year: int) -> Knowledge:
    """Return what is known of a year's holidays and cuti bersama."""
    return _year(year).knowledge


def warnings(office: Office, years: Iterable[int]) -> list[str]:
    """Return a line for officers for each year whose holidays are not certain and not checked by the office."""
    said = {
        "estimated": "hari libur {year} sebagian masih perkiraan; cocokkan dengan SKB Tiga Menteri",
        "unknown": "cuti bersama {year} belum diketahui; lengkapi calendar.closed menurut SKB Tiga Menteri",
    }
    lines = []
    for year in years:
        knowledge = knowledge_of(year)
        if knowledge != "official" and year not in office.calendar.checked_years:
            what = said[knowledge].format(year=year)
            lines.append(f"{what}, lalu tulis {year} di calendar.checked_years")
    return lines


def calendar_of(office: Office) -> Calendar:
    """Return the office's calendar."""
    section = office.calendar
    return Calendar(
        zone=ZoneInfo(office.office.timezone),
        weekdays=frozenset(section.working_weekdays),
        holiday=holiday,
        closed={each.date: each.why for each in section.closed},
        opened=frozenset(section.open),
        hours=section.hours,
    )


def rules_of(office: Office) -> Deadlines:
    """Return the office's deadlines of each kind of ticket (decree, "Jangka Waktu Pelayanan").

    The library has none: it is self-service, at once; a complaint has the one that the office has set, if any.
    """
    services = office.services
    days: dict[Kind, int] = {
        "konsultasi": services.konsultasi.online_working_days,
        "penjualan": services.penjualan.online_working_days,
        "rekomendasi": services.rekomendasi.working_days,
    }
    if services.pengaduan.working_days is not None:
        days["pengaduan"] = services.pengaduan.working_days
    calendar = calendar_of(office)
    return Deadlines(calendar, calendar.with_hours(office.calendar.notice_hours[0]), days)


def daytime_of(office: Office) -> Daytime:
    """Return when citizens may be written to of our own accord."""
    begins, ends = office.calendar.notice_hours[0]
    return Daytime(begins, ends, ZoneInfo(office.office.timezone))
