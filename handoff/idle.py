"""When a conversation that nobody goes on with is warned of, and closed. Pure.

Decree, Konsultasi Statistik, Prosedur (online) 7: the officer closes when it is done, or when the citizen has not
responded for 7 days. So: calendar days (7 x 24 hours), counted from when an answer of the office was sent, and
never while the office owes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Step = Literal["warn", "close"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a conversation of one kind may lie: `warn_after` and `close_after` since the silence began.

    None: it is never warned of, or never closed by the clock. A warning is not later than the closing.
    """

    warn_after: timedelta | None
    close_after: timedelta | None

    @property
    def lead(self) -> timedelta:
        """Return how long before the closing the warning comes; zero without either."""
        if self.warn_after is None or self.close_after is None:
            return timedelta()
        return self.close_after - self.warn_after


@dataclass(frozen=True, slots=True)
class Daytime:
    """When notices may go out: from `begins` until before `ends`, local time in `zone`."""

    begins: time
    ends: time
    zone: ZoneInfo

    def earliest(self, moment: datetime) -> datetime:
        """Return the first moment from this one on at which a notice may go out."""
        local = moment.astimezone(self.zone)
        if local.time() < self.begins:
            return self._opens(local)
        if local.time() >= self.ends:
            return self._opens(local + timedelta(days=1))
        return moment

    def _opens(self, day: datetime) -> datetime:
        return datetime.combine(day.date(), self.begins, tzinfo=self.zone)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a conversation stands.

    `answered_at`: when the office's last answer was sent (a bot's answer, question or offer is one; "an officer
    will look", a note and a notice are none). `heard_at`: when the citizen last responded, or began it (a receipt, a
    reaction and an automatic mail are no response). `is_owed`: the office owes an answer, or one did not arrive.
    `is_kept_open`: an officer holds it back; `released_at`: when one last let it go. `warned_at`: when it was warned
    of, of whatever silence. `limited_at`: when other limits came to hold (another kind, one ticket of several ended,
    one taken up again).
    """

    answered_at: datetime | None
    heard_at: datetime | None
    is_owed: bool
    is_kept_open: bool = False
    warned_at: datetime | None = None
    released_at: datetime | None = None
    limited_at: datetime | None = None

    @property
    def silent_since(self) -> datetime | None:
        """Return since when nobody owes anybody a word, None while somebody of the office does.

        Who thanks has responded, and owes nothing: the silence begins with that, and anew when it was held back. What
        needed no answer at all (an officer said so, a reaction) is silent since it came.
        """
        if self.is_owed:
            return None
        moments = (self.answered_at, self.heard_at, self.released_at)
        return max((at for at in moments if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class Due:
    """The next thing that time does to a conversation, and when."""

    step: Step
    at: datetime


def next_step(standing: Standing, limits: Limits, daytime: Daytime, *, now: datetime) -> Due | None:
    """Return what is next, None when nothing is, as long as nobody does anything.

    A warning goes out in daytime, once a silence; one that would come after the closing, since daytime begins later
    or nobody looked for days, is left out: the closing waits for nothing. (The notice of the closing itself keeps to
    daytime, too: that is for whoever sends it.)
    """
    since = standing.silent_since
    if since is None or standing.is_kept_open:
        return None
    closes = closes_at(standing, limits, daytime)
    # A silence that began in the very second of a warning was not warned of.
    was_warned = standing.warned_at is not None and standing.warned_at > since
    if limits.warn_after is not None and not was_warned:
        at = daytime.earliest(since + limits.warn_after)
        if closes is None or daytime.earliest(max(at, now)) < closes:
            return Due("warn", at)
    return None if closes is None else Due("close", closes)


def closes_at(standing: Standing, limits: Limits, daytime: Daytime) -> datetime | None:
    """Return when silence closes a conversation as things stand, None when it does not.

    Where other limits came to hold meanwhile, nothing is closed that could not be warned of: the time between warning
    and closing begins then, by day.
    """
    since = standing.silent_since
    if since is None or standing.is_kept_open or limits.close_after is None:
        return None
    closes = since + limits.close_after
    if standing.limited_at is None or standing.limited_at <= since or not limits.lead:
        return closes
    return max(closes, daytime.earliest(standing.limited_at) + limits.lead)
