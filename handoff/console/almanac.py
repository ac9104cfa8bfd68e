"""Moments as an officer reads them, in the office's own time. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from markupsafe import Markup

from handoff.console.words import Words
from handoff.dates import hour, long_day, short_day

ZONES = {"Asia/Jakarta": "WIB", "Asia/Pontianak": "WIB", "Asia/Makassar": "WITA", "Asia/Jayapura": "WIT"}
_TIME = Markup('<time datetime="{iso}" title="{title}">{words}</time>')


class Almanac:
    """Writes moments in one language and one time zone (IANA name), as seen from `now`."""

    def __init__(self, words: Words, language: str, timezone: str, now: Callable[[], datetime]) -> None:
        self._words = words
        self._language = language
        self._zone = ZoneInfo(timezone)
        self._now = now
        self.zone_name = ZONES.get(timezone, timezone)

    def clock(self, at: datetime) -> str:
        """Return the time of day: "08.05" in Indonesian, "08:05" in English."""
        return hour(self._local(at), self._language)

    def date(self, at: datetime) -> str:
        """Return e.g. "Senin, 23 November 2026"."""
        return long_day(self._local(at).date(), self._language)

    def short(self, at: datetime) -> str:
        """Return e.g. "Jum 27 Nov", with the year when it is not this one."""
        local = self._local(at)
        return short_day(local.date(), self._language, year=local.year != self._local(self._now()).year)

    def moment(self, at: datetime) -> Markup:
        """Return date and time as a `<time>`: the time alone today, else "Jum 27 Nov, 08.05"."""
        is_today = self._local(at).date() == self._local(self._now()).date()
        return self._tag(at, self.clock(at) if is_today else f"{self.short(at)}, {self.clock(at)}")

    def told(self, at: datetime) -> str:
        """Return date and time in words alone: "Jum 27 Nov, 08.05 WIB"."""
        return f"{self.short(at)}, {self.clock(at)} {self.zone_name}"

    def day(self, at: datetime) -> Markup:
        """Return the day as a `<time>`: "Hari ini", "Kemarin", else "Senin, 23 November 2026"."""
        behind = (self._local(self._now()).date() - self._local(at).date()).days
        names = {0: "frame.today", 1: "frame.yesterday"}
        name = names.get(behind)
        return self._tag(at, self._words.say(name, self._language) if name else self.date(at))

    def ago(self, at: datetime) -> Markup:
        """Return how long ago it was as a `<time>`; from a week on the date."""
        passed = self._now() - at
        if passed >= timedelta(days=7):
            return self._tag(at, self.short(at))
        for unit, length in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
            count = int(passed.total_seconds()) // length
            if count > 0:
                return self._tag(at, self._words.say(f"frame.{unit}_ago", self._language, n=count))
        return self._tag(at, self._words.say("frame.just_now", self._language))

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._zone)

    def _tag(self, at: datetime, words: str) -> Markup:
        title = f"{self.date(at)}, {self.clock(at)} {self.zone_name}"
        return _TIME.format(iso=at.isoformat(timespec="seconds"), title=title, words=words)
