"""An invitation in words and for a calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from handoff.invitation import Host, Meeting, calendar_file, letter

HOST = Host("BPS Kabupaten Contoh", "kantor@example.go.id", "Asia/Jakarta")
AT = datetime(2026, 11, 27, 16, 30, tzinfo=UTC)  # a day later in the office


def meeting(title: str = "Konsultasi PDRB", words: str = "") -> Meeting:
    return Meeting("zoom", title, AT, 90, "https://zoom.example/j/1", words)


def test_the_words_name_day_and_hours_of_the_office() -> None:
    indonesian, english = letter(meeting(), HOST, "id"), letter(meeting(), HOST, "en")
    assert "Jumat, 27 November 2026" in indonesian
    assert "23.30 sampai 01.00 WIB" in indonesian
    assert "Friday, 27 November 2026" in english
    assert "23:30 to 01:00 WIB" in english
    assert "https://zoom.example/j/1" in indonesian


def test_another_zone_has_its_own_name() -> None:
    assert "WITA" in letter(meeting(), Host("BPS", "a@example.go.id", "Asia/Makassar"), "id")


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=120))
def test_whatever_is_written_the_calendar_reads_one_event_and_nothing_else(said: str) -> None:
    data = calendar_file(
        meeting(f"X {said}", f"{said}\nEND:VEVENT"), HOST, uid="meeting-1@example.go.id", now=AT
    )
    read = Calendar.from_ical(data)
    (event,) = read.walk("VEVENT")
    assert read["METHOD"] == "PUBLISH"
    assert event["UID"] == "meeting-1@example.go.id"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (AT, AT + timedelta(minutes=90))
    # RFC 5545, 3.1: lines end with CRLF and are at most 75 octets long.
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert str(event["SUMMARY"]).split() == f"X {said}".split()
