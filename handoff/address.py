"""What addresses and forms tell, read: what makes no sense is as if it were not there. Pure."""

from __future__ import annotations

from datetime import date

ID_DIGITS = 18
"""As many fit PostgreSQL's bigint, and Python reads them without a thought."""
COUNT_DIGITS = 5
LONGEST = 64


def number_of(told: str | None, *, digits: int = ID_DIGITS) -> int | None:
    """Return a number of at most so many digits."""
    if not told or len(told) > digits or not told.isascii() or not told.isdigit():
        return None
    return int(told)


def text_of(told: str | None, *, longest: int = LONGEST) -> str | None:
    """Return a text of at most so many characters, without what PostgreSQL does not take."""
    return told.replace("\x00", "")[:longest] if told else None


def day_of(told: str | None) -> date | None:
    """Return a day as the calendar of a browser sends it (2026-11-23), of this century or the next."""
    try:
        day = date.fromisoformat(told or "")
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None
