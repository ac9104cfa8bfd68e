"""An invitation to a video call or a visit: the words for the citizen, and a file for their calendar. Pure.

Decree, Konsultasi Statistik, online 5: the consultation goes on in writing, on a visit, or by Zoom.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress, vText

from handoff.dates import hour, long_day

FILE_NAME = "undangan.ics"
CONTENT_TYPE = "text/calendar"
ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}


@dataclass(frozen=True, slots=True)
class Meeting:
    """What a citizen is invited to: `place` is the link of a video call, or where to come.

    `starts_at` is timezone-aware; `words` are the officer's own, if any.
    """

    way: Literal["zoom", "visit"]
    title: str
    starts_at: datetime
    minutes: int
    place: str
    words: str = ""

    @property
    def ends_at(self) -> datetime:
        """Return when it is over."""
        return self.starts_at.astimezone(UTC) + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Host:
    """Who invites: the office, its mail address and its time zone (an IANA name)."""

    name: str
    email: str
    timezone: str


_WORDS = {
    "id": {
        "zoom": "Kami mengundang Anda berkonsultasi melalui panggilan video.",
        "visit": "Kami mengundang Anda berkonsultasi di kantor kami.",
        "title": "Perihal",
        "day": "Hari",
        "hour": "Pukul",
        "zoom_place": "Tautan",
        "visit_place": "Tempat",
        "until": "sampai",
        "end": "Jika waktunya tidak sesuai, balaslah pesan ini.",
    },
    "en": {
        "zoom": "We invite you to a consultation by video call.",
        "visit": "We invite you to a consultation at our office.",
        "title": "About",
        "day": "Day",
        "hour": "Time",
        "zoom_place": "Link",
        "visit_place": "Place",
        "until": "to",
        "end": "If the time does not suit you, please answer this message.",
    },
}


def letter(meeting: Meeting, host: Host, language: str) -> str:
    """Return the invitation in words, in the light markup of the channels."""
    language = "en" if language == "en" else "id"
    say = _WORDS[language]
    zone = ZoneInfo(host.timezone)
    starts, ends = meeting.starts_at.astimezone(zone), meeting.ends_at.astimezone(zone)
    zone_name = ZONES.get(host.timezone, host.timezone)
    span = f"{hour(starts, language)} {say['until']} {hour(ends, language)} {zone_name}"
    lines = [
        f"{say['title']}: {' '.join(meeting.title.split())}",
        f"{say['day']}: {long_day(starts.date(), language)}",
        f"{say['hour']}: {span}",
        f"{say[f'{meeting.way}_place']}: {' '.join(meeting.place.split())}",
    ]
    parts = [say[meeting.way], "\n".join(lines), meeting.words.strip(), say["end"]]
    return "\n\n".join(part for part in parts if part)


def calendar_file(meeting: Meeting, host: Host, *, uid: str, now: datetime) -> bytes:
    """Return the file for a calendar (RFC 5545), moments in UTC so that no rule of a time zone is needed.

    `uid` names the meeting for ever; `now` is when it was written (DTSTAMP). It only publishes (RFC 5546,
    METHOD:PUBLISH): nobody has to answer, and answers of machines are not asked for.
    """
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now.astimezone(UTC))
    event.add("dtstart", meeting.starts_at.astimezone(UTC))
    event.add("dtend", meeting.ends_at)
    event.add("summary", " ".join(meeting.title.split()))
    event.add("location", " ".join(meeting.place.split()))
    if meeting.way == "zoom":
        event.add("url", meeting.place.strip())
    if meeting.words.strip():
        event.add("description", meeting.words.strip())
    organizer = vCalAddress(f"mailto:{host.email}")
    organizer.params["CN"] = vText(host.name)
    event["organizer"] = organizer
    calendar = Calendar()
    calendar.add("prodid", "-//PST//pst//ID")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(event)
    return bytes(calendar.to_ical())
