"""The office's calendar from office.yml and Indonesia's holidays; what is not certain of them is said."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from bot.office import Office
from bot.office.calendar import Calendar
from bot.settings import load
from bot.working_days import calendar_of, daytime_of, holiday, knowledge_of, rules_of, warnings
from tests.handoff.reckoning import wib

OFFICE = load().office
WEEK = [1, 2, 3, 4, 5]


def office(**calendar: Any) -> Office:
    """Return the office with another calendar, as it would be read from office.yml."""
    section = {"working_weekdays": WEEK, "notice_hours": "08.00-20.00"} | calendar
    return OFFICE.model_copy(update={"calendar": Calendar.model_validate(section)})


@pytest.mark.parametrize(
    ("day", "named"),
    [
        ("2026-03-18", "Cuti Bersama Hari Suci Nyepi"),
        ("2026-03-19", "Hari Suci Nyepi"),
        ("2026-03-20", "Cuti Bersama Hari Raya Idul Fitri"),
        ("2026-03-25", None),
        ("2026-08-17", "Hari Kemerdekaan Republik Indonesia"),
        ("2026-12-24", "Cuti Bersama Hari Raya Natal"),
        ("2025-12-26", "Cuti Bersama Hari Raya Natal"),
    ],
)
def test_holidays_and_cuti_bersama_have_their_names(day: str, named: str | None) -> None:
    assert holiday(date.fromisoformat(day)) == named


@pytest.mark.parametrize(
    ("year", "knowledge"), [(2025, "official"), (2026, "official"), (2027, "estimated"), (2040, "unknown")]
)
def test_what_the_table_is_worth(year: int, knowledge: str) -> None:
    assert knowledge_of(year) == knowledge


def test_what_is_not_certain_is_said_until_the_office_has_checked_it() -> None:
    assert warnings(OFFICE, (2026,)) == []
    (estimated,) = warnings(OFFICE, (2026, 2027))
    assert "2027" in estimated
    assert "perkiraan" in estimated
    (unknown,) = warnings(OFFICE, (2040,))
    assert "cuti bersama 2040 belum diketahui" in unknown
    assert warnings(office(checked_years=[2027, 2040]), (2027, 2040)) == []


def test_the_offices_own_days_and_hours() -> None:
    calendar = calendar_of(
        office(
            hours={**dict.fromkeys(range(1, 5), "08.00-12.00, 13:00-15:30"), 5: "08.00-11.30,13.00-16.00"},
            closed=[{"date": "2026-11-25", "why": "Listrik padam"}],
            open=["2026-12-24"],
        )
    )
    assert calendar.why_closed(date(2026, 11, 25)) == "Listrik padam"
    assert calendar.is_open(wib("2026-12-24 09:00"))
    assert calendar.hours[1] == ((time(8), time(12)), (time(13), time(15, 30)))
    assert calendar.closing(date(2026, 11, 27)) == wib("2026-11-27 16:00")


def test_a_saturday_that_is_opened_needs_its_hours() -> None:
    hours = dict.fromkeys(range(1, 6), "08.00-15.30")
    with pytest.raises(ValueError, match="no line for weekday 6"):
        office(hours=hours, open=["2026-11-28"])
    calendar = calendar_of(office(hours=hours | {6: "08.00-12.00"}, open=["2026-11-28"]))
    assert calendar.is_open(wib("2026-11-28 11:59"))
    assert not calendar.is_open(wib("2026-12-05 11:59"))


def test_a_day_cannot_be_both() -> None:
    with pytest.raises(ValueError, match="2026-12-24 is both closed and open"):
        office(closed=[{"date": "2026-12-24", "why": "Libur"}], open=["2026-12-24"])


def test_a_complaint_has_a_deadline_where_the_office_has_set_one() -> None:
    assert "pengaduan" not in rules_of(OFFICE).working_days
    services = OFFICE.services.model_copy(
        update={"pengaduan": OFFICE.services.pengaduan.model_copy(update={"working_days": 14})}
    )
    rules = rules_of(OFFICE.model_copy(update={"services": services}))
    assert rules.due("pengaduan", wib("2026-11-23 10:00")) == wib("2026-12-11 23:59")


def test_when_citizens_may_be_written_to() -> None:
    daytime = daytime_of(OFFICE)
    assert daytime.earliest(wib("2026-11-23 07:59")) == wib("2026-11-23 08:00")
    assert daytime.earliest(wib("2026-11-23 20:00")) == wib("2026-11-24 08:00")
